"""A secret that Airflow hasn't read since it changed ... (each test finishes the sentence)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import CONNECTIONS as KIND
from secretsadmin.store.marks import is_unread
from secretsadmin.store.reads import Secret
from tests.support.lists import ids
from tests.support.record import add_line
from tests.support.site import CONNECTIONS, put
from tests.support.tampering import change, lift_triggers
from tests.support.wire import connected

URL = f"{CONNECTIONS}/"
NAME = "airflow/connections/orders"
NOW = datetime.now(UTC)


@contextmanager
def days_ago(emulator: Emulator, days: float) -> Iterator[None]:
    """AWS's clock stands so many days back meanwhile."""
    clock, emulator.world.clock = emulator.world.clock, lambda: NOW.timestamp() - days * 86_400
    try:
        yield
    finally:
        emulator.world.clock = clock


def read_by_airflow(emulator: Emulator, days: float) -> None:
    with days_ago(emulator, days), connected(emulator.endpoint) as client:
        client.get_secret_value(SecretId=NAME)


def scanned_here(emulator: Emulator, days: float) -> None:
    """A scan's reading, as AWS and the record know it on a later day."""
    with days_ago(emulator, days), connected(emulator.endpoint) as client:
        client.get_secret_value(SecretId=NAME)
    line = add_line(action="connections.scan")
    lift_triggers()
    change(line.id, at=NOW - timedelta(days=days))


def unread(editor: Client) -> list[str]:
    editor.post(f"{URL}refresh/")
    return ids(editor.get(URL, {"state": "unread"}))


@pytest.fixture
def changed(editor: Client, secrets_manager: Emulator) -> Emulator:
    """It changed ten days ago."""
    with days_ago(secrets_manager, 10):
        put(secrets_manager, NAME, "http://h")
    return secrets_manager


def test_is_listed_until_it_is_read(editor: Client, changed: Emulator) -> None:
    assert unread(editor) == ["orders"]
    assert "1 not read since changed" in editor.get("/default/").content.decode()

    read_by_airflow(changed, 2)

    assert unread(editor) == []


def test_is_listed_again_when_it_changes(editor: Client, changed: Emulator) -> None:
    read_by_airflow(changed, 5)
    with days_ago(changed, 3), connected(changed.endpoint) as client:
        client.put_secret_value(SecretId=NAME, SecretString="http://i")

    assert unread(editor) == ["orders"]


def test_is_not_known_on_the_day_on_which_somebody_here_read_it(
    editor: Client, changed: Emulator
) -> None:
    editor.post(f"{URL}open/orders/")

    assert unread(editor) == []


def test_is_not_known_on_the_day_of_the_change(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "http://h")

    assert unread(editor) == []


@pytest.mark.parametrize(("days", "told"), [(1, []), (6, []), (8, ["orders"])])
def test_is_told_a_week_after_a_scan_that_hides_who_read_it_before(
    editor: Client, secrets_manager: Emulator, days: int, told: list[str]
) -> None:
    with days_ago(secrets_manager, 20):
        put(secrets_manager, NAME, "http://h")
    read_by_airflow(secrets_manager, days + 1)
    scanned_here(secrets_manager, days)

    assert unread(editor) == told
    findings = editor.get("/default/health/", {"export": "json"}).json()
    assert [row["id"] for row in findings if row["rule"] == "unread"] == told


def test_is_not_told_where_airflow_has_read_it_after_a_scan(
    editor: Client, secrets_manager: Emulator
) -> None:
    with days_ago(secrets_manager, 20):
        put(secrets_manager, NAME, "http://h")
    scanned_here(secrets_manager, 10)
    read_by_airflow(secrets_manager, 9)

    assert unread(editor) == []


TODAY = date(2026, 3, 14)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("accessed", "here", "is_it"),
    [
        (None, None, True),
        (3, None, True),
        (5, None, False),
        (5, at(5, 12), True),
        (6, None, False),
        (6, at(6, 12), True),
        (6, at(5, 12), False),
        (6, at(7) - timedelta(seconds=20), True),
        (6, at(6) - timedelta(seconds=20), True),
        (7, at(7, 12), True),
        (8, at(8, 12), False),
        (14, at(14, 1), False),
        (14, None, False),
    ],
)
def test_is_told_by_days(accessed: int | None, here: datetime | None, *, is_it: bool) -> None:
    environment = find_environment("default")
    assert environment
    secret = Secret(
        Ref(environment, KIND, "orders"),
        changed=at(5, 9),
        accessed=at(accessed) if accessed else None,
    )

    assert is_unread(secret, here, TODAY) == is_it
    assert not is_unread(secret, here, date(2026, 3, 5))
