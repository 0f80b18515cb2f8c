"""Somebody who owns the database, and so can do to the audit log what its triggers refuse."""

from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from secretsadmin.audit.models import Event

TRIGGERS = ("audit_event_no_update", "audit_event_no_delete", "audit_event_no_replace")


def lift_triggers() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
            return
        for name in TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")


def change(number: int, **columns: Any) -> None:
    assert Event.objects.filter(id=number).update(**columns) == 1


def delete(*numbers: int) -> None:
    Event.objects.filter(id__in=numbers).delete()


def renumber(number: int, other: int) -> None:
    change(number, id=other)


def swap(number: int, other: int) -> None:
    """Each line stands where the other one stood."""
    free = 1_000_000
    for old, new in ((number, free), (other, number), (free, other)):
        renumber(old, new)


def forge(number: int, **columns: Any) -> None:
    """A line that looks like the others, by somebody without the key."""
    line = {
        "act": uuid4(),
        "outcome": "succeeded",
        "begins": True,
        "at": timezone.now(),
        "user": "ada",
        "environment": "default",
        "kind": "connections",
        "secret": "orders",
        "action": "connections.update",
        "mac": "0" * 64,
    }
    like = Event.objects.values("key").order_by("id")[0]
    Event(id=number, **like | line | columns).save(force_insert=True)


def copy() -> list[Event]:
    """The log as a backup holds it."""
    return list(Event.objects.order_by("id"))


def restore(lines: list[Event]) -> None:
    Event.objects.all().delete()
    Event.objects.bulk_create(lines)
