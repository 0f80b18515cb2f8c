"""A connection."""

import dataclasses

import pytest

from connections.value.connection import (
    Connection,
    Encoded,
    Reader,
    changed_fields,
    differing_fields,
)
from connections.value.credentials import is_sensitive_extra

FULL = Connection(
    conn_type="postgres",
    host="db.example.org",
    login="reporting",
    password="correct horse",
    schema="sales",
    port=5432,
    extra={"warehouse": "wh1", "timeout": 30},
)


def test_shows_no_value_in_its_repr() -> None:
    assert repr(FULL) == "Connection()"
    assert f"{FULL}" == "Connection()"


def test_shows_no_value_in_the_repr_of_its_encoded_text() -> None:
    encoded = FULL.encode()

    assert isinstance(encoded, Encoded)
    assert "correct" not in repr(encoded)
    assert "sales" not in repr(encoded)


def test_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.host = "other"  # type: ignore[misc]


def test_keeps_its_own_copy_of_the_extra() -> None:
    given = {"a": 1}
    connection = Connection(extra=given)

    given["a"] = 2

    assert connection.extra == {"a": 1}


def test_takes_none_and_empty_text_for_the_same() -> None:
    without = Connection(conn_type="http", host=None, login=None, extra=None)  # type: ignore[arg-type]

    assert without == Connection(conn_type="http", host="", login="", extra={})


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (0, False), (1, "1"), ("null", None), ({}, []), ([1], [True])],
)
def test_tells_values_apart_that_python_or_people_take_for_equal(
    one: object, other: object
) -> None:
    assert Connection(extra={"a": one}) != Connection(extra={"a": other})


def test_equals_itself_with_a_value_that_is_no_number() -> None:
    assert Connection(extra={"a": float("nan")}) == Connection(extra={"a": float("nan")})


def test_minds_no_order_of_keys() -> None:
    assert Connection(extra={"a": {"x": 1, "y": 2}, "b": 3}) == Connection(
        extra={"b": 3, "a": {"y": 2, "x": 1}}
    )


def test_equals_nothing_that_is_no_connection() -> None:
    assert Connection() != ""


def test_names_the_fields_in_which_it_differs_from_another() -> None:
    other = dataclasses.replace(FULL, host="", port=5433, extra={"warehouse": "wh2", "role": None})

    assert differing_fields(FULL, other) == (
        "host",
        "port",
        "extra.warehouse",
        "extra.timeout",
        "extra.role",
    )


def test_names_the_fields_that_its_two_readings_differ_in() -> None:
    text = "http://h/?timeout=30&name=x"
    one, other = (
        Connection.from_secret(text, reader=Reader.of("3.3", process))
        for process in ("server", "task")
    )

    assert differing_fields(one, other) == ("extra.timeout",)


def test_names_the_fields_that_a_save_changes() -> None:
    after = dataclasses.replace(
        FULL, password="battery staple", extra={"warehouse": "wh2", "timeout": 30}
    )

    assert changed_fields(FULL, after) == ("password", "extra.warehouse")
    assert changed_fields(FULL, FULL) == ()


def test_names_every_filled_field_of_a_new_one() -> None:
    after = Connection(conn_type="http", password="p", extra={"a": ""})

    assert changed_fields(None, after) == ("conn_type", "password", "extra.a")


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "aws-secret-access-key",
        "API Key",
        "Keyfile Dict",
        " token ",
        "proxies",
        "my.dsn",
    ],
)
def test_emphasises_an_extra_that_airflow_masks(name: str) -> None:
    assert is_sensitive_extra(name)


@pytest.mark.parametrize("name", ["warehouse", "region_name", "pwd", "privateKey", ""])
def test_emphasises_no_other_extra(name: str) -> None:
    assert not is_sensitive_extra(name)
