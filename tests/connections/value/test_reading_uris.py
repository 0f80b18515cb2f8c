"""Reading a URI ... (each test finishes the sentence)."""

import pytest

from connections.value.connection import Connection, Reader, UnreadableSecret
from connections.value.readers import NEWEST
from tests.connections.value.reading import BOTH, LONG_NUMBER, read, unreadable_field
from tests.support.site import SERVER


@BOTH
def test_takes_a_uri_apart(reader: Reader) -> None:
    assert read(" google-cloud-platform://u:p%40@h:1/s%2Ft?a=x&b=\n", reader) == Connection(
        "google_cloud_platform", "h", "u", "p@", "s/t", 1, {"a": "x", "b": ""}
    )


@BOTH
def test_loses_the_type_with_a_raw_underscore_in_the_scheme(reader: Reader) -> None:
    assert read("my_type://h/x", reader) == Connection(schema="y_type//h/x")


@BOTH
def test_loses_the_first_character_of_text_without_a_scheme(reader: Reader) -> None:
    assert read("some text", reader) == Connection(schema="ome text")


@BOTH
def test_lower_cases_types_and_hosts(reader: Reader) -> None:
    assert read("MySQL://MixedCase/Schema", reader) == Connection(
        "mysql", "mixedcase", schema="Schema"
    )
    assert read("mysql://Mixed%2DCase", reader).host == "mixed-Case"
    assert read("mysql://%4DixedCase", reader).host == "MixedCase"


@BOTH
def test_keeps_the_case_of_a_host_that_is_a_path(reader: Reader) -> None:
    assert read("mysql://u:p@%2FTmp%2FMySQL.sock:1/s", reader).host == "/Tmp/MySQL.sock"


@BOTH
def test_knows_a_hosts_own_protocol(reader: Reader) -> None:
    assert read("http://https://u:p@host:80/s", reader) == Connection(
        "http", "https://host", "u", "p", "s", 80
    )
    assert unreadable_field("http://u:p@https://host", reader) == "host"


@BOTH
def test_refuses_more_than_two_separators(reader: Reader) -> None:
    assert unreadable_field("http://https://h?next=https://x", reader) == "secret"


@BOTH
@pytest.mark.parametrize(
    ("text", "port"),
    [("a://@:5432", 5432), ("a://h:0", 0), ("a://h:65535", 65_535), ("a://h:/s", None)],
)
def test_takes_ports(reader: Reader, text: str, port: int | None) -> None:
    assert read(text, reader).port == port


@BOTH
@pytest.mark.parametrize("port", ["65536", "-1", "x", "+1", "٣", LONG_NUMBER])
def test_refuses_ports_that_are_none(reader: Reader, port: str) -> None:
    assert unreadable_field(f"a://h:{port}", reader) == "port"


@BOTH
@pytest.mark.parametrize("character", "/?#")
def test_refuses_a_password_that_is_not_encoded_without_quoting_it(
    reader: Reader, character: str
) -> None:
    with pytest.raises(UnreadableSecret) as caught:
        read(f"postgres://user:hunter{character}2@host:5432/db", reader)

    assert caught.value.field == "port"
    assert "hunter" not in str(caught.value)
    assert "percent-encoded" in str(caught.value)


@BOTH
def test_refuses_brackets_that_are_not_encoded(reader: Reader) -> None:
    assert unreadable_field("postgres://u:p[w@h", reader) == "host"


def test_types_query_values_on_the_server_and_keeps_them_as_text_in_tasks() -> None:
    text = "http://h?timeout=30&a=true&b=null&c=[1]&d=x&e=&f=NaN"

    assert read(text, SERVER) == Connection(
        "http",
        "h",
        extra={"timeout": 30, "a": True, "b": None, "c": [1], "d": "x", "e": "", "f": float("nan")},
    )
    assert read(text, NEWEST) == Connection(
        "http",
        "h",
        extra={
            "timeout": "30",
            "a": "true",
            "b": "null",
            "c": "[1]",
            "d": "x",
            "e": "",
            "f": "NaN",
        },
    )


@pytest.mark.parametrize("value", [LONG_NUMBER, "[" * 100_000])
def test_fails_on_a_query_value_that_python_cannot_parse_on_the_server_alone(value: str) -> None:
    assert unreadable_field(f"http://h?a={value}", SERVER) == "extra"
    assert read(f"http://h?a={value}", NEWEST).extra == {"a": value}


@BOTH
def test_takes_an_extra_from_the_query_with_its_types(reader: Reader) -> None:
    text = "http://h?a=1&__extra__=%7B%22timeout%22%3A+30%7D"

    assert read(text, reader).extra == {"timeout": 30}


def test_drops_an_extra_from_the_query_in_tasks_where_it_is_no_object() -> None:
    for value in ("[1]", "x", "null"):
        assert read(f"http://h?__extra__={value}", NEWEST).extra == {}
        assert unreadable_field(f"http://h?__extra__={value}", SERVER) == "extra"
