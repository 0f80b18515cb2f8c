"""A log from before lines were sealed ... (each test finishes the sentence)."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from secretsadmin.audit import chain, verifying
from secretsadmin.audit.models import Event
from tests.support.audit_command import audit
from tests.support.databases import empty_database, using
from tests.support.record import add_line

pytestmark = pytest.mark.django_db
BEFORE = "0005_format"
COLUMNS = (
    *("act", "outcome", "at", "user", "address", "environment", "kind", "secret", "action"),
    *("reason", "fields", "version", "previous", "form", "holds", "refusal", "request_id", "error"),
)
PLAIN = ("ben", None, "default", "connections", "orders", "connections.open")
FULL = ("bücher", "2001:db8::1", "default", "variables", "a\n“b”", "variables.update")


def add_old_line(act: str, outcome: str, who: tuple[str | None, ...], *, is_full: bool) -> None:
    rest: tuple[object, ...] = ("", "[]", "", "", None, None, None, "", "")
    if is_full:
        rest = ("moved", '["host", "b\\u00fccher"]', act, "v1", "uri", '["host"]', 3, "r1", "role")
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    places = ", ".join(["%s"] * len(COLUMNS))
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    values: list[Any] = [act, outcome, now, *who, *rest]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO audit_event ({names}) VALUES ({places})", values)  # noqa: S608 - our own.


def fill() -> None:
    call_command("migrate", "audit", BEFORE, verbosity=0)
    for number in range(20):
        act = uuid4().hex
        add_old_line(act, "started", FULL, is_full=True)
        if number % 3:
            add_old_line(act, "succeeded", PLAIN, is_full=False)


def test_is_sealed_and_verifies(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url, using(url):
        fill()
        call_command("migrate", verbosity=0)

        begun = list(Event.objects.order_by("id").values_list("outcome", "begins"))
        assert verifying.verify().end.number == len(begun) == 33
        assert all(begins == (outcome == "started") for outcome, begins in begun)
        add_line()
        assert audit("verify").status == 0


def test_is_append_only_afterwards(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url, using(url):
        fill()
        call_command("migrate", verbosity=0)
        head = chain.head()

        for statement in ("UPDATE audit_event SET reason = 'none'", "DELETE FROM audit_event"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        assert chain.head() == head
