"""What to warn about before a connection is saved ... (each test finishes the sentence)."""

from typing import Any

import pytest

from connections.catalog import search
from connections.form.hints import hints
from connections.providers import catalogue
from connections.providers.types import ConnectionType, ExtraField
from connections.value.connection import Connection
from secretsadmin.demo.sample_connections import EVERYWHERE, PROD_ONLY
from tests.connections.form.told import KEY, told, told_of_extra

PLAUSIBLE: dict[str, Any] = {
    "string": "value",
    "integer": 5,
    "number": 1.5,
    "boolean": True,
    "object": {"a": 1},
    "array": ["a"],
    "date": "2026-01-01",
    "datetime": "2026-01-01T00:00:00Z",
    "time": "10:00:00",
}


def plausible(field: ExtraField) -> Any:
    if field.default is not None:
        return field.default
    if field.choices:
        return field.choices[0]
    if field.kind == "string" and field.name in (
        "private_key",
        "private_key_content",
        "private_key_data",
    ):
        return KEY
    is_key_file = field.kind == "string" and field.multiline
    return '{"type": "service_account"}' if is_key_file else PLAUSIBLE[field.kind]


# --- Silence ---


def test_is_nothing_for_any_type_that_is_filled_as_its_form_asks() -> None:
    for one in catalogue.types().values():
        fields = {
            "host": "db.example.internal",
            "port": 5,
            "schema": "https",
            "login": "me@example.com",
            "password": "p:w@/",
        }
        shown = {
            name: value for name, value in fields.items() if not one.standard_field(name).hidden
        }
        extra = {field.name: plausible(field) for field in one.extra_fields}
        assert told(one.conn_type, one.default_id, **shown, extra=extra) == [], one.conn_type


def test_is_next_to_nothing_for_the_connections_of_a_whole_company() -> None:
    texts = {
        one.id: one.value
        for one in (*EVERYWHERE, *PROD_ONLY)
        if isinstance(one.value, str) and "#" not in one.value
    }
    found = {
        conn_id: told_of
        for conn_id, text in texts.items()
        if (
            told_of := hints(
                read := Connection.from_secret(text), search.get(read.conn_type), conn_id
            )
        )
    }

    # The two paths are read by nobody, the timeout has had another name for years, and a token is
    # no password.
    assert set(found) == {
        "edge_gateway",
        "bank_statements",
        PROD_ONLY[4].id,
        "analytics--web_tracking",
    }


def test_is_nothing_for_a_type_that_nobody_knows() -> None:
    fields = {
        "host": "https://h:1/p",
        "port": 1,
        "schema": "s",
        "login": "l",
        "password": "p",
        "extra": {"host": 1},
    }

    assert told("acme", "acme_default", **fields) == []


@pytest.mark.parametrize(
    ("conn_type", "host"),
    [
        ("postgres", "db.example.com"),
        ("postgres", "/var/run/postgresql"),
        ("postgres", "2001:db8::1"),
        ("postgres", "[2001:db8::1]"),
        ("postgres", "one,two"),
        ("mssql", "erp\\instance"),
        ("mongo", "one:27017,two:27017"),
        ("oracle", "db:1521/service"),
        ("spark", "k8s://https://cluster:443"),
        ("http", "https://api.example.org:8443/v1"),
        ("databricks", "https://dbc.example.com"),
        ("git", "git@github.com:example/dags.git"),
        ("jdbc", "jdbc:oracle:thin:@//db:1521/service"),
        ("sqlite", "/var/lib/data/my.db"),
    ],
)
def test_is_nothing_for_a_host_as_its_hook_takes_it(conn_type: str, host: str) -> None:
    assert told(conn_type, host=host) == []


@pytest.mark.parametrize(
    ("conn_type", "key"),
    [
        ("postgres", "keepalives"),
        ("postgres", "target_session_attrs"),
        ("kafka", "sasl.mechanism"),
        ("http", "X-Timeout"),
        ("mongo", "replicaSet"),
        ("snowflake", "my_own"),
    ],
)
def test_is_nothing_for_a_key_that_a_driver_knows(conn_type: str, key: str) -> None:
    assert told_of_extra(conn_type, **{key: "1"}) == []


# --- Where nothing is read ---


def test_is_a_field_that_the_type_hides() -> None:
    assert told("snowflake", host="h", port=0) == [
        "Host: Snowflake has no such field, so its hook probably ignores it.",
        "Port: Snowflake has no such field, so its hook probably ignores it.",
    ]


@pytest.mark.parametrize(
    ("conn_type", "key", "meant"),
    [
        ("snowflake", "warehose", "warehouse"),
        ("postgres", "ssl_mode", "sslmode"),
        ("aws", "region", "region_name"),
        ("ssh", "timeout", "conn_timeout"),
    ],
)
def test_is_a_key_that_is_nearly_one_of_the_hook_s(conn_type: str, key: str, meant: str) -> None:
    assert told_of_extra(conn_type, **{key: "1"}) == [
        (
            f"{key} isn't a key that the hook of {search.get(conn_type).name} reads. Did you mean "
            f"{meant}?"
        )
    ]


def test_is_the_old_name_of_a_key() -> None:
    (hint,) = told_of_extra("snowflake", extra__snowflake__account="ab12345")

    assert "the old name of account" in hint


def test_is_a_field_that_stands_in_the_extra() -> None:
    (hint,) = told("mysql", host="h", extra={"port": 3306})

    assert hint.startswith("port stands in the extra")
    assert told_of_extra("snowflake", host="h", port=443) == []


# --- The id ---


def test_is_an_id_that_another_hook_asks_for() -> None:
    (hint,) = told("postgres", "aws_default")

    assert hint == (
        "The hook of Amazon Web Services asks for this id when a task names none, "
        "and would find a connection of the type Postgres."
    )


@pytest.mark.parametrize(
    ("conn_type", "conn_id"),
    [
        ("postgres", "postgres_default"),
        ("postgres", "warehouse"),
        ("ssh", "sftp_default"),
        ("gcpbigquery", "google_cloud_default"),
        ("google_cloud_platform", "google_cloud_default"),
        ("", "aws_default"),
    ],
)
def test_is_nothing_for_an_id_that_serves_the_hook(conn_type: str, conn_id: str) -> None:
    assert told(conn_type, conn_id) == []


def test_knows_the_types_of_a_catalogue_of_one_s_own() -> None:
    acme = ConnectionType(
        "acme", "Acme", default_id="acme_default", extra_fields=(ExtraField("tenant", "Tenant"),)
    )

    found = hints(
        Connection(conn_type="acme", extra={"tenat": 1}), acme, "acme_default", {"acme": acme}
    )

    assert [note.text for note in found] == [
        "tenat isn't a key that the hook of Acme reads. Did you mean tenant?"
    ]


# --- Secrecy ---


def test_is_told_of_the_first_of_many_keys() -> None:
    extra = {f"acount{number:05}": "x" for number in range(5_000)}

    told = hints(Connection("snowflake", extra={"acount": "x", **extra}), search.get("snowflake"))

    assert sum("isn't a key that the hook" in note.text for note in told) <= 100
    assert sum(note.text.startswith("acount isn't a key") for note in told) == 1


def test_never_quotes_a_value() -> None:
    canary = "zq7canary"
    address = f" x://{canary}:{canary}@{canary}:1/?password={canary}"
    for one in catalogue.types().values():
        extras = {
            f"{field.name}{ending}": f"Bearer {canary} \n{{"
            for field in one.extra_fields
            for ending in ("", "s")
        }
        filled = Connection(one.conn_type, address, address, address, schema=canary, extra=extras)
        found = hints(filled, one, canary)
        assert found
        assert canary not in "".join(note.text for note in found)
