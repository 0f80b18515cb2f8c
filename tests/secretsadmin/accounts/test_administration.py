"""The administration of people ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import begin_cold
from tests.support.factors import PASSWORD, code_for, set_up_app, sign_in, with_password
from tests.support.site import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("secrets_manager")]
USERS = "/admin/auth/user/"


@pytest.fixture
def client() -> Client:
    cache.clear()
    with_password("root", is_superuser=True)
    client = Client()
    assert sign_in(client, "root").status_code == 302
    return client


def changes() -> list[tuple[str, str, list[str]]]:
    lines = Event.objects.filter(action__startswith="people.", user="root").order_by("id")
    return [(line.action, (line.details or {})["name"], line.fields) for line in lines]


def test_is_linked_from_the_account_of_a_superuser_alone(client: Client) -> None:
    assert 'href="/admin/"' in client.get("/account/").content.decode()
    with_password("ada")
    other = Client()
    sign_in(other, "ada")
    assert 'href="/admin/"' not in other.get("/account/").content.decode()


def test_makes_accounts_and_records_it(client: Client) -> None:
    sent = {"username": "ada", "password1": PASSWORD, "password2": PASSWORD}
    made = client.post(f"{USERS}add/", {**sent, "usable_password": "true"})
    assert made.status_code == 302, made.content.decode()
    ada = User.objects.get(username="ada")
    admins = Group.objects.get(name="admins")
    more = {"username": "ada", "first_name": "Ada", "is_active": "on", "groups": [admins.pk]}
    assert client.post(f"{USERS}{ada.pk}/change/", more).status_code == 302

    assert set(ada.groups.all()) == {admins}
    assert changes() == [
        ("people.change-user", "ada", ["created"]),
        ("people.change-user", "ada", ["first_name"]),
        ("people.change-user", "ada", ["groups"]),
    ]
    assert PASSWORD not in repr(list(LogEntry.objects.values()))


def test_takes_no_short_password(client: Client) -> None:
    sent = {"username": "ada", "password1": "short", "password2": "short"}

    answer = client.post(f"{USERS}add/", {**sent, "usable_password": "true"})

    assert "at least 15 characters" in words(answer)
    assert not User.objects.filter(username="ada").exists()


def test_removes_the_factors_of_somebody_who_lost_theirs(client: Client) -> None:
    with_password("ada")
    other = Client()
    sign_in(other, "ada")
    set_up_app(other)
    ada = User.objects.get(username="ada")

    client.post(USERS, {"action": "remove_factors", "_selected_action": [ada.pk]})

    assert not Authenticator.objects.exists()
    assert changes() == [("people.remove-factor", "ada", ["all"])]


def test_ends_the_sessions_of_whoever_loses_their_factors(client: Client) -> None:
    ada = with_password("ada")
    theirs = Client()
    assert sign_in(theirs, "ada").status_code == 302
    assert theirs.get("/account/").status_code == 200

    client.post(USERS, {"action": "remove_factors", "_selected_action": [ada.pk]})

    assert theirs.get("/account/").status_code == 302
    assert client.get(USERS).status_code == 200


def test_asks_for_a_fresh_sign_in(client: Client) -> None:
    with travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert client.get(USERS).status_code == 403
        sent = {"username": "ada", "password1": PASSWORD, "password2": PASSWORD}
        assert client.post(f"{USERS}add/", sent).status_code == 403
        assert not User.objects.filter(username="ada").exists()
        sent = {"confirm-password": PASSWORD, "next": USERS}
        assert client.post("/account/confirm/", sent)["Location"] == USERS
        assert client.get(USERS).status_code == 200


def test_asks_for_a_second_factor_where_any_environment_does(
    client: Client, settings: Settings, tmp_path: Path, secrets_manager: Emulator
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        "[environments.a]\nsecond_factor = true\n[environments.a.backend_kwargs]\n"
        f'region_name = "eu-central-1"\nendpoint_url = "{secrets_manager.endpoint}"\n',
        encoding="utf-8",
    )
    settings.SECRETSADMIN_CONFIG = str(file)
    begin_cold()
    assert client.get("/admin/")["Location"].startswith("/account/second-factor/")

    set_up_app(client)
    assert client.get("/admin/").status_code == 200

    other = Client()
    sign_in(other, "root")
    other.post("/login/second-factor/", {"code": code_for("root")})
    assert other.get("/admin/").status_code == 200


def test_keeps_the_policy_but_for_trusted_types(client: Client) -> None:
    policy = client.get("/admin/").headers["Content-Security-Policy"]
    rest = client.get("/account/").headers["Content-Security-Policy"]

    assert "trusted-types" not in policy
    for part in rest.split("; "):
        assert "trusted-types" in part or part in policy.split("; ")
    assert "unsafe" not in policy
    assert "<script>" not in client.get(f"{USERS}add/").content.decode()
    assert " style=" not in client.get(f"{USERS}add/").content.decode()


def test_serves_none_of_django_s_own_ways_in_and_out(client: Client) -> None:
    for page in ("login", "logout", "password_change"):
        assert client.get(f"/admin/{page}/").status_code == 404
