"""What became of an act that nobody saw end: what the record and AWS's metadata tell of it later.

The record comes first. A later act that was carried out names the version that it found, and so
tells whether the act before it happened, also where somebody has moved on since.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from secretsadmin.action import Action
from secretsadmin.actions import DELETE, LABEL, RESTORE, TAG, action_of
from secretsadmin.audit.deletions import SHORTEST, days_of
from secretsadmin.audit.models import DESCRIPTION, Event, Outcome
from secretsadmin.audit.queries import later_saves, later_writes
from secretsadmin.audit.recording import Act
from secretsadmin.config.ref import Ref
from secretsadmin.store import aws, errors, reads, traces
from secretsadmin.store.intents import carried_out, tags_carried_out
from secretsadmin.store.reads import Secret

# The words of the record for how it was found out.
NOT_DONE, NO_TRACE = "NotDone", "NoTrace"
IN_PART, PERHAPS_IN_PART = errors.PartlySaved.__name__, "PerhapsPartly"
# AWS drops versions without a label, when they are a day old and there are many of them.
KEPT = timedelta(days=1)
MANY = 90


@dataclass(frozen=True)
class Verdict:
    """How an act ended, and what its outcome's line says of it."""

    outcome: str
    act: Act


@aws.deadline()
def verdict(begun: Event, last_line: Event, ref: Ref, now: datetime) -> Verdict:
    """What became of a write that began with this line; up to three calls.

    Raises any StoreError, except that the secret may be gone.
    """
    case = Case(begun, last_line, ref, now)
    return _judge_of(action_of(begun.action))(case)


@dataclass(frozen=True)
class Case:
    """One act, and whatever there is to judge it by."""

    begun: Event
    last_line: Event
    ref: Ref
    now: datetime

    @property
    def token(self) -> str:
        return str(self.begun.act)

    @property
    def previous(self) -> str:
        return self.begun.previous

    @cached_property
    def act(self) -> Act:
        """The act as its own process noted it."""
        line = self.last_line
        return Act(
            fields=tuple(line.fields or self.begun.fields),
            version=line.version or self.begun.version,
            previous=line.previous or self.begun.previous,
            format=line.format or "",
            holds=tuple(line.holds or ()),
            request_id=line.request_id,
            id=self.begun.act,
        )

    @cached_property
    def later(self) -> list[Event]:
        return later_writes(self.begun)

    def later_with(self, is_such: Callable[[Event], bool]) -> Iterable[Event]:
        return filter(is_such, self.later)

    @cached_property
    def secret(self) -> Secret | None:
        """The secret as it is now; None where it is gone."""
        try:
            return reads.describe(self.ref)
        except errors.NotFound:
            return None

    @cached_property
    def versions(self) -> frozenset[str]:
        """All versions that AWS has, also those without a label."""
        if self.secret is None:
            return frozenset()
        return frozenset(version.id for version in reads.versions(self.ref))

    @cached_property
    def made_version(self) -> bool:
        """Whether the act's own version is there."""
        if self.secret is None:
            return False
        return self.token in self.secret.versions or self.token in self.versions

    def is_older_than(self, age: timedelta) -> bool:
        return self.begun.at < self.now - age


def _moves_current(event: Event) -> bool:
    return action_of(event.action).effect == "puts"


def _by_record(case: Case, to: str) -> bool | None:
    """Whether AWSCURRENT came to this version, by the next act that names what it found."""
    for event in case.later_with(_moves_current):
        if event.previous == to:
            return True
        if event.previous == case.previous:
            return False
    return None


def _has_moved(case: Case, to: str, *, is_own: bool) -> bool | None:
    """Whether AWSCURRENT came to this version from the one where the act found it."""
    by_record = _by_record(case, to)
    if by_record is not None or case.secret is None:
        return by_record
    previous = case.previous
    if traces.current_has_moved(case.secret, to=to, version=previous, is_own=is_own):
        return True
    if traces.current_never_moved(case.secret, version=previous):
        return False
    return None


def _created(case: Case) -> Verdict:
    is_named = any(event.previous == case.token for event in case.later_with(_moves_current))
    made: bool | None = is_named or case.made_version
    # By now the secret may have been deleted for good, and even made anew.
    if not made and case.is_older_than(SHORTEST):
        made = None
    version = case.token if made is not False else ""
    return _verdict(made, replace(case.act, version=version, previous=""))


def _updated(case: Case) -> Verdict:
    moved = _has_moved_to_own(case)
    changes = {}
    if case.secret:
        changes = carried_out(case.begun, case.secret, later_saves(case.begun))
    if moved is False and not case.made_version:
        return _described(case, changes)
    act = replace(case.act, version=case.token)
    if moved:
        act = _with_description(act, changes)
        act.error = _of_the_rest(changes)
    return _verdict(moved, act)


def _has_moved_to_own(case: Case) -> bool | None:
    if case.secret is None or case.made_version:
        return _has_moved(case, case.token, is_own=True)
    by_record = _by_record(case, case.token)
    may_be_dropped = case.is_older_than(KEPT) and len(case.versions) >= MANY
    if by_record is None and not may_be_dropped:
        return False
    return by_record


def _described(case: Case, changes: Mapping[str, bool | None]) -> Verdict:
    """A save that left the value as it was, because it changed what belongs to it, or failed."""
    act = replace(case.act, version=case.previous, format="", holds=())
    made = set(changes.values())
    if True in made:
        act = _with_description(act, changes)
        act.error = _of_the_rest(changes)
        return _verdict(True, act)
    if None in made:
        return _verdict(None, act)
    return _verdict(False, act)


def _of_the_rest(changes: Mapping[str, bool | None]) -> str:
    """The error of a save that was carried out: whether all of it was."""
    if False in changes.values():
        return IN_PART
    if None in changes.values():
        return PERHAPS_IN_PART
    return ""


def _with_description(act: Act, changes: Mapping[str, bool | None]) -> Act:
    if changes.get(DESCRIPTION) and DESCRIPTION not in act.fields:
        return replace(act, fields=(*act.fields, DESCRIPTION))
    return act


def _rolled_back(case: Case) -> Verdict:
    return _verdict(_has_moved(case, case.begun.version, is_own=False), case.act)


def _labelled(case: Case) -> Verdict:
    label, to, version = case.begun.fields[0], case.begun.version, case.previous

    def is_same(event: Event) -> bool:
        return action_of(event.action) == LABEL and event.fields == case.begun.fields

    # An outcome without a version took the label off, and not every line has one.
    act = replace(case.act, version=to, previous=version)
    for event in case.later_with(is_same):
        if event.previous in (to, version):
            return _verdict(event.previous == to, act)
    if case.secret is None:
        return _verdict(None, act)
    versions = case.secret.versions
    return _verdict(traces.label_has_moved(versions, label, to=to, version=version), act)


def _tagged(case: Case) -> Verdict:
    if case.secret is None:
        return _verdict(None, case.act)
    made = set(tags_carried_out(case.begun, case.secret, later_saves(case.begun)))
    if True not in made:
        return _verdict(None if None in made else False, case.act)
    error = "" if made == {True} else errors.PartlyTagged.__name__
    return _verdict(True, replace(case.act, error=error))


def _deleted(case: Case) -> Verdict:
    # Only of a secret that was scheduled can a deletion be taken back.
    taken_back = _next_of(case, DELETE, RESTORE)
    if taken_back:
        return _verdict(taken_back == RESTORE, case.act)
    if case.secret is None:
        return _verdict(None, case.act)
    days = days_of(case.begun) or timedelta()
    return _verdict(traces.is_deleted(case.secret, case.begun.at, days.days), case.act)


def _restored(case: Case) -> Verdict:
    deleted_again = _next_of(case, DELETE, RESTORE)
    if deleted_again:
        return _verdict(deleted_again == DELETE, case.act)
    if case.secret is None:
        return _verdict(None, case.act)
    return _verdict(case.secret.deleted is None, case.act)


def _next_of(case: Case, *actions: Action) -> Action | None:
    """Which of these actions was the next to be carried out."""
    for event in case.later:
        if action_of(event.action) in actions:
            return action_of(event.action)
    return None


def _verdict(happened: bool | None, act: Act) -> Verdict:  # noqa: FBT001 - an answer, and no option.
    if happened is None:
        return Verdict(Outcome.UNKNOWN, replace(act, error=NO_TRACE))
    if not happened:
        return Verdict(Outcome.FAILED, replace(act, error=NOT_DONE))
    return Verdict(Outcome.SUCCEEDED, act)


def _of_version(action: Action) -> Callable[[Case], Verdict]:
    if action.is_on_top:
        return _updated
    return _created


def _judge_of(action: Action) -> Callable[[Case], Verdict]:
    """The judge of an act, by what its action does to AWS."""
    if action.makes_version:
        return _of_version(action)
    if action.effect == "puts":
        return _rolled_back
    if action.effect == "hides":
        return _deleted
    if action.effect == "shows":
        return _restored
    if action == TAG:
        return _tagged
    return _labelled
