"""A plan over many secrets, for people: counts on top, then the rows, with a choice for each."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from secretsadmin.forms.rendering import Text
from secretsadmin.kinds import Tone
from secretsadmin.store.reads import VERSION_ID
from secretsadmin.transfer.plan import FATES, Fate, Plan, Row

# So many rows a page shows. One box stands for all others.
MOST_ROWS = 500
# What a plan of some 15,000 rows sends, in characters.
LONGEST_JSON = 2_000_000
BROKEN = "The plan came back broken. Look at it again."
NOTHING = "There is nothing to do: no row of the plan is chosen."
NOT_ANY_MORE = "Some of what you ticked can’t be done any more. This is what could be done now."
TOO_LONG = "These are more rows than a page can send back. Take fewer of them at once."
TONES: dict[Fate, Tone] = {
    "refused": "danger",
    "conflict": "caution",
    "change": "info",
    "create": "ok",
    "same": "neutral",
    "skip": "neutral",
}
WORDS: dict[Fate, str] = {
    "refused": "can’t be done",
    "conflict": "to decide",
    "change": "will change",
    "create": "will be created",
    "same": "are the same",
    "skip": "are left alone",
}
SINGULAR: dict[Fate, str] = {**WORDS, "same": "is the same", "skip": "is left alone"}
# What the plan says of one secret.
WORD: dict[Fate, str] = {
    "refused": "can’t be done",
    "conflict": "to decide",
    "change": "change",
    "create": "create",
    "same": "same",
    "skip": "left alone",
}
# What `tick` says, which ticks or clears all boxes at once where no script does it.
ALL, NONE = "all", "none"
NO_KEYS = "[]"


@dataclass(frozen=True)
class FateCount:
    """How many secrets will meet this fate."""

    fate: Fate
    text: str
    tone: Tone


@dataclass(frozen=True)
class PlannedRow:
    """One row.

    `is_left_out` says that the person took it out of the run, and `has_moved` that somebody saved
    the secret since the person saw the plan.
    """

    row: Row
    is_left_out: bool
    has_moved: bool

    @property
    def tone(self) -> Tone:
        return TONES[self.row.fate]

    @property
    def word(self) -> str:
        return WORD[self.row.fate]

    @property
    def can_be_chosen(self) -> bool:
        return self.row.step is not None

    @property
    def url(self) -> str:
        """The secret's page, where there is one."""
        if not self.row.version:
            return ""
        ref = self.row.ref
        return reverse(f"{ref.kind.name}:detail", args=[ref.environment.name, ref.key])


@dataclass(frozen=True)
class ShownPlan:
    """A plan on a page.

    `with_rest` says that the run does what the page doesn't show, too. `moved` are the keys of rows
    whose secrets somebody saved since the person saw the plan.
    """

    plan: Plan
    left_out: Collection[str] = ()
    with_rest: bool = True
    moved: Collection[str] = ()

    @property
    def counts(self) -> tuple[FateCount, ...]:
        counts = self.plan.counts
        return tuple(_count(fate, counts[fate]) for fate in FATES if counts[fate])

    @property
    def rows(self) -> tuple[PlannedRow, ...]:
        rows = self.plan.rows[:MOST_ROWS]
        left_out = {*self.left_out, *self.moved}
        return tuple(PlannedRow(row, row.key in left_out, row.key in self.moved) for row in rows)

    @property
    def rest(self) -> str:
        """A sentence about the rows that the page doesn't show."""
        number = len(self.plan.rows) - MOST_ROWS
        if number <= 0:
            return ""
        return f"{number:,} more are not shown, of which {len(self._rest_keys):,} can be run."

    @property
    def rest_keys(self) -> str:
        """The keys of the rows that are run and not shown, as JSON."""
        return json.dumps(self._rest_keys)

    @property
    def _rest_keys(self) -> list[str]:
        rows = self.plan.rows[MOST_ROWS:]
        return [row.key for row in rows if row.step and row.fate != "conflict"]

    @property
    def shown(self) -> str:
        """The keys of the rows that have a box to tick, as JSON."""
        return json.dumps([planned.row.key for planned in self.rows if planned.can_be_chosen])

    @property
    def versions(self) -> str:
        """The versions that the person sees here, as JSON by the rows' keys."""
        return json.dumps(self.plan.versions)

    @property
    def can_be_run(self) -> bool:
        """Whether there is anything that a run could do."""
        return any(row.step for row in self.plan.rows)

    def ticked(self, sent: QueryDict) -> "ShownPlan":
        """The plan with all boxes ticked or cleared, of one fate or of all, if that was sent."""
        tick, look = sent.get("tick", ""), sent.get("look", "")
        if tick not in (ALL, NONE):
            return self
        here = {row.key for row in self.plan.rows[:MOST_ROWS] if look in ("", row.fate)}
        left_out, moved = frozenset(self.left_out), frozenset(self.moved)
        if tick == ALL:
            left_out, moved = left_out - here, moved - here
        else:
            left_out |= here
        with_rest = self.with_rest if look else tick == ALL
        return replace(self, left_out=left_out, with_rest=with_rest, moved=moved)


def _count(fate: Fate, number: int) -> FateCount:
    words = SINGULAR if number == 1 else WORDS
    return FateCount(fate, f"{number:,} {words[fate]}", TONES[fate])


class PlanForm(forms.Form):
    """What the form of a plan sends when it is run: why, and what the person saw and chose."""

    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")
    versions = forms.CharField(required=False, widget=forms.HiddenInput)
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    rest = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_versions(self) -> dict[str, str]:
        """The versions that the person saw in the plan, by the keys of its rows."""
        versions = _from_json(self.cleaned_data["versions"] or "{}")
        # The record names them, so what can't be a version's id stays out of it.
        if not isinstance(versions, dict) or not all(map(_is_version, versions.values())):
            raise ValidationError(BROKEN)
        return versions

    def clean_shown(self) -> tuple[str, ...]:
        """The keys of the rows that had a box to tick."""
        return _keys_in(self.cleaned_data["shown"])

    def clean_rest(self) -> tuple[str, ...]:
        """The keys of the rows that are to be run without a box."""
        return _keys_in(self.cleaned_data["rest"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        # Nobody would see the error of a hidden field, or of one that belongs to a plan.
        for name in ("reason", "versions", "shown", "rest"):
            for error in list(self.errors.get(name, ())):
                self.add_error(None, error)
        return cleaned

    def shown_plan(self, plan: Plan) -> ShownPlan:
        """The plan with the boxes as the person left them.

        What nobody decided isn't ticked, and neither is what somebody saved since.
        """
        sent = cast("QueryDict", self.data)
        shown = frozenset(self.cleaned_data.get("shown", ()))
        versions = self.cleaned_data.get("versions", {})
        moved = frozenset(
            row.key
            for row in plan.rows
            if row.key in shown and row.version != versions.get(row.key, "")
        )
        left_out = (shown | plan.undecided) - frozenset(sent.getlist("chosen"))
        with_rest = sent.get("rest") != NO_KEYS
        return ShownPlan(plan, left_out, with_rest, moved).ticked(sent)

    def has_lost_some(self, plan: Plan) -> bool:
        """Whether something was ticked that can't be run any more."""
        sent = cast("QueryDict", self.data)
        runnable = {row.key for row in plan.rows if row.step}
        ticked = {*sent.getlist("chosen")}.intersection(self.cleaned_data["shown"])
        return not ticked <= runnable

    def not_taken(self, plan: Plan) -> frozenset[str]:
        """The rows that are not to be run. Only what was planned and ticked is."""
        sent = cast("QueryDict", self.data)
        taken = {*sent.getlist("chosen"), *self.cleaned_data["rest"]}
        return frozenset(row.key for row in plan.rows) - taken


def _keys_in(sent: str) -> tuple[str, ...]:
    keys = _from_json(sent or NO_KEYS)
    if not isinstance(keys, list):
        raise ValidationError(BROKEN)
    return tuple(map(str, keys))


def _is_version(value: object) -> bool:
    return isinstance(value, str) and re.match(VERSION_ID, value) is not None


def _from_json(text: str) -> object:
    if len(text) > LONGEST_JSON:
        raise ValidationError(TOO_LONG)
    try:
        parsed: object = json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationError(BROKEN) from None
    return parsed
