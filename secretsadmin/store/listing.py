"""What is there: the metadata of an environment's secrets, kept in memory by each worker process.

AWS's own list is slow (100 a page) and up to five minutes behind. So a listing is swept in the background, its age is
shown, and what the audit log knows to have been written since is described one by one and laid over it.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Condition, Lock, Thread
from typing import Any

from secretsadmin.audit.models import Event
from secretsadmin.environments import Environment, Ref
from secretsadmin.kinds import Kind
from secretsadmin.store import aws, reads
from secretsadmin.store.errors import NotFound, StoreError
from secretsadmin.store.reads import Secret

log = logging.getLogger(__name__)

LAG = timedelta(minutes=5)
STALE = timedelta(seconds=60)
RETRY = timedelta(seconds=10)
FIRST_PAGE = 8
# More news than this at once wait for the next sweep, and show what the audit log alone knows of them.
DESCRIBED_AT_ONCE = 10


@dataclass(frozen=True)
class Snapshot:
    """A listing as it is known now. `as_of` is when AWS was last asked for all of it; `loading` while it is."""

    secrets: tuple[Secret, ...]
    as_of: datetime | None
    loading: bool
    problem: StoreError | None


@dataclass
class Listing:
    """One kind of one environment."""

    environment: Environment
    kind: Kind
    _secrets: dict[str, Secret] = field(default_factory=dict)
    _news: dict[str, tuple[datetime, Secret | None]] = field(default_factory=dict)
    _as_of: datetime | None = None
    _begun: datetime | None = None
    _sweeping: bool = False
    _problem: StoreError | None = None
    _failed: datetime | None = None
    _changed: Condition = field(default_factory=Condition)

    def read(self) -> Snapshot:
        """What is known, at once. Starts a sweep where it is due; a cold listing waits for AWS's first page."""
        if self._is_due():
            self.sweep()
        with self._changed:
            if self._as_of is None:
                self._changed.wait_for(lambda: self._secrets or not self._sweeping, FIRST_PAGE)
        self._lay_news_over()
        return self._snapshot()

    def sweep(self) -> None:
        """Ask AWS for all of it in the background, unless that is under way."""
        with self._changed:
            if self._sweeping:
                return
            self._sweeping = True
            self._begun = _now()
        Thread(target=self._sweep, args=(self._begun,), name="listing", daemon=True).start()

    def sweep_and_wait(self) -> Snapshot:
        """Refresh by hand: wait for AWS's answer as long as a page may take."""
        self.sweep()
        with self._changed:
            self._changed.wait_for(lambda: not self._sweeping, FIRST_PAGE)
        return self.read()

    def get(self, ref: Ref) -> Secret | None:
        """One secret, as far as it is known without asking AWS for a list."""
        self._lay_news_over(secret=ref.key)
        with self._changed:
            return self._secrets.get(ref.key)

    @property
    def size(self) -> int | None:
        """How many there are, or None as long as nobody knows."""
        return len(self._secrets) if self._as_of else None

    def known(self, ref: Ref) -> Secret | None:
        """One secret as this process remembers it."""
        with self._changed:
            return self._secrets.get(ref.key)

    def learn(self, ref: Ref, secret: Secret) -> None:
        """Take over what this process has just written, so that AWS needn't be asked for it."""
        with self._changed:
            self._news[ref.key] = (_now(), secret)
            self._secrets = _with_news(self._secrets, {ref.key: self._news[ref.key]})

    def _is_due(self) -> bool:
        if self._failed and _now() - self._failed < RETRY:
            return False
        return self._as_of is None or _now() - self._as_of > STALE

    def _snapshot(self) -> Snapshot:
        with self._changed:
            return Snapshot(tuple(self._secrets.values()), self._as_of, self._sweeping, self._problem)

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
            self._problem = problem
            self._failed = _now() if problem else None
            self._changed.notify_all()

    def _take_pages(self, begun: datetime) -> None:
        found: dict[str, Secret] = {}
        for page in _pages(self.environment, self.kind):
            found |= page
            if self._as_of is None:
                with self._changed:
                    self._secrets |= page
                    self._changed.notify_all()
        with self._changed:
            self._news = {key: news for key, news in self._news.items() if _is_newer(news, begun - LAG, found.get(key))}
            self._secrets = _with_news(found, self._news)
            self._as_of = begun

    def _lay_news_over(self, **only: str) -> None:
        since = min(self._begun or _now(), self._as_of or _now()) - LAG
        events = Event.objects.that_may_have_written().filter(
            environment=self.environment.name, kind=self.kind.name, at__gt=since, **only
        )
        latest = {event.secret: event for event in events.order_by("id")}
        unknown = [event for key, event in latest.items() if self._is_news(key, event.at)]
        for number, event in enumerate(unknown):
            self._take_news(event, ask=number < DESCRIBED_AT_ONCE)

    def _is_news(self, key: str, at: datetime) -> bool:
        known = self._news.get(key)
        return known is None or known[0] < at

    def _take_news(self, event: Event, *, ask: bool) -> None:
        ref = Ref.from_key(self.environment, self.kind, event.secret)
        secret = self._secrets.get(ref.key) or Secret(ref, created=event.at, changed=event.at)
        at = event.at
        try:
            found = reads.describe(ref) if ask else secret
        except NotFound:
            found = None
        except (StoreError, ValueError):
            # It shows what the record tells, and is asked for again.
            found, at = secret, event.at - timedelta(microseconds=1)
        with self._changed:
            self._news[ref.key] = (at, found)
            self._secrets = _with_news(self._secrets, {ref.key: (at, found)})


_listings: dict[tuple[int, str], Listing] = {}
_lock = Lock()


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
        here.learn(ref, change(known))


def find(ref: Ref) -> Secret:
    """One secret's metadata: from memory, or one call. Raises NotFound, InvalidId, KindDisabled and any StoreError."""
    _ = ref.name
    return listing(ref.environment, ref.kind).get(ref) or reads.describe(ref)


def _with_news(secrets: Mapping[str, Secret], news: Mapping[str, tuple[datetime, Secret | None]]) -> dict[str, Secret]:
    merged = {**secrets, **{key: secret for key, (_, secret) in news.items() if secret}}
    return {key: secret for key, secret in merged.items() if key not in news or news[key][1]}


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
        with aws.calling(environment) as client:
            answer = client.list_secrets(MaxResults=100, IncludePlannedDeletion=True, Filters=filters, **token)
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
