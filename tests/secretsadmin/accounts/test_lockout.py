"""Somebody who tries passwords ... (each test finishes the sentence)."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from time_machine import travel

from secretsadmin.audit.bookkeeping import SignInFailures
from secretsadmin.audit.models import Event
from tests.support.site import words

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RIGHT = "correct horse battery staple"
LOCKED = "There were too many wrong passwords for this name from your address."


@pytest.fixture(autouse=True)
def ada() -> User:
    return User.objects.create_user("ada", password=RIGHT)


@pytest.fixture(autouse=True)
def empty() -> None:
    cache.clear()


WRONG = "wrong"


def attempt(name: str, password: str = WRONG, address: str = "192.0.2.1") -> int:
    sent = {"username": name, "password": password}
    return Client().post("/login/", sent, REMOTE_ADDR=address).status_code


def locks() -> list[tuple[str, str | None, str]]:
    lines = Event.objects.filter(action="session.lock-out")
    return list(lines.values_list("user", "address", "outcome"))


def test_is_locked_out_after_ten_wrong_ones_for_a_quarter_of_an_hour() -> None:
    with travel(NOON, tick=False):
        assert [attempt("ada") for _ in range(10)] == [200] * 10
        assert locks() == [("ada", "192.0.2.1", "denied")]
        assert [attempt("ada"), attempt("ada", RIGHT)] == [429, 429]
    with travel(NOON + timedelta(minutes=14), tick=False):
        assert attempt("ada", RIGHT) == 429
    with travel(NOON + timedelta(minutes=16), tick=False):
        assert attempt("ada", RIGHT) == 302
    assert len(locks()) == 1


def test_is_told_the_same_of_names_that_nobody_has() -> None:
    pages = []
    for name in ("ada", "nobody"):
        statuses = [attempt(name) for _ in range(11)]
        page = Client().post(
            "/login/", {"username": name, "password": "x"}, REMOTE_ADDR="192.0.2.1"
        )
        pages.append((statuses, page.status_code, words(page)))

    assert pages[0] == pages[1]
    assert LOCKED in pages[0][2]
    assert locks() == [("ada", "192.0.2.1", "denied"), ("", "192.0.2.1", "denied")]


def test_locks_out_nobody_at_another_address() -> None:
    for _ in range(15):
        attempt("ada")

    assert attempt("ada", RIGHT, "192.0.2.2") == 302


def test_is_one_client_in_all_of_its_network() -> None:
    """Whoever has an address of IPv6 mostly has as many as they like beside it."""
    for number in range(10):
        attempt("ada", WRONG, f"2001:db8::1:{number}")

    assert attempt("ada", RIGHT, "2001:db8::ffff:1") == 429
    assert attempt("ada", RIGHT, "2001:db8:0:1::1") == 302
    assert locks() == [("ada", "2001:db8::1:9", "denied")]


def test_clears_no_count_by_coming_from_many_addresses() -> None:
    with travel(NOON, tick=False):
        for number in range(60):
            attempt(f"nobody{number}")
        for number in range(400):
            cache.set(f"z{number}", "another", 60)

        assert attempt("nobody") == 429


def test_locks_out_nobody_of_another_name() -> None:
    User.objects.create_user("ben", password=RIGHT)
    for _ in range(15):
        attempt("ada")

    assert attempt("ben", RIGHT) == 302


def test_can_try_sixty_from_one_address_in_a_minute_whatever_the_names() -> None:
    with travel(NOON, tick=False):
        statuses = [attempt(f"nobody{number}") for number in range(61)]

    assert statuses == [200] * 60 + [429]


def test_begins_anew_after_the_right_one() -> None:
    for _ in range(3):
        assert [attempt("ada") for _ in range(5)] == [200] * 5
        cache.clear()
        assert attempt("ada", RIGHT) == 302


def test_leaves_nothing_that_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    """Somebody may type a password where the name belongs."""
    with caplog.at_level(logging.DEBUG):
        for _ in range(11):
            attempt("my-secret-password", "my-other-password")

    tables = (AccessAttempt, AccessLog, AccessFailureLog, Event, SignInFailures)
    kept = [repr(list(table.objects.values())) for table in tables]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM secretsadmin_cache")
        kept.append(repr(cursor.fetchall()))
    everything = f"{kept}{caplog.text}"
    assert AccessAttempt.objects.get().failures_since_start == 10
    assert "192.0.2.1" in everything
    assert "my-" not in everything
    assert "csrf" not in everything
