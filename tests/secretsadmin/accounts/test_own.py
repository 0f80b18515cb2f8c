"""On the page of their own account people ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from time_machine import travel

from secretsadmin.accounts.sessions import at_rest
from secretsadmin.audit.models import Event
from tests.support.factors import PASSWORD, sign_in, with_password
from tests.support.site import errors, words

pytestmark = pytest.mark.django_db
ANOTHER = "another password of mine"


@pytest.fixture(autouse=True)
def ada() -> User:
    cache.clear()
    return with_password("ada")


def browser(address: str = "192.0.2.1", name: str = "ada") -> Client:
    client = Client(REMOTE_ADDR=address)
    assert sign_in(client, name).status_code == 302
    client.get("/account/")
    return client


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def handle(client: Client) -> str:
    return at_rest(client.cookies[settings.SESSION_COOKIE_NAME].value)


def test_see_their_sessions_and_no_others() -> None:
    with_password("eve")
    browser("192.0.2.2", "eve")
    browser("192.0.2.3")

    page = words(browser("192.0.2.4").get("/account/"))

    assert "192.0.2.3" in page
    assert "This one From 192.0.2.4" in page
    assert "192.0.2.2" not in page


def test_see_no_key_of_a_session() -> None:
    other = browser()
    page = browser().get("/account/").content.decode()

    assert handle(other) in page
    assert other.cookies[settings.SESSION_COOKIE_NAME].value not in page


def test_end_one_session_of_their_own() -> None:
    one, other, this = browser(), browser(), browser()

    this.post("/account/sessions/end/", {"session": handle(one)})

    assert [is_signed_in(client) for client in (one, other, this)] == [False, True, True]
    assert Event.objects.latest("id").action == "session.end-session"


def test_end_all_their_other_sessions() -> None:
    one, other, this = browser(), browser(), browser()

    this.post("/account/sessions/end/")

    assert [is_signed_in(client) for client in (one, other, this)] == [False, False, True]


def test_cannot_end_the_session_of_somebody_else() -> None:
    with_password("eve")
    one = browser()
    eve = browser(name="eve")

    eve.post("/account/sessions/end/", {"session": handle(one)})

    assert is_signed_in(one)


def test_change_their_password_which_ends_other_sessions() -> None:
    other, this = browser(), browser()

    answer = this.post("/account/password/", {"new_password1": ANOTHER, "new_password2": ANOTHER})

    assert answer["Location"] == "/account/"
    assert [is_signed_in(client) for client in (other, this)] == [False, True]
    assert sign_in(Client(), "ada", ANOTHER).status_code == 302
    assert sign_in(Client(), "ada").status_code == 200
    line = Event.objects.filter(action="people.change-user").latest("id")
    assert (line.user, line.fields) == ("ada", ["password"])


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("short", "at least 15 characters"),
        ("fourteen chars", "at least 15 characters"),
        ("passwordpassword", "too common"),
        ("123456789012345", "too common"),
        ("zyxwvutsrqponmlk", "too common"),
        ("qwertyuiopasdfghj", "too common"),
        ("aaaaaaaaaaaaaaaaaa", "too common"),
        ("dragon2024!!!!!!", "too common"),
        ("Letmeinletmeinlet", "too common"),
    ],
)
def test_cannot_choose_a_password_that_is_easily_guessed(password: str, error: str) -> None:
    answer = browser().post(
        "/account/password/", {"new_password1": password, "new_password2": password}
    )

    assert answer.status_code == 422
    assert error in repr(errors(answer))


def test_confirm_who_they_are_before_they_change_it() -> None:
    client = browser()
    with travel(datetime.now(UTC) + timedelta(minutes=6)):
        asked = client.get("/account/password/")
        assert asked.status_code == 403
        assert "Your account asks for a fresh sign-in" in words(asked)
        sent = {"confirm-password": PASSWORD, "next": "/account/password/"}
        assert client.post("/account/confirm/", sent)["Location"] == "/account/password/"
        assert client.get("/account/password/").status_code == 200


def test_keep_a_short_password_that_they_had_before(ada: User) -> None:
    ada.set_password("short")
    ada.save()

    assert sign_in(Client(), "ada", "short").status_code == 302


def test_of_a_closed_account_see_nothing_from_the_next_request_on(ada: User) -> None:
    client = browser()
    ada.is_active = False
    ada.save()

    assert client.get("/account/")["Location"].startswith("/login/")
    assert client.post("/account/sessions/end/").status_code == 401
