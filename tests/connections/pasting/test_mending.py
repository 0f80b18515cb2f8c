"""What a text seems to mean that Airflow can't read."""

import json
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connections.form.beginning import is_sound
from connections.pasting.mending import Mend, mend
from connections.providers import catalogue
from connections.value.connection import Connection
from tests.support.site import BACKEND

PLAIN = {"conn_type": "postgres", "host": "db", "login": "ann", "schema": "sales", "port": 5432}
JSON = '{"conn_type": "postgres", "host": "db", "password": "secret"}'


def mended(text: str, conn_type: str = "") -> Mend:
    found = mend(text, None, catalogue.types(), conn_type)
    assert found
    return found


def fields(found: Mend) -> dict[str, Any]:
    names = ("conn_type", "host", "login", "password", "schema", "port", "extra")
    given = {name: getattr(found.connection, name) for name in names}
    return {name: value for name, value in given.items() if value not in ("", None, {})}


@pytest.mark.parametrize(
    "password", ["p/w", "p?w", "p#w", "p[w", "p]w/", "p@w/x", "12/34", "/", "a:b/c", "100%/"]
)
@pytest.mark.parametrize(
    "frame",
    [
        "postgres://ann:{}@db:5432/sales",
        "postgres://ann:{}@db:5432/sales\n",
        "\ufeffpostgres://ann:{}@db:5432/sales",
        "postgres:/ann:{}@db:5432/sales",
        "'postgres://ann:{}@db:5432/sales'",
        "export AIRFLOW_CONN_DB=postgres://ann:{}@db:5432/sales",
    ],
)
def test_is_a_uri_whose_password_was_not_encoded(frame: str, password: str) -> None:
    text = frame.format(password)

    assert not is_sound(text, BACKEND)
    assert fields(mended(text)) == PLAIN | {"password": password}


@pytest.mark.parametrize(
    ("text", "conn_type", "expected"),
    [
        (
            "my_type://ann:pw@db/x",
            "",
            {"conn_type": "my_type", "login": "ann", "password": "pw", "host": "db", "schema": "x"},
        ),
        ("ann:pw@db:5432/sales", "postgres", PLAIN | {"password": "pw"}),
        ("//ann:pw@db:5432/sales", "postgres", PLAIN | {"password": "pw"}),
        ("://ann:pw@db:5432/sales", "postgres", PLAIN | {"password": "pw"}),
        (
            "db.example.com:5432",
            "mysql",
            {"conn_type": "mysql", "host": "db.example.com", "port": 5432},
        ),
        ("ann:pw@db", "", {"login": "ann", "password": "pw", "host": "db"}),
        (
            "postgres://db:5432/sales?mail=a@b",
            "",
            {k: PLAIN[k] for k in ("conn_type", "host", "schema", "port")}
            | {"extra": {"mail": "a@b"}},
        ),
        (
            "http://https://u:p/w@h:80",
            "",
            {"conn_type": "http", "host": "https://h", "login": "u", "password": "p/w", "port": 80},
        ),
        (
            "aws://k:s/t@?endpoint_url=http://x:1&other=http://y",
            "",
            {
                "conn_type": "aws",
                "login": "k",
                "password": "s/t",
                "extra": {"endpoint_url": "http://x:1", "other": "http://y"},
            },
        ),
        (
            "jdbc:postgresql://db:5432/sales?user=ann&password=p%2Fw",
            "",
            PLAIN | {"password": "p/w"},
        ),
        ("AIRFLOW_CONN_DB='postgres://ann:pw@db:5432/sales'", "", PLAIN | {"password": "pw"}),
    ],
)
def test_is_an_address_in_another_spelling(
    text: str, conn_type: str, expected: dict[str, Any]
) -> None:
    assert not is_sound(text, BACKEND)
    assert fields(mended(text, conn_type)) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"\ufeff{JSON}",
        JSON.replace('"', "'"),
        JSON.replace("}", ",}"),
        f"{JSON},",
        JSON.replace('"', '\\"'),
        re.sub('"([^"]*)"', "\u201c\\1\u201d", JSON),
        "{conn_type: postgres, host: db, password: secret}",
        json.dumps(JSON),
    ],
)
def test_is_json_in_another_spelling(text: str) -> None:
    assert not is_sound(text, BACKEND)
    assert fields(mended(text)) == {"conn_type": "postgres", "host": "db", "password": "secret"}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('{"conn_type": "postgres", "password": "a\\d"}', "password", "a\\d"),
        ('{"conn_type": "postgres", "password": "a\nb"}', "password", "a\nb"),
        ('{"conn_type": "postgres", "password": 12345}', "password", "12345"),
        ('{"conn_type": "postgres", "password": 1.50}', "password", "1.50"),
        (
            "{'conn_type': 'postgres', 'password': 'it\\'s \"x\"', 'login': None}",
            "password",
            'it\'s "x"',
        ),
        (
            "{'conn_type': 'postgres', 'extra': {'verify': False, 'n': [1, None,]}}",
            "extra",
            {"verify": False, "n": [1, None]},
        ),
        ('{"conn_type": "postgres", "extra": "{\'a\': 1,}"}', "extra", {"a": 1}),
    ],
)
def test_keeps_what_a_text_in_it_says(text: str, name: str, value: Any) -> None:
    assert not is_sound(text, BACKEND)
    assert fields(mended(text))[name] == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "s3cr3tT0k3n",
        "two words",
        '{"conn_type": "postgres"',
        '{"conn_type": "postgres" "host": "db"}',
        '{"conn_type": "postgres", "port": "x"}',
        '{"conn_type": "postgres"}{"host": "db"}',
        '["postgres"]',
        "postgres://ann:pw@db:port/sales",
        "postgres://ann:pw@db:99999/sales",
        "{" * 600,
        "'" * 65_537,
    ],
)
def test_is_nothing_where_nothing_is_near(text: str) -> None:
    assert mend(text, None, catalogue.types()) is None


def test_names_what_was_taken_how_and_where_airflow_goes_astray() -> None:
    found = mended("postgres://ann:p/w#x@db")

    assert found.place == 17
    assert found.steps == (
        "What stands at characters 17 and 19 is a part of the login or the password, not its end.",
    )
    assert mended(JSON.replace('"', "'")).place == 2


@pytest.mark.parametrize(
    ("password", "named"),
    [
        ("p/w", "character 17"),
        ("p/w#x/", "characters 17, 19 and 21"),
        ("p///////", "characters 17, 18, 19, 20, 21 and 2 more"),
    ],
)
def test_names_each_place_that_was_taken_for_an_end(password: str, named: str) -> None:
    step = mended(f"postgres://ann:{password}@db").steps[0]
    assert step == f"What stands at {named} is a part of the login or the password, not its end."


secrets = st.text(st.characters(codec="utf-8"), min_size=8, max_size=12)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.sampled_from(
        ["postgres://ann:{}@db/x", "{{'conn_type': 'postgres', 'password': '{}',}}", "{}"]
    ),
    secrets,
)
@example("{}", '{"a": NaN,}')
@example("{}", "{'\\u12'}")
@example("{}", "postgres://[@]:")
def test_says_nothing_of_what_stands_in_it_and_can_be_stored(frame: str, secret: str) -> None:
    found = mend(frame.format(secret), None, catalogue.types())

    if found:
        assert Connection.from_secret(found.connection.encode().text) == found.connection
        assert secret not in " ".join(found.steps)
        assert secret not in repr(found)
