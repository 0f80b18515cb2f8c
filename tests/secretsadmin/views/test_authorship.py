"""Who made a version ... (each test finishes the sentence).

Only this secret's acts tell it, whatever ids somebody gives to versions outside. The id of an act
is no secret: it is the token of the act's call, which CloudTrail logs, and the id of its version.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.support.site import CONNECTIONS, VARIABLES, create, current, put
from tests.support.wire import connected

MINE = "airflow/connections/mine"
OFFICIAL = "airflow/connections/orders"
TEXT = "postgres://forged.example.com"


@pytest.fixture
def token(signed_in: As, editor: Client) -> str:
    """The id of an admin's act on a secret that the forger can't write."""
    create(signed_in("admin"))
    return str(Event.objects.get(action="connections.create", outcome="succeeded").act)


def forge(emulator: Emulator, name: str, token: str) -> None:
    with connected(emulator.endpoint) as client:
        client.put_secret_value(SecretId=name, SecretString=TEXT, ClientRequestToken=token)


def made(response: Any) -> dict[str, tuple[str, bool]]:
    """By whom, and whether outside, a page says that each version was made."""
    assert response.status_code == 200
    return {
        version.id: (version.by, version.outside) for version in response.context["page"].versions
    }


def test_of_a_version_is_not_that_of_another_secrets(
    editor: Client, secrets_manager: Emulator, token: str
) -> None:
    first = put(secrets_manager, MINE, TEXT)
    forge(secrets_manager, MINE, token)
    outside = {first: ("", True), token: ("", True)}

    assert made(editor.get(f"{CONNECTIONS}/history/mine/")) == outside
    assert made(editor.get(f"{CONNECTIONS}/compare/mine/")) == outside
    labels = editor.get(f"{CONNECTIONS}/label/mine/")
    assert [
        (each.version.by, each.version.outside)
        for each in labels.context["page"].own
        if each.version
    ] == [
        ("", True),
        ("", True),
    ]
    assert "admin" not in labels.content.decode()


@pytest.mark.parametrize("page", ["detail/mine/?version={}", "roll-back/mine/?to={}"])
def test_of_an_old_version_is_not_that_of_another_secrets(
    editor: Client, secrets_manager: Emulator, token: str, page: str
) -> None:
    put(secrets_manager, MINE, TEXT)
    forge(secrets_manager, MINE, token)
    with connected(secrets_manager.endpoint) as client:
        client.put_secret_value(SecretId=MINE, SecretString="postgres://h")

    response = editor.get(f"{CONNECTIONS}/{page.format(token)}")

    assert response.status_code == 200
    assert "admin" not in response.content.decode()


def test_of_a_conflict_is_not_that_of_another_secrets(
    editor: Client, secrets_manager: Emulator, token: str
) -> None:
    """The form says on which version it was opened, and anybody can write anything there."""
    create(editor, conn_id="mine")
    response = editor.post(
        f"{CONNECTIONS}/update/mine/", {"version": token, "conn_type": "postgres", "host": "h"}
    )

    assert response.status_code == 409
    assert response.context["conflict"].by == "editor"
    # From a version that isn't this secret's, there is no way to the current one.
    assert response.context["conflict"].fields == ()


def test_of_a_version_of_another_kind_is_not_told(
    editor: Client, secrets_manager: Emulator, token: str
) -> None:
    put(secrets_manager, "airflow/variables/orders", "text")
    forge(secrets_manager, "airflow/variables/orders", token)

    assert {
        outside for _, outside in made(editor.get(f"{VARIABLES}/history/orders/")).values()
    } == {True}


@pytest.mark.parametrize("refused", ["name", "role", "form"])
def test_is_not_that_of_an_act_that_never_reached_aws(
    signed_in: As, editor: Client, secrets_manager: Emulator, refused: str
) -> None:
    """Of what was refused a record has an id, which was never a version's."""
    version = put(secrets_manager, OFFICIAL, "postgres://h")
    if refused == "name":
        signed_in("admin").post(
            f"{CONNECTIONS}/create/", {"conn_id": "orders", "conn_type": "postgres"}
        )
    elif refused == "role":
        signed_in("viewer").post(f"{CONNECTIONS}/update/orders/", {})
    else:
        signed_in("admin").post(
            f"{CONNECTIONS}/update/orders/", {"version": "0" * 32, "conn_type": "postgres"}
        )
    tried = str(Event.objects.latest("id").act)
    forge(secrets_manager, OFFICIAL, tried)

    assert made(editor.get(f"{CONNECTIONS}/history/orders/")) == {
        version: ("", True),
        tried: ("", True),
    }


def recreate(emulator: Emulator, name: str, token: str) -> None:
    """Delete the secret for good, and a day later make another whose version has the same id."""
    with connected(emulator.endpoint) as client:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        emulator.world.clock = (timezone.now() + timedelta(days=1)).timestamp
        client.create_secret(Name=name, SecretString=TEXT, ClientRequestToken=token)


def test_is_not_that_of_an_act_long_before_the_version(
    editor: Client, secrets_manager: Emulator, token: str
) -> None:
    recreate(secrets_manager, OFFICIAL, token)

    assert current(secrets_manager, OFFICIAL) == token
    assert made(editor.get(f"{CONNECTIONS}/history/orders/")) == {token: ("", True)}


@pytest.mark.parametrize("page", ["", "detail/orders/", "history/orders/"])
def test_is_not_that_of_an_act_on_a_secret_that_is_gone(
    editor: Client, secrets_manager: Emulator, token: str, page: str
) -> None:
    recreate(secrets_manager, OFFICIAL, token)
    editor.post(f"{CONNECTIONS}/refresh/")

    response = editor.get(f"{CONNECTIONS}/{page}")

    shown = response.context["page"].secret if page else response.context["page"].rows[0]
    assert shown.changed_by == ""
    assert "changed outside" in [badge.text for badge in shown.badges]


def test_is_told_where_it_is_true(editor: Client, secrets_manager: Emulator, token: str) -> None:
    assert made(editor.get(f"{CONNECTIONS}/history/orders/")) == {token: ("admin", False)}
    assert editor.get(f"{CONNECTIONS}/").context["page"].rows[0].changed_by == "admin"
    assert editor.get(f"{CONNECTIONS}/detail/orders/").context["page"].secret.changed_by == "admin"


@pytest.mark.parametrize("where", ["look", "roll back"])
def test_of_a_version_of_another_secret_is_not_told_on_this_ones_pages(
    editor: Client, secrets_manager: Emulator, where: str
) -> None:
    create(editor)
    create(editor, conn_id="other")
    foreign = current(secrets_manager, "airflow/connections/other")

    if where == "look":
        response = editor.get(f"{CONNECTIONS}/detail/orders/", {"version": foreign})
    else:
        sent = {"to": foreign, "version": current(secrets_manager, OFFICIAL)}
        response = editor.post(f"{CONNECTIONS}/roll-back/orders/", sent)

    assert "created it with" not in response.content.decode()
