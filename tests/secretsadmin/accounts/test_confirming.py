"""Somebody who signed in a while ago, or without a second factor ... (as the tests say)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
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
from tests.support.wire import connected, counting

pytestmark = pytest.mark.django_db
VALUE = "typed with care <&>"
CREATE = "/prod/variables/create/"
REVEAL = "/prod/connections/reveal/x/"
FORM = {"key": "orders", "value": VALUE, "description": "Orders"}


@pytest.fixture(autouse=True)
def secrets(two_environments: Emulator) -> Emulator:
    """In `prod`, which is protected, a sign-in is fresh for five minutes."""
    cache.clear()
    with connected(two_environments.endpoint) as client:
        for name in ("dev", "prod"):
            client.create_secret(
                Name=f"{name}/connections/x", SecretString="postgres://login:password@host"
            )
    return two_environments


@pytest.fixture
def ada() -> User:
    user = with_password("ada")
    user.groups.add(Group.objects.get(name="admins"))
    return user


@pytest.fixture
def client(ada: User) -> Client:
    client = Client()
    assert sign_in(client, "ada").status_code == 302
    return client


@contextmanager
def later(minutes: float = 6) -> Iterator[None]:
    with travel(datetime.now(UTC) + timedelta(minutes=minutes)):
        yield


def kept(response: Any) -> dict[str, str]:
    """The hidden fields of the form that the page sends again."""
    page = response.content.decode()
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: value for name, value in fields if name != "csrfmiddlewaretoken"}


def actions() -> list[tuple[str, str]]:
    lines = Event.objects.exclude(action="people.change-user").order_by("id")
    return list(lines.values_list("action", "outcome"))


def test_is_asked_before_a_write_and_it_goes_on_with_what_was_typed(
    client: Client, secrets: Emulator
) -> None:
    with later():
        with counting(secrets) as calls:
            asked = client.post(CREATE, FORM)
        assert not calls
        assert asked.status_code == 403
        assert "Production asks for a fresh sign-in before this." in words(asked)
        assert kept(asked)["value"] == "typed with care &lt;&amp;&gt;"
        assert f'action="{CREATE}"' in asked.content.decode()

        wrong = client.post(CREATE, {**FORM, "confirm-password": "wrong"})
        assert wrong.status_code == 403
        assert kept(wrong)["key"] == "orders"
        assert "wrong" not in wrong.content.decode()
        done = client.post(CREATE, {**FORM, "confirm-password": PASSWORD})
        assert (done.status_code, done["Location"]) == (302, "/prod/variables/detail/orders/")
        assert client.post(CREATE, {**FORM, "key": "more"}).status_code == 302

    assert actions() == [
        ("session.sign-in", "succeeded"),
        ("session.re-authenticate", "succeeded"),
        ("variables.create", "started"),
        ("variables.create", "succeeded"),
        ("variables.create", "started"),
        ("variables.create", "succeeded"),
    ]


@pytest.mark.parametrize("more", [{}, {"preview": "1"}], ids=["", "as if to look"])
@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (REVEAL, {"field": "password"}),
        ("/prod/connections/copy/x/", {"format": "uri"}),
        ("/prod/connections/edit/x/", {"reveal": "1"}),
        ("/prod/connections/edit/x/", {"mended": "1"}),
        ("/prod/connections/delete/x/", {"days": "7"}),
        ("/prod/connections/duplicate/x/", {"id": "y"}),
        ("/prod/connections/bulk/", {"action": "describe", "id": "x", "text": "New", "run": "1"}),
        ("/prod/connections/roll-back/x/", {}),
        ("/prod/connections/label/x/", {}),
        ("/prod/connections/restore/x/", {}),
    ],
)
def test_is_asked_before_what_is_masked_and_before_each_write(
    client: Client, url: str, sent: dict[str, str], more: dict[str, str]
) -> None:
    assert client.post(url, sent).status_code != 403
    before = Event.objects.count()
    with later():
        assert client.post(url, sent | more).status_code == 403

    assert Event.objects.count() == before


@pytest.mark.parametrize("sent", [{"host": "h"}, {"host": "h", "review": "1"}])
def test_is_asked_before_an_edit_and_its_review(client: Client, sent: dict[str, str]) -> None:
    with later():
        assert client.post("/prod/connections/update/x/", sent).status_code == 403


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("/dev/connections/reveal/x/", {"field": "password"}),
        ("/prod/connections/open/x/", {}),
        (CREATE, {**FORM, "preview": "1"}),
    ],
)
def test_is_not_asked_before_anything_else(client: Client, url: str, sent: dict[str, str]) -> None:
    with later():
        assert client.post(url, sent).status_code == 200
        assert client.get("/prod/connections/").status_code == 200
        assert client.get(CREATE).status_code == 200


def test_is_asked_in_the_page_that_is_open(client: Client) -> None:
    htmx = {"hx-request": "true"}
    with later():
        asked = client.post(REVEAL, {"field": "password"}, headers=htmx)
        assert asked.status_code == 403
        assert asked["HX-Retarget"] == "#messages"
        assert 'action="/account/confirm/"' in asked.content.decode()
        assert "<html" not in asked.content.decode()
        sent = {"confirm-password": PASSWORD, "next": REVEAL}
        assert "Confirmed" in words(client.post("/account/confirm/", sent, headers=htmx))
        assert client.post(REVEAL, {"field": "password"}, headers=htmx).status_code == 200


def test_signs_nobody_else_in(client: Client) -> None:
    with_password("eve")
    with later():
        sign_in(Client(), "eve")
        page = client.post(CREATE, {**FORM, "confirm-password": PASSWORD, "username": "eve"})
    assert page.status_code == 302
    assert Event.objects.filter(action="session.re-authenticate").get().user == "ada"


def test_cannot_guess_a_password_here_either(client: Client) -> None:
    with later():
        for _ in range(10):
            client.post(CREATE, {**FORM, "confirm-password": "wrong"})
        assert client.post(CREATE, {**FORM, "confirm-password": PASSWORD}).status_code == 403
        assert "too many wrong passwords" in words(client.post(CREATE, {"confirm-password": "x"}))


def test_keeps_nothing_of_it_on_the_server(client: Client) -> None:
    with later():
        client.post(CREATE, FORM)
        client.post(CREATE, {**FORM, "confirm-password": "wrong"})

    assert VALUE not in repr(dict(client.session))
    assert "wrong" not in repr(dict(client.session))
    assert VALUE not in repr(list(Event.objects.values()))


def test_is_told_where_a_form_is_too_long_to_be_kept(client: Client) -> None:
    with later():
        asked = client.post(CREATE, {**FORM, "value": "x" * 300_000})

    assert asked.status_code == 403
    assert "it isn’t kept" in words(asked)
    assert "xxxx" not in asked.content.decode()


@pytest.fixture
def needs_a_factor(settings: Settings) -> None:
    """In `prod` nothing is shown without a second factor."""
    file = Path(settings.SECRETSADMIN_CONFIG)
    text = file.read_text(encoding="utf-8")
    other = file.with_name("with-factor.toml")
    other.write_text(
        text.replace("protected = true", "protected = true\nsecond_factor = true"),
        encoding="utf-8",
    )
    settings.SECRETSADMIN_CONFIG = str(other)
    begin_cold()


@pytest.mark.usefixtures("needs_a_factor")
def test_is_led_to_setting_up_a_factor_and_on(client: Client, secrets: Emulator) -> None:
    assert client.get("/dev/connections/").status_code == 200
    with counting(secrets) as calls:
        for url in ("/prod/", "/prod/connections/", "/prod/connections/detail/x/"):
            led = client.get(url)["Location"]
            assert led == f"/account/second-factor/?next={url.replace('/', '%2F')}"
        for url in (REVEAL, CREATE):
            assert client.post(url, FORM).status_code == 403
    assert not calls
    page = client.get("/account/second-factor/?next=/prod/").content.decode()
    assert "/account/second-factor/app/?next=/prod/" in page.replace("%2F", "/")

    codes = set_up_app(client, "?next=/prod/")["Location"]

    assert codes == "/account/recovery-codes/?next=%2Fprod%2F"
    assert 'href="/prod/"' in client.get(codes).content.decode()
    assert client.get("/prod/connections/").status_code == 200


@pytest.mark.usefixtures("needs_a_factor")
def test_is_asked_for_the_factor_that_they_have(client: Client, ada: User) -> None:
    set_up_app(client)
    other = Client()
    other.force_login(ada)

    asked = other.get("/prod/connections/")
    assert asked.status_code == 403
    assert "Everything in Production is shown to people with a second factor" in words(asked)
    assert "/prod/connections/detail/" not in asked.content.decode()
    assert 'name="confirm-password"' not in asked.content.decode()
    sent = {"next": "/prod/connections/", "confirm-code": code_for("ada")}
    answer = other.post("/account/confirm/", sent)

    assert (answer.status_code, answer["Location"]) == (302, "/prod/connections/")
    assert other.get("/prod/connections/").status_code == 200


@pytest.mark.usefixtures("needs_a_factor")
def test_cannot_enter_by_a_password_alone(client: Client, ada: User) -> None:
    set_up_app(client)
    other = Client()
    other.force_login(ada)

    other.post("/account/confirm/", {"confirm-password": PASSWORD})

    assert other.get("/prod/connections/").status_code == 403


@pytest.mark.usefixtures("needs_a_factor")
def test_is_told_nothing_of_an_environment_that_they_may_not_see() -> None:
    with_password("nobody")
    client = Client()
    sign_in(client, "nobody")

    assert client.get("/prod/connections/").status_code == 404


@pytest.mark.usefixtures("needs_a_factor")
def test_reads_nothing_of_it_elsewhere(client: Client, ada: User) -> None:
    set_up_app(client)
    client.post(CREATE, FORM)
    assert "orders" in words(client.get("/audit/"))
    other = Client()
    other.force_login(ada)

    assert "orders" not in words(other.get("/audit/"))
    assert "orders" not in words(other.get("/audit/?environment=prod"))


@pytest.mark.usefixtures("needs_a_factor")
def test_reads_no_number_of_it_in_the_menu_of_another_page(client: Client, ada: User) -> None:
    set_up_app(client)
    assert client.get("/prod/connections/").context["navigation"].items[1].count == 1
    other = Client()
    other.force_login(ada)

    for url in ("/audit/?environment=prod", "/prod/nothing/", "/prod/connections/nothing/x/"):
        assert any(item.count for item in client.get(url).context["navigation"].items)
        assert not any(item.count for item in other.get(url).context["navigation"].items)


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_is_led_nowhere_else(client: Client, elsewhere: str) -> None:
    sent = {"next": elsewhere, "confirm-password": PASSWORD}

    assert client.post("/account/confirm/", sent)["Location"] == "/account/"
