"""The append-only record of what was disclosed and changed, by whom.

No record, no action: `recording` commits "started" before its block runs, and an outcome after it. The act's UUID is
the ClientRequestToken of the call that it records, so a version in AWS names the act that made it.
"""

import logging
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import NoReturn, Self

from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from secretsadmin.audit import refusals
from secretsadmin.environments import Ref

log = logging.getLogger(__name__)

OUTCOME_ATTEMPTS = 3
# Who waits for SQLite looks again every tenth of a second only, and among many can miss every turn for seconds. The
# threads of a process queue here instead. It makes the waiting fair and nothing else, so it isn't waited for long.
_turn = Lock()
SECONDS_FOR_A_TURN = 0.4
# AWS refuses a request whose clock is further off than this from its own.
CLOCKS = timedelta(minutes=15)
# Of the name of a secret, and of a field or a label; a key of somebody's JSON may be longer.
MAX_SECRET, MAX_FIELD = 512, 300
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
WRITES = ("create", "update", "roll-back", "delete", "restore", "label")


class NotRecorded(Exception):
    """The audit log took no record, so nothing else was done."""


@dataclass(frozen=True)
class Actor:
    """Who acts, and from where."""

    user: str
    address: str | None = None


@dataclass(frozen=True)
class Place:
    """Where something is tried, by names: what isn't there has nothing else."""

    environment: str
    kind: str
    secret: str

    @classmethod
    def of(cls, ref: Ref) -> Self:
        return cls(ref.environment.name, ref.kind.name, ref.key)


@dataclass
class Act:
    """What an act adds to its record while it runs: names and ids, never values."""

    fields: tuple[str, ...] = ()
    version: str = ""
    previous: str = ""
    form: str = ""
    holds: tuple[str, ...] = ()
    request_id: str = ""
    error: str = ""
    refusal: int | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def token(self) -> str:
        return str(self.id)


class Outcome(models.TextChoices):
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DENIED = "denied"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


class EventQuerySet(models.QuerySet["Event"]):
    def started(self) -> Self:
        """One row an act: the one that it began with, newest first."""
        return self.filter(outcome=Outcome.STARTED).order_by("-id")

    def with_outcome(self, outcome: str) -> Self:
        """The acts that ended so; `started` finds those without an end."""
        ends = Event.objects.filter(act=OuterRef("act")).exclude(outcome=Outcome.STARTED)
        if outcome == Outcome.STARTED:
            return self.filter(~Exists(ends))
        return self.filter(Exists(ends.filter(outcome=outcome)))

    def on(self, ref: Ref) -> Self:
        return self.filter(environment=ref.environment.name, kind=ref.kind.name, secret=ref.key)

    def that_may_have_written(self) -> Self:
        """Outcomes of writes that AWS took, or may have taken."""
        verbs = [f"{kind}.{verb}" for kind in ("connections", "variables", "config") for verb in WRITES]
        return self.filter(action__in=verbs, outcome__in=(Outcome.SUCCEEDED, Outcome.UNKNOWN))


class Event(models.Model):
    """One line of the record; the database itself refuses to change or remove it."""

    act = models.UUIDField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    at = models.DateTimeField()
    user = models.CharField(max_length=150)
    address = models.GenericIPAddressField(null=True)
    environment = models.CharField(max_length=64)
    kind = models.CharField(max_length=16)
    secret = models.CharField(max_length=512)
    action = models.CharField(max_length=64)
    reason = models.CharField(max_length=1000, blank=True)
    fields = models.JSONField(default=list)
    version = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    # How the version was written, or what keeps Airflow from reading it as whoever was shown it found; which fields are
    # filled in it. Nothing where it wasn't noted. A column that can be null is added without making the table anew,
    # which would lose the triggers that keep it append-only.
    form = models.CharField(max_length=16, null=True)  # noqa: DJ001 - see above.
    holds = models.JSONField(null=True)
    # Which of the person's refusals in its minute this is.
    refusal = models.IntegerField(null=True)
    request_id = models.CharField(max_length=128, blank=True)
    error = models.CharField(max_length=64, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["act"], name="event_act"),
            models.Index(fields=["environment", "kind", "secret", "-id"], name="event_secret"),
            models.Index(fields=["environment", "kind", "at"], name="event_at"),
            models.Index(fields=["outcome", "-id"], name="event_outcome"),
        )
        constraints = (models.UniqueConstraint(fields=["act", "outcome"], name="event_once"),)

    def __str__(self) -> str:
        return f"{self.action} {self.secret} {self.outcome}"


@contextmanager
def recording(
    ref: Ref,
    verb: str,
    *,
    actor: Actor,
    reason: str = "",
    fields: Iterable[str] = (),
    previous: str = "",
    version: str = "",
) -> Iterator[Act]:
    """Record an act around the block that carries it out. Raises NotRecorded before the block runs.

    An exception may carry an `outcome` and a `code`; one that carries none counts as unknown, but for a
    ValidationError, by which a form refuses to be stored.
    """
    act = Act(fields=tuple(fields), previous=previous, version=version)
    base = _base(Place.of(ref), verb, actor, reason)
    _start(base, act)
    try:
        yield act
    except Exception as error:
        act.error = str(getattr(error, "code", None) or type(error).__name__)
        _finish(base, act, _outcome_of(error))
        raise
    _finish(base, act, Outcome.SUCCEEDED)


def _outcome_of(error: Exception) -> str:
    otherwise = Outcome.FAILED if isinstance(error, ValidationError) else Outcome.UNKNOWN
    return str(getattr(error, "outcome", otherwise))


def record_denied(place: Place, verb: str, *, actor: Actor) -> None:
    """Record that the person's roles don't allow what they tried. Raises NotRecorded.

    Somebody who is refused over and over again would fill the record, so of many in a minute most are only counted.
    """
    act = Act(error="role")
    base = _base(place, verb, actor)
    try:
        with _in_turn(), transaction.atomic(durable=True):
            act.refusal = refusals.count(actor.user, _now())
            if refusals.is_recorded(act.refusal):
                _write(base, act, Outcome.STARTED)
                _write(base, act, Outcome.DENIED)
    except DatabaseError as error:
        _not_recorded(error)


def outcomes(acts: Iterable[uuid.UUID]) -> dict[uuid.UUID, Event]:
    """The last line of each act that has ended, by its UUID."""
    ends = Event.objects.filter(act__in=list(acts)).exclude(outcome=Outcome.STARTED).order_by("id")
    return {end.act: end for end in ends}


def makers(ref: Ref, versions: Mapping[str, datetime | None]) -> dict[str, Event]:
    """The events that made these versions of one secret, by version id. A version that is missing was made outside.

    Whoever can write the secret in AWS can give a version the id of any act. So an act counts on its own secret alone,
    where it sent a version to AWS, and at the time at which AWS says that the version came to be, if that is known.
    """
    acts = [act for version in versions if (act := _as_uuid(version))]
    written = Event.objects.on(ref).filter(act__in=acts, action__regex=r"\.(create|update)$").order_by("id")
    last_lines = {str(event.act): event for event in written}
    return {
        version: last_lines[version]
        for version, created in versions.items()
        if version in last_lines and _may_have_made(last_lines[version], created)
    }


def maker_of(ref: Ref, version: str) -> Event | None:
    return makers(ref, {version: None}).get(version)


def _may_have_made(event: Event, created: datetime | None) -> bool:
    # Where there is no outcome, nobody noted what was sent.
    has_sent = event.outcome == Outcome.STARTED or event.version == str(event.act)
    return has_sent and (created is None or abs(created - event.at) < CLOCKS)


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _base(place: Place, verb: str, actor: Actor, reason: str = "") -> dict[str, str | None]:
    return {
        "user": actor.user,
        "address": actor.address,
        "environment": place.environment,
        "kind": place.kind,
        "secret": _named(place.secret, MAX_SECRET),
        "action": f"{place.kind}.{verb}",
        "reason": _storable(reason)[:1000],
    }


def _start(base: dict[str, str | None], act: Act) -> None:
    try:
        _append(base, act, Outcome.STARTED)
    except DatabaseError as error:
        _not_recorded(error)


def _not_recorded(error: DatabaseError) -> NoReturn:
    log.error("the audit log takes no record", extra={"error": type(error).__name__})
    raise NotRecorded from None


def _finish(base: dict[str, str | None], act: Act, outcome: str) -> None:
    # What was done can't be undone by failing here, so a busy database is waited for longer than at the start. After
    # that the act stays "started", for whoever looks after the log.
    for attempt in range(1, OUTCOME_ATTEMPTS + 1):
        try:
            _append(base, act, outcome)
        except DatabaseError as error:
            log.error(
                "an outcome was not recorded",
                extra={"act": act.token, "attempt": attempt, "error": type(error).__name__},
            )
        else:
            return


def _append(base: dict[str, str | None], act: Act, outcome: str) -> None:
    with _in_turn(), transaction.atomic(durable=True):
        _write(base, act, outcome)


def _write(base: dict[str, str | None], act: Act, outcome: str) -> None:
    Event.objects.create(
        **base,
        act=act.id,
        outcome=outcome,
        at=_now(),
        fields=[_named(name) for name in act.fields],
        version=act.version,
        previous=act.previous,
        form=act.form or None,
        holds=[_named(name) for name in act.holds] or None,
        refusal=act.refusal,
        request_id=act.request_id[:128],
        error=act.error[:64],
    )


@contextmanager
def _in_turn() -> Iterator[None]:
    is_ours = connection.vendor == "sqlite" and _turn.acquire(timeout=SECONDS_FOR_A_TURN)
    try:
        yield
    finally:
        if is_ours:
            _turn.release()


def _named(name: str, longest: int = MAX_FIELD) -> str:
    """A name as a row holds it. One that is cut ends in its length and a digest, so that no two look alike."""
    if len(name) <= longest:
        return _storable(name)
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    end = f"\N{HORIZONTAL ELLIPSIS} ({len(name)} characters, SHA-256 {digest})"
    return _storable(name[: longest - len(end)]) + end


def _storable(text: str) -> str:
    # PostgreSQL takes no NUL in a text, and nobody half of a surrogate pair; that is no reason to refuse the record.
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _now() -> datetime:
    return timezone.now()
