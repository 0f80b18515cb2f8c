"""What the audit log is told: an act around the block that carries it out, or what is done at once.

No record, no action: `recording` commits "started" before its block runs, and an outcome after it.
The act's UUID is the ClientRequestToken of the call that it records, so a version in AWS names the
act that made it.
"""

import getpass
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn, Self

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from secretsadmin import correlation
from secretsadmin.action import Action
from secretsadmin.actions import action_of
from secretsadmin.audit import budgets, chain, refusals
from secretsadmin.audit.budgets import OverBudget
from secretsadmin.audit.models import Event, Outcome, since_begun
from secretsadmin.audit.storable import MAX_SECRET, MAX_USER, Details, named, ordered, storable
from secretsadmin.audit.turns import in_turn
from secretsadmin.config.addresses import ip_of
from secretsadmin.config.ref import Ref

log = logging.getLogger(__name__)

OUTCOME_ATTEMPTS = 3

# What all lines of an act have in common, by their columns.
_Base = dict[str, str | None]
# A line that is to be written: that, the act, and its outcome.
_Line = tuple[_Base, "Act", str]


class NotRecorded(Exception):
    """The audit log took no record, so nothing else was done."""


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where.

    `peer` is the proxy's address where a proxy said the other one; empty without a proxy.
    """

    user: str
    address: str | None = None
    peer: str = ""


# What the dashboard does by itself, and what happens without it, has no person's name.
NOBODY = Actor("")


def at_the_command_line(name: str = "") -> Actor:
    """Whoever runs a command on this machine. Their name there may be that of an account here.

    A `name` is what they said of themselves, which nobody has checked.
    """
    user = getpass.getuser()
    if name:
        return Actor(f"{name} (by {user}, at the command line)")
    return Actor(f"{user} (at the command line)")


@dataclass(frozen=True)
class Place:
    """Where somebody tries something, by names, because a place that doesn't exist has no more.

    All of it is empty for what concerns the site as a whole.
    """

    environment: str = ""
    kind: str = ""
    secret: str = ""

    @classmethod
    def of(cls, ref: Ref) -> Self:
        return cls(ref.environment.name, ref.kind.name, ref.key)


@dataclass
class Act:
    """What an act adds to its record while it runs: names and ids, never values."""

    fields: tuple[str, ...] = ()
    version: str = ""
    previous: str = ""
    format: str = ""
    holds: tuple[str, ...] = ()
    request_id: str = ""
    error: str = ""
    refusal: int | None = None
    count: int | None = None
    details: Details | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def token(self) -> str:
        return str(self.id)


# The act that this thread is in the middle of. AWS is asked for nothing that shows or changes a
# secret without one: see store/aws.py.
_current: ContextVar[Act | None] = ContextVar("act", default=None)
_acting: ContextVar[Actor | None] = ContextVar("actor", default=None)


def current_act() -> Act | None:
    return _current.get()


def current_actor() -> Actor | None:
    """Who carries out the act that this thread is in the middle of; None outside of one."""
    return _acting.get()


@contextmanager
def recording(
    ref: Ref,
    verb: str,
    *,
    actor: Actor,
    reason: str = "",
    act: Act | None = None,
) -> Iterator[Act]:
    """Record an act around the block that carries it out.

    Raises NotRecorded and OverBudget before the block runs. `act` is what is known of it when it
    begins, and is handed to the block.

    An exception may carry an `outcome` and a `code`. Without one the outcome is unknown, or failed
    for a ValidationError, because a form that raises it stores nothing.
    """
    base = _base(Place.of(ref), f"{ref.kind.name}.{verb}", actor, reason)
    try:
        check = _budget_of(ref, verb, actor)
        with _around(base, act or Act(), actor, check) as begun:
            yield begun
    except OverBudget as error:
        record_denied(Place.of(ref), verb, actor=actor, why=error.code)
        raise


@contextmanager
def recording_at(
    place: Place,
    action: Action,
    *,
    actor: Actor,
    act: Act | None = None,
    reason: str = "",
) -> Iterator[Act]:
    """The same for an act on no secret, in an environment or on the site as a whole."""
    base = _base(place, action.audit_name, actor, reason)
    with _around(base, act or Act(), actor) as begun:
        yield begun


@contextmanager
def recording_many(
    refs: Sequence[Ref], verb: str, *, actor: Actor, reason: str = ""
) -> Iterator[list[Act]]:
    """Record the same act on several secrets around the block that carries out all of them.

    It takes one transaction before the block, and one after it. Raises NotRecorded before the block
    runs. An act whose `error` the block sets has failed. An exception ends all of them as it ends
    one act. There is no budget: the block shows nobody what it reads.
    """
    bases = [_base(Place.of(ref), f"{ref.kind.name}.{verb}", actor, reason) for ref in refs]
    acts = [Act(details=_with_peer(None, actor)) for _ in refs]
    _begin_all(list(zip(bases, acts, strict=True)))
    token, acting = _current.set(acts[0]), _acting.set(actor)
    try:
        yield acts
    except Exception as error:
        outcome = _outcome_of(error)
        for act in acts:
            act.error = str(getattr(error, "code", None) or type(error).__name__)
        _end_all([(base, act, outcome) for base, act in zip(bases, acts, strict=True)])
        raise
    finally:
        _acting.reset(acting)
        _current.reset(token)
    _end_all([(base, act, _outcome_among(act)) for base, act in zip(bases, acts, strict=True)])


def _outcome_among(act: Act) -> str:
    if act.error:
        return Outcome.FAILED
    return Outcome.SUCCEEDED


def _budget_of(ref: Ref, verb: str, actor: Actor) -> Callable[[], None] | None:
    """What has to hold when the act begins, over all workers."""
    if not action_of(f"{ref.kind.name}.{verb}").is_budgeted:
        return None
    return partial(budgets.check, actor.user, ref.environment)


@contextmanager
def _around(
    base: _Base,
    act: Act,
    actor: Actor,
    check: Callable[[], None] | None = None,
) -> Iterator[Act]:
    act.details = _with_peer(act.details, actor)
    _start(base, act, check)
    token, acting = _current.set(act), _acting.set(actor)
    try:
        yield act
    except Exception as error:
        act.error = str(getattr(error, "code", None) or type(error).__name__)
        _finish(base, act, _outcome_of(error))
        raise
    finally:
        _acting.reset(acting)
        _current.reset(token)
    _finish(base, act, Outcome.SUCCEEDED)


def _outcome_of(error: Exception) -> str:
    otherwise = Outcome.UNKNOWN
    if isinstance(error, ValidationError):
        otherwise = Outcome.FAILED
    return str(getattr(error, "outcome", otherwise))


def note(
    action: str,
    *,
    actor: Actor,
    place: Place = Place(),
    act: Act | None = None,
    outcome: str = Outcome.SUCCEEDED,
) -> None:
    """Record what happens at once, in one line. Raises NotRecorded.

    `action` is a name of the audit log, such as `session.sign-in`. Inside a transaction of the
    caller's the line is a part of it.
    """
    act = act or Act()
    act.details = _with_peer(act.details, actor)
    try:
        with in_turn(), transaction.atomic():
            _write(_base(place, action, actor), act, outcome, begins=True)
    except DatabaseError as error:
        _not_recorded(error)


def record_denied(place: Place, verb: str, *, actor: Actor, why: str = "role") -> None:
    """Record that the person's roles or budget don't allow what they tried. Raises NotRecorded.

    Otherwise somebody could fill the record by refusals. So most of those in a minute are only
    counted.
    """
    act = Act(error=why, details=_with_peer(None, actor))
    base = _base(place, f"{place.kind}.{verb}", actor)
    try:
        with in_turn(), transaction.atomic(durable=True):
            act.refusal = refusals.count(actor.user, timezone.now())
            if refusals.is_recorded(act.refusal):
                _write(base, act, Outcome.STARTED, begins=True)
                _write(base, act, Outcome.DENIED)
    except DatabaseError as error:
        _not_recorded(error)


class Overtaken(Exception):
    """Another process recorded how the act ended, and knows better."""


def conclude(last_line: Event, begun: Event, act: Act, outcome: str) -> None:
    """Record how an act ended whose process couldn't, or couldn't tell.

    Raises Overtaken where `last_line` isn't the act's last one any more, and NotRecorded.
    """
    base = {
        "user": begun.user,
        "address": begun.address,
        "environment": begun.environment,
        "kind": begun.kind,
        "secret": begun.secret,
        "action": begun.action,
        "reason": begun.reason,
        "correlation": begun.correlation,
    }
    act.details = {**(act.details or {}), **since_begun(begun)}
    try:
        with in_turn(), transaction.atomic(durable=True):
            _write(base, act, outcome)
            # By now nobody else can append, so what is there stays the last line.
            lines = Event.objects.filter(act=act.id).order_by("-id")
            if lines[1].id != last_line.id:
                raise Overtaken
    except DatabaseError as error:
        _not_recorded(error)


def _base(place: Place, action: str, actor: Actor, reason: str = "") -> _Base:
    return {
        "user": named(actor.user, MAX_USER),
        "address": _plain_address(actor.address),
        "environment": place.environment,
        "kind": place.kind,
        "secret": named(place.secret, MAX_SECRET),
        "action": action,
        "reason": storable(reason)[:1000],
        "correlation": correlation.current(),
    }


def _with_peer(details: Details | None, actor: Actor) -> Details | None:
    """The details, and the proxy through which the person came: it may be mistaken about them."""
    if not actor.peer:
        return details
    return {**(details or {}), "peer": actor.peer}


def _plain_address(text: str | None) -> str | None:
    """The address in the one spelling that every database gives back."""
    address = ip_of(text or "")
    if address is None:
        return None
    return str(address)


def _start(base: _Base, act: Act, check: Callable[[], None] | None) -> None:
    try:
        with in_turn(), transaction.atomic(durable=True):
            chain.take_turn()
            if check:
                check()
            _write(base, act, Outcome.STARTED, begins=True)
    except DatabaseError as error:
        _not_recorded(error)


def _begin_all(acts: Iterable[tuple[_Base, Act]]) -> None:
    try:
        with in_turn(), transaction.atomic(durable=True):
            chain.append(*(_line(base, act, Outcome.STARTED, begins=True) for base, act in acts))
    except DatabaseError as error:
        _not_recorded(error)


def _not_recorded(error: DatabaseError) -> NoReturn:
    log.error("the audit log takes no record", extra={"error": type(error).__name__})
    raise NotRecorded from None


def _finish(base: _Base, act: Act, outcome: str) -> None:
    _end_all([(base, act, outcome)])


def _end_all(lines: Sequence[_Line]) -> None:
    # The acts are done, and an error here can't undo them. So this tries more than once while the
    # database is busy. If all tries fail, they stay "started" until somebody asks AWS.
    for attempt in range(1, OUTCOME_ATTEMPTS + 1):
        try:
            _append(lines)
        except DatabaseError as error:
            for _, act, _ in lines:
                log.error(
                    "an outcome was not recorded",
                    extra={"act": act.token, "attempt": attempt, "error": type(error).__name__},
                )
        else:
            return


def _append(lines: Iterable[_Line]) -> None:
    with in_turn(), transaction.atomic(durable=True):
        chain.append(*(_line(base, act, outcome) for base, act, outcome in lines))


def _write(base: _Base, act: Act, outcome: str, *, begins: bool = False) -> None:
    chain.append(_line(base, act, outcome, begins=begins))


def _line(base: _Base, act: Act, outcome: str, *, begins: bool = False) -> Event:
    return Event(
        **base,
        act=act.id,
        outcome=outcome,
        begins=begins,
        fields=[named(name) for name in act.fields],
        version=act.version,
        previous=act.previous,
        format=act.format or None,
        holds=[named(name) for name in act.holds] or None,
        refusal=act.refusal,
        request_id=act.request_id[:128],
        error=act.error[:64],
        count=act.count,
        details=ordered(act.details),
    )
