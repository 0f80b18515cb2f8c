"""A proxy's header signs in whom it names, from a configured proxy alone."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.bookkeeping import SignInFailures
from secretsadmin.audit.models import Event
from tests.support.factors import sign_in, with_password
from tests.support.site import words

pytestmark = pytest.mark.django_db
PROXY = "10.0.3.4"


@pytest.fixture(autouse=True)
def empty() -> None:
    cache.clear()


@pytest.fixture
def on(settings: Settings) -> None:
    settings.REMOTE_USER_HEADER = "X-Forwarded-User"
    settings.REMOTE_USER_PEERS = ["10.0.3.0/24", "::1"]


def get(name: str | None, peer: str = PROXY, client: Client | None = None) -> Any:
    headers = {} if name is None else {"x-forwarded-user": name}
    return (client or Client()).get("/account/", headers=headers, REMOTE_ADDR=peer)


@pytest.mark.usefixtures("on")
def test_begins_a_session() -> None:
    with_password("ada")
    client = Client()

    assert get("ada", client=client).status_code == 200
    assert get("ada", client=client).status_code == 200
    assert get(None, client=client).status_code == 200

    lines = Event.objects.filter(action="session.sign-in")
    assert [(line.user, line.details) for line in lines] == [("ada", {"methods": ["proxy"]})]


def test_is_nothing_where_it_is_off() -> None:
    with_password("ada")

    assert get("ada")["Location"].startswith("/login/")


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize(
    "peer", ["192.0.2.1", "127.0.0.1", "10.0.4.4", "", "unix:", "fe80::1%eth0"]
)
def test_is_refused_from_any_other_peer(peer: str) -> None:
    with_password("ada")
    client = Client()

    answer = get("ada", peer, client)

    assert answer.status_code == 403
    assert "This request came past the proxy" in words(answer)
    assert "_auth_user_id" not in client.session
    assert not Event.objects.filter(action="session.sign-in").exists()


@pytest.mark.usefixtures("on")
def test_is_refused_from_any_other_peer_in_a_session_too() -> None:
    with_password("ada")
    client = Client()
    get("ada", client=client)

    assert get("ada", "192.0.2.1", client).status_code == 403


@pytest.mark.usefixtures("on")
def test_ends_the_session_of_anybody_else() -> None:
    with_password("ada")
    with_password("eve")
    client = Client()
    sign_in(client, "eve")

    assert "ada" in words(get("ada", client=client))
    assert client.session["_auth_user_id"] == str(User.objects.get(username="ada").pk)


@pytest.mark.usefixtures("on")
@pytest.mark.parametrize("name", ["nobody", "", "  ", "a b", "<script>", "x" * 151, "a\x00b"])
def test_signs_in_nobody_who_has_no_account(name: str) -> None:
    answer = get(name)

    assert answer.status_code == 403
    assert "You have no account here" in words(answer)
    assert not User.objects.exists()
    assert SignInFailures.objects.get().names == []


@pytest.mark.usefixtures("on")
def test_makes_accounts_where_that_is_configured(settings: Settings) -> None:
    settings.REMOTE_USER_CREATE_ACCOUNTS = True

    assert get("ada@example.com").status_code == 200

    user = User.objects.get()
    assert (user.username, user.has_usable_password()) == ("ada@example.com", False)
    assert Event.objects.earliest("id").user == "the proxy's sign-in"


@pytest.mark.usefixtures("on")
def test_signs_in_nobody_whose_account_is_closed() -> None:
    user = with_password("ada")
    user.is_active = False
    user.save()

    assert get("ada").status_code == 403
