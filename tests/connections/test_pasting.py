"""Pasting a text."""

import json
import string
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connections import catalog
from connections.connection import Connection
from connections.pasting import MOST_CHARACTERS, Pasted, UnreadablePaste, paste

POSTGRES = {"conn_type": "postgres", "host": "db", "login": "ann", "password": "p/w", "schema": "sales", "port": 5432}
URI = "postgres://ann:p%2Fw@db:5432/sales"
COMMAND = r"""
airflow connections add my_db \
    --conn-type postgres --conn-host db --conn-port 5432 \
    --conn-login=ann --conn-password p/w --conn-schema sales
"""
KEY_FILE = json.dumps({"type": "service_account", "project_id": "acme", "private_key": "-----BEGIN\n", "x": [1]})

many = settings(max_examples=300)
# No sentence has such characters, so that a piece of a secret can't stand in one by chance.
secrets = st.text(string.ascii_uppercase + string.digits + "@/:?#&;=,'\"%\\ {}-$`", min_size=12, max_size=12)
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


def fields(pasted: Pasted) -> dict[str, Any]:
    names = ("conn_type", "host", "login", "password", "schema", "port", "extra")
    return {name: value for name in names if (value := getattr(pasted.connection, name)) not in ("", None, {})}


def refusal(text: str) -> str:
    with pytest.raises(UnreadablePaste) as caught:
        paste(text)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        URI,
        f" \ufeff{URI}\r\n",
        f"`{URI}`",
        f"'{URI}'",
        f"```\n{URI}\n```",
        f"```bash\nexport AIRFLOW_CONN_MY_DB='{URI}'\n```",
        json.dumps(POSTGRES),
        json.dumps(json.dumps(POSTGRES)),
        json.dumps(
            {"engine": "postgres", "username": "ann", "pass": "p/w", "server": "db", "port": "5432"}
            | {"database": "sales"}
        ),
        json.dumps({"my_db": POSTGRES | {"description": None, "extra": None}}),
        json.dumps({"AIRFLOW_CONN_MY_DB": URI}),
        json.dumps(
            [POSTGRES | {"id": None, "conn_id": "my_db", "extra_dejson": {}, "get_uri": URI, "is_encrypted": None}]
        ),
        "postgresql+psycopg2://ann:p/w@db:5432/sales",
        "postgresql+asyncpg://ann:p%2Fw@db:5432/sales",
        "jdbc:postgresql://db:5432/sales?user=ann&password=p%2Fw",
        f"AIRFLOW_CONN_MY_DB={URI}",
        f"AIRFLOW_CONN_MY_DB='{json.dumps(POSTGRES)}'",
        f"AIRFLOW_CONN_MY_DB={json.dumps(POSTGRES)}",
        f"# ours\nexport AIRFLOW_CONN_MY_DB={URI}",
        f"environment:\n  AIRFLOW_CONN_MY_DB: {json.dumps(json.dumps(POSTGRES))}",
        f"AIRFLOW_CONN_MY_DB: '{URI}'",
        f"AIRFLOW_CONN_MY_DB: >-\n  {json.dumps(POSTGRES)}",
        f'- "AIRFLOW_CONN_MY_DB={URI}"',
        f"my_db={URI}",
        f"my_db={json.dumps(POSTGRES)}",
        f"$ airflow connections add 'my_db' --conn-uri '{URI}'",
        f"docker compose exec worker airflow connections add --conn-json='{json.dumps(POSTGRES)}' my_db",
        COMMAND,
    ],
)
def test_finds_the_same_fields_in_every_form(text: str) -> None:
    pasted = paste(text)

    assert fields(pasted) == POSTGRES
    assert pasted.conn_id in ("", "my_db")
    assert ("my_db" in text.lower()) == (pasted.conn_id == "my_db")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "snowflake://ann:pw@acme-eu/SALES/PUBLIC?warehouse=WH&role=R",
            {"conn_type": "snowflake", "login": "ann", "password": "pw", "schema": "PUBLIC"}
            | {"extra": {"account": "acme-eu", "database": "SALES", "warehouse": "WH", "role": "R"}},
        ),
        (
            "jdbc:snowflake://acme.eu-west-1.snowflakecomputing.com/?db=SALES&schema=PUBLIC&warehouse=WH&role=R&user=ann",
            {"conn_type": "snowflake", "login": "ann", "schema": "PUBLIC"}
            | {"extra": {"account": "acme.eu-west-1", "database": "SALES", "warehouse": "WH", "role": "R"}},
        ),
        (
            "snowflake://ann:pw@/PUBLIC?account=acme",
            {
                "conn_type": "snowflake",
                "login": "ann",
                "password": "pw",
                "schema": "PUBLIC",
                "extra": {"account": "acme"},
            },
        ),
        (
            "snowflake://ann:pw@acme.snowflakecomputing.com/PUBLIC?extra__snowflake__account=acme&warehouse=WH",
            {"conn_type": "snowflake", "login": "ann", "password": "pw", "host": "acme.snowflakecomputing.com"}
            | {"schema": "PUBLIC", "extra": {"extra__snowflake__account": "acme", "warehouse": "WH"}},
        ),
        (
            "snowflake://ann:pw@acme.snowflakecomputing.com/PUBLIC?database=SALES",
            {"conn_type": "snowflake", "login": "ann", "password": "pw", "host": "acme.snowflakecomputing.com"}
            | {"schema": "PUBLIC", "extra": {"database": "SALES"}},
        ),
        ("mysql+pymysql://ann@db/sales", {"conn_type": "mysql", "login": "ann", "host": "db", "schema": "sales"}),
        ("mssql+pyodbc://ann:pw@MyDsn", {"conn_type": "mssql", "login": "ann", "password": "pw", "host": "MyDsn"}),
        (
            "redshift+redshift_connector://db:5439/x",
            {"conn_type": "redshift", "host": "db", "port": 5439, "schema": "x"},
        ),
        (
            "oracle+oracledb://ann:pw@db:1521/?service_name=sales",
            {"conn_type": "oracle", "login": "ann", "password": "pw", "host": "db", "port": 1521}
            | {"extra": {"service_name": "sales"}},
        ),
        (
            "databricks+connector://token:pw@acme.cloud.databricks.com:443/default?http_path=/sql/1",
            {"conn_type": "databricks", "password": "pw", "host": "acme.cloud.databricks.com", "port": 443}
            | {"schema": "default", "extra": {"http_path": "/sql/1"}},
        ),
        ("bigquery://acme/sales", {"conn_type": "gcpbigquery", "extra": {"project": "acme"}}),
        (
            "trino://ann@db:8080/hive/sales",
            {"conn_type": "trino", "login": "ann", "host": "db", "port": 8080, "schema": "sales"}
            | {"extra": {"catalog": "hive"}},
        ),
        ("trino://ann@db/sales", {"conn_type": "trino", "login": "ann", "host": "db", "schema": "sales"}),
        ("clickhouse+native://db/x", {"conn_type": "clickhouse", "host": "db", "schema": "x"}),
        ("sqlite:////var/x.db", {"conn_type": "sqlite", "host": "/var/x.db"}),
        (
            "awsathena+rest://AK:SK@athena.eu-west-1.amazonaws.com:443/sales?s3_staging_dir=s3://b/",
            {"conn_type": "athena", "login": "AK", "password": "SK", "schema": "sales"}
            | {"extra": {"region_name": "eu-west-1", "s3_staging_dir": "s3://b/"}},
        ),
        (
            "mongodb+srv://ann:pw@db/sales?retryWrites=true",
            {"conn_type": "mongo", "login": "ann", "password": "pw", "host": "db", "schema": "sales"}
            | {"extra": {"srv": True, "retryWrites": "true"}},
        ),
        ("https://api.example.com/v1", {"conn_type": "http", "host": "https://api.example.com/v1"}),
        (
            "jdbc:sqlserver://db:1433;databaseName=sales;user=ann;password={p;}}w};encrypt=true",
            {"conn_type": "mssql", "host": "db", "port": 1433, "schema": "sales", "login": "ann", "password": "p;}w"},
        ),
        (
            "jdbc:oracle:thin:@//db:1521/sales",
            {"conn_type": "oracle", "host": "db", "port": 1521, "extra": {"service_name": "sales"}},
        ),
        (
            "jdbc:oracle:thin:ann/pw@db:1521:orcl",
            {"conn_type": "oracle", "host": "db", "port": 1521, "login": "ann", "password": "pw"}
            | {"extra": {"sid": "orcl"}},
        ),
        ("jdbc:oracle:thin:@sales_high", {"conn_type": "oracle", "extra": {"dsn": "sales_high"}}),
        (
            "jdbc:mysql://db/x?sslMode=REQUIRED",
            {"conn_type": "mysql", "host": "db", "schema": "x", "extra": {"ssl_mode": "REQUIRED"}},
        ),
        (
            "jdbc:redshift:iam://db:5439/x",
            {"conn_type": "redshift", "host": "db", "port": 5439, "schema": "x", "extra": {"iam": True}},
        ),
        (
            "jdbc:redshift://db:5439/x;UID=ann;PWD=pw",
            {"conn_type": "redshift", "host": "db", "port": 5439, "schema": "x", "login": "ann", "password": "pw"},
        ),
        (
            "jdbc:trino://db:443/hive/sales?user=ann&SSL=true",
            {"conn_type": "trino", "host": "db", "port": 443, "login": "ann", "schema": "sales"}
            | {"extra": {"catalog": "hive", "protocol": "https"}},
        ),
        (
            "jdbc:databricks://db:443/default;transportMode=http;httpPath=/sql/1;AuthMech=3;UID=token;PWD=pw",
            {"conn_type": "databricks", "host": "db", "port": 443, "schema": "default", "password": "pw"}
            | {"extra": {"http_path": "/sql/1"}},
        ),
        (
            "jdbc:unheard://db:1/x?user=ann&password=p%2Fw&a=1",
            {"conn_type": "jdbc", "host": "jdbc:unheard://db:1/x?a=1", "login": "ann", "password": "p/w"},
        ),
        (
            "jdbc:teradata://db/DATABASE=x,USER=ann,PASSWORD=pw",
            {"conn_type": "jdbc", "host": "jdbc:teradata://db/DATABASE=x", "login": "ann", "password": "pw"},
        ),
        (KEY_FILE, {"conn_type": "google_cloud_platform", "extra": {"project": "acme", "keyfile_dict": KEY_FILE}}),
    ],
)
def test_puts_each_part_where_the_hook_looks_for_it(text: str, expected: dict[str, Any]) -> None:
    assert fields(paste(text)) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("postgresql+psycopg2://db/x", "driver"),
        ("mysql+pymysql://db/x?tz=1", "tz"),
        ("jdbc:sqlserver://db;trustServerCertificate=true", "trustServerCertificate"),
        ("jdbc:postgresql://db/x?ssl=true", "sslmode"),
        ("jdbc:unheard://db", "class"),
        ("jdbc:unheard://db;apiToken=x", "secret"),
        ("jdbc:unheard://db;OAuthPvtKey=x", "secret"),
        ("postgres://db/x?connect_timeout=30", "connect_timeout"),
        ('{"conn_type": "postgres", "region": 1}', "region"),
        ('{"conn_type": "postgres", "user": "a", "login": "b"}', "login"),
        ('{"conn_type": "postgres", "password": "***", "conn_id": "a"}', "password"),
        ("airflow connections add a --conn-type postgres --verbose", "--verbose"),
        ("airflow connections add a --conn-uri postgres://db --conn-host x", "--conn-host"),
        (f"AIRFLOW_CONN_A={URI}\nOTHER=1", "lines"),
        (f"AIRFLOW_CONN_É={URI}", "id"),
    ],
)
def test_says_what_it_left_out_or_took_otherwise(text: str, word: str) -> None:
    assert any(word in note for note in paste(text).notes)


def test_says_nothing_where_all_found_its_place() -> None:
    assert paste(URI).notes == ()


def test_takes_the_database_of_a_secret_that_rds_manages() -> None:
    stored = {"engine": "mariadb", "host": "db", "username": "ann", "password": "pw", "dbname": "sales", "port": 3306}

    pasted = paste(json.dumps(stored | {"dbInstanceIdentifier": "db-1"}))

    assert (pasted.connection.conn_type, pasted.connection.schema) == ("mysql", "sales")
    assert "dbname" in " ".join(pasted.notes)
    assert "dbInstanceIdentifier" in " ".join(pasted.notes)


def test_takes_a_description_along() -> None:
    assert paste(json.dumps({"a": POSTGRES | {"description": "Ours"}})).description == "Ours"
    assert paste("airflow connections add a --conn-type http --conn-description Ours").description == "Ours"


def test_keeps_the_types_in_an_extra() -> None:
    line = """airflow connections add a --conn-type http --conn-extra '{"timeout": 3, "verify": false}'"""

    assert paste(line).connection.extra == {"timeout": 3, "verify": False}


def test_reads_further_words_of_the_environment() -> None:
    stored = json.dumps({"conn_type": "postgres", "machine": "db"})

    assert paste(stored, {"host": ["machine"]}).connection.host == "db"


def test_knows_the_types_of_somebodys_own_airflow() -> None:
    own = catalog.ConnectionType("acme_db", "Acme", extra_fields=(catalog.ExtraField("Zone", "Zone", kind="integer"),))
    among = {"acme_db": own}

    by_url = paste("acme-db+driver://ann:pw@db/sales?zone=3", among=among)
    by_engine = paste('{"engine": "ACME-DB", "host": "db"}', among=among)

    assert (by_url.connection.conn_type, by_url.connection.extra) == ("acme_db", {"Zone": 3})
    assert by_engine.connection.conn_type == "acme_db"


def test_names_the_form_for_people() -> None:
    texts = [URI, json.dumps(POSTGRES), "mysql+x://db", "jdbc:mysql://db", f"AIRFLOW_CONN_A={URI}", f"a={URI}"]

    assert [paste(text).source for text in texts] == [
        *("a URI", "JSON", "a SQLAlchemy URL", "a JDBC URL", "an environment line", "an airflow export"),
    ]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "nothing"),
        ("hello", "no connection type"),
        ('{"host": "db"}', "conn_type"),
        ("\ud800", "surrogate"),
        ("x" * (MOST_CHARACTERS + 1), "131,072"),
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
@given(st.text() | st.tuples(st.sampled_from(FRAMES), st.text()).map(lambda pair: pair[0].replace("{}", pair[1])))
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
