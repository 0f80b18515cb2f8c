"""What the site does by itself, every second or every minute, and which worker does it.

Each worker process has a thread for it, which gunicorn.conf.py starts and stops. A lease in the
database lets one of them work for all. If that one is killed, another takes over when the lease
runs out.
"""

import logging
import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

from django.db import DatabaseError, connections

from secretsadmin.audit import configuration, failures, leases, stream, verifying
from secretsadmin.doctor import probes
from secretsadmin.store import watching
from secretsadmin.store.reconciling import Reconciler

log = logging.getLogger(__name__)

LEASE = "housekeeping"
# A holder asks for its lease anew, and the others for theirs, every third of a lease.
LEASE_SECONDS, RENEWAL_SECONDS = 30, 10
TICK_SECONDS = 1
# How long a worker that ends waits for what is under way. gunicorn kills it after 30 seconds.
LAST_SECONDS = 10


@dataclass(frozen=True)
class Task:
    """Something to do every so many seconds, from the first moment on.

    It runs beside the other tasks, and never beside itself in the same process. Where the database
    was gone for longer than a lease, another process may have begun with it, too. `last` is what
    runs when the last worker ends, if anything does.
    """

    name: str
    seconds: float
    run: Callable[[], object]
    last: Callable[[], object] | None = None


TASKS: tuple[Task, ...] = (
    Task("configuration", 60, configuration.remember),
    Task("reconcile", 60, Reconciler().run),
    Task("sign-in failures", 60, failures.tell, last=failures.tell),
    Task("watch", watching.SECONDS, watching.scan),
    Task("probes", 3600, probes.clear_up),
    Task("verify", 60, verifying.go_on),
    Task("stream", 1, stream.run, last=stream.finish),
)


class Housekeeping:
    """The tasks of one process, which run while it has the lease."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.tasks = tasks
        self.holder = str(uuid.uuid4())
        # By the monotonic clock: until when the lease is ours, and when to ask for it again.
        self._until = self._renewal = -math.inf
        self._due: dict[str, float] = {}
        self._runs: dict[str, Thread] = {}
        self._is_ending = Event()
        self._thread = Thread(target=self._work, name="housekeeping", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let what is under way end, do the last things, and give the lease back."""
        self._is_ending.set()
        self._thread.join(2 * LAST_SECONDS)

    @property
    def is_working(self) -> bool:
        return self._thread.is_alive()

    def _work(self) -> None:
        while not self._is_ending.is_set():
            if self._has_lease():
                self._begin_due_tasks()
            self._is_ending.wait(TICK_SECONDS)
        self._end()
        connections.close_all()

    def _has_lease(self) -> bool:
        now = monotonic()
        if now >= self._renewal:
            self._renewal = now + RENEWAL_SECONDS
            self._ask_for_lease(now)
        return now < self._until

    def _ask_for_lease(self, now: float) -> None:
        try:
            has_lease = leases.take(LEASE, self.holder, LEASE_SECONDS)
        except DatabaseError as error:
            # What was granted before still counts until it runs out.
            log.error("no lease", extra={"error": type(error).__name__})
        else:
            self._until = now + LEASE_SECONDS if has_lease else -math.inf
        finally:
            connections.close_all()

    def _begin_due_tasks(self) -> None:
        for task in self.tasks:
            is_due = monotonic() >= self._due.get(task.name, -math.inf)
            if is_due and not self._is_under_way(task):
                self._due[task.name] = monotonic() + task.seconds
                run = Thread(target=_run, args=(task.name, task.run), name=task.name, daemon=True)
                self._runs[task.name] = run
                run.start()

    def _is_under_way(self, task: Task) -> bool:
        return task.name in self._runs and self._runs[task.name].is_alive()

    def _end(self) -> None:
        deadline = monotonic() + LAST_SECONDS
        for run in self._runs.values():
            run.join(max(0, deadline - monotonic()))
        # The last worker to end does the last things, whichever had the lease before.
        self._renewal = -math.inf
        if not self._has_lease():
            return
        for task in self.tasks:
            if task.last and not self._is_under_way(task):
                _run(task.name, task.last)
        try:
            leases.give_back(LEASE, self.holder)
        except DatabaseError as error:
            log.error("no lease given back", extra={"error": type(error).__name__})


def _run(name: str, run: Callable[[], object]) -> None:
    try:
        run()
    except Exception as error:  # noqa: BLE001 - the next pass tries again, and other tasks go on.
        log.error("a task broke off", extra={"task": name, "error": type(error).__name__})
    finally:
        connections.close_all()


_of_this_process: list[Housekeeping] = []


def start() -> None:
    """Begin in this process, which must be a worker's: threads don't survive a fork."""
    housekeeping = Housekeeping(TASKS)
    _of_this_process.append(housekeeping)
    housekeeping.start()


def stop() -> None:
    """End what began in this process, if anything did."""
    while _of_this_process:
        _of_this_process.pop().stop()
