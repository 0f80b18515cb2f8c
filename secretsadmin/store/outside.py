"""What changed of a secret between two looks, and which of it acts of this dashboard explain.

AWS's list is behind, several processes act at once, and the lines of their acts come in any order.
So an act explains what it may have done, unless a later one surely undid that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from secretsadmin.actions import LABEL, action_of
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.observations import (
    APPEARED,
    MADE,
    MOVED,
    RESTORED,
    SCHEDULED,
    TAKEN,
    VANISHED,
)
from secretsadmin.store.reads import CURRENT, PREVIOUS, Secret
from secretsadmin.store.writes import CANDIDATE

_MAY_HAVE_HAPPENED = (Outcome.STARTED, Outcome.SUCCEEDED, Outcome.UNKNOWN)
# A label that was put on a version is taken off again where the act fails.
_MAY_HAVE_LABELLED = (*_MAY_HAVE_HAPPENED, Outcome.FAILED)
_DELETION = "deletion"


class Seen(NamedTuple):
    """A secret as a look found it: each label's version, and whether its deletion is scheduled."""

    labels: Mapping[str, str]
    is_scheduled: bool


@dataclass(frozen=True)
class Change:
    """Something that happened outside, by its word in `audit/observations.py`."""

    what: str
    labels: tuple[str, ...] = ()
    version: str = ""
    previous: str = ""


@dataclass(frozen=True)
class Claim:
    """What an act may have left behind: any of the `results`.

    `begun` and `ended` are the numbers of its lines; `ended` is None while it has no outcome.
    """

    begun: int
    ended: int | None
    results: frozenset[object]
    is_sure: bool


@dataclass
class Claims:
    """What the acts of this dashboard may have done to one secret since it was seen last.

    `until` is the number of the record's last line when the secret was looked at. `makers` are the
    versions that were made here, whenever that was.
    """

    until: int
    makers: frozenset[str] = frozenset()
    # Whether the deletion of the secret was due by an act.
    is_end_due: bool = False
    is_created: bool = False
    _by_aspect: dict[str, list[Claim]] = field(default_factory=dict)

    def add(self, aspect: str, claim: Claim) -> None:
        self._by_aspect.setdefault(aspect, []).append(claim)

    def explain(self, aspect: str, result: object) -> bool:
        claims = self._by_aspect.get(aspect, [])
        return any(
            result in claim.results and not self._is_overtaken(claim, result, claims)
            for claim in claims
        )

    def _is_overtaken(self, claim: Claim, result: object, claims: Iterable[Claim]) -> bool:
        """Whether another act surely replaced the result, before the secret was looked at."""
        if claim.ended is None:
            return False
        for other in claims:
            is_later = other.begun > claim.ended
            is_over = other.ended is not None and other.ended <= self.until
            if other.is_sure and is_later and is_over and result not in other.results:
                return True
        return False


def seen_in(secret: Secret) -> Seen:
    labels = {}
    for version, names in secret.versions.items():
        for name in names:
            labels[name] = version
    return Seen(labels, secret.deleted is not None)


def claims_of(lines: Iterable[Event], until: int) -> Claims:
    """What the acts with these lines may have done. The lines are in order."""
    claims = Claims(until)
    acts: dict[UUID, list[Event]] = {}
    for line in lines:
        acts.setdefault(line.act, []).append(line)
    for act in acts.values():
        _claim(claims, act)
    return claims


def _claim(claims: Claims, act: list[Event]) -> None:
    last = act[-1]
    action = action_of(last.action)
    if action == LABEL and last.fields and last.outcome in _MAY_HAVE_LABELLED:
        claims.add(_aspect_of(last.fields[0]), _claim_of(act, {last.version}, {last.previous}))
    if last.outcome not in _MAY_HAVE_HAPPENED:
        return
    if action.creates:
        claims.is_created = True
    # A save of the description alone leaves AWSCURRENT where it is. An act that was broken off may
    # have sent a version without having noted it.
    moves = last.version != last.previous or last.outcome == Outcome.STARTED
    if action.effect == "puts" and moves:
        claims.add(_aspect_of(CURRENT), _claim_of(act, {last.version}, {str(last.act)}))
    if action.effect in ("hides", "shows") or action.creates:
        claims.add(_DELETION, _claim_of(act, {action.effect == "hides"}))


def _claim_of(act: list[Event], done: set[object], otherwise: Iterable[object] = ()) -> Claim:
    """A claim of an act that has `done` this; or perhaps something else, where it isn't sure."""
    first, last = act[0], act[-1]
    is_sure = last.outcome == Outcome.SUCCEEDED
    return Claim(
        begun=first.id if first.begins else 0,
        ended=None if last.outcome == Outcome.STARTED else last.id,
        results=frozenset(done if is_sure else done.union(otherwise)),
        is_sure=is_sure,
    )


def _aspect_of(label: str) -> str:
    return f"label {label}"


def changes(before: Seen | None, now: Seen | None, claims: Claims) -> list[Change]:
    """What no act explains."""
    if now is None:
        if before is None or claims.is_end_due:
            return []
        return [Change(VANISHED, previous=before.labels.get(CURRENT, ""))]
    if before is None:
        if not claims.is_created:
            return [Change(APPEARED, version=now.labels.get(CURRENT, ""))]
        before = Seen({}, is_scheduled=False)
    return [*_changed_deletion(before, now, claims), *_changed_labels(before, now, claims)]


def _changed_deletion(before: Seen, now: Seen, claims: Claims) -> list[Change]:
    if before.is_scheduled == now.is_scheduled or claims.explain(_DELETION, now.is_scheduled):
        return []
    if now.is_scheduled:
        return [Change(SCHEDULED)]
    return [Change(RESTORED)]


def _changed_labels(before: Seen, now: Seen, claims: Claims) -> list[Change]:
    found = _strange_versions(before, now, claims)
    strange = {change.version for change in found}
    for label in sorted({*before.labels, *now.labels}):
        version, previous = now.labels.get(label, ""), before.labels.get(label, "")
        if not is_watched(label) or version == previous or version in strange:
            continue
        if claims.explain(_aspect_of(label), version):
            continue
        found.append(Change(MOVED if version else TAKEN, (label,), version, previous))
    return found


def _strange_versions(before: Seen, now: Seen, claims: Claims) -> list[Change]:
    """The versions that nobody made here and that weren't there before, with their labels."""
    known = {*before.labels.values(), *claims.makers}
    found = []
    for version in dict.fromkeys(now.labels.values()):
        if version in known:
            continue
        labels = []
        for label, holder in sorted(now.labels.items()):
            if holder == version and is_watched(label):
                labels.append(label)
        previous = before.labels.get(labels[0], "") if labels else ""
        found.append(Change(MADE, tuple(labels), version, previous))
    return found


def is_watched(label: str) -> bool:
    """Whether it means something that this label moves.

    AWSPREVIOUS follows AWSCURRENT by itself, and ours are on versions that wait.
    """
    return label != PREVIOUS and not label.upper().startswith(CANDIDATE)
