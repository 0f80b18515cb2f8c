"""The catalogue of connection types."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined
from lucide.templatetags.lucide import lucide

from connections import catalog
from connections.catalog_file import dump, fits, parse
from connections.catalog_table import markdown
from connections.connection import is_sensitive_extra
from connections.connection_type import GROUPS, KINDS, STANDARD_FIELDS, ConnectionType, ExtraField
from connections.reading import FIELDS
from tests.connections.generated import filled

# Airflow masks these by a word in their names, although they only say where a secret is, or how to get one.
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


def of_every_type(check: Callable[[ConnectionType], None]) -> Callable[[], None]:
    """One test for all types: two thousand of them would take half a minute."""

    def test() -> None:
        for one in catalog.types().values():
            check(one)

    return test


def file_of(tmp_path: Path, **entries: object) -> Path:
    path = tmp_path / "types.json"
    path.write_text(json.dumps({"connection_types": entries}))
    return path


def names(found: list[ConnectionType]) -> list[str]:
    return [one.conn_type for one in found]


# --- All types ---


def test_holds_the_types_of_airflow_and_its_community_providers() -> None:
    assert len(catalog.types()) == 150
    assert {"aws", "postgres", "snowflake", "http", "ssh", "generic"} <= set(catalog.types())


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
def test_gives_every_extra_field_a_label_a_known_kind_and_a_default_that_fits(one: ConnectionType) -> None:
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
    bare = [field.name for field in one.extra_fields if field.kind in ("string", "object") and not field.sensitive]

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
        fields = [catalog.get(conn_type).extra_field(key) for key in keys]
        assert all(field and field.sensitive for field in fields), conn_type


def test_masks_a_connection_string_that_stands_in_the_schema() -> None:
    assert catalog.get("azure_service_bus").standard_field("schema").sensitive
    assert not catalog.get("postgres").standard_field("schema").sensitive


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
def test_offers_the_keys_that_a_hook_reads_where_its_provider_declares_none(conn_type: str, keys: set[str]) -> None:
    one = catalog.get(conn_type)

    assert one.declared == ()
    assert keys <= {field.name for field in one.offered}


def test_knows_the_kind_of_an_offered_key() -> None:
    kinds = {field.name: field.kind for field in catalog.get("aws").extra_fields}

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
    assert [field.name for field in catalog.get(conn_type).extra_fields if field.first] == keys


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
def test_knows_the_connection_that_a_hook_asks_for_when_none_is_named(conn_type: str, default_id: str) -> None:
    assert catalog.get(conn_type).default_id == default_id


@of_every_type
def test_keeps_no_default_id_that_could_not_be_looked_up(one: ConnectionType) -> None:
    assert re.fullmatch(r"[\w.-]*", one.default_id)


# --- Its file ---


def test_is_written_as_it_was_read() -> None:
    assert dump(catalog.types().values()) == catalog.BUILT_IN.read_text(encoding="utf-8")


def test_stands_in_alphabetical_order() -> None:
    assert list(catalog.types()) == sorted(catalog.types())


def test_is_read_in_under_20_milliseconds() -> None:
    text = catalog.BUILT_IN.read_text(encoding="utf-8")

    def seconds() -> float:
        begun = time.process_time()
        parse(text)
        return time.process_time() - begun

    # The best of many, because other work on the machine isn't what is measured.
    assert min(seconds() for _ in range(20)) < 0.02


def test_is_what_the_documentation_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "connection-types.md"

    assert page.read_text(encoding="utf-8") == markdown(catalog.types().values()), (
        "Run: python -m connections.catalog_table > docs/connection-types.md"
    )


def test_can_be_another_file(tmp_path: Path) -> None:
    field = {"name": "tenant", "label": "Tenant", "required": True}
    path = file_of(tmp_path, acme={"name": "Acme", "extra_fields": [field]})

    types = catalog.load(path)

    assert catalog.get("acme", types).extra_fields == (ExtraField("tenant", "Tenant", required=True),)
    assert names(catalog.search("", among=types)) == ["acme"]
    assert "acme" not in catalog.types()


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ([], "acme"),
        ({}, "acme"),
        ({"name": 7}, "acme"),
        ({"name": "Acme", "colour": "red"}, "acme"),
        ({"name": "Acme", "group": "planets"}, "acme"),
        ({"name": "Acme", "aliases": [1]}, "acme"),
        ({"name": "Acme", "standard_fields": [{"name": "realm"}]}, "acme, standard field realm"),
        ({"name": "Acme", "standard_fields": [{"name": "host"}, {"name": "host"}]}, "acme, standard field host"),
        ({"name": "Acme", "standard_fields": ["host"]}, "acme, standard field 1"),
        ({"name": "Acme", "extra_fields": [{"name": "a"}]}, "acme, extra field a"),
        ({"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "kind": "list"}]}, "acme, extra field a"),
        ({"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "sensitive": 1}]}, "acme, extra field a"),
        ({"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "default": 1}]}, "acme, extra field a"),
        ({"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "default": True}]}, "acme, extra field a"),
        ({"name": "Acme", "extra_fields": [{"name": "a", "label": "A", "choices": [{}]}]}, "acme, extra field a"),
        ({"name": "Acme", "extra_fields": [{"name": "a", "label": "A"}] * 2}, "acme, extra field a"),
        ({"name": "Acme", "hook": {"path": "Hook", "argument": "conn_id"}}, "acme, hook"),
        ({"name": "Acme", "hook": {"path": "acme.Hook", "argument": "a)\nimport os"}}, "acme, hook"),
    ],
)
def test_names_the_entry_that_is_wrong(tmp_path: Path, entry: object, where: str) -> None:
    with pytest.raises(catalog.InvalidCatalogue) as caught:
        catalog.load(file_of(tmp_path, acme=entry))

    assert caught.value.entry == where


@pytest.mark.parametrize("text", ["", "[]", "{", '{"types": {}}', '{"connection_types": []}', "[" * 100_000])
def test_is_refused_when_its_file_holds_something_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "types.json"
    path.write_text(text)

    with pytest.raises(catalog.InvalidCatalogue):
        catalog.load(path)


def test_says_when_its_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(catalog.InvalidCatalogue, match="No such file"):
        catalog.load(tmp_path / "nowhere.json")


def test_survives_a_change_of_every_attribute(tmp_path: Path) -> None:
    field = ExtraField("a", "A", "integer", (1, 2), 2, "1", "Help", *[True] * 5)
    one = replace(catalog.get("smtp"), conn_type="acme", extra_fields=(field,), aliases=("é", "|"))

    assert parse(dump([one])) == {"acme": one}


# --- Getting one ---


def test_knows_a_type_by_what_airflow_makes_of_its_name() -> None:
    assert catalog.get("postgresql").conn_type == "postgres"
    assert catalog.get("google-cloud-platform").conn_type == "google_cloud_platform"


def test_hides_nothing_of_a_type_that_nobody_knows() -> None:
    one = catalog.get("acme")

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
    assert names(catalog.search(query))[0] == first


def test_finds_the_types_of_a_provider() -> None:
    found = names(catalog.search("providers-snowflake"))

    assert set(found) == {"snowflake", "pydanticai_snowflake"}


def test_finds_all_types_for_an_empty_query() -> None:
    assert set(names(catalog.search(" "))) == set(catalog.types())


def test_finds_nothing_for_a_word_that_nothing_has() -> None:
    assert catalog.search("zzzz") == []


def test_shows_the_types_in_use_first() -> None:
    assert names(catalog.search("", used=["ssh", "postgres"]))[:2] == ["postgres", "ssh"]
    assert names(catalog.search("sql", used=["trino"]))[0] == "trino"


def test_finds_a_type_in_use_that_the_catalogue_lacks() -> None:
    assert names(catalog.search("acme", used=["acme-cloud"])) == ["acme_cloud"]


@of_every_type
def test_finds_every_type_by_its_own_name(one: ConnectionType) -> None:
    assert catalog.search(one.conn_type)[0] == one
    assert one in catalog.search(one.name)


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
    assert catalog.suggestion(conn_type, key) == meant


@pytest.mark.parametrize(("conn_type", "key"), [("snowflake", "my_own"), ("acme", "warehose"), ("snowflake", "")])
def test_suggests_nothing_where_nothing_is_alike(conn_type: str, key: str) -> None:
    assert catalog.suggestion(conn_type, key) is None


@of_every_type
def test_suggests_nothing_for_a_key_that_is_known(one: ConnectionType) -> None:
    assert all(catalog.suggestion(one.conn_type, field.name) is None for field in one.extra_fields)


# --- Using one ---


def test_shows_the_operator_and_the_hook_of_a_database() -> None:
    operator, hook, _ = catalog.usage("postgres", "warehouse_db")

    assert 'SQLExecuteQueryOperator(task_id="postgres_task", conn_id="warehouse_db", sql="SELECT 1")' in operator.code
    assert hook.code == (
        "from airflow.providers.postgres.hooks.postgres import PostgresHook\n\n"
        'hook = PostgresHook(postgres_conn_id="warehouse_db")'
    )


def test_shows_the_base_hook_where_nothing_better_is_sure() -> None:
    task, _ = catalog.usage("acme", "acme_prod")

    assert task.code == ('from airflow.sdk import BaseHook\n\nconnection = BaseHook.get_connection("acme_prod")')


@of_every_type
def test_shows_code_that_is_python_whatever_the_id(one: ConnectionType) -> None:
    for conn_id in ("prod/db-1", '"); import os; ("', "a\\b\n"):
        for use in catalog.usage(one.conn_type, conn_id):
            assert json.dumps(conn_id) in use.code
            if use.title != "In a template":
                compile(use.code, "usage", "exec")


@of_every_type
def test_shows_a_template_that_renders_what_its_type_has(one: ConnectionType) -> None:
    connection = filled(one).connection
    stored = SimpleNamespace(**{name: getattr(connection, name) for name in FIELDS}, extra_dejson=connection.extra)
    for conn_id in ("prod/db-1", "orders", "get", "var", "_x", '"a"'):
        templates = [use.code for use in catalog.usage(one.conn_type, conn_id) if use.title == "In a template"]
        rendered = [Environment(undefined=StrictUndefined, autoescape=True).from_string(code) for code in templates]
        for template in rendered:
            assert template.render(conn=Accessor({conn_id: stored})) not in ("", "None")


def test_shows_a_template_for_every_type_that_has_more_than_secrets() -> None:
    without = {
        one.conn_type for one in catalog.types().values() if "{{" not in catalog.usage(one.conn_type, "x")[-1].code
    }

    assert without == {"apprise", "pagerduty", "pagerduty_events"}


class Accessor:
    """Airflow's own: an entry is an attribute, unless a method has its name."""

    def __init__(self, entries: dict[str, Any]) -> None:
        self.var = None
        self._entries = entries

    def __getattr__(self, name: str) -> Any:
        return self._entries[name]

    def get(self, name: str) -> Any:
        return self._entries[name]
