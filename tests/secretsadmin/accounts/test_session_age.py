"""A session lasts while it is used, and no longer than a working day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.accounts import sessions
from tests.secretsadmin.conftest import As, person
from tests.support.broken import refusing, statements

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
PREVIEW = {"conn_id": "x", "conn_type": "postgres", "preview": "1"}
PAGE = "/dev/connections/create/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]


@pytest.fixture(autouse=True)
def short(settings: Settings) -> None:
    """An hour without use, and twelve hours at most."""
    settings.SESSION_IDLE_AGE = 60 * 60
    settings.SESSION_COOKIE_AGE = 12 * 60 * 60


@pytest.fixture
def client(as_role: As) -> Client:
    with travel(START, tick=False):
        return as_role("editor")


@contextmanager
def after(**passed: float) -> Iterator[None]:
    with travel(START + timedelta(**passed), tick=False):
        yield


def is_signed_in(client: Client, **passed: float) -> bool:
    with after(**passed):
        return client.get(PAGE).status_code == 200


def writes(client: Client, **passed: float) -> int:
    with after(**passed), CaptureQueriesContext(connection) as queries:
        assert client.get(PAGE).status_code == 200
    return sum(
        "django_session" in query["sql"] and not query["sql"].startswith("SELECT")
        for query in queries
    )


def test_ends_an_hour_after_its_last_request(client: Client) -> None:
    assert is_signed_in(client)
    assert is_signed_in(client, minutes=59)
    assert is_signed_in(client, minutes=117)
    assert not is_signed_in(client, minutes=177)
    assert not Session.objects.exists()


@pytest.mark.usefixtures("client")
def test_ends_where_nobody_ever_came_back() -> None:
    with after():
        user = person("editor")
        user.set_password("correct horse")
        user.save()
        fresh = Client()
        fresh.post("/login/", {"username": "editor", "password": "correct horse"})

    assert not is_signed_in(fresh, minutes=61)


def test_ends_twelve_hours_after_it_began_however_much_it_is_used(client: Client) -> None:
    assert all(is_signed_in(client, minutes=minutes) for minutes in range(0, 12 * 60, 45))
    assert not is_signed_in(client, hours=12)


def test_lasts_while_somebody_types(client: Client) -> None:
    for minutes in range(0, 180, 45):
        with after(minutes=minutes):
            assert client.post(PAGE, PREVIEW, headers={"hx-request": "true"}).status_code == 200

    assert is_signed_in(client, minutes=190)


def test_ends_for_a_fragment_as_for_a_page(client: Client) -> None:
    assert is_signed_in(client)
    with after(minutes=61):
        assert client.post(PAGE, PREVIEW, headers={"hx-request": "true"}).status_code == 401


def test_is_written_once_a_minute_at_most(client: Client) -> None:
    writes(client)
    assert [writes(client, seconds=seconds) for seconds in (1, 20, 59, 60, 61, 119, 120)] == [
        0,
        0,
        0,
        1,
        0,
        0,
        1,
    ]


def test_needs_no_database_that_can_be_written_for_every_page(client: Client) -> None:
    assert is_signed_in(client)
    with refusing('UPDATE "django_session"'):
        assert is_signed_in(client, minutes=30)
    assert is_signed_in(client, minutes=50)


def test_lasts_as_long_as_the_settings_say(client: Client, settings: Settings) -> None:
    settings.SESSION_IDLE_AGE = 10 * 60
    settings.SESSION_COOKIE_AGE = 30 * 60

    assert all(is_signed_in(client, minutes=minutes) for minutes in (0, 9, 18, 27))
    assert not is_signed_in(client, minutes=30)


def ended(number: int) -> None:
    """So many sessions of browsers that never came back."""
    for index in range(number):
        Session.objects.create(
            session_key=f"ended {index}", expire_date=START - timedelta(seconds=index)
        )


def sign_in() -> int:
    user = person("viewer")
    user.set_password("correct horse")
    user.save()
    with after():
        answer = Client().post("/login/", {"username": "viewer", "password": "correct horse"})
    return answer.status_code


def removals(sent: list[str]) -> list[str]:
    return [sql for sql in sent if sql.startswith('DELETE FROM "django_session"')]


def test_is_removed_after_it_has_ended_when_somebody_signs_in(client: Client) -> None:
    ended(3)

    with statements() as sent:
        assert sign_in() == 302

    assert len(removals(sent)) == 1
    assert Session.objects.count() == 2
    assert not Session.objects.filter(session_key__startswith="ended").exists()
    assert is_signed_in(client)


def test_is_removed_with_so_many_others_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MOST_REMOVED", 2)
    ended(5)

    left = []
    for _ in range(3):
        sign_in()
        left.append(Session.objects.filter(session_key__startswith="ended").count())

    assert left == [3, 1, 0]


def test_is_left_where_the_database_removes_nothing() -> None:
    ended(1)

    with refusing('DELETE FROM "django_session"'):
        assert sign_in() == 302

    assert Session.objects.filter(session_key="ended 0").exists()
    assert sign_in() == 302
    assert not Session.objects.filter(session_key="ended 0").exists()
