"""Questions to the record: who changed a secret last, what moved AWSCURRENT when, is it whole."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import F, Q

from secretsadmin.actions import (
    MAKING,
    MOVING,
    PUTTING_IN_PLACE,
    ROLL_BACK,
    action_of,
    audit_actions,
)
from secretsadmin.audit.models import CLOCKS, Event, EventQuerySet, Outcome
from secretsadmin.config.ref import Ref
from secretsadmin.diff.timeline import Move

# How many acts a timeline looks back. AWS keeps about a hundred versions.
MOST_MOVES = 500
MOST_CHANGES = 12


def last_changes(ref: Ref) -> list[Event]:
    """The last acts here that put a value in place or changed the description, newest first."""
    done = _acts(ref, PUTTING_IN_PLACE).filter(outcome=Outcome.SUCCEEDED)
    return done.that_stand().newest(MOST_CHANGES)


def moves(ref: Ref, current: str, *, is_deleted: bool, since: datetime | None) -> list[Move]:
    """When acts here changed what Airflow reads of a secret, oldest first.

    `current` is the version that carries AWSCURRENT now. `since` is when AWS made the secret:
    earlier acts belong to another secret of the same name.
    """
    outcomes = (Outcome.SUCCEEDED, Outcome.UNKNOWN)
    done = _acts(ref, MOVING).filter(outcome__in=outcomes).that_stand()
    newest_first = done.newest(MOST_MOVES)
    if since:
        newest_first = [event for event in newest_first if event.acted_at > since - CLOCKS]
    effective = list(_those_that_happened(newest_first, current, is_deleted=is_deleted))
    return list(_moves(reversed(effective)))


def _those_that_happened(
    newest_first: Iterable[Event], current: str, *, is_deleted: bool
) -> Iterator[Event]:
    """Leave out the acts of unknown outcome that didn't happen.

    What the next act found, or what AWS has now, shows whether an act happened.
    """
    for event in newest_first:
        effect = action_of(event.action).effect
        is_sure = event.outcome == Outcome.SUCCEEDED
        if effect == "puts":
            if not is_sure and (not event.version or event.version != current):
                continue
            # Before the act, the version that it names as previous was current.
            current, is_deleted = event.previous, False
        else:
            if not is_sure and is_deleted != (effect == "hides"):
                continue
            is_deleted = effect == "shows"
        yield event


def _moves(events: Iterable[Event]) -> Iterator[Move]:
    current = ""
    for event in events:
        action = action_of(event.action)
        if action.effect == "puts":
            current = event.version
        version = current
        if action.effect == "hides":
            version = ""
        rolled_back_by = ""
        if action == ROLL_BACK:
            rolled_back_by = event.user
        after = None
        if action.is_on_top:
            after = event.previous
        yield Move(event.acted_at, version, rolled_back_by, event.reason, after)


def later_saves(begun: Event) -> list[Event]:
    """The lines with which later saves of the same secret began, whatever became of them."""
    saves = _since(begun).filter(action=begun.action, begins=True, details__isnull=False)
    return list(saves.order_by("id")[:MOST_MOVES])


def _since(begun: Event) -> EventQuerySet:
    return Event.objects.filter(
        environment=begun.environment, kind=begun.kind, secret=begun.secret, id__gt=begun.id
    )


def later_writes(begun: Event) -> list[Event]:
    """What is known to have been done to the same secret since this act began, oldest first."""
    done = _since(begun).that_may_have_written().filter(outcome=Outcome.SUCCEEDED)
    others = done.exclude(act=begun.act).order_by("id")[:MOST_MOVES]
    later = [event for event in others if event.place > begun.id]
    return sorted(later, key=lambda event: event.place)


def last_roll_back(ref: Ref) -> Event | None:
    """The rollback that put the current version in place, unless a later act here moved it."""
    done = _acts(ref, PUTTING_IN_PLACE).filter(outcome=Outcome.SUCCEEDED).that_stand()
    last = done.exclude(version=F("previous")).newest(MOST_CHANGES)[:1]
    if not last or action_of(last[0].action) != ROLL_BACK:
        return None
    return last[0]


def last_move(ref: Ref, current: str) -> Event | None:
    """The act here that put the current version in place, if nobody outside moved it since."""
    written = _acts(ref, PUTTING_IN_PLACE).that_may_have_written()
    # A save of the description alone leaves the version in place, and an act of unknown outcome may
    # not have happened.
    moved = written.exclude(version=F("previous"))
    happened = moved.filter(Q(outcome=Outcome.SUCCEEDED) | Q(version=current))
    last = happened.newest(MOST_CHANGES)[:1]
    if not last or last[0].version != current:
        return None
    return last[0]


def changed_between(ref: Ref, version: str, other_version: str) -> tuple[str, ...]:
    """The fields in which two versions can differ, from the saves that lead from one to the other.

    Empty where the record doesn't connect them, or doesn't say what a save changed. Each save names
    the version on top of which it was made, so it doesn't matter when either was current.
    """
    ended = _acts(ref, MAKING).exclude(outcome=Outcome.STARTED)
    saves = ended.order_by("-id")[:MOST_MOVES]
    made_by = {event.version: event for event in saves if event.version == str(event.act)}
    ancestors = list(_ancestry(version, made_by))
    other_ancestors = list(_ancestry(other_version, made_by))
    common = next((ancestor for ancestor in other_ancestors if ancestor in ancestors), None)
    if common is None:
        return ()
    back = ancestors[: ancestors.index(common)]
    forth = other_ancestors[: other_ancestors.index(common)]
    names: list[str] = []
    for step in (*back, *reversed(forth)):
        if made_by[step].is_vague:
            return ()
        names.extend(made_by[step].fields)
    return tuple(dict.fromkeys(names))


def _ancestry(version: str, made_by: Mapping[str, Event]) -> Iterator[str]:
    """The version, the version that it was made of, and so on, as far as the record goes."""
    yield version
    while version in made_by:
        version = made_by[version].previous
        yield version


def _acts(ref: Ref, verbs: Iterable[str]) -> EventQuerySet:
    return Event.objects.on(ref).filter(action__in=audit_actions([ref.kind], verbs))
