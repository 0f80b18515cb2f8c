"""Encoding a connection."""

from typing import Any, Literal

import pytest

from connections.value.connection import Connection, NotRepresentable
from connections.value.readers import READERS
from secretsadmin.kinds import MAX_BYTES


def refused_field(connection: Connection, form: Literal["auto", "uri", "json"] = "auto") -> str:
    with pytest.raises(NotRepresentable) as caught:
        connection.encode(form)
    assert str(caught.value).endswith(".")
    assert caught.value.__context__ is None
    return caught.value.field


def test_spells_a_uri_as_airflow_does() -> None:
    connection = Connection(
        "google_cloud_platform",
        "db",
        "u ser",
        "p/?#@:%",
        "s/t",
        5432,
        {"sslmode": "require", "b": ""},
    )

    assert connection.to_uri() == (
        "google-cloud-platform://u%20ser:p%2F%3F%23%40%3A%25@db:5432/s%2Ft?sslmode=require&b="
    )


@pytest.mark.parametrize(
    ("connection", "uri"),
    [
        (Connection("http", "https://h/x", port=80), "http://https://h%2Fx:80"),
        (Connection("http", "http://h"), "http://http%3A%2F%2Fh"),
        (Connection("mysql", port=5432), "mysql://@:5432"),
        (Connection("mysql", password="p"), "mysql://:p@"),
        (Connection("mysql", login="u"), "mysql://u@"),
        (Connection("mysql", extra={"a": "b"}), "mysql:///?a=b"),
        (Connection("mysql"), "mysql://"),
    ],
)
def test_spells_lesser_uris_as_airflow_does(connection: Connection, uri: str) -> None:
    assert connection.encode("auto").text == uri


@pytest.mark.parametrize(
    ("connection", "uri", "changed"),
    [
        (Connection("mysql", "MixedCase"), "mysql://%4DixedCase", "host"),
        (Connection("mysql", "h", port=0), "mysql://h:0", "port"),
        (Connection("mysql", port=0), "mysql://@:0", "port"),
        (
            Connection("http", "h", extra={"timeout": "30"}),
            "http://h/?__extra__=%7B%22timeout%22%3A+%2230%22%7D",
            "extra.timeout",
        ),
        (
            Connection("http", "h", extra={"__extra__": "x"}),
            "http://h/?__extra__=%7B%22__extra__%22%3A+%22x%22%7D",
            "extra",
        ),
    ],
)
def test_spells_a_uri_with_care_where_airflows_spelling_changes_a_field(
    connection: Connection, uri: str, changed: str
) -> None:
    encoded = connection.encode()

    assert encoded.text == uri
    assert encoded.format == "uri"
    assert encoded.reason.endswith(f"Airflow's own spelling would change the {changed}.")


@pytest.mark.parametrize("conn_type", ["Postgres", "2fa", "_x", "a b", "a/b", "ü", "x://y", "{x"])
def test_falls_back_on_json_for_a_type_that_no_uri_carries(conn_type: str) -> None:
    connection = Connection(conn_type, "H", password="ü", extra={"a": 1})
    encoded = connection.encode()

    assert encoded.format == "json"
    assert encoded.reason.endswith("A URI would change the connection type.")
    assert refused_field(connection, "uri") == "conn_type"


def test_falls_back_on_json_where_a_uri_would_be_too_long() -> None:
    connection = Connection("http", password="/" * 30_000)

    assert connection.encode().format == "json"
    assert connection.encode().reason.endswith("A URI would be longer than 65,536 bytes.")
    assert refused_field(connection, "uri") == "password"


def test_writes_json_without_empty_fields() -> None:
    connection = Connection("http", "Host", port=80, extra={"timeout": 30})

    assert (
        connection.to_json()
        == '{"conn_type": "http", "host": "Host", "port": 80, "extra": {"timeout": 30}}'
    )
    assert connection.encode("json").format == "json"


def test_counts_bytes_and_not_characters() -> None:
    fits = MAX_BYTES - len('{"conn_type": "X", "password": ""}')

    assert Connection("X", password="p" * fits).encode().format == "json"
    assert refused_field(Connection("X", password="p" * (fits + 1))) == "password"
    assert refused_field(Connection("X", extra={"a": "ü" * (fits // 2)})) == "extra"


@pytest.mark.parametrize("conn_type", ["my-type", "postgresql"])
def test_refuses_a_type_that_airflow_renames(conn_type: str) -> None:
    assert refused_field(Connection(conn_type, "h")) == "conn_type"


@pytest.mark.parametrize("port", [-1, 65_536, True, "80", 80.0])
def test_refuses_a_port_that_is_none(port: Any) -> None:
    assert refused_field(Connection("http", port=port)) == "port"


def test_refuses_port_0_beside_a_type_that_no_uri_carries() -> None:
    assert refused_field(Connection("Upper", port=0)) == "port"
    assert refused_field(Connection("http", port=0), "json") == "port"


@pytest.mark.parametrize("field", ["conn_type", "host", "login", "password", "schema"])
@pytest.mark.parametrize("value", ["\ud800", 5, b"x"])
def test_refuses_what_is_not_text(field: str, value: Any) -> None:
    assert refused_field(Connection(**{field: value})) == field


CIRCLE: dict[str, Any] = {}
CIRCLE["a"] = [CIRCLE, CIRCLE]
DEEP: dict[str, Any] = {}
for _ in range(501):
    DEEP = {"a": DEEP}
ABYSS: list[Any] = []
for _ in range(100_000):
    ABYSS = [ABYSS]


@pytest.mark.parametrize(
    "extra",
    [
        {1: "a"},
        {None: "a"},
        {"a": {1: "a"}},
        {"a": (1, 2)},
        {"a": {1, 2}},
        {"a": b"x"},
        {"a": "\ud800"},
        {"a": [{"\ud800": 1}]},
        {"a": 10**5_000},
        CIRCLE,
        DEEP,
        {"a": ABYSS},
    ],
    ids=lambda _: "",
)
def test_refuses_an_extra_that_json_does_not_carry(extra: Any) -> None:
    assert refused_field(Connection("http", extra=extra)) == "extra"


def test_carries_an_extra_of_numbers_that_are_none() -> None:
    connection = Connection("http", extra={"a": float("nan"), "b": [float("-inf")]})

    for reader in READERS:
        assert Connection.from_secret(connection.encode().text, reader=reader) == connection


def test_minds_further_words_that_take_a_fields_place_in_json() -> None:
    connection = Connection("http", "h", "me", port=0)
    words = {"host": ["conn_type"]}

    assert connection.encode(extra_conn_words=words).format == "uri"
    with pytest.raises(NotRepresentable) as caught:
        Connection("Upper", "h").encode(extra_conn_words=words)
    assert caught.value.field == "host"
