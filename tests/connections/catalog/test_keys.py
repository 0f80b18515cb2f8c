"""What the catalogue of connection types knows of single types and their keys."""

import re

import pytest

from connections.catalog import search
from connections.providers import catalogue


@pytest.mark.parametrize(
    ("conn_type", "key", "kind", "sensitive"),
    [
        ("redis", "cluster", "boolean", False),
        ("redis", "startup_nodes", "string", False),
        ("tableau", "auth", "string", False),
        ("tableau", "jwt_token", "string", True),
        ("tableau", "jwt_file", "string", False),
        ("trino", "roles", "object", True),
        ("trino", "extra_credential", "array", True),
        ("snowflake", "token", "string", True),
        ("snowflake", "token_file_path", "string", False),
        ("snowflake", "json_result_force_utf8_decoding", "boolean", False),
        ("wasb", "account_key", "string", True),
        ("azure_cosmos", "partition_key", "string", False),
        ("duckdb", "motherduck_token", "string", True),
        ("github", "private_key", "string", True),
        ("mcp", "args", "string", True),
        ("mcp", "env", "object", True),
        ("vault", "jwt_role", "string", False),
        ("vault", "jwt_token", "string", True),
    ],
)
def test_knows_what_a_key_holds_and_whether_it_is_a_secret(
    conn_type: str, key: str, kind: str, *, sensitive: bool
) -> None:
    field = search.get(conn_type).extra_field(key)

    assert field
    assert (field.kind, field.sensitive) == (kind, sensitive)


@pytest.mark.parametrize(
    "conn_type", ["azure_ai_agents", "azure_analysis_services", "azure_compute", "duckdb", "winrm"]
)
def test_knows_the_hook_of_a_type(conn_type: str) -> None:
    assert search.get(conn_type).hook


@pytest.mark.parametrize(
    ("conn_type", "key"), [("mq", "queue_manager"), ("akeyless", "jwt"), ("pinecone", "project_id")]
)
def test_keeps_a_type_and_a_key_that_no_provider_declares_any_longer(
    conn_type: str, key: str
) -> None:
    assert catalogue.types()[conn_type].extra_field(key)


def test_knows_the_release_of_every_type_that_a_provider_declares() -> None:
    unreleased = {
        one.conn_type
        for one in catalogue.types().values()
        if not re.fullmatch(r"\d+\.\d+\.\d+", one.version)
    }

    assert unreleased == {"informatica_idmc", "mq"}
