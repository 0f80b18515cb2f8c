"""A second factor ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from secretsadmin.audit.bookkeeping import SignInFailures
from secretsadmin.audit.models import Event
from tests.support.broken import refusing
from tests.support.factors import code_for, recovery_codes, set_up_app, sign_in, with_password
from tests.support.site import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty() -> None:
    cache.clear()


@pytest.fixture
def ada(client: Client) -> Client:
    """The browser of somebody who has just set an app up."""
    with_password("ada")
    sign_in(client, "ada")
    assert set_up_app(client)["Location"] == "/account/recovery-codes/"
    return client


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def noted() -> list[tuple[str, str, list[str]]]:
    lines = Event.objects.exclude(action="people.change-user").order_by("id")
    return list(lines.values_list("user", "action", "fields"))


@pytest.mark.usefixtures("ada")
def test_is_asked_for_after_the_password_and_before_there_is_a_session() -> None:
    client = Client()
    answer = sign_in(client, "ada", next="/audit/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/second-factor/")
    assert not is_signed_in(client)
    assert client.get("/account/")["Location"].startswith("/login/")

    assert client.post("/login/second-factor/", {"code": "000000"}).status_code == 422
    assert not is_signed_in(client)
    answer = client.post("/login/second-factor/", {"code": code_for("ada")})

    assert (answer.status_code, answer["Location"]) == (302, "/audit/")
    assert is_signed_in(client)
    line = Event.objects.latest("id")
    assert (line.action, line.details) == ("session.sign-in", {"methods": ["password", "totp"]})
    assert SignInFailures.objects.get().names == ["ada"]


@pytest.mark.usefixtures("ada")
def test_is_none_without_the_password() -> None:
    assert Client().post("/login/second-factor/", {"code": code_for("ada")}).status_code == 302
    assert Client().get("/login/second-factor/")["Location"] == "/login/"


@pytest.mark.usefixtures("ada")
def test_takes_each_code_once() -> None:
    code = code_for("ada")
    statuses = []
    for _ in range(2):
        client = Client()
        sign_in(client, "ada")
        statuses.append(client.post("/login/second-factor/", {"code": code}).status_code)

    assert statuses == [302, 422]


def test_can_be_replaced_by_each_recovery_code_once(ada: Client) -> None:
    codes = recovery_codes(ada)
    assert len(set(codes)) == 10
    assert recovery_codes(ada) == [], "they are shown once"
    statuses = []
    for code in (codes[0], codes[0], codes[1]):
        client = Client()
        sign_in(client, "ada")
        statuses.append(client.post("/login/second-factor/", {"code": code}).status_code)

    assert statuses == [302, 422, 302]
    assert "8 left" in words(ada.get("/account/"))


def test_loses_the_former_recovery_codes_when_they_are_replaced(ada: Client) -> None:
    before = recovery_codes(ada)
    assert ada.post("/account/recovery-codes/")["Location"] == "/account/recovery-codes/"

    after = recovery_codes(ada)

    assert len(after) == 10
    assert not set(before) & set(after)


@pytest.mark.usefixtures("ada")
def test_cannot_be_guessed_for_long() -> None:
    client = Client()
    sign_in(client, "ada")
    statuses = [
        client.post("/login/second-factor/", {"code": "000000"}).status_code for _ in range(11)
    ]

    assert statuses == [422] * 10 + [429]


def test_is_stored_encrypted(ada: Client) -> None:
    codes = recovery_codes(ada)
    stored = repr(list(Authenticator.objects.values()))

    assert "gAAAA" in stored
    assert not any(code in stored for code in codes)


def test_is_recorded_when_it_is_added_and_removed(ada: Client) -> None:
    factor = Authenticator.objects.get(type="totp")
    assert "Authenticator app Added" in words(ada.get("/account/"))

    assert ada.post(f"/account/second-factor/remove/{factor.pk}/")["Location"] == "/account/"

    assert not Authenticator.objects.exists(), "no recovery codes without a factor"
    assert noted() == [
        ("ada", "session.sign-in", []),
        ("ada", "people.add-factor", ["totp"]),
        ("ada", "people.remove-factor", ["totp"]),
    ]
    assert sign_in(Client(), "ada")["Location"] == "/"


def test_is_neither_added_nor_removed_without_a_record(ada: Client) -> None:
    factor = Authenticator.objects.get(type="totp")
    with refusing('INSERT INTO "audit_event"'):
        assert ada.post(f"/account/second-factor/remove/{factor.pk}/").status_code == 503

    assert Authenticator.objects.filter(pk=factor.pk).exists()


def test_of_somebody_else_cannot_be_removed(ada: Client) -> None:
    del ada
    factor = Authenticator.objects.get(type="totp")
    with_password("eve")
    eve = Client()
    sign_in(eve, "eve")

    assert eve.post(f"/account/second-factor/remove/{factor.pk}/").status_code == 404
    assert Authenticator.objects.filter(pk=factor.pk).exists()


NO_CREDENTIALS = (
    "",
    "5",
    "[]",
    "null",
    "{broken",
    "{}",
    '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
    json.dumps({"id": "eA", "rawId": "eA", "type": "public-key", "response": {"userHandle": "MQ"}}),
    json.dumps(
        {
            "id": "eA",
            "rawId": "eA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "e30",
                "authenticatorData": "e30",
                "signature": "e30",
                "userHandle": "MQ",
            },
        }
    ),
)


def test_is_asked_for_anew_by_each_page_that_adds_one(ada: Client) -> None:
    empty = ada.get("/account/second-factor/passkey/").content.decode()
    refused = ada.post("/account/second-factor/passkey/", {"credential": "null"})

    assert 'name="credential" id="id_credential"' in empty
    assert "null" not in empty
    assert refused.status_code == 422
    assert "Nothing was added." in refused.content.decode()
    assert "null" not in refused.content.decode()


@pytest.mark.parametrize("credential", NO_CREDENTIALS)
def test_is_no_text_that_no_browser_sends(ada: Client, credential: str) -> None:
    factors = Authenticator.objects.count()
    sent = {"credential": credential, "confirm-credential": credential}
    stage = Client()
    sign_in(stage, "ada")

    assert stage.get("/login/passkey/options/").status_code == 200
    assert stage.post("/login/second-factor/", sent).status_code == 422
    assert Client().post("/login/passkey/", sent).status_code == 422
    ada.get("/account/second-factor/passkey/options/")
    assert (
        ada.post("/account/second-factor/passkey/", {"credential": credential}).status_code == 422
    )
    assert ada.post("/account/confirm/", sent).status_code in (302, 403)
    assert not is_signed_in(stage)
    assert Authenticator.objects.count() == factors


def test_says_nothing_of_whose_passkeys_there_are(client: Client) -> None:
    options: Any = client.get("/login/passkey/options/").json()

    assert options["publicKey"]["userVerification"] == "required"
    assert not options["publicKey"].get("allowCredentials")


def test_is_shown_before_it_is_replaced_also_in_a_session_that_is_older(client: Client) -> None:
    with_password("ada")
    older, newer = Client(), Client()
    sign_in(older, "ada")
    sign_in(newer, "ada")
    set_up_app(newer)

    assert older.get("/account/second-factor/passkey/").status_code == 403
    assert older.post("/account/recovery-codes/").status_code == 403
    assert newer.get("/account/recovery-codes/").status_code == 200
