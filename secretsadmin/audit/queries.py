"""What the record tells, for pages: an act with its outcome, as a sentence."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
from django.urls import reverse

from secretsadmin.audit.models import CLOCKS, Event, EventQuerySet, Outcome, outcomes
from secretsadmin.audit.refusals import LISTED, minute_of, totals
from secretsadmin.comparing import WHOLE
from secretsadmin.environments import Ref
from secretsadmin.kinds import BY_NAME
from secretsadmin.timeline import Move

# A timeline doesn't look back further than this; AWS keeps about a hundred versions.
MOVES = 500
# The acts that show what is stored and change nothing. There are many more of those than of changes.
LOOKS = tuple(f"{kind}.{verb}" for kind in BY_NAME for verb in ("open", "compare", "reveal", "copy"))
# How many acts a page tells of, and among how many it looks for them.
ACTS = 8
CHANGES = 12
RECENT = 500

_DONE = {
    "create": "created",
    "update": "changed",
    "roll-back": "rolled back",
    "label": "moved a label of",
    "delete": "scheduled the deletion of",
    "restore": "restored",
    "open": "opened",
    "compare": "compared a version of",
    "reveal": "revealed a field of",
    "copy": "copied",
}
_TRIED = {
    "create": "tried to create",
    "update": "tried to change",
    "roll-back": "tried to roll back",
    "label": "tried to label a version of",
    "delete": "tried to delete",
    "restore": "tried to restore",
    "open": "tried to open",
    "compare": "tried to compare",
    "reveal": "tried to reveal a field of",
    "copy": "tried to copy",
}
VERBS = tuple(_DONE)
# What a copy is called, by the word in the record. The other kinds of part have names of the person's own.
_COPIES = {
    "uri": "a URI",
    "json": "JSON",
    "environment-line": "an environment line",
    "airflow-command": "an Airflow command",
    "aws-command": "an AWS command",
    "terraform": "Terraform",
    "stored-text": "the stored text",
    WHOLE: "the stored text",
}
# Our own words among the error codes, which are AWS's otherwise.
_ERRORS = {"role": "The role doesn't allow it"}


@dataclass(frozen=True)
class Activity:
    """One act: the line that it began with, and the one that it ended with, if it has."""

    start: Event
    end: Event | None
    # Of a refusal that stands for others: how many there were in its minute.
    refusals: int = 0

    @property
    def _last(self) -> Event:
        return self.end or self.start

    @property
    def who(self) -> str:
        return self.start.user

    @property
    def when(self) -> datetime:
        return self.start.at

    @property
    def outcome(self) -> str:
        return self._last.outcome

    @property
    def sentence(self) -> str:
        verb = self.start.action.partition(".")[2]
        is_done = self.outcome == Outcome.SUCCEEDED
        told = _labelled(self._last, is_done=is_done) if verb == "label" else ""
        told = told or (_DONE if is_done else _TRIED).get(verb, verb)
        copied = _copied(self._parts) if verb == "copy" else ""
        return f"{told} the {BY_NAME[self.start.kind].singular}{copied}{self._place_among_refusals}"

    @property
    def _place_among_refusals(self) -> str:
        """Those before it stand in lines of their own; of those after it, few do."""
        return f", refusal {self.start.refusal:,} of {self.refusals:,} in that minute" if self.refusals else ""

    @property
    def fields(self) -> list[str]:
        """What it says of the secret's parts; a label and the form of a copy stand in the sentence already."""
        if self.start.action.endswith((".label", ".copy")):
            return []
        return ["all of it" if name == WHOLE else name for name in self._parts]

    @property
    def _parts(self) -> list[str]:
        """Where nothing was handed out, what was asked for is known all the same."""
        return list(self._last.fields or self.start.fields)

    @property
    def reason(self) -> str:
        return self.start.reason

    @property
    def environment(self) -> str:
        return self.start.environment

    @property
    def kind(self) -> str:
        return self.start.kind

    @property
    def id(self) -> str:
        return self.start.secret

    @property
    def url(self) -> str:
        return reverse(f"{self.kind}:detail", args=[self.environment, self.id]) if self.id else ""

    @property
    def ids(self) -> list[tuple[str, str]]:
        """What a log of AWS knows this act by, with labels."""
        return [
            ("Event", str(self.start.act)),
            ("Version", self._last.version),
            ("Version before", self._last.previous),
            ("AWS request", self._last.request_id),
            ("From", self.start.address or ""),
            ("Error", _ERRORS.get(self._last.error, self._last.error)),
        ]


def _copied(parts: Iterable[str]) -> str:
    """As what all of a secret was copied; nothing where that isn't known, as with whoever may not copy."""
    return "".join(f" as {_COPIES.get(part, part)}" for part in parts)


def _labelled(event: Event, *, is_done: bool) -> str:
    """What was done to a label; nothing where none was named, as with whoever may not do it."""
    if not event.fields:
        return ""
    label = f"the label “{event.fields[0]}”"
    if not event.version:
        return f"{'took' if is_done else 'tried to take'} {label} off a version of"
    if not event.previous:
        return f"{'put' if is_done else 'tried to put'} {label} on a version of"
    return f"{'moved' if is_done else 'tried to move'} {label} to another version of"


def with_outcomes(starts: Iterable[Event]) -> list[Activity]:
    """Acts from the lines that they began with; one more query for all, and one where somebody was refused a lot."""
    begun = list(starts)
    ends = outcomes(start.act for start in begun)
    counts = _refusals(begun)
    return [Activity(start, ends.get(start.act), counts.get(start.act, 0)) for start in begun]


def changes_and_looks(acts: EventQuerySet) -> tuple[list[Activity], list[Activity]]:
    """The last acts that were to change something, and apart from them those that only looked."""
    changes, looks = list(_changes(acts)), list(_looks(acts))
    told = with_outcomes([*changes, *looks])
    return told[: len(changes)], told[len(changes) :]


def changes_among(acts: EventQuerySet) -> list[Activity]:
    return with_outcomes(_changes(acts))


def looks_among(acts: EventQuerySet) -> list[Activity]:
    return with_outcomes(_looks(acts))


def _changes(acts: EventQuerySet) -> EventQuerySet:
    return _recent(acts).exclude(action__in=LOOKS)[:ACTS]


def _looks(acts: EventQuerySet) -> EventQuerySet:
    return _recent(acts).filter(action__in=LOOKS)[:ACTS]


def _recent(acts: EventQuerySet) -> EventQuerySet:
    """Where people look a lot, the last change can be far back, and no page goes through all of the record for it."""
    return Event.objects.started().filter(pk__in=acts.values("pk")[:RECENT])


def has_changes(acts: EventQuerySet, since: datetime) -> bool:
    """Whether any of the acts since then was to change something."""
    return acts.exclude(action__in=LOOKS).filter(at__gt=since).exists()


def _refusals(starts: Iterable[Event]) -> dict[UUID, int]:
    """How many there were in the minute of each refusal that stands for others, by its act."""
    minutes = {start: (start.user, minute_of(start.at)) for start in starts if (start.refusal or 0) > LISTED}
    known = totals(minutes.values())
    return {start.act: known.get(minute, start.refusal or 0) for start, minute in minutes.items()}


def last_changes(ref: Ref) -> list[Event]:
    """The last acts that put another value in place here, or another description; the newest first."""
    verbs = [f"{ref.kind}.{verb}" for verb in ("create", "update", "roll-back")]
    done = Event.objects.on(ref).filter(action__in=verbs, outcome=Outcome.SUCCEEDED)
    return list(done.order_by("-id")[:CHANGES])


def moves(ref: Ref, current: str, *, is_deleted: bool, since: datetime | None) -> list[Move]:
    """When acts of ours changed what Airflow reads of a secret, the oldest first; `current` carries AWSCURRENT now.

    `since` is when AWS made the secret: what came before was done to another one of the same name.
    """
    verbs = [f"{ref.kind}.{verb}" for verb in ("create", "update", "roll-back", "delete", "restore")]
    done = Event.objects.on(ref).filter(action__in=verbs, outcome__in=(Outcome.SUCCEEDED, Outcome.UNKNOWN))
    if since:
        done = done.filter(at__gt=since - CLOCKS)
    took_place = list(_took_place(done.order_by("-id")[:MOVES], current, is_deleted=is_deleted))
    return list(_moves(reversed(took_place)))


def _took_place(newest_first: Iterable[Event], current: str, *, is_deleted: bool) -> Iterator[Event]:
    """Without the acts of unknown outcome that didn't happen, by what the act after each found, or by what is now."""
    for event in newest_first:
        verb, is_sure = event.action.partition(".")[2], event.outcome == Outcome.SUCCEEDED
        if verb in ("delete", "restore"):
            if not is_sure and is_deleted != (verb == "delete"):
                continue
            is_deleted = verb == "restore"
        elif is_sure or (event.version and event.version == current):
            # A save and a roll back go through on top of the version that they name alone.
            current, is_deleted = event.previous, False
        else:
            continue
        yield event


def _moves(events: Iterable[Event]) -> Iterator[Move]:
    version = ""
    for event in events:
        verb = event.action.partition(".")[2]
        is_guarded = verb in ("update", "roll-back")
        if verb not in ("delete", "restore"):
            version = event.version
        to = "" if verb == "delete" else version
        by = event.user if verb == "roll-back" else ""
        yield Move(event.at, to, by, event.reason, event.previous if is_guarded else None)


def last_roll_back(ref: Ref) -> Event | None:
    """The roll back that put the current version in place, if no act of ours has moved it since."""
    verbs = [f"{ref.kind}.{verb}" for verb in ("create", "update", "roll-back")]
    done = Event.objects.on(ref).filter(outcome=Outcome.SUCCEEDED, action__in=verbs)
    last = done.exclude(version=F("previous")).order_by("-id").first()
    return last if last and last.action.endswith(".roll-back") else None


def last_move(ref: Ref, current: str) -> Event | None:
    """The act of ours that put the current version in place; none where another hand has moved it since."""
    verbs = [f"{ref.kind}.{verb}" for verb in ("create", "update", "roll-back")]
    moved = Event.objects.on(ref).that_may_have_written().filter(action__in=verbs)
    # A save of the description alone leaves the version where it was, and what isn't known may not have happened.
    sure = moved.exclude(version=F("previous")).filter(Q(outcome=Outcome.SUCCEEDED) | Q(version=current))
    last = sure.order_by("-id").first()
    return last if last and last.version == current else None


def changed_between(ref: Ref, one: str, other: str) -> tuple[str, ...]:
    """The fields in which two versions can differ, by the saves that led from one to the other; none where not known.

    Which of them was current when is no matter: each save names the version that it was made of.
    """
    verbs = [f"{ref.kind}.{verb}" for verb in ("create", "update")]
    saves = Event.objects.on(ref).exclude(outcome=Outcome.STARTED).filter(action__in=verbs).order_by("-id")[:MOVES]
    made_by = {event.version: event for event in saves if event.version == str(event.act)}
    ancestors, others = (list(_ancestry(version, made_by)) for version in (one, other))
    common = next((version for version in others if version in ancestors), None)
    if common is None:
        return ()
    back, forth = (line[: line.index(common)] for line in (ancestors, others))
    names = (name for version in (*back, *reversed(forth)) for name in made_by[version].fields)
    return tuple(dict.fromkeys(names))


def _ancestry(version: str, made_by: Mapping[str, Event]) -> Iterator[str]:
    """The version, the one that it was made of, and so on, as far as the record knows."""
    yield version
    while version in made_by:
        version = made_by[version].previous
        yield version
