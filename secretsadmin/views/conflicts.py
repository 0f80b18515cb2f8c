"""What happened to a secret while somebody was editing it, and what they can choose from now."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from secretsadmin import comparing
from secretsadmin.audit import queries
from secretsadmin.audit.models import Actor, NotRecorded
from secretsadmin.comparing import WHOLE, Choice, Fields, Row
from secretsadmin.environments import Ref
from secretsadmin.forms import DESCRIPTION, NOWHERE, SecretForm
from secretsadmin.kinds import Field
from secretsadmin.store import listing, reads
from secretsadmin.store.errors import NotFound, NoValue, StoreError
from secretsadmin.store.reads import VERSION_ID, Secret, Value
from secretsadmin.views.answers import problem_of

MAX_CHOICES = 200


@dataclass(frozen=True)
class ShownConflict:
    """What happened while the person was typing; `version` is the one to save on top of, with open eyes."""

    version: str
    by: str
    when: datetime | None
    fields: tuple[str, ...]
    deleted: datetime | None = None

    @property
    def on_top_of(self) -> str:
        return self.version or NOWHERE


@dataclass(frozen=True)
class ShownChoice:
    """A part with the side that is chosen for it, if one is; `missing` where it was asked for and not told."""

    part: Choice
    chosen: str
    missing: bool


@dataclass(frozen=True)
class ShownWays:
    """What both did: the parts to choose between, those with nothing to choose, and why there is no more to see.

    `lines` are those of two texts that can only be had as wholes. Without `is_complete`, what the person began with
    isn't known; where not even theirs is, there is nothing to choose.
    """

    open: tuple[ShownChoice, ...] = ()
    settled: tuple[Choice, ...] = ()
    lines: tuple[Row, ...] = ()
    is_complete: bool = True
    can_choose: bool = True
    problems: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether there is a part for which nothing is chosen."""
        return any(not each.chosen for each in self.open)

    @property
    def has_missing(self) -> bool:
        return any(each.missing for each in self.open)

    @property
    def withholds(self) -> bool:
        """Whether there is a part of which the person isn't told if it was changed."""
        parts = (*(each.part for each in self.open), *self.settled)
        return any(part.state == "withheld" for part in parts)

    @property
    def has_theirs(self) -> bool:
        """Whether taking all of mine would take anything back that they changed."""
        return any(each.part.state != "mine" for each in self.open)


def conflict_of(ref: Ref, version: str) -> ShownConflict:
    """What became of a secret since this version of it. Raises NotFound, and any StoreError."""
    return _conflict(reads.describe(ref), version)


def conflict_context(ref: Ref, form: SecretForm, actor: Actor, *, theirs: Value | None = None) -> dict[str, Any]:
    """The conflict of a form that was checked, for its page: two recorded disclosures, less `theirs` if it is known.

    Where something can't be read there is less to see; never an error, because with that would go what was typed.
    """
    try:
        secret = reads.describe(ref)
    except StoreError as error:
        return {"conflict": None, "ways": ShownWays(can_choose=False, problems=(problem_of(error).sentence,))}
    listing.learn(ref, lambda _: secret)
    return {"conflict": _conflict(secret, form.opened_on), "ways": _ways(secret, form, actor, theirs)}


def _conflict(secret: Secret, version: str) -> ShownConflict:
    moved = queries.last_move(secret.ref, secret.current)
    return ShownConflict(
        version=secret.current,
        by=moved.user if moved else "",
        when=moved.at if moved else secret.changed,
        fields=queries.changed_between(secret.ref, version, secret.current),
        deleted=secret.deleted,
    )


def _ways(secret: Secret, form: SecretForm, actor: Actor, known: Value | None) -> ShownWays:
    is_known = known is not None and known.version == secret.current
    theirs, problem = (known.text, "") if known and is_known else _read(secret.ref, secret.current, actor)
    if theirs is None:
        return ShownWays(can_choose=False, problems=(f"What they saved can't be shown. {problem}",))
    try:
        over = form.laid_over(theirs)
    except ValidationError as error:
        told = f"Your input doesn't fit onto theirs. {' '.join(error.messages)}"
        return ShownWays(can_choose=False, problems=(told,))
    base, problem = _read(secret.ref, form.opened_on, actor)
    base, mine, problem = _with_mine(form, base, problem)
    choices = (*_choices(form, base, theirs, mine, over), *_description(secret, form))
    return ShownWays(
        open=tuple(_shown(each, form, secret.current) for each in choices if each.is_open),
        settled=tuple(each for each in choices if not each.is_open),
        lines=_lines(form, theirs, over) if any(each.name == WHOLE and each.is_open for each in choices) else (),
        is_complete=base is not None,
        problems=(f"What you started from can't be shown. {problem}",) if base is None else (),
    )


def _read(ref: Ref, version: str, actor: Actor) -> tuple[str | None, str]:
    """A version's text, or why there is none to show; an empty one where there was no version."""
    if not version:
        return "", ""
    if not re.match(VERSION_ID, version):
        return None, "The form names no version."
    try:
        return reads.reveal(ref, "compare", actor=actor, version=version).text, ""
    except NotFound:
        return None, "AWS no longer has that version."
    except NoValue:
        return None, "It holds no text, so what stays masked in your form would be empty."
    except (StoreError, NotRecorded) as error:
        return None, problem_of(error).sentence


def _with_mine(form: SecretForm, base: str | None, problem: str) -> tuple[str | None, str, str]:
    """What the input makes of the text that it was begun with. Where it makes nothing, that text is of no use."""
    if base is None:
        return None, "", problem
    try:
        return base, form.laid_over(base), ""
    except ValidationError as error:
        return None, "", " ".join(error.messages)


def _choices(form: SecretForm, base: str | None, theirs: str, mine: str, over: str) -> tuple[Choice, ...]:
    """The parts to choose between; nobody goes through more than a few of them, and no form takes a thousand."""
    found = _by_part(form, base, theirs, mine, over)
    if sum(each.is_open for each in found) <= MAX_CHOICES:
        return found
    was, there, own, laid_over = (form.as_told(_whole(text)) for text in (base or "", theirs, mine, over))
    typed = _typed(form, there, laid_over)
    return comparing.three_ways(None if base is None else was, there, own, laid_over=laid_over, typed=typed)


def _whole(text: str) -> Fields:
    return (Field(WHOLE, "All of it", text),) if text else ()


def _by_part(form: SecretForm, base: str | None, theirs: str, mine: str, over: str) -> tuple[Choice, ...]:
    if base is None:
        there, laid_over = form.ways((theirs, over))
        left = {each.name for each in laid_over if form.leaves_alone(each.name)}
        return comparing.three_ways(
            None, there, laid_over, laid_over=laid_over, typed=_typed(form, there, laid_over), left_alone=left
        )
    was, there, own, laid_over = form.ways((base, theirs, mine, over))
    typed = _typed(form, was, there, own, laid_over)
    return comparing.three_ways(was, there, own, laid_over=laid_over, typed=typed)


def _typed(form: SecretForm, *sides: Fields) -> frozenset[str]:
    """The masked parts that whoever may not see them has typed."""
    return frozenset(
        each.name for side in sides for each in side if each.masked and not form.may_learn and form.retypes(each.name)
    )


def _description(secret: Secret, form: SecretForm) -> tuple[Choice, ...]:
    """It belongs to no version, so what it was is known from the form alone."""
    texts = (form.data.get("initial-description"), secret.description, form.data.get("description"))
    if texts[0] is None or texts[2] is None:
        return ()
    base, theirs, mine = ((Field(DESCRIPTION, "Description", text, masked=False),) if text else () for text in texts)
    return comparing.three_ways(base, theirs, mine, laid_over=theirs if texts[0] == texts[2] else mine)


def _shown(choice: Choice, form: SecretForm, version: str) -> ShownChoice:
    """What was chosen before holds for as long as theirs is the same."""
    chosen = form.chosen.get(choice.key, "") if form.on_top_of == version else ""
    missing = form.on_top_of == version and choice.key in form.unchosen
    return ShownChoice(choice, chosen or choice.usual, missing)


def _lines(form: SecretForm, theirs: str, mine: str) -> tuple[Row, ...]:
    found = comparing.rows(*form.parts(theirs, mine))
    return tuple(row for row in found if row.state != "same") if len(found) > 1 else ()
