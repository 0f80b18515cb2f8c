"""Updating a connection ... (each test finishes the sentence)."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.support.faults import FaultProxy
from tests.support.forms import as_sent
from tests.support.site import (
    CONNECTIONS,
    POSTGRES,
    acts,
    create,
    current,
    errors,
    field,
    overwrite,
    put,
    read_by_airflow,
    stored,
)
from tests.support.wire import connected, counting

NAME = "airflow/connections/orders"
URL = f"{CONNECTIONS}/update/orders/"
PLAIN = {
    name: POSTGRES[name] for name in ("conn_type", "host", "login", "schema", "port", "description")
}


def test_takes_three_calls_and_names_what_changed(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    before = current(secrets_manager, NAME)

    with counting(secrets_manager) as calls:
        response = editor.post(
            URL, PLAIN | {"version": before, "host": "new.example.com", "reason": "moved"}
        )

    assert response.status_code == 302, errors(response)
    assert dict(calls) == {"GetSecretValue": 1, "PutSecretValue": 1, "UpdateSecretVersionStage": 1}
    act = Event.objects.latest("id")
    assert (act.outcome, act.fields, act.reason, act.previous) == (
        "succeeded",
        ["host"],
        "moved",
        before,
    )
    assert act.version == str(act.act) == current(secrets_manager, NAME)


def test_leaves_password_and_extra_alone_unless_they_are_typed(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    before = read_by_airflow(secrets_manager, "orders")

    editor.post(
        URL,
        PLAIN
        | {
            "version": current(secrets_manager, NAME),
            "login": "other",
            "password": "",
            "extra": "",
        },
    )

    read = read_by_airflow(secrets_manager, "orders")
    assert (read.login, read.password, read.extra) == ("other", before.password, before.extra)


def test_clears_what_is_ticked(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    editor.post(
        URL,
        PLAIN | {"version": current(secrets_manager, NAME), "clear": ["password", "extra.nested"]},
    )

    read = read_by_airflow(secrets_manager, "orders")
    assert (read.password, read.extra, read.host) == ("", {"sslmode": "require"}, "Db.Example.com")


def test_empties_a_plain_field_that_was_sent_empty_and_keeps_one_that_was_not_sent(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    editor.post(URL, {"version": current(secrets_manager, NAME), "schema": ""})

    read = read_by_airflow(secrets_manager, "orders")
    assert (read.schema, read.host, read.port) == ("", "Db.Example.com", 5432)
    assert stored(secrets_manager, NAME)["Description"] == "Orders of the shop"


def test_makes_no_version_when_nothing_differs(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    before = current(secrets_manager, NAME)

    with counting(secrets_manager) as calls:
        response = editor.post(URL, PLAIN | {"version": before})

    assert response.status_code == 302
    assert dict(calls) == {"GetSecretValue": 1}
    assert current(secrets_manager, NAME) == before


def test_changes_description_and_type_beside_the_value(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    before = current(secrets_manager, NAME)

    editor.post(URL, PLAIN | {"version": before, "conn_type": "mysql", "description": "Now MySQL"})

    secret = stored(secrets_manager, NAME)
    assert secret["Description"] == "Now MySQL"
    assert secret["Tags"] == [{"Key": "airflow:conn-type", "Value": "mysql"}]
    assert Event.objects.latest("id").fields == ["conn_type", "description"]


def test_changes_a_description_alone_without_a_version(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    before = current(secrets_manager, NAME)

    editor.post(URL, PLAIN | {"version": before, "description": ""})

    assert current(secrets_manager, NAME) == before
    assert stored(secrets_manager, NAME).get("Description", "") == ""


def test_is_a_conflict_on_a_stale_version_and_writes_nothing(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    opened_on = current(secrets_manager, NAME)
    editor.post(URL, PLAIN | {"version": opened_on, "host": "theirs.example.com"})
    theirs = current(secrets_manager, NAME)

    with counting(secrets_manager) as calls:
        response = editor.post(
            URL, PLAIN | {"version": opened_on, "host": "mine.example.com", "password": "mine"}
        )

    assert response.status_code == 409
    assert "PutSecretValue" not in calls
    assert current(secrets_manager, NAME) == theirs
    assert field(response, "host") == "mine.example.com"
    assert field(response, "password") == "mine"
    text = response.content.decode()
    assert "<code>host</code>" in text
    assert "editor saved another version" in text
    assert ("connections.update", "orders", "conflict") in acts()


def test_saves_on_top_of_theirs_once_the_conflict_is_seen(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    opened_on = current(secrets_manager, NAME)
    theirs = overwrite(secrets_manager, NAME, "postgres://outside")
    sent = PLAIN | {"version": opened_on, "password": "mine", "host": "mine"}
    assert as_sent(editor.post(URL, sent))["on_top_of"] == [theirs]

    response = editor.post(URL, sent | {"on_top_of": theirs})

    assert response.status_code == 302
    assert read_by_airflow(secrets_manager, "orders").host == "mine"


def test_is_a_conflict_when_somebody_else_deleted_the_value_under_it(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    response = editor.post(URL, PLAIN | {"version": "00000000-0000-0000-0000-000000000000"})

    assert response.status_code == 409


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("extra", "[]"),
        ("conn_type", ""),
        ("secret", "postgres://u:p/w@h"),
        ("password", "ü" * 40_000),
    ],
)
def test_refuses_bad_input_with_the_field_named_and_the_input_kept(
    editor: Client, secrets_manager: Emulator, name: str, value: str
) -> None:
    create(editor)
    version = current(secrets_manager, NAME)

    response = editor.post(URL, PLAIN | {"version": version, name: value})

    assert response.status_code == 422
    assert name in errors(response)
    assert response.context["form"][name].value() == value
    assert current(secrets_manager, NAME) == version


def test_shows_no_value_on_its_first_page(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    with counting(secrets_manager) as calls:
        response = editor.get(URL)

    assert response.status_code == 200
    assert "Example.com" not in response.content.decode()
    assert not calls


def test_opens_the_plain_fields_as_a_recorded_disclosure(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    with counting(secrets_manager) as calls:
        response = editor.post(f"{CONNECTIONS}/edit/orders/")

    text = response.content.decode()
    assert dict(calls) == {"GetSecretValue": 1}
    assert field(response, "host") == "Db.Example.com"
    assert field(response, "version") == current(secrets_manager, NAME)
    assert response.context["form"]["extra.sslmode"].value() == "require"
    assert "p@ss" not in text
    assert "[1, true]" not in text
    assert acts()[-1] == ("connections.open", "orders", "succeeded")


def test_shows_the_extra_in_the_form_as_a_reveal(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    response = editor.post(f"{CONNECTIONS}/edit/orders/", {"reveal": "1"})

    assert "nested" in response.context["form"]["extra"].value()
    assert acts()[-1] == ("connections.reveal", "orders", "succeeded")
    assert Event.objects.latest("id").fields == ["extra"]


def test_replaces_what_can_not_be_read_once_the_password_is_typed(
    editor: Client, secrets_manager: Emulator
) -> None:
    version = put(secrets_manager, NAME, "postgres://u:p/w@h/db")
    sent = PLAIN | {"version": version}

    refused = editor.post(URL, sent)
    accepted = editor.post(URL, sent | {"password": "typed"})

    assert refused.status_code == 422
    assert "password" in errors(refused)
    assert accepted.status_code == 302
    assert read_by_airflow(secrets_manager, "orders").password == "typed"


def test_gives_a_secret_without_a_value_one(editor: Client, secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)

    response = editor.post(URL, PLAIN | {"version": "", "password": "first"})

    assert response.status_code == 302
    assert read_by_airflow(secrets_manager, "orders").password == "first"


def test_settles_what_readers_read_differently(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, "postgres://u:pw@h/db?timeout=30")

    editor.post(URL, {"version": version})

    assert read_by_airflow(secrets_manager, "orders").extra == {"timeout": "30"}
    assert Event.objects.latest("id").fields == ["how it is stored"]


@pytest.mark.parametrize(
    "operation", ["GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"]
)
def test_keeps_the_input_when_aws_refuses(
    editor: Client, secrets_manager: Emulator, settings: Settings, operation: str
) -> None:
    create(editor)
    version = current(secrets_manager, NAME)
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when(operation).deny()
        response = editor.post(URL, PLAIN | {"version": version, "host": "mine.example.com"})

    assert response.status_code == 502
    assert field(response, "host") == "mine.example.com"
    assert f"secretsmanager:{operation}" in response.content.decode()
    assert current(secrets_manager, NAME) == version


def test_is_refused_for_a_viewer_and_recorded(
    signed_in: As, editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    response = signed_in("viewer").post(URL, PLAIN | {"version": current(secrets_manager, NAME)})

    assert response.status_code == 403
    assert acts()[-1] == ("connections.update", "orders", "denied")


def test_is_not_found_for_an_unknown_id(editor: Client, secrets_manager: Emulator) -> None:
    response = editor.post(f"{CONNECTIONS}/update/unknown/", PLAIN | {"version": "x"})
    assert response.status_code == 404


def test_previews_what_will_change_and_what_stays_as_stored(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    opened = as_sent(editor.post(f"{CONNECTIONS}/edit/orders/"))
    typed = {"host": "new.example.com", "password": "s3cret", "extra.sslmode": "", "preview": "1"}

    with counting(secrets_manager) as calls:
        response = editor.post(URL, opened | typed, headers={"HX-Request": "true"})

    preview = response.context["preview"]
    assert {change.name: change.text for change in preview.changes} == {
        "Host": "Db.Example.com → new.example.com",
        "Password": "6 characters",
        "SSL mode": "require → none",
    }
    assert [part.name for part in preview.readings[0].fields if part.text == "as stored"] == [
        "extra.nested"
    ]
    assert not preview.text_masked
    assert "s3cret" not in response.content.decode()
    assert not calls
