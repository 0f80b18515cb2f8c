"""Searching the connection types ... (each test finishes the sentence)."""

import pytest

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.types import GROUPS, ConnectionType
from tests.connections.catalog.types import names, of_every_type

# --- Getting one ---


def test_knows_a_type_by_what_airflow_makes_of_its_name() -> None:
    assert search.get("postgresql").conn_type == "postgres"
    assert search.get("google-cloud-platform").conn_type == "google_cloud_platform"


def test_hides_nothing_of_a_type_that_nobody_knows() -> None:
    one = search.get("acme")

    assert one.name == "acme"
    assert one.group in GROUPS
    assert not any(field.hidden for field in one.standard_fields)
    assert one.extra_fields == ()


# --- Searching ---


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("postgresql", "postgres"),
        ("Postgres", "postgres"),
        ("bigquery", "gcpbigquery"),
        ("big query", "gcpbigquery"),
        ("s3", "aws"),
        ("aws", "aws"),
        ("google", "google_cloud_platform"),
        ("gcs", "google_cloud_platform"),
        ("k8s", "kubernetes"),
        ("sql server", "mssql"),
        ("mariadb", "mysql"),
        ("snow", "snowflake"),
        ("REST", "http"),
    ],
)
def test_finds_a_type_by_name_and_alias(query: str, first: str) -> None:
    assert names(search.search(query))[0] == first


def test_finds_the_types_of_a_provider() -> None:
    found = names(search.search("providers-snowflake"))

    assert set(found) == {"snowflake", "pydanticai_snowflake"}


def test_finds_all_types_for_an_empty_query() -> None:
    assert set(names(search.search(" "))) == set(catalogue.types())


def test_finds_nothing_for_a_word_that_nothing_has() -> None:
    assert search.search("zzzz") == []


def test_shows_the_types_in_use_first() -> None:
    assert names(search.search("", used=["ssh", "postgres"]))[:2] == ["postgres", "ssh"]
    assert names(search.search("sql", used=["trino"]))[0] == "trino"


def test_finds_a_type_in_use_that_the_catalogue_lacks() -> None:
    assert names(search.search("acme", used=["acme-cloud"])) == ["acme_cloud"]


@of_every_type
def test_finds_every_type_by_its_own_name(one: ConnectionType) -> None:
    assert search.search(one.conn_type)[0] == one
    assert one in search.search(one.name)


# --- Suggesting a key ---


@pytest.mark.parametrize(
    ("conn_type", "key", "meant"),
    [
        ("snowflake", "warehose", "warehouse"),
        ("snowflake", "Warehouse", "warehouse"),
        ("snowflake", "extra__snowflake__account", "account"),
        ("aws", "region", "region_name"),
        ("aws", "rolearn", "role_arn"),
        ("postgres", "ssl_mode", "sslmode"),
        ("postgresql", "sslmod", "sslmode"),
    ],
)
def test_suggests_the_key_that_was_meant(conn_type: str, key: str, meant: str) -> None:
    assert search.suggestion(conn_type, key) == meant


@pytest.mark.parametrize(
    ("conn_type", "key"), [("snowflake", "my_own"), ("acme", "warehose"), ("snowflake", "")]
)
def test_suggests_nothing_where_nothing_is_alike(conn_type: str, key: str) -> None:
    assert search.suggestion(conn_type, key) is None


@of_every_type
def test_suggests_nothing_for_a_key_that_is_known(one: ConnectionType) -> None:
    assert all(search.suggestion(one.conn_type, field.name) is None for field in one.extra_fields)


@pytest.mark.parametrize(
    ("conn_type", "meant"),
    [
        ("Postgres", "postgres"),
        ("snowflakes", "snowflake"),
        ("google cloud platform", "google_cloud_platform"),
        ("gcs", "google_cloud_platform"),
        ("mydb", None),
        ("acme", None),
        ("", None),
    ],
)
def test_suggests_the_type_that_was_meant(conn_type: str, meant: str | None) -> None:
    assert search.nearest_type(conn_type, catalogue.types()) == meant
