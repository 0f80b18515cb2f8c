"""The activity of a person ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from time_machine import travel

from tests.secretsadmin.conftest import As, Configure, person
from tests.support.record import add_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
AUDITOR_OF_DEV = """
[[grants]]
group = "leads"
role = "auditor"
environments = ["dev"]
[[grants]]
group = "editors"
role = "editor"
"""


def url(name: str) -> str:
    return f"/audit/person/{quote(name, safe='')}/"


def look(user: str, weeks: float, count: int) -> None:
    with travel(NOW - timedelta(weeks=weeks), tick=False):
        for _ in range(count):
            add_line(begins=True, user=user, environment="dev", action="connections.reveal")


@pytest.mark.parametrize(
    ("name", "readers"),
    [
        ("editor", "editor admin auditor superuser"),
        ("ben", "admin auditor superuser"),
        ("nobody at all", ""),
    ],
)
def test_is_for_auditors_and_for_oneself(as_role: As, name: str, readers: str) -> None:
    add_line(begins=True, user="ben", environment="dev")
    roles = ("viewer", "editor", "admin", "auditor", "superuser")

    reading = [role for role in roles if as_role(role).get(url(name)).status_code == 200]

    assert reading == readers.split()


def test_tells_roles_and_the_last_sign_in_and_what_was_done(as_role: As) -> None:
    user = person("editor")
    user.last_login = NOW
    user.save()
    add_line(begins=True, user="editor", environment="prod", secret="billing", reason="Why")
    add_line(begins=True, user="editor", environment="dev", action="connections.open")

    page = as_role("auditor").get(url("editor")).content.decode()

    assert "Changed the connection" in page
    assert ">billing</a> in Production, reason: " in page
    assert "Opened the connection" in page
    assert "Signed in last" in page
    assert page.count("<dd>editor</dd>") == 2


@pytest.mark.parametrize(
    ("looks", "sentence", "is_unusual"),
    [
        ([(0.5, 12), (1.5, 2), (2.5, 6)], "12 looks in the last 7 days; 2 a week in the", False),
        ([(0.5, 13), (1.5, 2), (2.5, 6)], "13 looks in the last 7 days; 2 a week in the", True),
        ([(0.5, 9)], "9 looks in the last 7 days, and none in the four weeks before.", False),
        ([(0.5, 10)], "10 looks in the last 7 days, and none in the four weeks before.", True),
        ([(5.5, 40)], "0 looks in the last 7 days, and none in the four weeks before.", False),
    ],
)
def test_compares_the_week_with_usual_ones(
    as_role: As, looks: list[tuple[float, int]], sentence: str, *, is_unusual: bool
) -> None:
    for weeks, count in sorted(looks, reverse=True):
        look("editor", weeks, count)

    with travel(NOW, tick=False):
        page = as_role("auditor").get(url("editor")).content.decode()

    assert sentence in page
    assert ("unusually many" in page) == is_unusual


def lead(configure: Configure) -> Client:
    configure(AUDITOR_OF_DEV)
    user = User.objects.create(username="lead")
    user.groups.add(Group.objects.create(name="leads"))
    client = Client()
    client.force_login(user)
    return client


def test_is_to_the_auditor_of_one_environment_what_was_done_there(configure: Configure) -> None:
    client = lead(configure)
    User.objects.create(username="carl", last_login=NOW)
    add_line(begins=True, user="ben", environment="dev", secret="seen")
    add_line(begins=True, user="ben", environment="prod", secret="kept_from_them")
    add_line(begins=True, user="carl", environment="prod", secret="kept_from_them")

    page = client.get(url("ben")).content.decode()

    assert "seen" in page
    assert "kept_from_them" not in page
    assert client.get(url("carl")).status_code == 404
    assert client.get(url("nobody at all")).status_code == 404


def test_withholds_the_last_sign_in_from_the_auditor_of_one_environment(
    configure: Configure,
) -> None:
    client = lead(configure)
    User.objects.create(username="ben", last_login=NOW)
    add_line(begins=True, user="ben", environment="dev")

    assert "Signed in last" not in client.get(url("ben")).content.decode()


def test_has_a_name_that_is_any_text(as_role: As) -> None:
    name = "a/b <script>\u202e"
    add_line(begins=True, user=name, environment="dev")

    auditor = as_role("auditor")
    page = auditor.get(url(name)).content.decode()

    assert "a/b &lt;script&gt;[U+202E]" in page
    assert "<script>\u202e" not in page
    assert "/audit/person/a/b%20%3Cscript%3E%E2%80%AE/" in auditor.get("/audit/").content.decode()


def test_has_no_name_that_a_database_refuses(as_role: As) -> None:
    assert as_role("auditor").get(url("a\0b")).status_code == 404
