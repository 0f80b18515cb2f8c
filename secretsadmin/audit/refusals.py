"""How often somebody was refused in a minute.

Each time is counted, and a few of many are recorded one by one.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import models

# The first refusals of a minute, as many as this, are all recorded.
LISTED = 10


class Refusals(models.Model):
    """One person's minute. Unlike the record, this is written over."""

    user = models.CharField(max_length=150)
    minute = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "minute"], name="refusals_once"),)

    def __str__(self) -> str:
        return f"{self.count} of {self.user} at {self.minute:%H:%M}"


def count(user: str, at: datetime) -> int:
    """Count one more, in a transaction of the caller's.

    Returns its number in this minute, over all workers.
    """
    row, _ = Refusals.objects.select_for_update().get_or_create(user=user, minute=minute_of(at))
    row.count += 1
    row.save(update_fields=["count"])
    return row.count


def is_recorded(number: int) -> bool:
    """Whether a refusal gets rows of its own: the first ones of a minute, then powers of two."""
    return number <= LISTED or number.bit_count() == 1


def totals(minutes: Iterable[tuple[str, datetime]]) -> dict[tuple[str, datetime], int]:
    """How often each of these people was refused in that minute; one query."""
    wanted = set(minutes)
    if not wanted:
        return {}
    users = {user for user, _ in wanted}
    times = {minute for _, minute in wanted}
    rows = Refusals.objects.filter(user__in=users, minute__in=times)
    return {(row.user, row.minute): row.count for row in rows}


def minute_of(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
