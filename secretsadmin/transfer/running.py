"""Carries out many acts one by one, each an ordinary act of the store with its own record.

A run goes on in the background of the worker that began it, and nothing of it is stored: values are
in its steps, in memory alone, and how far it is stands in the record. A worker that dies leaves a
run that is honest about what was done.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections

from secretsadmin import correlation
from secretsadmin.access import policy
from secretsadmin.audit.batches import PLANNED, VERB, is_stop_asked
from secretsadmin.audit.recording import (
    Act,
    Actor,
    NotRecorded,
    Place,
    record_denied,
    recording_at,
)
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.noted import RUN
from secretsadmin.store.errors import (
    BadCredentials,
    Misconfigured,
    StoreError,
    Throttled,
    Unavailable,
)
from secretsadmin.transfer.pace import pace_of

log = logging.getLogger(__name__)

# A step that AWS throttled is tried again so many times, beside what botocore tries.
TRIES = 5
# After so many failures on end that concern the whole environment, the run gives up.
MOST_FAILURES = 5
# How old the answers may be to whether somebody asked the run to stop, and what the person may do.
SECONDS = 0.5
# So many runs a process carries out at once.
MOST_RUNS = 4
# How long a worker that ends waits for the acts that are under way.
LAST_SECONDS = 10

_OF_THE_ENVIRONMENT = (Unavailable, BadCredentials, Misconfigured)


class TooManyRuns(Exception):
    """Raised where this process carries out as many runs as it may."""


class Stopped(Exception):
    """Raised inside of a run's record where the run ends before all of it is done."""

    outcome = "failed"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# Why a run ended early, by its word in the record.
BY_SOMEBODY, BY_WORKER, BY_AWS, BY_RECORD = "Stopped", "WorkerEnded", "AwsSilent", "NotRecorded"
IN_PART = "InPart"


@dataclass(frozen=True)
class Step:
    """One act of the store, or several of the same call.

    `needs` are the rights that the person must have for each of the secrets at that moment.
    `carry_out` raises what the store raises. A step of several secrets returns how many of its acts
    ended how, and `of` makes the same step for some of them. `limit` names the calls that AWS
    limits together, of which it makes `calls`.
    """

    refs: tuple[Ref, ...]
    needs: tuple[str, ...]
    carry_out: Callable[[Actor], object] = field(repr=False)
    limit: str = "create"
    calls: int = 1
    tries: int = 0
    # Rights that it needs to other secrets, such as those that a promotion reads.
    also: tuple[tuple[str, Ref], ...] = ()
    of: Callable[[tuple[Ref, ...]], "Step"] | None = field(default=None, repr=False)

    def without(self, refs: Collection[Ref]) -> "Step | None":
        """What can be carried out of it without these secrets, if anything can."""
        if not refs:
            return self
        left = tuple(ref for ref in self.refs if ref not in refs)
        if not left or self.of is None:
            return None
        return replace(self.of(left), tries=self.tries)

    def rights_to(self, ref: Ref) -> tuple[tuple[str, Ref], ...]:
        """All rights that it needs for one of its secrets, each to a secret."""
        return (*((verb, ref) for verb in self.needs), *self.also)


@dataclass(frozen=True)
class Order:
    """What is to be run, by whom.

    `verb` is what people call it. Without a `user` it is somebody at the command line, whom no
    grant limits. `closing` gives what else the run's last line says.
    """

    environment: Environment
    verb: str
    steps: tuple[Step, ...]
    actor: Actor
    user: User | None = None
    kind: Kind | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    closing: Callable[[], Mapping[str, Any]] = dict

    @property
    def planned(self) -> int:
        return sum(len(step.refs) for step in self.steps)


class Run:
    """One run of an order."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.id: UUID = uuid4()
        # The run is told of by a thread of its own, which answers no request.
        self._request = correlation.current()
        self.counts: Counter[str] = Counter()
        self.is_ending, self.has_ended = Event(), Event()
        self._why = ""
        self._steps = deque(order.steps)
        self._failures = 0
        self._lock = Lock()
        self._checked = 0.0
        self._user = order.user

    def carry_out(self, begun: Callable[[], object] = lambda: None) -> None:
        """All of it, in this thread and its pool; `begun` is called once the record has begun.

        Raises NotRecorded where nothing was begun.
        """
        order = self.order
        said = {VERB: order.verb, PLANNED: order.planned, **order.details}
        asked = {"request": self._request} if self._request else {}
        act = Act(id=self.id, details={**said, **asked})
        kind = order.kind.name if order.kind else ""
        place = Place(order.environment.name, kind)
        try:
            with (
                correlation.within(str(self.id)),
                recording_at(place, RUN, actor=order.actor, act=act, reason=order.reason),
            ):
                begun()
                self._carry_out_steps()
                act.details = {**said, **self.counts, **order.closing()}
                self._raise_if_in_part()
        except Stopped:
            return
        finally:
            self.has_ended.set()

    def stop(self, why: str) -> None:
        """Let it end after the acts that are under way."""
        self._why = self._why or why
        self.is_ending.set()

    def _carry_out_steps(self) -> None:
        threads = settings.BATCH_THREADS
        with ThreadPoolExecutor(threads, thread_name_prefix="run") as pool:
            for work in [pool.submit(self._work) for _ in range(threads)]:
                work.result()

    def _raise_if_in_part(self) -> None:
        if self._why:
            raise Stopped(self._why)
        if self.counts.total() != self.counts["succeeded"]:
            raise Stopped(IN_PART)

    def _work(self) -> None:
        try:
            with correlation.within(str(self.id)):
                while step := self._next_step():
                    self._take(step)
        finally:
            connections.close_all()

    def _next_step(self) -> Step | None:
        self._look_around()
        with self._lock:
            if self.is_ending.is_set() or not self._steps:
                return None
            return self._steps.popleft()

    def _look_around(self) -> None:
        """Ask the database now and then who wants what."""
        with self._lock:
            if monotonic() - self._checked < SECONDS:
                return
            self._checked = monotonic()
        try:
            if is_stop_asked(self.id):
                self.stop(BY_SOMEBODY)
            if self.order.user:
                self._user = User.objects.filter(pk=self.order.user.pk).first()
        except DatabaseError as error:
            # What was known before still counts. No act begins while nothing can be recorded.
            log.error("a run can't look around", extra={"error": type(error).__name__})

    def _take(self, step: Step) -> None:
        pace = pace_of(self.order.environment.name, step.limit)
        pace.wait_for_turn(step.calls, self.is_ending)
        if self.is_ending.is_set():
            return
        try:
            allowed = self._allowed(step)
            if allowed is None:
                return
            step = allowed
            ended = step.carry_out(self.order.actor)
        except Throttled:
            pace.note_throttled()
            self._put_back(step)
        except NotRecorded:
            # Nothing was done. A database that is only busy takes the record a little later.
            self._put_back_unrecorded(step)
        except (StoreError, ValidationError) as error:
            self._note(str(getattr(error, "outcome", "failed")), step)
            self._count_failures(error)
        except Exception as error:  # noqa: BLE001 - one act that breaks off doesn't end the run.
            log.error("an act of a run broke off", extra={"error": type(error).__name__})
            self._note("unknown", step)
        else:
            pace.note_answered()
            self._failures = 0
            self._note("succeeded", step, ended)

    def _allowed(self, step: Step) -> Step | None:
        """The step, as far as the person may still do this. What they may not is recorded."""
        if self.order.user is None:
            return step
        denied = [ref for ref in step.refs if self._is_denied(step, ref)]
        allowed = step.without(denied)
        left = len(allowed.refs) if allowed else 0
        with self._lock:
            self.counts += Counter(denied=len(step.refs) - left)
        return allowed

    def _is_denied(self, step: Step, ref: Ref) -> bool:
        for verb, place in step.rights_to(ref):
            if not self._may(verb, place):
                record_denied(Place.of(place), verb, actor=self.order.actor)
                return True
        return False

    def _may(self, verb: str, ref: Ref) -> bool:
        if self._user is None:
            return False
        return policy.may(self._user, verb, ref.environment, ref.kind, ref)

    def _put_back_unrecorded(self, step: Step) -> None:
        if step.tries >= TRIES:
            self.stop(BY_RECORD)
            return
        self._put_back(step)

    def _put_back(self, step: Step) -> None:
        if step.tries >= TRIES:
            self._note("failed", step)
            return
        with self._lock:
            self._steps.append(replace(step, tries=step.tries + 1))

    def _note(self, outcome: str, step: Step, ended: object = None) -> None:
        counts = ended if isinstance(ended, Counter) else Counter({outcome: len(step.refs)})
        with self._lock:
            self.counts += counts

    def _count_failures(self, error: Exception) -> None:
        if not isinstance(error, _OF_THE_ENVIRONMENT):
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            self.stop(BY_AWS)


_runs: dict[UUID, Run] = {}
_starting = Lock()


def start(order: Order) -> UUID:
    """Begin in the background of this process. Returns the run's id.

    Raises NotRecorded and TooManyRuns, and then nothing was begun.
    """
    run = Run(order)
    with _starting:
        if len(_runs) >= MOST_RUNS:
            raise TooManyRuns
        _runs[run.id] = run
    begun: Future[None] = Future()
    Thread(target=_carry_out, args=(run, begun), name="run", daemon=True).start()
    begun.result()
    return run.id


def _carry_out(run: Run, begun: "Future[None]") -> None:
    try:
        run.carry_out(lambda: begun.set_result(None))
    except Exception as error:  # noqa: BLE001 - a thread has nobody above it who could report this.
        if not begun.done():
            begun.set_exception(error)
            return
        log.error("a run broke off", extra={"error": type(error).__name__})
    finally:
        _runs.pop(run.id, None)
        connections.close_all()


def stop_here(ids: Iterable[UUID]) -> None:
    """Stop these runs at once, as far as this process carries them out."""
    for id_ in ids:
        if run := _runs.get(id_):
            run.stop(BY_SOMEBODY)


def stop_all() -> None:
    """This process ends: let the acts that are under way end, and begin no others."""
    for run in list(_runs.values()):
        run.stop(BY_WORKER)
    wait(LAST_SECONDS)


def wait(seconds: float) -> None:
    """Wait for the runs that this process carries out to end."""
    until = monotonic() + seconds
    for run in list(_runs.values()):
        run.has_ended.wait(max(0.0, until - monotonic()))
