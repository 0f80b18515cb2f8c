"""Somebody who looks at a list of names ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.broken import refusing
from tests.support.wire import counting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def looks() -> list[tuple[str, str, str]]:
    rows = Event.objects.order_by("id").values_list("user", "environment", "action")
    return [(user, where, action) for user, where, action in rows]


def look_for(client: Client, minutes: int, path: str) -> None:
    """Open the list, and let it ask each minute."""
    for minute in range(minutes):
        with travel(NOON + timedelta(minutes=minute), tick=False):
            assert client.get(path).status_code == 200


def test_is_recorded_once_for_a_while(two_environments: Emulator, as_role: As) -> None:
    look_for(as_role("viewer"), 15, "/dev/variables/")

    assert looks() == [("viewer", "dev", "variables.list")] * 2


def test_is_recorded_for_each_list(two_environments: Emulator, as_role: As) -> None:
    viewer = as_role("viewer")
    look_for(viewer, 2, "/dev/variables/")
    look_for(viewer, 2, "/prod/connections/")
    look_for(viewer, 2, "/dev/recycle-bin/")

    assert looks() == [
        ("viewer", "dev", "variables.list"),
        ("viewer", "prod", "connections.list"),
        ("viewer", "dev", "connections.list"),
        ("viewer", "dev", "config.list"),
    ]


@pytest.mark.parametrize("path", ["/dev/variables/", "/dev/recycle-bin/"])
def test_sees_nothing_where_that_can_not_be_recorded(
    two_environments: Emulator, as_role: As, path: str
) -> None:
    viewer = as_role("viewer")
    with refusing('INSERT INTO "audit_event"'), counting(two_environments) as calls:
        response = viewer.get(path)

    assert response.status_code == 503
    assert "The audit log can't be written" in unescape(response.content.decode())
    assert not calls
