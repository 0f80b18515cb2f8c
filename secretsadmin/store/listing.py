"""The metadata of an environment's secrets, which each worker process keeps in memory.

AWS's own list is slow (100 a page) and up to five minutes behind. So a listing is swept in the
background, and its age is shown. What the audit log knows to have been written since is described
one by one and laid over it.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from threading import BoundedSemaphore, Condition, Lock, Thread
from typing import Any, TypeVar

from secretsadmin import seen
from secretsadmin.audit.models import Event
from secretsadmin.audit.standing import Standing
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.seen import Sight
from secretsadmin.store import aws, reads
from secretsadmin.store.errors import NotFound, StoreError
from secretsadmin.store.marks import Marks, marks_of
from secretsadmin.store.reads import Secret
from secretsadmin.store.recorded import last_writes, placeholder, shows
from secretsadmin.store.sweep import LAG, News, laid_over, mark_of, news_ahead, pages

log = logging.getLogger(__name__)

STALE = timedelta(seconds=60)
RETRY = timedelta(seconds=10)
# How much of its time a page waits for AWS's first page, or for all of AWS's pages.
PATIENCE = 0.8
# How much it waits where the person has seen a newer list. After that the page asks again by
# itself.
PATIENCE_WITH_THE_SEEN = 0.3
# How many requests of a process wait for lists at once, as each keeps a thread. All others get what
# is known by now, as if AWS took too long.
MOST_WAITING = 4
# A page asks AWS about so many written secrets at most. Of the others it shows what the audit log
# knows, and the next page asks about them.
DESCRIBED_AT_ONCE = 10

T = TypeVar("T")


@dataclass(frozen=True)
class Snapshot:
    """A listing as it is known now.

    `as_of` is when AWS was last asked for all of it, and `loading` says that AWS is being asked.
    `failed` is when the problem arose. `newer` is the time of a list that the person has seen
    elsewhere, where that is newer than this one. Times are UTC.
    """

    secrets: tuple[Secret, ...]
    as_of: datetime | None
    loading: bool
    problem: StoreError | None
    failed: datetime | None = None
    newer: datetime | None = None


@dataclass
class Listing:
    """One kind of one environment.

    Its lock is held for as long as memory takes, and never while AWS is asked.
    """

    environment: Environment
    kind: Kind
    _secrets: dict[str, Secret] = field(default_factory=dict)
    _news: dict[str, News] = field(default_factory=dict)
    _scheduled: int | None = None
    _glanced: tuple[Secret, ...] | None = None
    _mark: str | None = None
    _as_of: datetime | None = None
    _begun: datetime | None = None
    _sweeping: bool = False
    _problem: StoreError | None = None
    _failed: datetime | None = None
    _changed: Condition = field(default_factory=Condition)
    _revision: int = 0
    _worked_out: dict[object, tuple[object, Any]] = field(default_factory=dict)

    @cached_property
    def standing(self) -> Standing:
        """What the record says of these secrets, as this process knows it."""
        return Standing(self.environment.name, self.kind.name)

    @property
    def name(self) -> str:
        return f"{self.environment.name}/{self.kind.name}"

    @property
    def size(self) -> int | None:
        """How many secrets there are; None until AWS was asked for all of them."""
        if self._as_of is None:
            return None
        return len(self._secrets)

    @property
    def scheduled(self) -> int:
        """How many of them are known to wait for their deletion."""
        with self._changed:
            if self._scheduled is None:
                # Each page's menu asks, and a large list is looked through once for all of them.
                waiting = [secret for secret in self._secrets.values() if secret.deleted]
                self._scheduled = len(waiting)
            return self._scheduled

    def marks(self) -> Marks:
        """What the record knows by now of the secrets that are known here."""
        self.standing.catch_up()
        return self.worked_out(marks_of)

    def worked_out(self, work: Callable[[Mapping[str, Secret], Standing], T]) -> T:
        """What this function makes of the secrets by their keys, and of what the record says.

        It works once for all that ask, until something else is known or the day is over.
        """
        with self._changed:
            state = (self.standing.revision, self._revision, _now().date())
            result: T
            known_state, result = self._worked_out.get(work, (None, None))
            if known_state == state:
                return result
            secrets = dict(self._secrets)
        result = work(secrets, self.standing)
        with self._changed:
            self._worked_out[work] = (state, result)
        return result

    @aws.deadline()
    def read(self) -> Snapshot:
        """What is known now.

        It starts a sweep where one is due. A cold listing waits for AWS's first page, and one that
        is older than what the person has seen waits a little for AWS, too.
        """
        self.begin()
        with self._changed:
            if self._as_of is None:
                self._wait_until(lambda: self._has_page() or not self._sweeping, PATIENCE)
        placeholders = {
            write.secret: placeholder(self.environment, self.kind, write)
            for write in self._learn_of(self._missing_writes())
        }
        sight = seen.last(self.name)
        if sight:
            self._catch_up(sight)
        with self._changed:
            return self._snapshot(placeholders, sight)

    def glance(self, *, may_ask: bool) -> Snapshot:
        """What this process remembers, sorted by id, for pages that wait for nothing.

        Where the page may ask and a sweep is due, AWS is asked in the background. As long as
        nothing changes, the secrets are the same tuple.
        """
        if may_ask and self._is_due():
            self.sweep()
        with self._changed:
            if self._glanced is None:
                by_id = sorted(self._secrets.values(), key=attrgetter("searched"))
                self._glanced = tuple(by_id)
            return Snapshot(self._glanced, self._as_of, self._sweeping, self._problem, self._failed)

    def begin(self) -> None:
        """Start a sweep where one is due, and don't wait for it."""
        if self._is_due():
            self.sweep()

    @aws.deadline()
    def sweep_and_wait(self) -> Snapshot:
        """Refresh by hand: wait for AWS's answer as long as a page may take."""
        self.sweep()
        with self._changed:
            self._wait_until(lambda: not self._sweeping, PATIENCE)
        return self.read()

    @aws.deadline()
    def get(self, ref: Ref) -> Secret | None:
        """One secret's metadata, without asking AWS for a list.

        None where it isn't known, or where the person may have seen something newer.
        """
        self._learn_of(self._missing_writes(ref.key))
        sight = seen.last(self.name)
        with self._changed:
            news = self._news.get(ref.key)
            is_recent = news is not None and sight is not None and news.at >= sight.as_of
            if sight and not self._reaches(sight) and not is_recent:
                return None
            return self._secrets.get(ref.key)

    def remembered(self, ref: Ref) -> Secret | None:
        """One secret's metadata as this process remembers it, however old that is."""
        with self._changed:
            return self._secrets.get(ref.key)

    def remembered_secrets(self) -> tuple[Secret, ...]:
        """All that this process remembers, however old that is."""
        with self._changed:
            return tuple(self._secrets.values())

    def _snapshot(self, placeholders: Mapping[str, Secret], sight: Sight | None) -> Snapshot:
        secrets = tuple({**placeholders, **self._secrets}.values())
        newer = None
        if sight and not self._reaches(sight):
            newer = sight.as_of
        elif self._as_of:
            seen.note(self.name, Sight(self._as_of, self._marked()))
        return Snapshot(secrets, self._as_of, self._sweeping, self._problem, self._failed, newer)

    def _has_page(self) -> bool:
        """Whether it holds anything of AWS's list, beside what was written here."""
        return bool(self._secrets.keys() - self._news.keys())

    def _catch_up(self, sight: Sight) -> None:
        """Ask AWS where the person has seen a newer list.

        A sweep that is under way may have begun before that, so AWS is asked up to twice.
        """
        for _ in range(2):
            with self._changed:
                if self._reaches(sight) or self._is_resting():
                    return
            self.sweep()
            with self._changed:
                self._wait_until(lambda: not self._sweeping, PATIENCE_WITH_THE_SEEN)

    def _reaches(self, sight: Sight) -> bool:
        """Whether this is at least as new as what was seen.

        A list that says the same as a newer one becomes as new.
        """
        if self._as_of is None:
            return False
        if self._as_of < sight.as_of and self._marked() == sight.mark:
            self._as_of = sight.as_of
        return self._as_of >= sight.as_of

    def _marked(self) -> str:
        """This listing's mark: all listings that say the same have the same one."""
        if self._mark is None:
            self._mark = mark_of(self._secrets.values())
        return self._mark

    def sweep(self) -> None:
        """Ask AWS for all of it in the background, unless that is under way."""
        with self._changed:
            if self._sweeping:
                return
            self._sweeping = True
            self._begun = _now()
        Thread(target=self._sweep, args=(self._begun,), name="listing", daemon=True).start()

    def _is_due(self) -> bool:
        if self._is_resting():
            return False
        # A failure may be over by now.
        if self._problem is not None or self._as_of is None:
            return True
        return _now() - self._as_of > STALE

    def _is_resting(self) -> bool:
        """After a failure AWS is left alone for a moment, and pages are quick."""
        return self._failed is not None and _now() - self._failed < RETRY

    def _sweep(self, begun: datetime) -> None:
        problem: StoreError | None = None
        try:
            self._take_pages(begun)
        except StoreError as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - a thread has nobody above it who could report this.
            log.error("a listing broke off", extra={"error": type(error).__name__})
            problem = StoreError(type(error).__name__)
        with self._changed:
            self._sweeping = False
            self._note_problem(problem)
            self._changed.notify_all()

    def _take_pages(self, begun: datetime) -> None:
        listed: dict[str, Secret] = {}
        for page in pages(self.environment, self.kind):
            listed |= page
            if self._as_of is None:
                with self._changed:
                    self._secrets |= {key: page[key] for key in page if key not in self._news}
                    self._forget_sums()
                    self._changed.notify_all()
            # A secret's mark is worked out once, and what a search looks through, too. That takes a
            # moment, and nobody waits for this thread.
            mark_of(page.values())
            for secret in page.values():
                _ = secret.searched
        with self._changed:
            self._news = news_ahead(self._news, begun - LAG, listed)
            self._secrets = laid_over(listed, self._news)
            self._forget_sums()
            self._as_of = begun

    def _note_problem(self, problem: StoreError | None) -> None:
        if problem is None:
            self._problem = self._failed = None
        else:
            self._problem, self._failed = problem.detached(), _now()

    def _forget_sums(self) -> None:
        """What was counted over all secrets is counted anew when somebody asks."""
        self._scheduled = self._mark = self._glanced = None
        self._revision += 1

    def _wait_until(self, is_so: Callable[[], bool], share: float) -> None:
        """Wait for a sweep, for at most that share of the page's time.

        It doesn't wait where as many requests do so already as may.
        """
        if not _waiting.acquire(blocking=False):
            return
        try:
            self._changed.wait_for(is_so, aws.seconds_left(share))
        finally:
            _waiting.release()

    def learn(self, secret: Secret) -> None:
        """Take over what this process has just written, so that AWS needn't be asked for it."""
        self._take(secret.ref.key, News(_now(), secret))

    def _missing_writes(self, key: str = "") -> list[Event]:
        """The last write to each secret that doesn't show here, or to that of this key alone."""
        since = min(self._begun or _now(), self._as_of or _now()) - LAG
        writes = last_writes(self.environment, self.kind, since, key)
        with self._changed:
            return [write for write in writes.values() if not self._shows(write)]

    def _shows(self, write: Event) -> bool:
        news = self._news.get(write.secret)
        if news is not None and news.at >= write.at:
            return True
        secret = self._secrets.get(write.secret)
        return secret is not None and shows(secret, write)

    def _learn_of(self, writes: Iterable[Event]) -> list[Event]:
        """Ask AWS what became of the written secrets, one call each.

        Returns the writes that remain, because there are too many or AWS fails.
        """
        remaining = list(writes)
        for _ in range(DESCRIBED_AT_ONCE):
            if not remaining or self._is_resting() or not self._describe(remaining[0]):
                break
            del remaining[0]
        return remaining

    def _describe(self, write: Event) -> bool:
        """Whether AWS told what became of the secret."""
        secret = None
        try:
            secret = reads.describe(Ref.from_key(self.environment, self.kind, write.secret))
        except (NotFound, InvalidId, KindDisabled):
            pass
        except StoreError as error:
            with self._changed:
                self._note_problem(error)
            return False
        self._take(write.secret, News(write.at, secret))
        return True

    def _take(self, key: str, news: News) -> None:
        with self._changed:
            if key in self._news and self._news[key].at > news.at:
                # Another thread learnt something newer in the meantime.
                return
            if sight := seen.last(self.name):
                # The list may say the same as what was seen now, and won't once it has this news.
                self._reaches(sight)
            self._news[key] = news
            self._forget_sums()
            if news.secret:
                self._secrets[key] = news.secret
            else:
                self._secrets.pop(key, None)


_listings: dict[tuple[int, str], Listing] = {}
_lock = Lock()
_waiting = BoundedSemaphore(MOST_WAITING)


def listing(environment: Environment, kind: Kind) -> Listing:
    """This process's listing of one kind of one environment."""
    with _lock:
        # An environment whose configuration has changed is another object, and begins cold. The
        # listing holds the old object, so no new one gets its identity.
        return _listings.setdefault((id(environment), kind.name), Listing(environment, kind))


def forget() -> None:
    """Start cold, as a new worker does."""
    with _lock:
        _listings.clear()


def learn(ref: Ref, change: Callable[[Secret], Secret]) -> None:
    """Apply to the listing what was just done to a secret.

    Where it isn't known here, AWS is asked for it when somebody needs it.
    """
    here = listing(ref.environment, ref.kind)
    if secret := here.remembered(ref):
        here.learn(change(secret))


def find(ref: Ref) -> Secret:
    """One secret's metadata: from memory, or one call.

    Where AWS fails, it is what this process remembers. Raises NotFound, InvalidId, KindDisabled and
    any StoreError.
    """
    ref.check_name()
    here = listing(ref.environment, ref.kind)
    if secret := here.get(ref):
        return secret
    try:
        secret = reads.describe(ref)
    except NotFound:
        raise
    except StoreError:
        if remembered := here.remembered(ref):
            return remembered
        raise
    if here.remembered(ref):
        here.learn(secret)
    return secret


def _now() -> datetime:
    return datetime.now(UTC)
