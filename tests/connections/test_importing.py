"""A connection of a file ... (each test finishes the sentence)."""

import pytest

from connections.adapter import ADAPTER
from connections.value.connection import Connection
from connections.value.readers import READERS
from secretsadmin.adapter import CannotImport
from secretsadmin.kinds import Source
from tests.support.site import BACKEND


def refused(source: Source) -> CannotImport:
    with pytest.raises(CannotImport) as caught:
        ADAPTER.from_file(source, BACKEND)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


def test_is_stored_so_that_every_reader_reads_its_fields() -> None:
    fields = {
        "conn_type": "postgres",
        "host": "Db.Example.com",
        "password": "p@ss/w?#%:word",
        "port": "5432",
        "extra": '{"timeout": 30, "a": {"b": [true]}}',
    }

    draft = ADAPTER.from_file(fields, BACKEND).draft

    expected = Connection(
        "postgres",
        "Db.Example.com",
        password="p@ss/w?#%:word",
        port=5432,
        extra={"timeout": 30, "a": {"b": [True]}},
    )
    for reader in READERS:
        assert Connection.from_secret(draft.text, reader=reader) == expected
    assert draft.type == "postgres"
    assert draft.holds == draft.fields
    assert draft.holds == ("conn_type", "host", "password", "port", "extra.timeout", "extra.a")


def test_of_a_uri_says_what_airflow_loses() -> None:
    imported = ADAPTER.from_file("postgres://u:p%40w@H.example:5432/db?timeout=30#x", BACKEND)

    assert Connection.from_secret(imported.draft.text) == Connection(
        "postgres", "h.example", "u", "p@w", "db", 5432, {"timeout": "30"}
    )
    assert [note.partition(" ")[0] for note in imported.notes] == ["Airflow's", "The", "What"]


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"conn_type": "postgresql"}, "Airflow's name of its type is postgres."),
        (
            {"conn_type": "google-cloud-platform"},
            "Airflow's name of its type is google_cloud_platform.",
        ),
        ({"conn_type": "http", "port": "0"}, "Port 0 counts as none."),
        ({"conn_type": "http", "extra": " {} "}, ""),
    ],
)
def test_says_what_was_taken_otherwise(fields: dict[str, str], note: str) -> None:
    assert "".join(ADAPTER.from_file(fields, BACKEND).notes) == note


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"host": "hunter2"}, "conn_type"),
        ({"conn_type": "http", "port": "hunter2"}, "port"),
        ({"conn_type": "http", "port": "65536"}, "port"),
        ({"conn_type": "http", "port": "1" * 9000}, "port"),
        ({"conn_type": "http", "extra": "hunter2"}, "extra"),
        ({"conn_type": "http", "extra": "[1]"}, "extra"),
        ({"conn_type": "http", "extra": '{"a": 1, "a": "hunter2"}'}, "extra"),
        ({"conn_type": "http", "extra": '{"a": NaN, "b": "hunter2"}'}, "extra"),
        ({"conn_type": "http", "extra": '{"a": 1e999}'}, "extra"),
        ({"conn_type": "http", "extra": '{"a": ' + "9" * 5000 + "}"}, "extra"),
        ({"conn_type": "http", "extra": '{"a":' * 600 + "1" + "}" * 600}, "extra"),
        ({"conn_type": "http", "password": "x" * 70_000}, "password"),
        ("hunter2", "conn_type"),
        ("postgres://u:hunter2/x@h/d", "port"),
        ("a://b://c://hunter2", "secret"),
    ],
)
def test_is_refused_with_the_field_and_without_its_value(source: Source, field: str) -> None:
    error = refused(source)

    assert error.field == field
    assert "hunter2" not in str(error)
