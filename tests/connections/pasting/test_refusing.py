"""Pasting a text ... (each test finishes the sentence)."""

import json
import string
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connections.pasting import UnreadablePaste, paste
from connections.value.connection import Connection
from secretsadmin.kinds import MAX_CHARACTERS
from tests.connections.pasting.pasted import POSTGRES, URI

many = settings(max_examples=300)
# No sentence has such characters, so that a piece of a secret can't stand in one by chance.
secrets = st.text(
    string.ascii_uppercase + string.digits + "@/:?#&;=,'\"%\\ {}-$`", min_size=12, max_size=12
)
FRAMES = (
    "postgres://ann:{}@db:5432/sales?sslmode=require",
    "postgres://db/sales?password={}",
    "postgresql+psycopg2://ann:{}@db:5432/sales?sslmode=require",
    "mysql+pymysql://ann@db/sales?password={}",
    "snowflake://ann:{}@acme-eu/SALES/PUBLIC?warehouse=WH&role=R",
    "https://ann:{}@api.example.com/v1",
    "jdbc:postgresql://db:5432/sales?user=ann&password={}&ssl=true",
    "jdbc:mysql://ann:{}@db/sales",
    "jdbc:sqlserver://db:1433;databaseName=sales;user=ann;password={};encrypt=true",
    "jdbc:sqlserver://db:1433;password={{{}}};user=ann",
    "jdbc:oracle:thin:ann/{}@//db:1521/sales",
    "jdbc:databricks://db:443;httpPath=/sql/1;AuthMech=3;UID=token;PWD={}",
    "jdbc:unheard://db;user=ann;pwd={}",
    "AIRFLOW_CONN_DB=postgres://ann:{}@db/sales",
    "export AIRFLOW_CONN_DB='postgres://ann:{}@db/sales'",
    '  AIRFLOW_CONN_DB: "postgres://ann:{}@db/sales"',
    "db=postgres://ann:{}@db/sales",
    "airflow connections add my_db --conn-type postgres --conn-password '{}' --conn-host db",
    "airflow connections add my_db --conn-type postgres --conn-password={} --conn-host db",
    "airflow connections add my_db --conn-uri 'postgres://ann:{}@db/sales'",
    '{{"conn_type": "postgres", "password": "{}"}}',
    '{{"my_db": "postgres://ann:{}@db"}}',
    '{{"my_db": {{"conn_type": "postgres", "extra": "{}"}}}}',
)


def refusal(text: str) -> str:
    with pytest.raises(UnreadablePaste) as caught:
        paste(text)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "nothing"),
        ("hello", "no connection type"),
        ('{"host": "db"}', "conn_type"),
        ("\ud800", "surrogate"),
        ("x" * (MAX_CHARACTERS + 1), "131,072"),
        ("[" * 100_000, "nest"),
        ('{"a":' * 600 + "1" + "}" * 600, "nest"),
        ('{"a": 1', "line 1, column 8"),
        (json.dumps({"a": POSTGRES, "b": POSTGRES}), "one"),
        (json.dumps([POSTGRES, POSTGRES]), "one"),
        (f"AIRFLOW_CONN_A={URI}\nAIRFLOW_CONN_B={URI}", "one"),
        (f"a={URI}\nb={URI}", "one"),
        ("postgresql+psycopg2://ann:p@w@db/x", "%40"),
        ("postgresql+psycopg2://db:5432/x?a=b@c", "%40"),
        ("postgresql+psycopg2://ann:pw@db:x/y", "port"),
        ("postgres://ann:p/w@db/x", "port"),
        ("postgres://db/x@y", "@"),
        ("jdbc:unheard:ann/pw@db", "password"),
        ("jdbc:sqlserver://db;password={x", "brace"),
        ("jdbc:mysql://ann:@p;w=x@db/sales", "password"),
        ("AIRFLOW_CONN_A=postgres://ann:/p\nw@db/sales", "alone"),
        ("airflow connections add a --conn-password '" + "\\" * 1_000_000, "longer"),
        ("airflow connections add a --conn-password 'x", "quotation"),
        ("airflow connections add a --conn-host db", "--conn-type"),
        ("airflow connections add --conn-type db", "id"),
        ("airflow connections add a b --conn-type db", "more than one"),
        ("airflow connections add a --conn-type http --conn-port x", "port"),
    ],
)
def test_refuses_with_what_to_do(text: str, word: str) -> None:
    assert word in refusal(text)


@many
@given(
    st.text()
    | st.tuples(st.sampled_from(FRAMES), st.text()).map(lambda pair: pair[0].replace("{}", pair[1]))
)
@example("jdbc:")
@example("jdbc:oracle:thin:@")
@example("postgresql+psycopg2://[")
@example("mysql+pymysql://[::1]:99999999/")
@example("https://\u2100/")
def test_never_fails_in_another_way(text: str) -> None:
    with suppress(UnreadablePaste):
        assert paste(text).connection.conn_type


@many
@given(st.sampled_from(FRAMES), secrets)
def test_never_says_a_piece_of_a_secret(frame: str, secret: str) -> None:
    try:
        pasted = paste(frame.format(secret))
        said = " ".join([*pasted.notes, pasted.conn_id, pasted.source, repr(pasted)])
    except UnreadablePaste as error:
        said = str(error)

    pieces = [secret[at : at + 4] for at in range(len(secret) - 3)]
    assert not any(piece in said for piece in pieces if piece.strip(" '\"{}%#?/@:;,&-"))


def test_keeps_no_value_in_what_a_debugger_shows() -> None:
    assert "p/w" not in repr(paste(URI))
    assert paste(URI).connection == Connection(**POSTGRES)  # type: ignore[arg-type]
