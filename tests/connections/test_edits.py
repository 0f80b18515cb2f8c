"""An edit of any connection, stored in any way, ... (each test finishes the sentence)."""

import json
from itertools import count
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.types import ConnectionType, ExtraField
from connections.value.connection import (
    Connection,
    NotRepresentable,
    Reader,
    UnreadableSecret,
    differing_fields,
)
from connections.value.readers import NEWEST
from secretsadmin.demo.emulator import Emulator
from tests.support.forms import as_sent
from tests.support.generated import VALUES
from tests.support.site import CONNECTIONS, SERVER, current, errors, put, stored

# To find the smallest example would take minutes: each costs some requests.
BOUNDED = settings(
    max_examples=30,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    [
        "",
        "a\r\nb\r\n",
        "\n",
        "one\rtwo\n",
        "\x00",
        "\x0b\x7f\x85",
        " both ",
        "é\u2028\u202e",
        "x://u:p@h",
        "true",
        "30",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
TYPES = st.sampled_from([*catalogue.types().values(), search.generic("nobody_knows_it")])
STANDARD = ("host", "login", "password", "schema")
ALIASES = {
    "login": "user",
    "password": "pass",
    "host": "server",
    "schema": "database",
    "conn_type": "engine",
}
REVEAL: st.SearchStrategy[dict[str, str]] = st.sampled_from([{}, {"reveal": "1"}])
_ids = count()


def value_for(field: ExtraField) -> st.SearchStrategy[Any]:
    """A value of the field's kind, or any other."""
    right = (
        st.sampled_from(field.choices) if field.choices else st.just(VALUES.get(field.kind, "text"))
    )
    return right | JSON


def extra_of(one: ConnectionType) -> st.SearchStrategy[dict[str, Any]]:
    fields = st.fixed_dictionaries(
        {}, optional={field.name: value_for(field) for field in one.extra_fields[:8]}
    )
    return st.builds(
        lambda known, more: known | more, fields, st.dictionaries(TEXT, JSON, max_size=2)
    )


@st.composite
def connections(draw: st.DrawFn, types: st.SearchStrategy[ConnectionType] = TYPES) -> Connection:
    one = draw(types)
    standard = {name: draw(TEXT) for name in STANDARD}
    return Connection(
        one.conn_type,
        **standard,
        port=draw(st.none() | st.integers(0, 65535)),
        extra=draw(extra_of(one)),
    )


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A connection in one of the spellings that Airflow reads."""
    connection = draw(connections())
    spelling = draw(st.sampled_from([Connection.to_uri, Connection.to_json, None]))
    try:
        if spelling:
            return spelling(connection)
    except NotRepresentable:
        assume(False)
    fields: dict[str, Any] = {
        ALIASES.get(name, name): value for name, value in vars(connection).items()
    }
    if draw(st.booleans()):
        fields["extra"] = json.dumps(fields["extra"])
    return json.dumps(fields)


def read(text: str, reader: Reader = NEWEST) -> Connection:
    return Connection.from_secret(text, reader=reader)


def opened(editor: Client, conn_id: str, **more: str) -> Any:
    return editor.post(f"{CONNECTIONS}/edit/{conn_id}/", more)


def save(editor: Client, conn_id: str, sent: dict[str, Any]) -> None:
    response = editor.post(f"{CONNECTIONS}/update/{conn_id}/", sent)
    assert response.status_code == 302, errors(response)


def planted(emulator: Emulator, text: str) -> tuple[str, str]:
    """The id of a new connection with this text, and the name of its secret."""
    conn_id = f"c{next(_ids)}"
    name = f"airflow/connections/{conn_id}"
    put(emulator, name, text)
    return conn_id, name


def readable(text: str) -> Connection:
    """What the server and the tasks of the newest Airflow make of it, where they agree."""
    try:
        one, other = (read(text, reader) for reader in (SERVER, NEWEST))
    except UnreadableSecret:
        assume(False)
    assume(one == other)
    return one


@BOUNDED
@given(text=texts(), more=REVEAL)
def test_changes_nothing_when_it_is_saved_as_it_was_opened(
    editor: Client, secrets_manager: Emulator, text: str, more: dict[str, str]
) -> None:
    try:
        before, older = read(text), read(text, SERVER)
    except UnreadableSecret:
        assume(False)
    conn_id, name = planted(secrets_manager, text)
    version = current(secrets_manager, name)

    save(editor, conn_id, as_sent(opened(editor, conn_id, **more)))

    after = stored(secrets_manager, name)
    assert differing_fields(before, read(after["SecretString"])) == ()
    assert differing_fields(before, older) or after["VersionId"] == version


def test_removes_a_key_whose_name_no_page_can_hold(
    editor: Client, secrets_manager: Emulator
) -> None:
    extra = {"a\0b": 1, "c\rd": 2, "kept": 3}
    conn_id, name = planted(secrets_manager, Connection("http", extra=extra).to_json())

    sent = as_sent(opened(editor, conn_id))
    save(
        editor,
        conn_id,
        sent | {"clear": [each for each in sent["stored_masked"] if each != "extra.kept"]},
    )

    assert read(stored(secrets_manager, name)["SecretString"]).extra == {"kept": 3}


@pytest.mark.parametrize("host", ["https://api.example.com", "abfss://container"])
def test_shows_a_host_that_has_a_protocol_of_its_own(
    editor: Client, secrets_manager: Emulator, host: str
) -> None:
    before = Connection("http", host=host, login="u", password="pw")
    conn_id, name = planted(secrets_manager, before.to_uri())

    sent = as_sent(opened(editor, conn_id))
    save(editor, conn_id, sent | {"login": "v"})

    assert (sent["host"], sent["login"], sent["password"]) == ([host], ["u"], [""])
    assert differing_fields(before, read(stored(secrets_manager, name)["SecretString"])) == (
        "login",
    )


def test_goes_on_without_a_field_that_its_type_needs(
    editor: Client, secrets_manager: Emulator
) -> None:
    one, field = next(
        (one, each)
        for one in catalogue.types().values()
        for each in one.extra_fields
        if each.required
    )
    conn_id, name = planted(secrets_manager, Connection(one.conn_type, host="h").to_uri())

    save(editor, conn_id, as_sent(opened(editor, conn_id)) | {"host": "other"})
    assert read(stored(secrets_manager, name)["SecretString"]).host == "other"

    filled = as_sent(opened(editor, conn_id)) | {f"extra.{field.name}": "d"}
    save(editor, conn_id, filled)
    emptied = as_sent(opened(editor, conn_id)) | {f"extra.{field.name}": ""}
    assert list(errors(editor.post(f"{CONNECTIONS}/update/{conn_id}/", emptied))) == [
        f"extra.{field.name}"
    ]


@BOUNDED
@given(text=texts(), data=st.data())
def test_changes_the_one_field_that_is_typed(
    editor: Client, secrets_manager: Emulator, text: str, data: st.DataObject
) -> None:
    before = readable(text)
    conn_id, name = planted(secrets_manager, text)
    page = opened(editor, conn_id)
    names = [each for each in STANDARD if each in page.context["form"].fields]
    typed = data.draw(st.sampled_from(names)) if names else "description"

    save(editor, conn_id, as_sent(page) | {typed: "Typed"})

    assert set(differing_fields(before, read(stored(secrets_manager, name)["SecretString"]))) <= {
        typed
    }


@BOUNDED
@given(old=texts(), new=texts(), more=REVEAL)
def test_is_exactly_what_was_pasted_into_its_fields(
    editor: Client, secrets_manager: Emulator, old: str, new: str, more: dict[str, str]
) -> None:
    readable(old)
    pasted = readable(new)
    conn_id, name = planted(secrets_manager, old)
    sent = as_sent(opened(editor, conn_id, **more)) | {
        "entry": "paste",
        "secret": new,
        "fill": "paste",
    }

    filled = editor.post(f"{CONNECTIONS}/update/{conn_id}/", sent)

    if filled.status_code == 422:
        assert any(mark in getattr(pasted, field) for mark in "\r\n\0" for field in STANDARD)
    else:
        save(editor, conn_id, as_sent(filled))
        after = read(stored(secrets_manager, name)["SecretString"])
        # Of a key that is null or empty, and has a field in the old type alone, no page knows.
        left = {
            f"extra.{key}"
            for key in after.extra.keys() - pasted.extra.keys()
            if after.extra[key] in (None, "")
        }
        assert set(differing_fields(pasted, after)) <= left


@BOUNDED
@given(
    text=texts(),
    new=st.lists(TYPES.map(lambda one: one.conn_type), min_size=1, max_size=2),
    more=REVEAL,
)
def test_loses_nothing_that_is_stored_when_its_type_changes(
    editor: Client, secrets_manager: Emulator, text: str, new: list[str], more: dict[str, str]
) -> None:
    before = readable(text)
    conn_id, name = planted(secrets_manager, text)
    page = opened(editor, conn_id, **more)
    for one in new:
        page = editor.post(f"{CONNECTIONS}/update/{conn_id}/", as_sent(page) | {"new_type": one})
        assert page.status_code == 200, errors(page)
    sent = as_sent(page)
    needed = [f"extra.{field.name}" for field in search.get(new[-1]).extra_fields if field.required]
    missing = [name for name in needed if not any(sent[name])]

    save(editor, conn_id, sent | dict.fromkeys(missing, "needed"))

    after = read(stored(secrets_manager, name)["SecretString"])
    assert set(differing_fields(before, after)) <= {"conn_type", *missing}
    assert after.conn_type == new[-1]
