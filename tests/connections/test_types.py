"""The form of a connection type ... (each test finishes the sentence).

All of the types are filled where a real Airflow reads them: tests/conformance/test_types.py.
"""

import json
from typing import Any

import pytest
from django.test import Client

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.types import GROUPS, ConnectionType
from connections.value.connection import Connection, differing_fields
from secretsadmin.demo.emulator import Emulator
from tests.support.forms import as_sent
from tests.support.generated import filled
from tests.support.site import CONNECTIONS, current, errors, put, read_by_airflow, stored
from tests.support.wire import counting

NAME = "airflow/connections/x"
KEY = "-----BEGIN KEY-----\nabc\n-----END KEY-----\n"


def format_of(editor: Client, conn_type: str) -> dict[str, list[str]]:
    return as_sent(editor.get(f"{CONNECTIONS}/create/", {"conn_type": conn_type}))


def opened(editor: Client, conn_id: str = "x", **more: str) -> Any:
    return editor.post(f"{CONNECTIONS}/edit/{conn_id}/", more)


def save(editor: Client, page: Any, conn_id: str = "x", **typed: Any) -> None:
    response = editor.post(f"{CONNECTIONS}/update/{conn_id}/", as_sent(page) | typed)
    assert response.status_code == 302, errors(response)


def read(emulator: Emulator) -> Connection:
    return read_by_airflow(emulator, "x")


@pytest.mark.parametrize(
    "conn_type", ["postgres", "snowflake", "google_cloud_platform", "kafka", "weaviate"]
)
def test_stores_every_field_with_its_json_type_and_changes_nothing_when_it_is_saved_again(
    editor: Client, secrets_manager: Emulator, conn_type: str
) -> None:
    sent = filled(search.get(conn_type))

    created = editor.post(
        f"{CONNECTIONS}/create/", format_of(editor, conn_type) | {"conn_id": "x"} | sent.typed
    )
    assert created.status_code == 302, errors(created)
    assert differing_fields(read(secrets_manager), sent.connection) == ()

    before = current(secrets_manager, NAME)
    for more in ({}, {"reveal": "1"}):
        save(editor, opened(editor, **more))
        assert current(secrets_manager, NAME) == before


def test_shows_an_example_where_the_provider_repeats_the_label(editor: Client) -> None:
    form = editor.get(f"{CONNECTIONS}/create/", {"conn_type": "snowflake"}).content.decode()

    assert 'placeholder="xy12345.eu-central-1"' in form
    assert "snowflake db name" not in form


@pytest.mark.parametrize("group", GROUPS)
def test_shows_no_secret_when_it_is_opened(
    editor: Client, secrets_manager: Emulator, group: str
) -> None:
    for one in (one for one in catalogue.types().values() if one.group == group):
        put(secrets_manager, f"airflow/connections/{one.conn_type}", with_secrets(one).to_json())

        assert "hunter2" not in opened(editor, one.conn_type).content.decode(), one.conn_type
        page = editor.post(f"{CONNECTIONS}/open/{one.conn_type}/").content.decode()
        assert "hunter2" not in page, one.conn_type


def with_secrets(one: ConnectionType) -> Connection:
    """A secret in every sensitive field, in every one that can't show its value, and in its own."""
    standard: dict[str, Any] = {
        f.name: "hunter2" for f in one.standard_fields if f.sensitive and f.name != "extra"
    }
    extra: dict[str, Any] = {
        field.name: {"x": "hunter2"} for field in one.extra_fields if field.kind != "object"
    }
    extra |= {field.name: "hunter2" for field in one.extra_fields if field.sensitive}
    return Connection(conn_type=one.conn_type, **standard, extra=extra | {"other": "hunter2"})


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:p%40ss@Host:5432/db?sslmode=require&timeout=30",
        "postgres://u:p%40ss@%48ost:5432/db?__extra__=%7B%22sslmode%22%3A+%22require%22%2C+%22connect_timeout%22%3A+5%7D",
        (
            '{"conn_type": "postgres", "user": "u", "pass": "p", "server": "h", "database": "d", '
            '"port": "5432"}'
        ),
        (
            '{"engine": "postgres", "host": "h", "username": "u", "password": "p", "port": 5432, '
            '"dbname": "d"}'
        ),
        (
            '{"conn_type": "snowflake", "extra": "{\\"account\\": \\"a\\", \\"proxy_port\\": '
            '\\"8080\\"}"}'
        ),
        (
            '{"conn_type": "snowflake", "host": "h", "extra": {"account": null, "role": "", '
            '"insecure_mode": true}}'
        ),
        (
            '{"conn_type": "ssh", "extra": {"private_key": "a\\r\\nb\\r\\n", "host_key": "1\\n2", '
            '"conn_timeout": 1.0}}'
        ),
        (
            '{"conn_type": "google_cloud_platform", "extra": {"keyfile_dict": {"type": "x"}, '
            '"num_retries": 5}}'
        ),
        '{"conn_type": "azure_service_bus", "schema": "Endpoint=sb://x;SharedAccessKey=abc"}',
        '{"conn_type": "jdbc", "host": "jdbc:x://h?password=hunter2", "login": "two\\nlines"}',
        '{"conn_type": "nobody_knows", "schema": "s", "extra": {"a": {"b": [1.0, null]}, "": 1}}',
        "aws://AKIA:secret%2Fkey@/?region_name=eu-central-1",
    ],
)
def test_opens_what_is_stored_in_any_way_and_changes_no_field(
    editor: Client, secrets_manager: Emulator, text: str
) -> None:
    put(secrets_manager, NAME, text)
    before = Connection.from_secret(text)

    for more in ({}, {"reveal": "1"}):
        save(editor, opened(editor, **more))
        assert (
            differing_fields(
                Connection.from_secret(stored(secrets_manager, NAME)["SecretString"]), before
            )
            == ()
        )


def test_maps_every_stored_key_to_its_field(editor: Client, secrets_manager: Emulator) -> None:
    put(
        secrets_manager,
        NAME,
        "snowflake://u:pw@/s?__extra__=%7B%22account%22%3A+%22a1%22%2C+%22insecure_mode%22%3A+true%2C+%22mine%22%3A+1%7D",
    )

    sent = as_sent(opened(editor))

    assert (sent["schema"], sent["login"], sent["password"]) == (["s"], ["u"], [""])
    assert (sent["extra.account"], sent["extra.insecure_mode"], sent["extra"]) == (
        ["a1"],
        ["true"],
        [""],
    )
    assert sorted(sent["stored_masked"]) == ["extra.mine", "password"]


def test_asks_for_what_the_type_needs_under_its_own_labels(
    editor: Client, secrets_manager: Emulator
) -> None:
    page = editor.get(f"{CONNECTIONS}/create/", {"conn_type": "aws"})

    form = page.context["form"]
    assert (form["login"].label, form["password"].label) == (
        "AWS Access Key ID",
        "AWS Secret Access Key",
    )
    assert "host" not in form.fields
    assert 'placeholder="aws_default"' in page.content.decode()


def test_shows_a_field_that_the_type_hides_where_something_is_stored_in_it(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, NAME, '{"conn_type": "snowflake", "host": "h.example.com"}')

    page = opened(editor)
    save(editor, page, host=[""])

    assert as_sent(page)["host"] == ["h.example.com"]
    assert read(secrets_manager).host == ""


def test_refuses_a_required_field_that_is_empty(editor: Client, secrets_manager: Emulator) -> None:
    required = [
        (one.conn_type, f.name)
        for one in catalogue.types().values()
        for f in one.extra_fields
        if f.required
    ]
    conn_type, name = required[0]

    with counting(secrets_manager) as calls:
        response = editor.post(
            f"{CONNECTIONS}/create/", format_of(editor, conn_type) | {"conn_id": "x"}
        )

    assert response.status_code == 422
    assert list(errors(response)) == [f"extra.{name}"]
    assert not calls


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("extra.proxy_port", "many"),
        ("extra.session_parameters", "[1]"),
        ("extra.insecure_mode", "maybe"),
    ],
)
def test_names_a_field_that_can_not_take_its_text(
    editor: Client, secrets_manager: Emulator, name: str, text: str
) -> None:
    response = editor.post(
        f"{CONNECTIONS}/create/", {"conn_id": "x", "conn_type": "snowflake", name: text}
    )

    assert response.status_code == 422
    assert list(errors(response)) == [name]
    assert response.context["form"][name].value() == text


def test_refuses_two_values_for_one_key(editor: Client, secrets_manager: Emulator) -> None:
    sent = {
        "conn_id": "x",
        "conn_type": "snowflake",
        "extra.account": "a",
        "extra": '{"account": "b"}',
    }

    assert errors(editor.post(f"{CONNECTIONS}/create/", sent)) == {
        "extra": ["Leave out what has a field of its own: account."]
    }


def test_drops_no_field_of_another_type_without_a_word(
    editor: Client, secrets_manager: Emulator
) -> None:
    sent = {"conn_id": "x", "conn_type": "postgres", "extra.account": "a"}

    assert "conn_type" in errors(editor.post(f"{CONNECTIONS}/create/", sent))


def test_stores_a_default_only_when_somebody_wants_it(
    editor: Client, secrets_manager: Emulator
) -> None:
    sent = format_of(editor, "google_cloud_platform") | {"conn_id": "x", "extra.project": "p"}

    editor.post(f"{CONNECTIONS}/create/", sent)

    assert read(secrets_manager).extra == {"project": "p"}


def test_changes_clears_and_removes_what_it_does_not_show(
    editor: Client, secrets_manager: Emulator
) -> None:
    extra = {"private_key": KEY, "private_key_passphrase": "pass", "mine": 1, "other": 2, "kept": 3}
    put(secrets_manager, NAME, Connection(conn_type="ssh", password="pw", extra=extra).to_json())

    save(
        editor,
        opened(editor),
        **{"extra.private_key": "new", "extra": '{"other": "new"}'},
        clear=["password", "extra.private_key_passphrase", "extra.mine"],
    )

    assert read(secrets_manager) == Connection(
        conn_type="ssh", extra={"private_key": "new", "other": "new", "kept": 3}
    )


def test_removes_a_shown_key_that_was_taken_out_of_the_editor(
    editor: Client, secrets_manager: Emulator
) -> None:
    extra = {"private_key": KEY, "mine": 1, "other": 2}
    put(secrets_manager, NAME, Connection(conn_type="ssh", extra=extra).to_json())

    page = opened(editor, reveal="1")
    assert json.loads(as_sent(page)["extra"][0]) == {"mine": 1, "other": 2}
    save(editor, page, extra='{"other": 2}')

    assert read(secrets_manager).extra == {"private_key": KEY, "other": 2}


def test_keeps_the_line_ends_of_a_dropped_file(editor: Client, secrets_manager: Emulator) -> None:
    sent = format_of(editor, "ssh") | {
        "conn_id": "x",
        "extra.private_key": KEY.replace("\n", "\r\n"),
    }

    editor.post(f"{CONNECTIONS}/create/", sent)
    assert read(secrets_manager).extra == {"private_key": KEY}
    editor.post(f"{CONNECTIONS}/create/", sent | {"conn_id": "y", "crlf": "extra.private_key"})
    assert read_by_airflow(secrets_manager, "y").extra == {"private_key": KEY.replace("\n", "\r\n")}


def test_keeps_what_still_fits_when_the_type_changes(
    editor: Client, secrets_manager: Emulator
) -> None:
    typed = {
        "conn_id": "x",
        "host": "h",
        "port": "1",
        "password": "pw",
        "extra.sslmode": "require",
        "extra.connect_timeout": "10",
        "extra": '{"charset": "utf8"}',
        "new_type": "mysql",
    }
    with counting(secrets_manager) as calls:
        response = editor.post(f"{CONNECTIONS}/create/", format_of(editor, "postgres") | typed)

    assert response.status_code == 200
    sent = as_sent(response)
    assert (sent["conn_type"], sent["host"], sent["port"], sent["password"]) == (
        ["mysql"],
        ["h"],
        ["1"],
        ["pw"],
    )
    assert sent["extra.charset"] == ["utf8"]
    assert json.loads(sent["extra"][0]) == {"sslmode": "require", "connect_timeout": 10}
    assert not calls


def test_leaves_out_another_types_secrets_and_says_so(
    editor: Client, secrets_manager: Emulator
) -> None:
    typed = {"conn_id": "x", "extra.private_key_content": KEY, "new_type": "http"}

    response = editor.post(f"{CONNECTIONS}/create/", format_of(editor, "snowflake") | typed)

    assert "Private key (Text)" in response.content.decode()
    assert "BEGIN KEY" not in response.content.decode()


def test_keeps_everything_that_is_stored_when_the_type_of_an_update_changes(
    editor: Client, secrets_manager: Emulator
) -> None:
    extra = {"account": "a", "private_key_content": KEY, "mine": 1}
    put(
        secrets_manager,
        NAME,
        Connection(conn_type="snowflake", login="u", password="pw", extra=extra).to_json(),
    )

    changed = editor.post(
        f"{CONNECTIONS}/update/x/", as_sent(opened(editor)) | {"new_type": "http"}
    )
    save(editor, changed)

    assert read(secrets_manager) == Connection(
        conn_type="http", login="u", password="pw", extra=extra
    )


@pytest.mark.parametrize(("new_type", "sent"), [("my type", {}), ("http", {"extra": "{"})])
def test_stays_as_it_is_when_the_type_can_not_change(
    editor: Client, secrets_manager: Emulator, new_type: str, sent: dict[str, str]
) -> None:
    response = editor.post(
        f"{CONNECTIONS}/create/", format_of(editor, "ssh") | {"new_type": new_type} | sent
    )

    assert "conn_type" in errors(response)
    assert as_sent(response)["conn_type"] == ["ssh"]


def test_takes_a_type_that_nobody_knows(editor: Client, secrets_manager: Emulator) -> None:
    sent = format_of(editor, "our_own-type") | {"conn_id": "x", "host": "h", "extra": '{"a": 1}'}

    editor.post(f"{CONNECTIONS}/create/", sent)

    assert read(secrets_manager) == Connection(conn_type="our_own_type", host="h", extra={"a": 1})
