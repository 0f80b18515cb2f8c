"""The lines of the audit log, which are only ever added to."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q

from secretsadmin.actions import MAKING, UPDATE, WRITING, action_of, audit_actions
from secretsadmin.audit import bookkeeping as bookkeeping  # noqa: PLC0414 - Django finds its models here.
from secretsadmin.audit.refusals import Refusals as Refusals  # noqa: PLC0414 - and here.
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BY_NAME

# A save of the description names it so among its fields.
DESCRIPTION = "description"
# AWS refuses a request whose clock is further off than this from its own.
CLOCKS = timedelta(minutes=15)


class Outcome(models.TextChoices):
    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    DENIED = "denied"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    OBSERVED = "observed"


class EventQuerySet(models.QuerySet["Event"]):
    def begun(self) -> Self:
        """One line an act: the one that it began with, newest first."""
        return self.filter(begins=True).order_by("-id")

    def unfinished(self) -> Self:
        """The beginnings of acts that have no end."""
        ends = Event.objects.filter(act=OuterRef("act"), begins=False)
        return self.filter(~Exists(ends), begins=True, outcome=Outcome.STARTED)

    def that_stand(self) -> Self:
        """The outcomes that no later line of the same act replaces."""
        later = Event.objects.filter(act=OuterRef("act"), id__gt=OuterRef("id"))
        return self.filter(~Exists(later))

    def newest(self, number: int) -> list["Event"]:
        """So many lines at most, those of the act that began last first."""
        return sorted(self.order_by("-id")[:number], key=lambda event: event.place, reverse=True)

    def on(self, ref: Ref) -> Self:
        return self.filter(environment=ref.environment.name, kind=ref.kind.name, secret=ref.key)

    def that_may_have_written(self) -> Self:
        """The outcomes of writes that AWS took, or may have taken."""
        written = (Outcome.SUCCEEDED, Outcome.UNKNOWN)
        writes = self.filter(action__in=audit_actions(BY_NAME, WRITING), outcome__in=written)
        return writes.that_stand()


class Event(models.Model):
    """One line of the record; the database itself refuses to change or remove it.

    An act has a line with which it begins, and one with its outcome. What happens all at once, as a
    sign-in does, is one line that says both. Lines are numbered without gaps by their ids, and each
    is sealed together with the line before it: see chain.py.
    """

    id = models.BigIntegerField(primary_key=True)

    act = models.UUIDField()
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    begins = models.BooleanField()
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
    # `format` is how the version was written, or what kept Airflow from reading it when it was
    # shown. `holds` names the fields that are filled in it. Both are null where nobody noted it:
    # Django adds a column that can be null without making the table anew, and a table made anew
    # would lack the triggers that keep it append-only.
    format = models.CharField(max_length=16, null=True, db_column="form")  # noqa: DJ001 - see above.
    holds = models.JSONField(null=True)
    # Which of the person's refusals in its minute this is.
    refusal = models.IntegerField(null=True)
    request_id = models.CharField(max_length=128, blank=True)
    error = models.CharField(max_length=64, blank=True)
    # The id of the request to this site in which it happened. Log lines and the answer have it too.
    correlation = models.CharField(max_length=36, blank=True)
    # How often it happened, where one line stands for several times.
    count = models.IntegerField(null=True)
    # What else belongs to it, by name: names, ids and numbers, never values.
    details = models.JSONField(null=True)
    # The key that sealed the line, by its id, and the seal.
    key = models.CharField(max_length=8)
    mac = models.CharField(max_length=64)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["act"], name="event_act"),
            models.Index(fields=["environment", "kind", "secret", "-id"], name="event_secret"),
            models.Index(fields=["environment", "kind", "at"], name="event_at"),
            models.Index(fields=["outcome", "-id"], name="event_outcome"),
            models.Index(fields=["-id"], name="event_begins", condition=Q(begins=True)),
            models.Index(fields=["user", "-id"], name="event_user"),
            models.Index(fields=["secret", "-id"], name="event_secret_anywhere"),
            models.Index(fields=["correlation"], name="event_correlation"),
            models.Index(fields=["at"], name="event_when"),
        )
        constraints = (models.UniqueConstraint(fields=["act", "outcome"], name="event_once"),)

    def __str__(self) -> str:
        return f"{self.action} {self.secret} {self.outcome}"

    @property
    def place(self) -> int:
        """Where the act stands among the others.

        An outcome that was found out later stands where its act began.
        """
        return place_of(self.id, self.details)

    @property
    def acted_at(self) -> datetime:
        """When that was done of which the line tells."""
        return acted_at(self.at, self.details)

    @property
    def is_vague(self) -> bool:
        """Whether a save put a new version in place, and nobody noted which parts it changed.

        They are noted once the current value has been read, so not where the process was killed.
        """
        made_version = self.version == str(self.act)
        is_save = action_of(self.action) == UPDATE
        return made_version and is_save and not set(self.fields) - {DESCRIPTION}


# By these names details tell of values: the rules that one breaks, in the record of each scanned
# secret, and which secrets have a password in common, as kind/key, in the last line of a scan.
FOUND, SHARED = "findings", "shared"

# What the details of an outcome that was found out later say of the line with which its act began.
BEGUN, BEGUN_AT = "begun", "begun_at"


def since_begun(begun: Event) -> dict[str, int | str]:
    """The details of an outcome that is recorded much later than its act began."""
    return {BEGUN: begun.id, BEGUN_AT: begun.at.isoformat()}


def place_of(number: int, details: Mapping[str, Any] | None) -> int:
    if not details:
        return number
    return int(details.get(BEGUN, number))


def acted_at(at: datetime, details: Mapping[str, Any] | None) -> datetime:
    if not details or BEGUN_AT not in details:
        return at
    return datetime.fromisoformat(details[BEGUN_AT])


def last_of_each(lines: EventQuerySet, *columns: str) -> EventQuerySet:
    """The last of these lines for each of the columns' values, and all that were found out later.

    Such a line may stand below a younger act's, so whoever looks goes by their places.
    """
    later = Q(details__has_key=BEGUN_AT)
    in_time = lines.exclude(later).values(*columns).annotate(last=Max("id"))
    return lines.filter(Q(id__in=in_time.values("last")) | later)


def outcomes(acts: Iterable[uuid.UUID]) -> dict[uuid.UUID, Event]:
    """The last line of each act that has ended, by its UUID."""
    ends = Event.objects.filter(act__in=list(acts), begins=False).order_by("id")
    return {end.act: end for end in ends}


def makers(ref: Ref, versions: Mapping[str, datetime | None]) -> dict[str, Event]:
    """The events that made these versions of one secret, by version id.

    A version that is missing was made outside.

    People who can write the secret in AWS can give a version the id of any act. So an act counts
    only if it was on this secret, and sent a version to AWS, about when AWS says that the version
    was made. `versions` has that time, or None where it isn't known.
    """
    acts = []
    for version in versions:
        act = as_uuid(version)
        if act:
            acts.append(act)
    made = audit_actions([ref.kind], MAKING)
    written = Event.objects.on(ref).filter(act__in=acts, action__in=made).order_by("id")
    last_lines = {str(event.act): event for event in written}
    made_by = {}
    for version, created in versions.items():
        event = last_lines.get(version)
        if event and _may_have_made(event, created):
            made_by[version] = event
    return made_by


def maker_of(ref: Ref, version: str) -> Event | None:
    return makers(ref, {version: None}).get(version)


def _may_have_made(event: Event, created: datetime | None) -> bool:
    # An act without an outcome may have sent a version: nobody noted it.
    may_have_sent = event.outcome == Outcome.STARTED or event.version == str(event.act)
    if created is None:
        return may_have_sent
    return may_have_sent and abs(created - event.acted_at) < CLOCKS


def as_uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
