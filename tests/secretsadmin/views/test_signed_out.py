"""People who are signed out while they type ... (each test finishes the sentence)."""

import html
import re
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client

from secretsadmin.audit.models import Event, EventQuerySet
from secretsadmin.demo.emulator import Emulator
from secretsadmin.forms.base import MOST_IN_A_FORM
from tests.secretsadmin.conftest import As, person
from tests.support.forms import as_sent
from tests.support.wire import counting

CREATE = "/dev/connections/create/"
TYPED = {
    "conn_id": "new",
    "conn_type": "postgres",
    "host": "db.example.com",
    "password": "typed <with> \"care\" & 'more'",
    "extra": '{\r\n  "a": 1\r\n}',
}
PASSWORD = "correct horse"
FROM_HERE = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}
HTMX = {"hx-request": "true"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]


def browser(name: str = "") -> Client:
    """A browser that is held to its tokens, as all are."""
    client = Client(enforce_csrf_checks=True)
    if name:
        sign_in(client, name)
    return client


def sign_in(client: Client, name: str = "editor") -> None:
    """By the form for it, with which the token changes."""
    person(name)
    User.objects.filter(username=name).update(password=make_password(PASSWORD))
    sent = {
        "username": name,
        "password": PASSWORD,
        "csrfmiddlewaretoken": token(client.get("/login/")),
    }
    assert client.post("/login/", sent).status_code == 302


def of_secrets() -> EventQuerySet:
    """The record without the sign-ins and looks at lists that led there."""
    return Event.objects.exclude(kind="").exclude(action__endswith=".list")


def sign_out(client: Client) -> None:
    del client.cookies[settings.SESSION_COOKIE_NAME]


def token(response: Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())
    assert found
    return found[1]


def opened(client: Client) -> str:
    """The token of a form that is opened now."""
    return token(client.get(CREATE))


def send(client: Client, sent: Any, path: str = CREATE, **headers: str) -> Any:
    return client.post(path, sent, headers=FROM_HERE | headers)


def test_get_their_input_back_and_send_it_once_signed_in(two_environments: Emulator) -> None:
    client = browser("editor")
    old = opened(client)
    sign_out(client)

    handed_back = send(client, TYPED | {"csrfmiddlewaretoken": old})
    assert handed_back.status_code == 401
    assert "no-store" in handed_back["Cache-Control"]
    kept = as_sent(handed_back)
    assert {name: value for name, [value] in kept.items() if name != "csrfmiddlewaretoken"} == TYPED

    sign_in(client)
    with counting(two_environments) as calls:
        once_more = send(client, kept)
    assert once_more.status_code == 403
    assert not calls
    assert "editor" in once_more.content.decode()
    assert as_sent(once_more) | {"csrfmiddlewaretoken": []} == kept | {"csrfmiddlewaretoken": []}

    assert send(client, as_sent(once_more)).status_code == 302
    assert [event.outcome for event in of_secrets().order_by("id")] == ["started", "succeeded"]


def test_are_offered_to_sign_in_in_another_tab() -> None:
    client = browser("editor")
    old = opened(client)
    sign_out(client)

    page = send(client, {"csrfmiddlewaretoken": old}).content.decode()

    link = re.search(r'<a [^>]*href="/login/\?next=/login/state/"[^>]*>', page)
    assert link
    assert 'target="_blank"' in link[0]
    assert 'rel="noopener"' in link[0]


def test_are_never_led_away_by_a_fragment(as_role: As) -> None:
    client = as_role("anonymous")
    for answer in (
        client.post(CREATE, TYPED | {"preview": "1"}, headers=HTMX),
        client.get("/dev/connections/?q=x", headers=HTMX),
        client.post("/dev/connections/open/x/", headers=HTMX),
    ):
        page = answer.content.decode()
        assert answer.status_code == 401
        assert answer["HX-Retarget"] == "#messages"
        assert 'id="message"' in page
        assert "<html" not in page
        assert "care" not in page


def test_learn_that_they_are_signed_in_again() -> None:
    client = browser("editor")
    old = opened(client)
    sign_out(client)
    assert client.get("/login/state/", headers=HTMX).status_code == 401
    sign_in(client)

    state = client.get("/login/state/", headers=HTMX)
    assert state.status_code == 200
    assert "<html" not in state.content.decode()
    assert send(client, TYPED | {"csrfmiddlewaretoken": old}).status_code == 403
    assert send(client, TYPED | {"csrfmiddlewaretoken": token(state)}).status_code == 302


def test_get_a_new_token_for_a_fragment() -> None:
    client = browser("editor")
    old = opened(client)
    sign_out(client)
    sign_in(client)

    stale = send(client, TYPED | {"csrfmiddlewaretoken": old, "preview": "1"}, **HTMX)

    assert stale.status_code == 403
    assert "care" not in stale.content.decode()
    anew = TYPED | {"csrfmiddlewaretoken": token(stale), "preview": "1"}
    assert send(client, anew, **HTMX).status_code == 200


def test_act_as_whoever_is_signed_in_by_then() -> None:
    client = browser("editor")
    old = opened(client)
    sign_out(client)
    sign_in(client, "viewer")

    handed_back = send(client, TYPED | {"csrfmiddlewaretoken": old})

    assert "viewer" in handed_back.content.decode()
    assert send(client, as_sent(handed_back)).status_code == 403
    assert set(of_secrets().values_list("user", "outcome")) == {
        ("viewer", "started"),
        ("viewer", "denied"),
    }


@pytest.mark.parametrize("name", ["editor", ""])
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
)
def test_are_handed_nothing_that_another_site_sent(name: str, headers: dict[str, str]) -> None:
    client = browser(name)

    answer = client.post(CREATE, TYPED | {"csrfmiddlewaretoken": "x" * 32}, headers=headers)

    page = answer.content.decode()
    assert answer.status_code == 403
    assert "care" not in html.unescape(page)
    assert 'id="form"' not in page
    assert not of_secrets().exists()


def test_are_handed_back_what_an_older_browser_sends() -> None:
    client = browser("editor")

    answer = client.post(
        CREATE, TYPED | {"csrfmiddlewaretoken": "x" * 32}, headers={"origin": "http://testserver"}
    )

    assert as_sent(answer)["password"] == [TYPED["password"]]


def test_are_handed_back_every_value_of_a_name() -> None:
    client = browser()
    client.get("/login/")

    answer = send(
        client,
        {"clear": ["login", "password"], "csrfmiddlewaretoken": token(client.get("/login/"))},
    )

    assert answer.status_code == 401
    assert as_sent(answer)["clear"] == ["login", "password"]


def test_sign_in_from_a_page_that_was_opened_before() -> None:
    client = browser()
    old = token(client.get("/login/?next=/dev/"))
    sign_in(client)

    answer = send(
        client, {"username": "x", "password": "y", "csrfmiddlewaretoken": old}, "/login/?next=/dev/"
    )

    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/dev/"
    assert client.get(answer["Location"])["Location"] == "/dev/"


def test_sign_out_once_more_without_a_question(as_role: As) -> None:
    assert as_role("anonymous").post("/logout/")["Location"] == "/login/"


def test_is_not_handed_back_what_is_longer_than_any_form_takes() -> None:
    """Whoever doesn't read the answer would let a worker keep six times as much as they sent."""
    sent = {"value": '"' * (MOST_IN_A_FORM + 1)}

    response = browser().post("/dev/variables/create/", sent, headers=FROM_HERE)

    assert response.status_code == 401
    assert len(response.content) < 20_000
    assert "longer than any form takes" in response.content.decode()
    assert "Send it again" not in response.content.decode()
