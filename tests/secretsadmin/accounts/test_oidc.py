"""People of an identity provider sign in by what it signed for this site and this sign-in alone."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit import failures
from secretsadmin.audit.bookkeeping import SignInFailures
from secretsadmin.audit.models import Event
from tests.support.provider import CLIENT, SECRET, IdentityProvider, running
from tests.support.site import words

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def one_provider() -> Iterator[IdentityProvider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(one_provider: IdentityProvider, settings: Settings) -> IdentityProvider:
    cache.clear()
    issuer, key = one_provider.issuer, one_provider.key
    one_provider.__init__(issuer)  # type: ignore[misc]
    one_provider.key = one_provider.signing_key = key
    settings.OIDC_ISSUER = issuer
    settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = CLIENT, SECRET
    settings.OIDC_NAME = "Example"
    settings.OIDC_CREATE_ACCOUNTS = True
    settings.OIDC_GROUPS = ["idp-admins=admins", "idp-admins=auditors", "idp-editors=editors"]
    return one_provider


def begin(client: Client, query: str = "") -> str:
    answer = client.get(f"/login/oidc/{query}")
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def sign_in(provider: IdentityProvider, client: Client, query: str = "") -> Any:
    brought = provider.sign_in(begin(client, query))
    return client.get("/login/oidc/callback/", brought)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def lines() -> list[tuple[str, str]]:
    return list(Event.objects.order_by("id").values_list("user", "action"))


def test_are_led_to_the_provider_with_all_that_a_code_flow_needs(
    provider: IdentityProvider, client: Client
) -> None:
    assert b"Sign in with Example" in client.get("/login/").content

    asked = begin(client, "?next=/audit/&scope=evil&auth_params=nonce%3Dmine&process=connect")

    assert asked.startswith(f"{provider.issuer}/authorize?")
    for part in ("response_type=code", "state=", "nonce=", "code_challenge=", "S256"):
        assert part in asked
    assert "evil" not in asked
    assert "mine" not in asked
    assert not re.search("redirect_uri=[^&]*evil", asked)


def test_get_an_account_and_lead_on(provider: IdentityProvider, client: Client) -> None:
    answer = sign_in(provider, client, "?next=/audit/")

    assert (answer.status_code, answer["Location"]) == (302, "/audit/")
    assert is_signed_in(client)
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == (provider.issuer, "248289761001")
    assert account.user.username == "ada"
    assert not account.user.has_usable_password()
    assert lines() == [("Example (sign-in)", "people.change-user"), ("ada", "session.sign-in")]
    assert Event.objects.latest("id").details == {"methods": ["socialaccount"]}
    assert sign_in(provider, Client()).status_code == 302
    assert User.objects.count() == 1


def test_are_known_by_their_subject_and_never_by_a_name_or_an_address(
    provider: IdentityProvider, client: Client
) -> None:
    mine = User.objects.create_user("ada", "ada@example.com", "correct horse battery staple")
    provider.claims |= {"email": "ada@example.com", "email_verified": True}

    sign_in(provider, client)

    account = SocialAccount.objects.get()
    assert is_signed_in(client)
    assert account.user != mine
    assert account.user.username != "ada"
    assert "example.com" not in str(account.extra_data)


def test_of_the_same_subject_at_another_issuer_are_somebody_else(
    provider: IdentityProvider, client: Client
) -> None:
    sign_in(provider, client)
    SocialAccount.objects.update(provider="https://another.example.com")

    sign_in(provider, Client())

    assert User.objects.count() == 2


def test_are_told_whom_to_ask_where_no_account_is_made(
    provider: IdentityProvider, client: Client, settings: Settings
) -> None:
    settings.OIDC_CREATE_ACCOUNTS = False

    answer = sign_in(provider, client)

    assert answer.status_code == 403
    assert "Ask whoever looks after the accounts" in words(answer)
    assert not User.objects.exists()
    assert not is_signed_in(client)


def test_of_a_closed_account_are_told_so(provider: IdentityProvider, client: Client) -> None:
    sign_in(provider, Client())
    User.objects.update(is_active=False)

    answer = sign_in(provider, client)

    assert answer.status_code == 403
    assert "This account is closed" in words(answer)
    assert not is_signed_in(client)


def groups() -> set[str]:
    return set(User.objects.get().groups.values_list("name", flat=True))


def test_are_in_the_groups_that_the_provider_says_at_each_sign_in(
    provider: IdentityProvider, client: Client
) -> None:
    Group.objects.create(name="idp-others")
    provider.claims["groups"] = ["idp-admins", "idp-others", "viewers", 5]
    sign_in(provider, client)
    assert groups() == {"admins", "auditors"}

    User.objects.get().groups.add(Group.objects.get(name="viewers"))
    provider.claims["groups"] = "idp-editors"
    sign_in(provider, Client())
    assert groups() == {"viewers", "editors"}

    del provider.claims["groups"]
    sign_in(provider, Client())
    assert groups() == {"viewers"}
    changes = Event.objects.filter(action="people.change-user", fields=["groups"])
    assert [line.details for line in changes.order_by("id") if "Example" in line.user] == [
        {"added": ["admins", "auditors"], "name": "ada"},
        {"added": ["editors"], "name": "ada"},
        {"name": "ada", "removed": ["admins", "auditors"]},
        {"name": "ada", "removed": ["editors"]},
    ]


def sign_by_another(provider: IdentityProvider) -> None:
    provider.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def sign_by_nobody(provider: IdentityProvider) -> None:
    provider.algorithm, provider.signing_key = "none", None


def sign_by_the_public_key(provider: IdentityProvider) -> None:
    provider.algorithm, provider.signing_key = "HS256", provider.public_pem


def claim(**changes: Any) -> Any:
    return lambda provider: provider.changes.update(changes)


BAD = {
    "by another key": sign_by_another,
    "by no key": sign_by_nobody,
    "by the public key": sign_by_the_public_key,
    "by an unknown key": lambda provider: provider.header.update(kid="another"),
    "of another issuer": claim(iss="https://evil.example.com"),
    "for another site": claim(aud="another"),
    "for several sites": claim(aud=[CLIENT, "another"]),
    "for another party": claim(azp="another"),
    "of yesterday": claim(iat=int(time.time()) - 90_000, exp=int(time.time()) - 86_400),
    "of tomorrow": claim(nbf=int(time.time()) + 86_400),
    "made tomorrow": claim(iat=int(time.time()) + 86_400),
    "without an end": claim(exp=None),
    "for another sign-in": claim(nonce="another"),
    "for no sign-in": claim(nonce=None),
    "with a nonce that is no text": claim(nonce=["x"]),
    "of nobody": claim(sub=None),
    "of an empty subject": claim(sub=""),
    "of a number": claim(sub=248289761001),
    "of a subject beyond all bounds": claim(sub="x" * 192),
}


@pytest.mark.parametrize("spoil", BAD.values(), ids=BAD.keys())
def test_are_not_signed_in_by_a_token(
    provider: IdentityProvider, client: Client, spoil: Any
) -> None:
    spoil(provider)

    answer = sign_in(provider, client)

    assert answer.status_code == 401
    assert "The sign-in didn't work" in words(answer).replace("’", "'")
    assert_nobody_got_in(client)


def assert_nobody_got_in(client: Client) -> None:
    assert not is_signed_in(client)
    assert not User.objects.exists()
    assert SignInFailures.objects.get().count == 1
    with travel(datetime.now(UTC) + timedelta(minutes=2)):
        failures.tell()
    line = Event.objects.get()
    assert (line.action, line.outcome) == ("session.sign-in", "denied")


ANSWERS = {
    "no token": {"access_token": "x"},
    "no text": {"access_token": "x", "id_token": 5},
    "nonsense": {"access_token": "x", "id_token": "a.b.c"},
    "a list": [],
    "no JSON": b"{broken",
    "half a pair": {"access_token": "x", "id_token": "\ud800"},
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_are_not_signed_in_by_an_answer(
    provider: IdentityProvider, client: Client, answer: Any
) -> None:
    provider.answer = answer

    assert sign_in(provider, client).status_code in (401, 502)
    assert_nobody_got_in(client)


@pytest.mark.parametrize(
    "brought",
    [
        {},
        {"code": "x"},
        {"code": "x", "state": "made up"},
        {"state": "made up", "error": "server_error"},
        {"code": ["x", "y"], "state": ["a", "b"]},
    ],
)
def test_are_not_signed_in_without_the_state_of_their_own_browser(
    provider: IdentityProvider, client: Client, brought: Any
) -> None:
    begin(client)

    assert client.get("/login/oidc/callback/", brought).status_code == 401
    assert_nobody_got_in(client)


def test_use_a_state_once(provider: IdentityProvider, client: Client) -> None:
    brought = provider.sign_in(begin(client))
    assert client.get("/login/oidc/callback/", brought).status_code == 302
    client.post("/logout/")

    assert client.get("/login/oidc/callback/", brought).status_code == 401
    assert not is_signed_in(client)


def test_cannot_be_made_to_sign_in_by_somebody_elses_answer(
    provider: IdentityProvider, client: Client
) -> None:
    stolen = provider.sign_in(begin(Client()))
    begin(client)

    assert client.get("/login/oidc/callback/", stolen).status_code == 401
    assert_nobody_got_in(client)


def test_that_change_their_mind_are_led_back(provider: IdentityProvider, client: Client) -> None:
    brought = provider.sign_in(begin(client))
    refused = {"state": brought["state"], "error": "access_denied"}

    assert client.get("/login/oidc/callback/", refused)["Location"] == "/login/"


def test_are_told_where_the_provider_does_not_answer(
    provider: IdentityProvider, client: Client, settings: Settings
) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    assert client.get("/login/oidc/").status_code == 502

    settings.OIDC_ISSUER = provider.issuer
    provider.configured_issuer = "https://evil.example.com"
    assert client.get("/login/oidc/").status_code == 401


def test_find_no_such_page_without_a_provider(client: Client) -> None:
    assert client.get("/login/oidc/").status_code == 404
    assert client.get("/login/oidc/callback/").status_code == 404
    assert b"oidc" not in client.get("/login/").content


@pytest.mark.parametrize("odd", ["\0", "\ud800"])
def test_are_called_what_every_database_takes(
    provider: IdentityProvider, client: Client, odd: str
) -> None:
    provider.claims |= {"given_name": f"A{odd}da", "family_name": odd}
    sign_in(provider, client)
    assert is_signed_in(client)
    assert User.objects.get().first_name == "Ada"

    provider.claims["sub"] = f"2{odd}"
    other = Client()
    assert sign_in(provider, other).status_code == 401
    assert not is_signed_in(other)
