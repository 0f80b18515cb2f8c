"""What is there: the metadata of an environment's secrets, kept in memory by each worker process.

AWS's own list is slow (100 a page) and up to five minutes behind. So a listing is swept in the background, its age is
shown, and what the audit log knows to have been written since is described one by one and laid over it.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, reduce
from operator import xor
from threading import BoundedSemaphore, Condition, Lock, Thread
from typing import Any

from secretsadmin import seen
from secretsadmin.audit.models import Event
from secretsadmin.audit.standing import Standing
from secretsadmin.backend import InvalidId, KindDisabled
from secretsadmin.environments import Environment, Ref
from secretsadmin.kinds import Kind
from secretsadmin.seen import Sight
from secretsadmin.store import aws, reads
from secretsadmin.store.errors import NotFound, StoreError
from secretsadmin.store.marks import Marks, marks_of
from secretsadmin.store.reads import Secret

log = logging.getLogger(__name__)

LAG = timedelta(minutes=5)
STALE = timedelta(seconds=60)
RETRY = timedelta(seconds=10)
# How much of a page's time AWS's first page, or all of them, is waited for.
PATIENCE = 0.8
# How much of it a list is waited for that the person has seen already. A page that asks again by itself follows.
PATIENCE_WITH_THE_SEEN = 0.3
# How many requests of a process wait for lists at once. Each keeps a thread meanwhile, and all others are told what is
# known by now, as they are where AWS takes longer.
MOST_WAITING = 4
# A page asks for so much news; what is beyond shows what the audit log alone knows of it, and is asked for next time.
DESCRIBED_AT_ONCE = 10


@dataclass(frozen=True)
class Snapshot:
    """A listing as it is known now. `as_of` is when AWS was last asked for all of it; `loading` while it is.

    `failed` is when the problem arose. `newer` is of when a list was that the person has seen elsewhere, where that is
    newer than this one.
    """

    secrets: tuple[Secret, ...]
    as_of: datetime | None
    loading: bool
    problem: StoreError | None
    failed: datetime | None = None
    newer: datetime | None = None


@dataclass
class Listing:
    """One kind of one environment. Its lock is held for as long as memory takes, and never while AWS is asked."""

    environment: Environment
    kind: Kind
    _secrets: dict[str, Secret] = field(default_factory=dict)
    # What is newer than AWS's list, and of when it is; None for what is gone.
    _news: dict[str, tuple[datetime, Secret | None]] = field(default_factory=dict)
    _scheduled: int | None = None
    _mark: str | None = None
    _as_of: datetime | None = None
    _begun: datetime | None = None
    _sweeping: bool = False
    _problem: StoreError | None = None
    _failed: datetime | None = None
    _changed: Condition = field(default_factory=Condition)
    _marks: tuple[object, Marks] = (None, Marks())

    @cached_property
    def standing(self) -> Standing:
        """What the record says of these secrets, as this process knows it."""
        return Standing(self.environment.name, self.kind.name)

    @property
    def name(self) -> str:
        return f"{self.environment.name}/{self.kind.name}"

    @aws.one_action()
    def read(self) -> Snapshot:
        """What is known, at once. Starts a sweep where it is due; a cold listing waits for AWS's first page.

        A listing that is older than what the person has seen waits a little for AWS, too.
        """
        if self._is_due():
            self.sweep()
        with self._changed:
            if self._as_of is None:
                self._wait_until(lambda: self._has_page() or not self._sweeping, PATIENCE)
        told = {event.secret: self._told(event) for event in self._settle(self._recorded())}
        sight = seen.last(self.name)
        if sight:
            self._catch_up(sight)
        with self._changed:
            return self._snapshot(told, sight)

    def _has_page(self) -> bool:
        """Whether it holds anything of AWS's list; what was written here stands in it at once."""
        return bool(self._secrets.keys() - self._news.keys())

    def _snapshot(self, told: Mapping[str, Secret], sight: Sight | None) -> Snapshot:
        secrets = tuple({**told, **self._secrets}.values())
        is_older = sight is not None and not self._reaches(sight)
        if self._as_of and not is_older:
            seen.note(self.name, Sight(self._as_of, self._marked()))
        newer = sight.as_of if sight and is_older else None
        return Snapshot(secrets, self._as_of, self._sweeping, self._problem, self._failed, newer)

    def _catch_up(self, sight: Sight) -> None:
        """Ask AWS where the person has seen a newer list. What is under way may have begun before that, so twice."""
        for _ in range(2):
            with self._changed:
                if self._reaches(sight) or self._is_resting():
                    return
            self.sweep()
            with self._changed:
                self._wait_until(lambda: not self._sweeping, PATIENCE_WITH_THE_SEEN)

    def _reaches(self, sight: Sight) -> bool:
        """Whether this is at least as new as what was seen. A list that says the same as a newer one is as new."""
        if self._as_of and self._as_of < sight.as_of and self._marked() == sight.mark:
            self._as_of = sight.as_of
        return self._as_of is not None and self._as_of >= sight.as_of

    def _marked(self) -> str:
        """The same for all listings that say the same."""
        if self._mark is None:
            self._mark = _mark_of(self._secrets.values())
        return self._mark

    def sweep(self) -> None:
        """Ask AWS for all of it in the background, unless that is under way."""
        with self._changed:
            if self._sweeping:
                return
            self._sweeping = True
            self._begun = _now()
        Thread(target=self._sweep, args=(self._begun,), name="listing", daemon=True).start()

    @aws.one_action()
    def sweep_and_wait(self) -> Snapshot:
        """Refresh by hand: wait for AWS's answer as long as a page may take."""
        self.sweep()
        with self._changed:
            self._wait_until(lambda: not self._sweeping, PATIENCE)
        return self.read()

    def _wait_until(self, is_so: Callable[[], bool], share: float) -> None:
        """Wait for a sweep, for at most that share of the page's time, unless as many as may do so already."""
        if not _waiting.acquire(blocking=False):
            return
        try:
            self._changed.wait_for(is_so, aws.seconds_left(share))
        finally:
            _waiting.release()

    @aws.one_action()
    def get(self, ref: Ref) -> Secret | None:
        """One secret, as far as it is known without asking AWS for a list, and not older than what was seen of it."""
        self._settle(self._recorded(secret=ref.key))
        sight = seen.last(self.name)
        with self._changed:
            if sight and not self._reaches(sight) and not self._has_learnt(ref.key, sight.as_of):
                return None
            return self._secrets.get(ref.key)

    def marks(self) -> Marks:
        """What the record knows by now of the secrets that are known here."""
        self.standing.catch_up()
        with self._changed:
            state = (self.standing.revision, self._marked())
            if self._marks[0] != state:
                self._marks = (state, marks_of(self._secrets, self.standing))
            return self._marks[1]

    @property
    def size(self) -> int | None:
        """How many there are, or None as long as nobody knows."""
        return len(self._secrets) if self._as_of else None

    @property
    def scheduled(self) -> int:
        """How many of them are known to wait for their deletion."""
        with self._changed:
            if self._scheduled is None:
                # Each page's menu asks, and a large list is looked through once for all of them.
                self._scheduled = sum(secret.deleted is not None for secret in self._secrets.values())
            return self._scheduled

    def known(self, ref: Ref) -> Secret | None:
        """One secret as this process remembers it."""
        with self._changed:
            return self._secrets.get(ref.key)

    def learn(self, secret: Secret) -> None:
        """Take over what this process has just written, so that AWS needn't be asked for it."""
        self._take(secret.ref.key, _now(), secret)

    def _has_learnt(self, key: str, since: datetime) -> bool:
        return key in self._news and self._news[key][0] >= since

    def _is_due(self) -> bool:
        if self._is_resting():
            return False
        # A failure may be over by now.
        return self._problem is not None or self._as_of is None or _now() - self._as_of > STALE

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
            self._remember(problem)
            self._changed.notify_all()

    def _remember(self, problem: StoreError | None) -> None:
        self._problem = problem.alone() if problem else None
        self._failed = _now() if problem else None

    def _take_pages(self, begun: datetime) -> None:
        found: dict[str, Secret] = {}
        for page in _pages(self.environment, self.kind):
            found |= page
            if self._as_of is None:
                with self._changed:
                    self._secrets |= {key: secret for key, secret in page.items() if key not in self._news}
                    self._forget_sums()
                    self._changed.notify_all()
            # A first mark takes a moment, and nobody waits for this thread.
            _mark_of(page.values())
        with self._changed:
            self._news = {key: news for key, news in self._news.items() if _is_newer(news, begun - LAG, found.get(key))}
            found |= {key: secret for key, (_, secret) in self._news.items() if secret}
            gone = {key for key, (_, secret) in self._news.items() if secret is None}
            self._secrets = {key: secret for key, secret in found.items() if key not in gone}
            self._forget_sums()
            self._as_of = begun

    def _forget_sums(self) -> None:
        """What was counted over all secrets is counted anew when somebody asks."""
        self._scheduled = self._mark = None

    def _recorded(self, **only: str) -> list[Event]:
        """The last write to each secret that AWS's list may not show yet, by whatever process, and that isn't here."""
        since = min(self._begun or _now(), self._as_of or _now()) - LAG
        events = Event.objects.that_may_have_written().filter(
            environment=self.environment.name, kind=self.kind.name, at__gt=since, **only
        )
        latest = {event.secret: event for event in events.order_by("id")}
        with self._changed:
            return [event for key, event in latest.items() if not self._shows(key, event)]

    def _shows(self, key: str, event: Event) -> bool:
        """Whether what is known is at least as new as the event."""
        if key in self._news and self._news[key][0] >= event.at:
            return True
        secret = self._secrets.get(key)
        # A label may stand where it was put although an older write isn't known yet.
        if secret is None or "description" in event.fields or event.action.endswith(".label"):
            return False
        if event.action.endswith((".delete", ".restore")):
            return event.action.endswith(".delete") == (secret.deleted is not None)
        return secret.current == event.version

    def _settle(self, events: Iterable[Event]) -> list[Event]:
        """Ask AWS for what the record tells of. Returns what remains open, because it is too much or AWS fails."""
        remaining = deque(events)
        for _ in range(DESCRIBED_AT_ONCE):
            if not remaining or self._is_resting() or not self._ask(remaining[0]):
                break
            remaining.popleft()
        return list(remaining)

    def _ask(self, event: Event) -> bool:
        """Whether AWS told what became of the event's secret."""
        try:
            found = reads.describe(Ref.from_key(self.environment, self.kind, event.secret))
        except (NotFound, InvalidId, KindDisabled):
            self._take(event.secret, event.at, None)
        except StoreError as error:
            with self._changed:
                self._remember(error)
            return False
        else:
            self._take(event.secret, event.at, found)
        return True

    def _take(self, key: str, at: datetime, secret: Secret | None) -> None:
        with self._changed:
            if key in self._news and self._news[key][0] > at:
                # Meanwhile another thread learnt something newer.
                return
            if sight := seen.last(self.name):
                # What was seen may say what is here before this news, and nothing like it afterwards.
                self._reaches(sight)
            self._news[key] = (at, secret)
            self._forget_sums()
            if secret:
                self._secrets[key] = secret
            else:
                self._secrets.pop(key, None)

    def _told(self, event: Event) -> Secret:
        return Secret(Ref.from_key(self.environment, self.kind, event.secret), created=event.at, changed=event.at)


_listings: dict[tuple[int, str], Listing] = {}
_lock = Lock()
_waiting = BoundedSemaphore(MOST_WAITING)


def listing(environment: Environment, kind: Kind) -> Listing:
    """This process's listing of one kind of one environment."""
    with _lock:
        # The environment object lives as long as the configuration that it was read from.
        return _listings.setdefault((id(environment), kind.name), Listing(environment, kind))


def forget() -> None:
    """Start cold, as a new worker does."""
    with _lock:
        _listings.clear()


def learn(ref: Ref, change: Callable[[Secret], Secret]) -> None:
    """Apply to the listing what was just done to a secret, if it is known here; if not, AWS is asked when needed."""
    here = listing(ref.environment, ref.kind)
    if known := here.known(ref):
        here.learn(change(known))


def find(ref: Ref) -> Secret:
    """One secret's metadata: from memory, or one call. Raises NotFound, InvalidId, KindDisabled and any StoreError."""
    _ = ref.name
    here = listing(ref.environment, ref.kind)
    return here.get(ref) or _described(here, ref)


def _described(here: Listing, ref: Ref) -> Secret:
    try:
        secret = reads.describe(ref)
    except NotFound:
        raise
    except StoreError:
        if older := here.known(ref):
            return older
        raise
    if here.known(ref):
        here.learn(secret)
    return secret


def _mark_of(secrets: Iterable[Secret]) -> str:
    """The same whatever their order."""
    return f"{reduce(xor, (secret.mark for secret in secrets), 0):x}"


def _is_newer(news: tuple[datetime, Secret | None], since: datetime, listed: Secret | None) -> bool:
    """Whether what was written here is still ahead of AWS's list; another hand may have been faster."""
    at, secret = news
    overtaken = secret and listed and secret.changed and listed.changed and listed.changed > secret.changed
    return at > since and not overtaken


def _pages(environment: Environment, kind: Kind) -> Iterator[dict[str, Secret]]:
    prefix = environment.backend.name_prefix(kind.name)
    filters: list[Any] = [{"Key": "name", "Values": [prefix]}] if prefix else []
    token: dict[str, Any] = {}
    while True:
        ask = aws.client(environment).list_secrets
        answer = aws.call(ask, MaxResults=100, IncludePlannedDeletion=True, Filters=filters, **token)
        yield {secret.ref.key: secret for secret in _ours(environment, kind, answer["SecretList"])}
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}


def _ours(environment: Environment, kind: Kind, entries: list[Any]) -> Iterator[Secret]:
    # AWS's filter knows prefixes only, and emulators match them anywhere: every name is checked again.
    for entry in entries:
        if found := environment.backend.parse(entry["Name"], kind.name):
            yield reads.secret_of(Ref.of(environment, kind, found), entry)


def _now() -> datetime:
    return datetime.now(UTC)
