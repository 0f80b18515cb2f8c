"""Signing in begins a session and leads to a page of this site; signing out clears the browser."""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.support.broken import without_table
from tests.support.hashers import PATIENCE, Held

pytestmark = pytest.mark.django_db
RIGHT = {"username": "editor", "password": "correct horse"}
HELD = [f"{Held.__module__}.{Held.__qualname__}"]


@pytest.fixture(autouse=True)
def user() -> User:
    user = User.objects.create_user(**RIGHT)
    user.groups.add(Group.objects.get(name="editors"))
    return user


def key(client: Client) -> str:
    morsel = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel else ""


def errors(response: Any) -> list[str]:
    return re.findall(r"<p>(No account has[^<]*)</p>", response.content.decode())


def test_leads_home() -> None:
    client = Client()

    response = client.post("/login/", RIGHT)

    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.get("/").status_code == 302


def test_leads_to_the_page_that_was_asked_for() -> None:
    client = Client()
    sign_in = client.get("/default/connections/?q=x")["Location"]

    assert sign_in == "/login/?next=/default/connections/%3Fq%3Dx"
    assert b'name="next" value="/default/connections/?q=x"' in client.get(sign_in).content
    response = client.post("/login/", {**RIGHT, "next": "/default/connections/?q=x"})
    assert response["Location"] == "/default/connections/?q=x"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "https:///evil.example",
        "javascript:alert(1)",
        "//testserver@evil.example",
        "https://testserver.evil.example/",
        "\x08//evil.example",
        "\t//evil.example",
        " //evil.example",
    ],
)
def test_leads_nowhere_else(elsewhere: str) -> None:
    for url, data in (("/login/", {"next": elsewhere}), (f"/login/?next={elsewhere}", {})):
        response = Client().post(url, {**RIGHT, **data})
        assert response.status_code == 302
        assert response["Location"] == "/"
    client = Client()
    client.post("/login/", RIGHT)
    assert client.get("/login/", {"next": elsewhere})["Location"] == "/"
    assert client.post("/logout/", {"next": elsewhere})["Location"] == "/login/"


def test_says_the_same_of_a_wrong_password_and_of_a_name_that_nobody_has(user: User) -> None:
    wrong = Client().post("/login/", {**RIGHT, "password": "wrong"})
    unknown = Client().post("/login/", {"username": "nobody", "password": "wrong"})
    user.is_active = False
    user.save()
    closed = Client().post("/login/", RIGHT)

    assert errors(wrong)
    assert errors(wrong) == errors(unknown) == errors(closed)
    assert wrong.status_code == unknown.status_code == closed.status_code == 200
    assert b"wrong" not in wrong.content


def test_begins_a_session_of_its_own() -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    planted = key(client)

    client.post("/login/", RIGHT)

    assert key(client) != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert thief.get("/default/connections/").status_code == 302


def test_leaves_no_key_in_the_database() -> None:
    client = Client()
    client.post("/login/", RIGHT)
    row = Session.objects.get()

    assert key(client)
    assert key(client) not in str(Session.objects.values())
    assert len(row.session_key) == 40
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    assert thief.get("/default/connections/")["Location"].startswith("/login/")


def test_keeps_one_session_of_a_browser() -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""

    for _ in range(3):
        client.post("/login/", RIGHT)
        assert Session.objects.count() == 1
        client.get("/")
        client.post("/logout/")
        assert not Session.objects.exists()


def test_is_over_when_its_time_is_up() -> None:
    client = Client()
    client.post("/login/", RIGHT)
    Session.objects.update(expire_date=timezone.now())

    assert client.get("/default/connections/")["Location"].startswith("/login/")


def test_sets_cookies_that_scripts_cannot_read() -> None:
    client = Client()
    client.get("/login/")
    response = client.post("/login/", RIGHT)

    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert response.cookies[name]["httponly"]
        assert response.cookies[name]["samesite"] == "Lax"
        assert response.cookies[name]["path"] == "/"
        assert not response.cookies[name]["domain"]


def test_ends_with_the_session_gone_and_the_browser_told_to_forget() -> None:
    client = Client()
    client.post("/login/", RIGHT)
    before = key(client)

    response = client.post("/logout/")

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert thief.get("/default/connections/")["Location"].startswith("/login/")


@pytest.mark.usefixtures("two_environments")
def test_tells_nobody_what_somebody_else_did_before_at_the_same_browser(user: User) -> None:
    """An answer that got lost leaves its message behind, which names a secret."""
    client = Client()
    client.post("/login/", RIGHT)
    made = client.post("/prod/variables/create/", {"key": "lost_on_the_way", "value": "x"})
    lost = client.cookies["messages"].value
    client.post("/logout/")
    client.force_login(User.objects.create_superuser("another"))

    page = client.get("/dev/").content.decode()
    client.force_login(user)
    client.cookies["messages"] = lost

    assert made.status_code == 302
    assert "lost_on_the_way" not in page
    assert "lost_on_the_way" in client.get("/dev/").content.decode()


def test_is_not_ended_by_a_link() -> None:
    client = Client()
    client.post("/login/", RIGHT)

    response = client.get("/logout/")

    assert response.status_code == 405
    assert "Clear-Site-Data" not in response.headers
    assert client.get("/login/").status_code == 302


def test_ends_everywhere_with_a_new_password(user: User) -> None:
    client = Client()
    client.post("/login/", RIGHT)
    user.set_password("another one")
    user.save()

    assert client.get("/default/connections/")["Location"].startswith("/login/")


def test_takes_nothing_that_is_no_name() -> None:
    for name in ("a\x00b", "x" * 5000, "", "' OR 1=1 --", "editor\n", "*"):
        response = Client().post("/login/", {"username": name, "password": "x"})
        assert response.status_code == 200


@dataclass(frozen=True)
class Attempt:
    """A password that is being checked in a thread of its own."""

    answer: Future[Any]
    may_go_on: Event

    def end(self) -> Any:
        self.may_go_on.set()
        return self.answer.result()


@contextmanager
def under_way(*forms: dict[str, str]) -> Iterator[list[Attempt]]:
    """Passwords that are being checked, each until it is ended.

    The threads share one connection, so only one of them at a time may write.
    """
    shared = connections["default"]

    def post(form: dict[str, str], may_go_on: Event) -> Any:
        connections["default"] = shared
        Held.wait_in_this_thread(may_go_on)
        return Client().post("/login/", form)

    Held.begin_anew()
    shared.inc_thread_sharing()
    with override_settings(PASSWORD_HASHERS=HELD), ThreadPoolExecutor(len(forms)) as pool:
        attempts = []
        try:
            for form in forms:
                may_go_on = Event()
                attempts.append(Attempt(pool.submit(post, form, may_go_on), may_go_on))
                assert Held.begun.acquire(timeout=PATIENCE)
            yield attempts
        finally:
            for attempt in attempts:
                attempt.may_go_on.set()
    shared.dec_thread_sharing()


def test_checks_two_passwords_at_once_and_asks_all_others_to_try_again(settings: Settings) -> None:
    """Each check keeps a thread for half a second, and takes no right to ask for."""
    signed_in = Client()
    signed_in.post("/login/", RIGHT)
    unknown = {"username": "nobody", "password": "wrong horse"}

    with under_way(RIGHT, unknown) as (right, wrong):
        for attempt in (RIGHT, unknown):
            refused = Client().post("/login/", {**attempt, "next": "/audit/"})
            page = refused.content.decode()
            assert refused.status_code == 503
            assert refused.headers["Retry-After"] == "1"
            assert "<p>Too many people are signing in at this moment. Try again.</p>" in page
            assert f'value="{attempt["username"]}"' in page
            assert 'name="next" value="/audit/"' in page
            assert "horse" not in page
            assert not refused.cookies.get(settings.SESSION_COOKIE_NAME)
        assert not Held.begun.acquire(blocking=False)
        assert Client().get("/health/live").status_code == 200
        assert Client().get("/login/").status_code == 200
        assert signed_in.get("/audit/").status_code == 200
        assert right.end().status_code == 302
        assert errors(wrong.end())

    assert Client().post("/login/", RIGHT).status_code == 302


def test_goes_on_after_checks_that_the_database_broke_off() -> None:
    with without_table("auth_user"):
        for _ in range(3):
            assert Client().post("/login/", RIGHT).status_code == 503

    assert Client().post("/login/", RIGHT).status_code == 302
