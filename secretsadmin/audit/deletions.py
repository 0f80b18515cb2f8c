"""What the record knows of scheduled deletions: who asked for one, and when its recovery window is over."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from secretsadmin.audit.models import Event, Outcome

_WINDOW = re.compile(r"(\d+) days")
# AWS leaves nobody less or more time than this.
SHORTEST, LONGEST = timedelta(days=7), timedelta(days=30)
# AWS's clock and ours may differ a little, and AWS may have answered late.
_TOLERANCE = timedelta(minutes=2)
# What was recorded before cannot be waiting any more, however late AWS carries a deletion out.
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True)
class Deletion:
    """A scheduled deletion. Where only `asked` is known, AWS deletes between `earliest` and `latest`."""

    earliest: datetime
    latest: datetime
    asked: datetime | None = None
    by: str = ""
    reason: str = ""

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
    """What is known, from AWS's date and the last event of a deletion.

    AWS's date is the day of the request in one place and the end of the window in another, so an event counts where
    either fits; if neither does, somebody else asked for the deletion since.
    """
    days = _days(event) if event else None
    if event and days is not None and _fits(deleted, event.at, event.at + days):
        end = event.at + days
        return Deletion(end, end, event.at, event.user, event.reason)
    if deleted > now:
        return Deletion(deleted, deleted)
    return Deletion(deleted + SHORTEST, deleted + LONGEST, deleted)


def last_deletions(environment: str, kind: str, now: datetime, **only: str) -> dict[str, Event]:
    """The last deletion that was asked for here, by secret; two queries."""
    done = Event.objects.filter(
        environment=environment,
        kind=kind,
        action=f"{kind}.delete",
        outcome__in=(Outcome.SUCCEEDED, Outcome.UNKNOWN),
        at__gt=now - _REMEMBERED,
        **only,
    )
    newest = done.values("secret").annotate(newest=Max("id")).values("newest")
    return {event.secret: event for event in Event.objects.filter(id__in=newest)}


def _days(event: Event) -> timedelta | None:
    found = [_WINDOW.fullmatch(str(name)) for name in event.fields]
    return next((timedelta(days=int(match[1])) for match in found if match), None)


def _fits(moment: datetime, *known: datetime) -> bool:
    return any(abs(moment - each) < _TOLERANCE for each in known)
