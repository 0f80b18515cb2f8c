"""What the record tells of a run over many secrets: how far it is, and how it ended.

A run is an act in an environment. Its own id is the request id of all that belongs to it, so any
process can tell of it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils import timezone

from secretsadmin import correlation
from secretsadmin.audit.models import Event, EventQuerySet, Outcome, as_uuid
from secretsadmin.audit.recording import Act, Actor, Place, note
from secretsadmin.noted import RUN, STOP_RUN

# A run that wrote no line for so long has died: an act takes no longer than AWS's time and its own.
SILENCE = timedelta(seconds=45)
# The names in a run's details: what is done (a verb), and to how many secrets.
VERB, PLANNED = "verb", "planned"


@dataclass(frozen=True)
class Batch:
    """One run: the line with which it began, and the one with which it ended, if it has ended."""

    begun: Event
    end: Event | None

    @property
    def id(self) -> UUID:
        return self.begun.act

    @property
    def verb(self) -> str:
        return str(self._details.get(VERB, ""))

    @property
    def planned(self) -> int:
        """How many acts it began with."""
        return int(self._details.get(PLANNED, 0))

    @property
    def user(self) -> str:
        return self.begun.user

    @cached_property
    def counts(self) -> Counter[str]:
        """How many secrets' acts ended how, by the last act on each; one query."""
        counted = self.ends.values("outcome").annotate(number=Count("id"))
        return Counter({row["outcome"]: row["number"] for row in counted})

    @property
    def ends(self) -> EventQuerySet:
        """The last line of the last act on each secret, as far as acts have ended.

        What was read of another environment, for a promotion, is only a part of an act. It counts
        where the act ended with it.
        """
        is_part = ~Q(environment=self.begun.environment) & Q(outcome=Outcome.SUCCEEDED)
        ends = self.acts.filter(begins=False).exclude(is_part)
        last = ends.values("kind", "secret").annotate(last=Max("id"))
        return Event.objects.filter(id__in=last.values("last"))

    @property
    def done(self) -> int:
        """How many of its acts have ended."""
        return self.counts.total()

    @property
    def acts(self) -> EventQuerySet:
        """The lines of its acts, without those of the run itself."""
        own = (RUN.audit_name, STOP_RUN.audit_name)
        return Event.objects.filter(correlation=str(self.id)).exclude(action__in=own)

    @cached_property
    def last_at(self) -> datetime:
        """When it wrote its last line."""
        lines = Event.objects.filter(correlation=str(self.id))
        last: datetime | None = lines.aggregate(last=Max("at"))["last"]
        return last or self.begun.at

    @property
    def is_going_on(self) -> bool:
        return self.end is None and timezone.now() - self.last_at < SILENCE

    @property
    def was_stopped(self) -> bool:
        return is_stop_asked(self.id)

    @property
    def seconds(self) -> float:
        """How long it has run."""
        until = self.end.at if self.end else self.last_at
        return (until - self.begun.at).total_seconds()

    @property
    def rate(self) -> float:
        """How many acts it ends in a second."""
        return self.done / max(self.seconds, 0.001)

    @property
    def seconds_left(self) -> float | None:
        """About how long it will take yet; None where nothing tells."""
        if not self.done or self.end:
            return None
        return (self.planned - self.done) / self.rate

    @property
    def _details(self) -> Mapping[str, Any]:
        return self.begun.details or {}


def batch(id: UUID) -> Batch | None:  # noqa: A002 - its name everywhere else.
    """The run of this id, if there is one."""
    lines = list(Event.objects.filter(act=id, action=RUN.audit_name).order_by("id"))
    if not lines:
        return None
    end = lines[-1] if len(lines) > 1 else None
    return Batch(lines[0], end)


def last_lines(ids: Iterable[str]) -> list[Event]:
    """The lines with which these runs ended; one query."""
    acts = [act for act in map(as_uuid, ids) if act]
    return list(Event.objects.filter(act__in=acts, action=RUN.audit_name, begins=False))


def batches_in(environment: str, most: int = 10) -> list[Batch]:
    """The environment's last runs, the newest first."""
    begun = Event.objects.begun().filter(environment=environment, action=RUN.audit_name)
    runs = [batch(event.act) for event in begun[:most]]
    return [run for run in runs if run]


def ask_to_stop(run: Batch, actor: Actor) -> None:
    """Let the run end after the acts that are under way. Raises NotRecorded."""
    place = Place(run.begun.environment, run.begun.kind)
    with correlation.within(str(run.id)):
        note(STOP_RUN.audit_name, actor=actor, place=place, act=Act())


def is_stop_asked(id: UUID) -> bool:  # noqa: A002 - the same.
    """Whether anybody asked the run to stop; one query."""
    return Event.objects.filter(correlation=str(id), action=STOP_RUN.audit_name).exists()


def is_dead(begun: Event) -> bool:
    """Whether the process of this run, which has no end, can't be going on any more."""
    last_at = Batch(begun, None).last_at
    return timezone.now() - last_at > SILENCE and begun.outcome == Outcome.STARTED
