"""An editor in a protected environment ... (each test finishes the sentence)."""

from typing import Any

import pytest
from django.test import Client

from connections.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.forms import as_sent
from tests.secretsadmin.conftest import As
from tests.site import acts, errors, put, stored

NAME = "prod/connections/x"
HERE = "/prod/connections"
SECRET = "hunter2"
MINE = Connection("postgres", host="h", login="u", password=SECRET, extra={"sslmode": "require", "mine": SECRET})


@pytest.fixture
def emulator(two_environments: Emulator) -> Emulator:
    put(two_environments, NAME, MINE.to_json())
    return two_environments


def sent_by(browser: Client, conn_id: str = "x", **typed: Any) -> Any:
    opened = browser.post(f"{HERE}/edit/{conn_id}/")
    return browser.post(f"{HERE}/update/{conn_id}/", as_sent(opened) | typed)


def read(emulator: Emulator, name: str = NAME) -> Connection:
    return Connection.from_secret(stored(emulator, name)["SecretString"])


@pytest.mark.parametrize(
    "typed",
    [
        {"host": "evil.example.com"},
        {"login": "other"},
        {"port": "1"},
        {"schema": "s"},
        {"extra.sslmode": ""},
        {"extra": '{"hostaddr": "6.6.6.6"}'},
        {"conn_type": "mysql", "extra.sslmode": [], "shown_extras": "sslmode"},
        {"host": "evil.example.com", "password": "new"},
        {"host": "evil.example.com", "clear": ["extra.mine"]},
        {"host": "evil.example.com", "stored_masked": []},
    ],
)
def test_sends_no_secret_elsewhere_that_was_not_typed(emulator: Emulator, as_role: As, typed: dict[str, Any]) -> None:
    response = sent_by(as_role("editor"), **typed)

    assert response.status_code == 422
    assert errors(response).keys() <= {"password", "extra"}
    assert "You may not see what is stored in" in response.content.decode()
    assert SECRET not in response.content.decode()
    assert read(emulator) == MINE
    assert acts()[-1] == ("connections.update", "x", "failed")


@pytest.mark.parametrize(
    "typed",
    [
        {"password": "new", "extra": '{"mine": "new"}'},
        {"clear": ["password", "extra.mine"]},
        {"secret": "postgres://u:new@evil.example.com"},
    ],
)
def test_changes_a_host_with_the_secrets_typed_again_or_cleared(
    emulator: Emulator, as_role: As, typed: dict[str, Any]
) -> None:
    assert sent_by(as_role("editor"), host="evil.example.com", **typed).status_code == 302

    after = read(emulator)
    assert after.host == "evil.example.com"
    assert SECRET not in (after.password, after.extra.get("mine"))


def test_replaces_a_password_or_a_description_without_knowing_the_rest(emulator: Emulator, as_role: As) -> None:
    assert sent_by(as_role("editor"), password="new").status_code == 302
    assert sent_by(as_role("editor"), description="Ours").status_code == 302
    assert sent_by(as_role("editor")).status_code == 302

    assert (read(emulator).password, read(emulator).extra) == ("new", MINE.extra)


def test_replaces_a_key_but_no_proxy_beside_a_password(emulator: Emulator, as_role: As) -> None:
    before = Connection("pagerduty", password=SECRET, extra={"routing_key": SECRET})
    put(emulator, "prod/connections/key", before.to_json())
    put(emulator, "prod/connections/proxy", Connection("slack", password=SECRET, extra={"proxy": "p"}).to_json())

    assert sent_by(as_role("editor"), "key", **{"extra.routing_key": "new"}).status_code == 302
    assert "password" in errors(sent_by(as_role("editor"), "proxy", **{"extra.proxy": "http://evil"}))


def test_changes_what_keeps_no_secret(emulator: Emulator, as_role: As) -> None:
    put(emulator, "prod/connections/open", Connection("postgres", host="h", extra={"sslmode": "require"}).to_json())

    assert sent_by(as_role("editor"), "open", host="other").status_code == 302


@pytest.mark.parametrize("role", ["admin", "superuser"])
def test_is_outdone_by_an_admin_who_may_keep_them(emulator: Emulator, as_role: As, role: str) -> None:
    assert sent_by(as_role(role), host="other").status_code == 302

    assert (read(emulator).host, read(emulator).password) == ("other", SECRET)
    assert Event.objects.latest("id").fields == ["host"]


def test_keeps_them_elsewhere(emulator: Emulator, as_role: As) -> None:
    put(emulator, "dev/connections/x", MINE.to_json())
    editor = as_role("editor")

    opened = editor.post("/dev/connections/edit/x/")
    assert editor.post("/dev/connections/update/x/", as_sent(opened) | {"host": "other"}).status_code == 302
    assert read(emulator, "dev/connections/x").password == SECRET
