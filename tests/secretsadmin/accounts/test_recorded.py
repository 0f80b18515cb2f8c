"""The record of people ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.accounts.recorded import by
from secretsadmin.audit import failures
from secretsadmin.audit.bookkeeping import SignInFailures
from secretsadmin.audit.models import Event
from secretsadmin.audit.recording import Actor, NotRecorded
from tests.support.broken import refusing
from tests.support.people import add_to, somebody

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
EVE = Actor("eve", "203.0.113.9")


@pytest.fixture
def ada() -> User:
    user = somebody("ada", "viewers")
    User.objects.filter(pk=user.pk).update(password=user.password)
    user.set_password(PASSWORD)
    User.objects.filter(pk=user.pk).update(password=user.password)
    return User.objects.get(pk=user.pk)


def lines() -> list[tuple[str, str, str, list[str]]]:
    """Who did what, how it ended, and what the line names."""
    rows = Event.objects.order_by("id").values_list("user", "action", "outcome", "fields")
    return list(rows)


def told_of_failures() -> list[Event]:
    return list(Event.objects.filter(action="session.sign-in"))


def try_to_sign_in(client: Client, name: str, password: str, address: str = "192.0.2.1") -> int:
    sent = {"username": name, "password": password}
    return client.post("/login/", sent, REMOTE_ADDR=address).status_code


def test_tells_who_signed_in_and_out(ada: User, client: Client) -> None:
    assert try_to_sign_in(client, "ada", PASSWORD) == 302
    client.post("/logout/", REMOTE_ADDR="192.0.2.1")

    assert lines() == [
        ("ada", "session.sign-in", "succeeded", []),
        ("ada", "session.sign-out", "succeeded", []),
    ]
    assert set(Event.objects.values_list("address", flat=True)) == {"192.0.2.1"}


def test_is_made_before_anybody_is_signed_in(ada: User, client: Client) -> None:
    with refusing('INSERT INTO "audit_event"'):
        assert try_to_sign_in(client, "ada", PASSWORD) == 503

    assert "_auth_user_id" not in client.session


def test_keeps_nobody_from_signing_out(ada: User, client: Client) -> None:
    client.force_login(ada)
    with refusing('INSERT INTO "audit_event"'):
        assert client.post("/logout/").status_code == 302

    assert "_auth_user_id" not in client.session


def test_tells_of_a_flood_of_failures_in_one_line_a_minute(ada: User, client: Client) -> None:
    with travel(NOON, tick=False):
        for number in range(60):
            name = ("ada", "nobody", PASSWORD)[number % 3]
            assert try_to_sign_in(client, name, "wrong", f"192.0.2.{number % 2}") == 200
        failures.tell()
        assert not told_of_failures(), "the minute isn't over"
    with travel(NOON + timedelta(minutes=1), tick=False):
        failures.tell()
        failures.tell()

    (line,) = told_of_failures()
    assert (line.action, line.outcome, line.count) == ("session.sign-in", "denied", 60)
    assert (line.user, line.fields) == ("ada", ["ada"])
    assert line.details == {
        "addresses": ["192.0.2.0", "192.0.2.1"],
        "minute": "2026-03-01T12:00:00+00:00",
    }
    assert line.address is None
    assert not SignInFailures.objects.exists()
    assert PASSWORD not in repr(list(Event.objects.values()))


def test_tells_through_which_proxy_somebody_came(ada: User, settings: Settings) -> None:
    """Signing in, failing to, being locked out, and showing anew who they are."""
    settings.TRUSTED_PROXIES = ["10.0.8.0/24"]
    through = Client(REMOTE_ADDR="10.0.8.17", headers={"x-forwarded-for": "198.51.100.7"})
    with travel(NOON, tick=False):
        assert through.post("/login/", {"username": "ada", "password": PASSWORD}).status_code == 302
        for password, status in ((PASSWORD, 302), ("wrong", 403)):
            sent = {"confirm-password": password, "next": "/"}
            assert through.post("/account/confirm/", sent).status_code == status
        through.post("/logout/")
        for _ in range(10):
            through.post("/login/", {"username": "ada", "password": "wrong"})
    with travel(NOON + timedelta(minutes=1), tick=False):
        failures.tell()

    (failed,) = told_of_failures()[1:]
    assert (failed.count, (failed.details or {})["peers"]) == (11, ["10.0.8.17"])
    others = Event.objects.exclude(id=failed.id).order_by("id")
    assert [(line.action, line.address, (line.details or {})["peer"]) for line in others] == [
        (action, "198.51.100.7", "10.0.8.17")
        for action in (
            "session.sign-in",
            "session.re-authenticate",
            "session.sign-out",
            "session.lock-out",
        )
    ]
    assert failed.address == "198.51.100.7"


def test_tells_of_several_minutes_in_as_many_lines(ada: User, client: Client) -> None:
    somebody("ben")
    for minutes, names in enumerate((("ada",), ("ada", "ben"), ("nobody",))):
        with travel(NOON + timedelta(minutes=minutes), tick=False):
            for name in names:
                try_to_sign_in(client, name, "wrong")
    with travel(NOON + timedelta(hours=1)):
        failures.tell()

    assert lines() == [
        ("ada", "session.sign-in", "denied", ["ada"]),
        ("", "session.sign-in", "denied", ["ada", "ben"]),
        ("", "session.sign-in", "denied", []),
    ]


def test_asks_the_database_alike_for_names_that_somebody_has_and_others(
    ada: User, client: Client
) -> None:
    statements = []
    with travel(NOON, tick=False):
        try_to_sign_in(client, "the first of the minute", "wrong")
        for name in ("ada", "nobody"):
            with CaptureQueriesContext(connection) as queries:
                try_to_sign_in(client, name, "wrong")
            statements.append([query["sql"].split()[0] for query in queries.captured_queries])

    assert statements[0] == statements[1]


def test_tells_of_each_change_of_a_user(ada: User) -> None:
    with by(EVE):
        ada.is_active = False
        ada.email = "ada@example.com"
        ada.save()
        ada.set_password("another")
        ada.save()
        ada.user_permissions.add(Permission.objects.earliest("pk"))
        ada.delete()

    assert lines() == [
        ("eve", "people.change-user", "succeeded", ["email", "is_active"]),
        ("eve", "people.change-user", "succeeded", ["password"]),
        ("eve", "people.change-user", "succeeded", ["permissions"]),
        ("eve", "people.change-user", "succeeded", ["deleted"]),
    ]
    assert {line.details["name"] for line in Event.objects.all() if line.details} == {"ada"}


def test_tells_who_was_added_to_a_group_and_taken_from_it(ada: User) -> None:
    ops = Group.objects.create(name="ops")
    ada.groups.add(ops)
    ops.user_set.remove(ada)
    ada.groups.clear()
    ops.delete()

    told = [(line.action, line.fields, line.details) for line in Event.objects.order_by("id")]
    assert told == [
        ("people.change-group", ["created"], {"name": "ops"}),
        ("people.change-user", ["groups"], {"added": ["ops"], "name": "ada"}),
        ("people.change-group", ["users"], {"name": "ops", "removed": ["ada"]}),
        ("people.change-user", ["groups"], {"cleared": [], "name": "ada"}),
        ("people.change-group", ["deleted"], {"name": "ops"}),
    ]


def test_tells_of_commands() -> None:
    call_command("createsuperuser", "--noinput", username="root", email="root@example.com")

    (line,) = Event.objects.all()
    assert line.user.endswith("(at the command line)")
    assert (line.fields, line.details) == (["created"], {"name": "root"})


def test_is_made_before_a_user_is_changed(ada: User) -> None:
    ada.is_superuser = True
    with refusing('INSERT INTO "audit_event"'), pytest.raises(NotRecorded):
        ada.save()

    assert not User.objects.get(pk=ada.pk).is_superuser


def test_is_silent_where_nothing_changes(ada: User, client: Client) -> None:
    ada.save()
    add_to(ada, "editors")
    client.force_login(ada)
    ada.groups.add(*ada.groups.all())

    assert not Event.objects.exists()
