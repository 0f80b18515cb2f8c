"""Scheduled deletions in the record: who asked for each, and when its recovery window ends."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from secretsadmin.actions import DELETE
from secretsadmin.audit.models import CLOCKS, Event, Outcome, last_of_each

_WINDOW = re.compile(r"(\d+) days")
# Who asked for it, where that was nobody who signed in.
OURSELVES = "the dashboard"
# AWS leaves nobody less or more time than this.
SHORTEST, LONGEST = timedelta(days=7), timedelta(days=30)
# AWS's clock and ours may differ a little, and AWS may have answered late.
_TOLERANCE = timedelta(minutes=2)
# A deletion that was recorded earlier than this has happened, however late AWS carries it out.
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True)
class Deletion:
    """A scheduled deletion.

    Where only `asked` is known, AWS deletes between `earliest` and `latest`.
    """

    earliest: datetime
    latest: datetime
    asked: datetime | None = None
    by: str = ""
    reason: str = ""

    @property
    def asker(self) -> str:
        """Whoever asked for it, as the beginning of a sentence."""
        if self.by == OURSELVES:
            return OURSELVES.capitalize()
        return self.by

    @property
    def is_exact(self) -> bool:
        return self.earliest == self.latest

    @property
    def is_outside(self) -> bool:
        return not self.by


def window(days: int) -> str:
    """A recovery window as the record holds it."""
    return f"{days} days"


def deletion_of(deleted: datetime, event: Event | None, now: datetime) -> Deletion:
    """What AWS's date and the last event of a deletion tell of it.

    AWS's date is the day of the request in one listing and the end of the window in another. An
    event that fits neither is an older one: somebody asked for the deletion outside since.
    """
    if event:
        days = days_of(event)
        asked = event.acted_at
        if days is not None and _fits(deleted, asked, asked + days):
            by = event.user or OURSELVES
            return Deletion(asked + days, asked + days, asked, by, event.reason)
    if deleted > now:
        return Deletion(deleted, deleted)
    return Deletion(deleted + SHORTEST, deleted + LONGEST, deleted)


def last_deletions(environment: str, kind: str, now: datetime, **only: str) -> dict[str, Event]:
    """The last deletion that was asked for here, by secret; three queries."""
    done = Event.objects.that_stand().filter(
        environment=environment,
        kind=kind,
        action=f"{kind}.{DELETE.verb}",
        outcome__in=(Outcome.SUCCEEDED, Outcome.UNKNOWN),
        at__gt=now - _REMEMBERED,
        **only,
    )
    last = last_of_each(done, "secret")
    return {event.secret: event for event in sorted(last, key=lambda event: event.place)}


def has_ended(event: Event, now: datetime) -> bool:
    """Whether the recovery window of this deletion is over, give or take what clocks differ."""
    days = days_of(event)
    return days is not None and event.acted_at + days - CLOCKS <= now


def days_of(event: Event) -> timedelta | None:
    """The recovery window that the event names among its fields."""
    for field in event.fields:
        if match := _WINDOW.fullmatch(str(field)):
            return timedelta(days=int(match[1]))
    return None


def _fits(moment: datetime, *expected: datetime) -> bool:
    return any(abs(moment - other) < _TOLERANCE for other in expected)
