"""Whoever writes an address by hand ... (each test finishes the sentence)."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.hostile import HOSTILE_FORWARDED, HOSTILE_HOSTS, HOSTILE_NEXTS
from tests.support.wire import counting

PASSWORD = "correct horse battery staple"


@pytest.fixture
def person(two_environments: Emulator, db: None) -> User:
    return User.objects.create_user("ada", password=PASSWORD, is_superuser=True)


def stays_here(response: Any) -> bool:
    """Whether a browser that follows the answer stays on this site, by the rules of browsers."""
    location = response.headers.get("Location", "/")
    if set("\\\r\n\t\0") & set(location):
        return False
    parts = urlsplit(location)
    is_path = not parts.scheme and not parts.netloc and location.startswith("/")
    return is_path and not location.startswith("//")


@pytest.mark.parametrize("target", HOSTILE_NEXTS)
def test_leads_nobody_to_another_site_from_the_sign_in(person: User, target: str) -> None:
    form = {"username": "ada", "password": PASSWORD, "next": target}
    for query in ({}, {"next": target}):
        client = Client()
        shown = client.get("/login/", query)
        assert b'"//evil' not in shown.content
        answer = client.post("/login/", form, query_params=query)
        assert answer.status_code == 302
        assert stays_here(answer), answer["Location"]
        again = client.get("/login/", query)
        assert stays_here(again), again["Location"]


@pytest.mark.parametrize("target", HOSTILE_NEXTS)
def test_leads_nobody_to_another_site_from_the_sign_out(person: User, target: str) -> None:
    client = Client()
    client.force_login(person)

    answer = client.post("/logout/", {"next": target}, query_params={"next": target})

    assert stays_here(answer), answer["Location"]


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_gets_no_page_for_another_host(two_environments: Emulator, as_role: As, host: str) -> None:
    client = as_role("superuser")
    with counting(two_environments) as calls:
        for path in ("/", "/login/", "/dev/variables/", "/nowhere"):
            answer = client.get(path, headers={"host": host})
            assert answer.status_code == 400, path
            assert not answer.cookies
            assert "Location" not in answer.headers
            if "evil" in host:
                assert b"evil.example" not in answer.content
    assert not calls


@pytest.mark.parametrize("written", HOSTILE_FORWARDED)
def test_puts_no_other_address_into_the_record(
    two_environments: Emulator, as_role: As, settings: Settings, written: str
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.8.0/24"]
    viewer = as_role("viewer")

    # The first proxy adds the client's address at the end, and the second one the first one's.
    for forwarded, peer in (
        (f"{written}, 198.51.100.7, 10.0.8.2", "10.0.8.1"),
        (written, "198.51.100.7"),
    ):
        viewer.post(
            "/dev/variables/open/x/", REMOTE_ADDR=peer, headers={"x-forwarded-for": forwarded}
        )

    assert set(Event.objects.values_list("address", flat=True)) == {"198.51.100.7"}
