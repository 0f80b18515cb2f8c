"""A save that somebody else's has overtaken ... (each test finishes the sentence)."""

from typing import Any

import pytest
from django.test import Client

from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conflict.conftest import MINE, THEIRS, URL, ways
from tests.secretsadmin.views.conftest import NAME
from tests.support.forms import as_sent
from tests.support.site import current, errors, field, overwrite, read_by_airflow, stored
from tests.support.wire import connected, counting


@pytest.mark.parametrize("host", ["mine", "theirs"])
@pytest.mark.parametrize("schema", ["mine", "theirs"])
def test_becomes_one_version_with_each_field_as_it_was_chosen(
    editor: Client, secrets_manager: Emulator, overtaken: Any, host: str, schema: str
) -> None:
    theirs = current(secrets_manager, NAME)

    with counting(secrets_manager) as calls:
        response = editor.post(
            URL, as_sent(overtaken) | {"choice.host": host, "choice.schema": schema}
        )

    assert response.status_code == 302, errors(response)
    assert calls == {"GetSecretValue": 1, "PutSecretValue": 1, "UpdateSecretVersionStage": 1}
    read = read_by_airflow(secrets_manager, "orders")
    assert read.host == f"{host}.example.com"
    assert read.schema == {"mine": "orders", "theirs": "theirs"}[schema]
    assert (read.login, read.password, read.extra) == ("me", THEIRS.password, THEIRS.extra)
    act = Event.objects.latest("id")
    changed = [
        name
        for name, side in (("host", host), ("login", "mine"), ("schema", schema))
        if side == "mine"
    ]
    assert (act.fields, act.previous, act.version) == (
        changed,
        theirs,
        current(secrets_manager, NAME),
    )


def test_asks_again_for_a_choice_that_was_left_out(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    before = current(secrets_manager, NAME)

    response = editor.post(URL, as_sent(overtaken) | {"choice.schema": "mine"})

    assert response.status_code == 422
    assert [each.part.name for each in response.context["ways"].open if each.missing] == ["host"]
    assert ways(response)["schema"] == ("theirs", "mine")
    assert "Choose one." in response.content.decode()
    assert field(response, "host") == "mine.example.com"
    assert current(secrets_manager, NAME) == before


def test_can_take_all_of_mine_at_once(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    assert editor.post(URL, as_sent(overtaken) | {"take": "mine"}).status_code == 302

    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.login, read.schema) == ("mine.example.com", "me", "orders")
    assert (read.password, read.extra) == (THEIRS.password, THEIRS.extra)


def test_makes_no_version_of_theirs_alone(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    before = current(secrets_manager, NAME)
    sent = as_sent(overtaken)
    theirs = {f"choice.{name}": "theirs" for name in sent["asked"]}

    with counting(secrets_manager) as calls:
        response = editor.post(URL, sent | theirs | {"format": "uri"}, follow=True)

    assert "Nothing was different" in response.content.decode()
    assert "PutSecretValue" not in calls
    assert current(secrets_manager, NAME) == before


def test_is_compared_anew_when_a_third_one_comes_in_between(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    sent = as_sent(overtaken) | {"choice.host": "mine"}
    newest = overwrite(
        secrets_manager, NAME, Connection("postgres", host="third.example.com", login="x").to_uri()
    )

    response = editor.post(URL, sent)

    assert response.status_code == 409
    assert as_sent(response)["on_top_of"] == [newest]
    assert ways(response)["host"] == ("both", "?")
    assert ways(response)["login"] == ("both", "?")
    assert read_by_airflow(secrets_manager, "orders").host == "third.example.com"


def test_keeps_what_was_typed_and_cleared(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    typed = {"password": "typed-by-me", "clear": ["extra.apiKey"], "reason": "mine"}

    response = editor.post(URL, opened | typed)
    assert ways(response)["password"] == ("both", "?")
    assert ways(response)["extra.apiKey"] == ("mine", "mine")
    sent = as_sent(response)
    assert (sent["password"], sent["clear"], sent["reason"]) == (
        ["typed-by-me"],
        ["extra.apiKey"],
        ["mine"],
    )

    assert editor.post(URL, sent | {"choice.password": "mine"}).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.password, read.extra) == (
        "typed-by-me",
        {"sslmode": "require", "added": "radioactive-new"},
    )


def test_has_nothing_to_choose_where_both_did_the_same(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    same = {"host": "theirs.example.com", "schema": "theirs", "password": "radioactive-theirs"}

    response = editor.post(URL, opened | same)

    assert set(ways(response).values()) == {("alike", ""), ("theirs", "")}
    assert editor.post(URL, as_sent(response), follow=True).status_code == 200
    assert read_by_airflow(secrets_manager, "orders") == THEIRS


def test_can_keep_their_type(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    overwrite(
        secrets_manager,
        NAME,
        Connection("mysql", host="first.example.com", password="radioactive-x").to_json(),
    )

    response = editor.post(URL, opened | {"login": "me"})
    assert ways(response)["conn_type"] == ("theirs", "theirs")
    assert ways(response)["extra.sslmode"] == ("theirs", "theirs")
    chosen = {
        f"choice.{name}": "mine" if name == "login" else "theirs"
        for name in as_sent(response)["asked"]
    }
    assert editor.post(URL, as_sent(response) | chosen).status_code == 302

    read = read_by_airflow(secrets_manager, "orders")
    assert (read.conn_type, read.login, read.extra) == ("mysql", "me", {})
    assert stored(secrets_manager, NAME)["Tags"] == [{"Key": "airflow:conn-type", "Value": "mysql"}]


def test_does_not_revert_a_description_that_was_left_alone(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.update_secret(SecretId=NAME, Description="Theirs")

    left = editor.post(URL, opened | MINE)
    typed = editor.post(URL, opened | MINE | {"description": "Mine"})

    assert ways(left)["secret.description"] == ("theirs", "")
    assert ways(typed)["secret.description"] == ("both", "?")
    chosen = {"choice.host": "mine", "choice.secret.description": "theirs"}
    assert editor.post(URL, as_sent(typed) | chosen).status_code == 302
    assert stored(secrets_manager, NAME)["Description"] == "Theirs"


def test_keeps_its_choices_while_something_else_is_mended(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    refused = editor.post(URL, as_sent(overtaken) | {"choice.host": "theirs", "port": "70000"})
    assert refused.status_code == 422
    assert "port" in errors(refused)

    assert editor.post(URL, as_sent(refused) | {"port": "5433"}).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.login, read.schema, read.port) == (
        "theirs.example.com",
        "me",
        "theirs",
        5433,
    )


def test_asks_about_what_was_not_chosen_once_the_rest_is_mended(
    editor: Client, secrets_manager: Emulator, overtaken: Any
) -> None:
    theirs = current(secrets_manager, NAME)
    refused = editor.post(URL, as_sent(overtaken) | {"port": "70000"})

    response = editor.post(URL, as_sent(refused) | {"port": "5433"})

    assert response.status_code == 422
    assert [each.part.name for each in response.context["ways"].open if each.missing] == ["host"]
    assert current(secrets_manager, NAME) == theirs
