"""Pasting a text ... (each test finishes the sentence)."""

import json

import pytest

from connections.pasting import paste
from connections.providers.types import ConnectionType, ExtraField
from tests.connections.pasting.pasted import POSTGRES, URI, fields

COMMAND = r"""
airflow connections add my_db \
    --conn-type postgres --conn-host db --conn-port 5432 \
    --conn-login=ann --conn-password p/w --conn-schema sales
"""


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
            [
                POSTGRES
                | {
                    "id": None,
                    "conn_id": "my_db",
                    "extra_dejson": {},
                    "get_uri": URI,
                    "is_encrypted": None,
                }
            ]
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
        (
            "docker compose exec worker airflow connections add "
            f"--conn-json='{json.dumps(POSTGRES)}' "
            "my_db"
        ),
        COMMAND,
    ],
)
def test_finds_the_same_fields_in_every_form(text: str) -> None:
    pasted = paste(text)

    assert fields(pasted) == POSTGRES
    assert pasted.conn_id in ("", "my_db")
    assert ("my_db" in text.lower()) == (pasted.conn_id == "my_db")


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
    assert sum(word in note for note in paste(text).notes) == 1


def test_says_nothing_where_all_found_its_place() -> None:
    assert paste(URI).notes == ()


def test_takes_the_database_of_a_secret_that_rds_manages() -> None:
    stored = {
        "engine": "mariadb",
        "host": "db",
        "username": "ann",
        "password": "pw",
        "dbname": "sales",
        "port": 3306,
    }

    pasted = paste(json.dumps(stored | {"dbInstanceIdentifier": "db-1"}))

    assert (pasted.connection.conn_type, pasted.connection.schema) == ("mysql", "sales")
    assert "dbname" in " ".join(pasted.notes)
    assert "dbInstanceIdentifier" in " ".join(pasted.notes)


def test_takes_a_description_along() -> None:
    assert paste(json.dumps({"a": POSTGRES | {"description": "Ours"}})).description == "Ours"
    assert (
        paste("airflow connections add a --conn-type http --conn-description Ours").description
        == "Ours"
    )


def test_keeps_the_types_in_an_extra() -> None:
    extra = '{"timeout": 3, "verify": false}'
    line = f"airflow connections add a --conn-type http --conn-extra '{extra}'"

    assert paste(line).connection.extra == {"timeout": 3, "verify": False}


def test_reads_further_words_of_the_environment() -> None:
    stored = json.dumps({"conn_type": "postgres", "machine": "db"})

    assert paste(stored, {"host": ["machine"]}).connection.host == "db"


def test_knows_the_types_of_somebodys_own_airflow() -> None:
    own = ConnectionType(
        "acme_db", "Acme", extra_fields=(ExtraField("Zone", "Zone", kind="integer"),)
    )
    types = {"acme_db": own}

    by_url = paste("acme-db+driver://ann:pw@db/sales?zone=3", types=types)
    by_engine = paste('{"engine": "ACME-DB", "host": "db"}', types=types)

    assert (by_url.connection.conn_type, by_url.connection.extra) == ("acme_db", {"Zone": 3})
    assert by_engine.connection.conn_type == "acme_db"


def test_names_the_source_for_people() -> None:
    texts = [
        URI,
        json.dumps(POSTGRES),
        "mysql+x://db",
        "jdbc:mysql://db",
        f"AIRFLOW_CONN_A={URI}",
        f"a={URI}",
    ]

    assert [paste(text).source for text in texts] == [
        *(
            "a URI",
            "JSON",
            "a SQLAlchemy URL",
            "a JDBC URL",
            "an environment line",
            "an airflow export",
        ),
    ]
