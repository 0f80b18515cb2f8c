"""Reading a connection ... (each test finishes the sentence)."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from connections.value.connection import Connection, Reader, UnreadableSecret, format_of
from connections.value.dropped import ignored_keys
from connections.value.readers import NEWEST
from tests.connections.value.reading import BOTH, LONG_NUMBER, read, read_object, unreadable_field
from tests.support.site import SERVER


def nested(levels: int) -> str:
    return '{"a": ' * levels + "1" + "}" * levels


# --- Which of the two forms ---


@BOTH
@pytest.mark.parametrize("text", ["", " \n\t", "\u2003"])
def test_finds_nothing_in_an_empty_secret(text: str, reader: Reader) -> None:
    assert unreadable_field(text, reader) == "secret"


def test_takes_text_that_starts_with_a_brace_for_json() -> None:
    assert format_of(' \n{"host": "h"}') == "json"
    assert format_of("{{ template }}") == "json"
    assert format_of('["mysql://h"]') == "uri"


@BOTH
def test_takes_an_object_after_a_byte_order_mark_for_a_uri(reader: Reader) -> None:
    connection = read('\ufeff{"conn_type": "mysql", "host": "h"}', reader)

    assert connection.conn_type == ""
    assert connection.host == ""
    assert connection.schema.startswith("{")


# --- JSON ---


@BOTH
@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("login", ["login", "user", "username", "user_name"]),
        ("password", ["password", "pass", "key"]),
        ("host", ["host", "remote_host", "server"]),
        ("schema", ["database", "schema"]),
        ("conn_type", ["conn_type", "conn_id", "connection_type", "engine"]),
    ],
)
def test_knows_the_words_for_each_field(reader: Reader, field: str, words: list[str]) -> None:
    for word in words:
        assert getattr(read_object(reader, **{word: "x"}), field) == "x"


@BOTH
def test_takes_the_first_key_in_the_objects_own_order(reader: Reader) -> None:
    assert read_object(reader, conn_id="my_db", conn_type="postgres").conn_type == "my_db"
    assert read_object(reader, conn_type="postgres", conn_id="my_db").conn_type == "postgres"


@BOTH
def test_takes_the_first_key_even_when_it_is_null(reader: Reader) -> None:
    assert read_object(reader, user=None, login="me").login == ""


@BOTH
def test_takes_the_last_value_of_a_key_that_stands_there_twice_in_the_first_ones_place(
    reader: Reader,
) -> None:
    assert read('{"login": "a", "user": "b", "login": "c"}', reader).login == "c"


@BOTH
def test_drops_unknown_keys_and_those_in_another_case(reader: Reader) -> None:
    assert (
        read_object(reader, foo=1, Host="h", description="d", dbname="x", region_name="y")
        == Connection()
    )


def test_tells_which_keys_airflow_drops() -> None:
    text = json.dumps(
        {"engine": "mysql", "conn_type": "x", "host": None, "server": "s", "dbname": "d"}
    )

    assert ignored_keys(text) == ("conn_type", "server", "dbname")
    assert ignored_keys(text, {"schema": ["dbname"]}) == ("conn_type", "server")
    assert ignored_keys("mysql://h?dbname=x") == ()


def test_knows_further_words_that_are_configured() -> None:
    assert read('{"benutzer": "me"}', user=["benutzer"]).login == "me"
    assert read('{"benutzer": "me"}', login=["benutzer"]).login == "me"


def test_fails_on_all_json_when_further_words_are_configured_for_an_unknown_field() -> None:
    with pytest.raises(UnreadableSecret, match="extra_conn_words"):
        read("{}", benutzer=["me"])


@BOTH
@pytest.mark.parametrize(
    ("stored", "conn_type"),
    [
        ("postgresql", "postgres"),
        ("my-type", "my_type"),
        ("Postgres", "Postgres"),
        (None, ""),
        ("", ""),
    ],
)
def test_makes_types_normal(reader: Reader, stored: str | None, conn_type: str) -> None:
    assert read_object(reader, conn_type=stored).conn_type == conn_type


@BOTH
@pytest.mark.parametrize(
    ("stored", "port"),
    [
        (5432, 5432),
        ("5432", 5432),
        (" 5432 ", 5432),
        (5432.7, 5432),
        (0, None),
        ("", None),
        (None, None),
    ],
)
def test_takes_a_port_as_digits_too(reader: Reader, stored: Any, port: int | None) -> None:
    assert read_object(reader, port=stored).port == port


@BOTH
@pytest.mark.parametrize(
    "stored", ["x", [1], {"a": 1}, float("nan"), float("inf"), "1e3", LONG_NUMBER]
)
def test_refuses_a_port_that_is_no_number(reader: Reader, stored: Any) -> None:
    assert unreadable_field(json.dumps({"port": stored}), reader) == "port"


@BOTH
@pytest.mark.parametrize("field", ["conn_type", "host", "login", "password", "schema"])
@pytest.mark.parametrize("stored", [5, True, ["x"], {"a": 1}, float("nan")])
def test_refuses_what_parses_and_then_can_never_be_used(
    reader: Reader, field: str, stored: Any
) -> None:
    assert unreadable_field(json.dumps({field: stored}), reader) == field


@BOTH
@pytest.mark.parametrize("stored", [False, 0, [], {}])
def test_takes_what_is_false_for_absent_where_airflow_does(reader: Reader, stored: Any) -> None:
    assert (
        read_object(reader, conn_type=stored, host=stored, schema=stored, extra=stored)
        == Connection()
    )
    assert unreadable_field(json.dumps({"login": stored}), reader) == "login"


def test_fails_on_a_false_password_in_tasks_alone() -> None:
    assert read_object(SERVER, password=False).password == ""
    assert unreadable_field('{"password": false}', NEWEST) == "password"


@BOTH
@pytest.mark.parametrize("extra", [{"a": [1, None]}, '{"a": [1, null]}', ' {"a": [1, null]}\n'])
def test_takes_an_extra_as_an_object_or_as_text_that_holds_one(reader: Reader, extra: Any) -> None:
    assert read_object(reader, extra=extra).extra == {"a": [1, None]}


@pytest.mark.parametrize("extra", ["[1]", [1], 5, True, "{broken", "null", '"x"', '\ufeff{"a": 1}'])
def test_refuses_another_extra_on_the_server_and_drops_it_in_tasks(extra: Any) -> None:
    assert unreadable_field(json.dumps({"extra": extra}), SERVER) == "extra"
    assert read_object(NEWEST, extra=extra).extra == {}


@BOTH
def test_keeps_numbers_that_are_none(reader: Reader) -> None:
    assert read('{"extra": {"a": NaN, "b": -Infinity}}', reader) == Connection(
        extra={"a": float("nan"), "b": -float("inf")}
    )


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        '{"host": "h",}',
        "{'host': 'h'}",
        '{"host": "h"} x',
        '\u00a0{"host": "h"}',
        '{"password": "a\nb"}',
        f'{{"unknown": {LONG_NUMBER}}}',
        '{"unknown": ' + "[" * 100_000,
        '{"unknown": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_refuses_broken_json(reader: Reader, text: str) -> None:
    assert unreadable_field(text, reader) == "secret"


def test_tells_where_json_breaks_off() -> None:
    with pytest.raises(UnreadableSecret, match="line 2, column 14"):
        read('{\n "host": "h" "port": 1}')


@BOTH
def test_takes_an_extra_that_is_nested_deeply(reader: Reader) -> None:
    assert read(f'{{"extra": {nested(500)}}}', reader).extra == json.loads(nested(500))


@BOTH
def test_refuses_an_extra_that_is_nested_too_deeply_to_be_read_on_any_stack(reader: Reader) -> None:
    assert unreadable_field(f'{{"extra": {nested(501)}}}', reader) == "extra"


@BOTH
@pytest.mark.parametrize(
    ("stored", "field"),
    [
        ({"password": "\ud800"}, "password"),
        ({"conn_type": "\ud800"}, "conn_type"),
        ({"extra": {"\ud800": 1}}, "extra"),
        ({"extra": {"a": [{"b": "\udfff"}]}}, "extra"),
        ({"extra": "\ud800"}, "extra"),
    ],
)
def test_refuses_half_a_surrogate_pair(reader: Reader, stored: dict[str, Any], field: str) -> None:
    assert unreadable_field(json.dumps(stored), reader) == field
    assert unreadable_field("mysql://h\ud800", reader) == "secret"


# --- Errors ---


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        "postgres://hunter:hunter/2@hunter:5432/hunter",
        "postgres://hunter:hun[ter2@hunter",
        "postgres://[hunter]:1",
        "a://hunter://hunter://hunter",
        "a://hunter:b://hunter",
        "a://hunter℀",
        '{"password": "hunter2"',
        '{"password": ["hunter2"]}',
        '{"port": "hunter2"}',
        '{"login": "hunter2", "extra": {"hunter2": "\\ud800"}}',
        '{"login": "hunter2", "password": "hunter\\ud800"}',
    ],
)
def test_quotes_nothing_in_an_error(reader: Reader, text: str) -> None:
    with pytest.raises(UnreadableSecret) as caught:
        read(text, reader)

    error = caught.value
    assert "hunter" not in f"{error} {error!r} {error.args} {vars(error)}"
    assert error.__cause__ is None
    assert error.__context__ is None
    assert str(error).endswith(".")


def test_leaves_nothing_in_the_cache_of_the_url_library() -> None:
    before = urlsplit.cache_info().currsize  # type: ignore[attr-defined]

    read("postgres://user:not-to-be-remembered@host:5432/db")

    assert urlsplit.cache_info().currsize == before  # type: ignore[attr-defined]
