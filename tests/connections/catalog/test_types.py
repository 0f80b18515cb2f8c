"""The catalogue of connection types ... (each test finishes the sentence)."""

import re

import pytest
from lucide.templatetags.lucide import lucide

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.catalogue import fits
from connections.providers.types import GROUPS, KINDS, STANDARD_FIELDS, ConnectionType
from connections.value.credentials import is_sensitive_extra
from tests.connections.catalog.types import of_every_type

# Airflow masks these by a word in their names, although they only say where a secret is, or how to
# get one.
NO_SECRETS = {
    "assume_role_with_web_identity_token_file",
    "aws_jwt_audience",
    "aws_web_identity_token_duration",
    "federated_token_provider",
    "k8s_projected_volume_token_path",
    "jwt_token_path",
    "k8s_token_path",
    "key_secret_name",
    "key_secret_project_id",
    "private_key_file",
    "proxy_host",
    "proxy_user",
    "token_endpoint",
    "token_file_path",
    "token_path",
    "token_provider",
    "token_type",
    "service_account_json_path",
    "sql_proxy_version",
}


def test_holds_the_types_of_airflow_and_its_community_providers() -> None:
    assert len(catalogue.types()) == 150
    assert {"aws", "postgres", "snowflake", "http", "ssh", "generic"} <= set(catalogue.types())


@of_every_type
def test_gives_every_type_a_name_a_group_and_a_piece_on_what_it_is(one: ConnectionType) -> None:
    assert one.name
    assert one.provider
    assert one.source
    assert one.group in GROUPS
    assert one.about.endswith(".")


@of_every_type
def test_gives_every_type_an_icon_that_exists(one: ConnectionType) -> None:
    assert "<svg" in lucide(one.icon)


@of_every_type
def test_has_all_standard_fields_once_and_with_labels(one: ConnectionType) -> None:
    assert [field.name for field in one.standard_fields] == list(STANDARD_FIELDS)
    assert all(field.label == field.label.strip() != "" for field in one.standard_fields)


@of_every_type
def test_names_no_extra_field_twice(one: ConnectionType) -> None:
    names = [field.name for field in one.extra_fields]

    assert len(names) == len(set(names))
    assert all(name.strip() == name != "" for name in names)


@of_every_type
def test_gives_every_extra_field_a_label_a_known_kind_and_a_default_that_fits(
    one: ConnectionType,
) -> None:
    for field in one.extra_fields:
        assert field.label.strip() == field.label != ""
        assert field.kind in KINDS
        assert fits(field)
        assert "" not in field.choices


@of_every_type
def test_keeps_no_two_aliases_alike(one: ConnectionType) -> None:
    assert len(set(one.aliases)) == len(one.aliases)
    assert one.conn_type not in one.aliases


@of_every_type
def test_masks_the_password_and_the_whole_extra(one: ConnectionType) -> None:
    assert one.standard_field("password").sensitive
    assert one.standard_field("extra").sensitive


@of_every_type
def test_masks_every_text_that_airflow_masks(one: ConnectionType) -> None:
    bare = [
        field.name
        for field in one.extra_fields
        if field.kind in ("string", "object") and not field.sensitive
    ]

    assert {name for name in bare if is_sensitive_extra(name)} <= NO_SECRETS


@of_every_type
def test_masks_every_object_because_nobody_knows_what_is_in_it(one: ConnectionType) -> None:
    assert all(field.sensitive for field in one.extra_fields if field.kind == "object")


def test_masks_what_providers_forgot_to_flag() -> None:
    forgotten = {
        "smtp": ("client_secret", "access_token"),
        "datadog": ("api_key", "app_key"),
        "discord": ("webhook_endpoint",),
        "akeyless": ("jwt", "uid_token", "private_key_data"),
        "influxdb": ("token",),
        "ssh": ("private_key", "private_key_passphrase"),
    }
    for conn_type, keys in forgotten.items():
        fields = [search.get(conn_type).extra_field(key) for key in keys]
        assert all(field and field.sensitive for field in fields), conn_type


def test_masks_a_connection_string_that_stands_in_the_schema() -> None:
    assert search.get("azure_service_bus").standard_field("schema").sensitive
    assert not search.get("postgres").standard_field("schema").sensitive


@pytest.mark.parametrize(
    ("conn_type", "keys"),
    [
        ("aws", {"region_name", "role_arn", "config_kwargs", "endpoint_url"}),
        ("postgres", {"sslmode", "iam", "cursor"}),
        ("mysql", {"charset", "ssl", "unix_socket"}),
        ("ssh", {"key_file", "private_key", "no_host_key_check"}),
        ("sftp", {"key_file", "private_key", "no_host_key_check"}),
        ("databricks", {"token", "service_principal_oauth", "azure_tenant_id"}),
    ],
)
def test_offers_the_keys_that_a_hook_reads_where_its_provider_declares_none(
    conn_type: str, keys: set[str]
) -> None:
    one = search.get(conn_type)

    assert one.declared == ()
    assert keys <= {field.name for field in one.offered}


def test_knows_the_kind_of_an_offered_key() -> None:
    kinds = {field.name: field.kind for field in search.get("aws").extra_fields}

    assert kinds["region_name"] == "string"
    assert kinds["assume_role_kwargs"] == "object"


@of_every_type
def test_shows_no_more_than_six_extra_fields_first(one: ConnectionType) -> None:
    assert sum(field.first for field in one.extra_fields) <= 6


@pytest.mark.parametrize(
    ("conn_type", "keys"),
    [
        ("snowflake", ["account", "warehouse", "database", "role", "private_key_content"]),
        ("google_cloud_platform", ["project", "keyfile_dict"]),
        ("ssh", ["private_key", "private_key_passphrase"]),
        ("weaviate", []),
    ],
)
def test_says_which_extra_fields_most_people_fill(conn_type: str, keys: list[str]) -> None:
    assert [field.name for field in search.get(conn_type).extra_fields if field.first] == keys


@pytest.mark.parametrize(
    ("conn_type", "default_id"),
    [
        ("snowflake", "snowflake_default"),
        ("google_cloud_platform", "google_cloud_default"),
        ("gcpbigquery", "google_cloud_default"),
        ("http", "http_default"),
        ("slack", "slack_api_default"),
        ("generic", ""),
    ],
)
def test_knows_the_connection_that_a_hook_asks_for_when_none_is_named(
    conn_type: str, default_id: str
) -> None:
    assert search.get(conn_type).default_id == default_id


@of_every_type
def test_keeps_no_default_id_that_could_not_be_looked_up(one: ConnectionType) -> None:
    assert re.fullmatch(r"[\w.-]*", one.default_id)
