"""The examples in a form ... (each test finishes the sentence)."""

import re

import pytest
from django.test import Client

from connections.form.examples import EXAMPLES, example
from connections.providers import catalogue
from connections.providers.types import STANDARD_FIELDS, ExtraField, StandardField
from connections.value.credentials import holds_credentials
from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS

USED_MOST = (
    *(
        "postgres",
        "mysql",
        "mssql",
        "oracle",
        "vertica",
        "redshift",
        "snowflake",
        "trino",
        "presto",
        "mongo",
        "redis",
    ),
    *(
        "elasticsearch",
        "http",
        "ssh",
        "sftp",
        "ftp",
        "smtp",
        "imap",
        "aws",
        "google_cloud_platform",
        "azure",
        "wasb",
    ),
    *(
        "adls",
        "databricks",
        "kafka",
        "kubernetes",
        "spark",
        "airbyte",
        "dbt_cloud",
        "tableau",
        "salesforce",
        "jira",
    ),
    *("opsgenie", "slack"),
)
# Their hooks don't read it.
UNUSED = {("ftp", "schema"), ("imap", "schema"), ("tableau", "schema")}
# What begins a key's file, and says nothing of the key.
HEADER = re.compile(r"-----BEGIN [A-Z ]+-----")
EVERY = [(conn_type, name) for conn_type, examples in EXAMPLES.items() for name in examples]


def field_of(conn_type: str, name: str) -> StandardField | ExtraField | None:
    one = catalogue.types()[conn_type]
    return one.standard_field(name) if name in STANDARD_FIELDS else one.extra_field(name)


def is_masked(field: StandardField | ExtraField) -> bool:
    return field.sensitive or field.name == "password"


@pytest.mark.parametrize(("conn_type", "name"), EVERY)
def test_are_for_fields_in_which_something_is_typed(conn_type: str, name: str) -> None:
    field = field_of(conn_type, name)

    assert field is not None
    if isinstance(field, StandardField):
        assert not field.hidden
    else:
        assert not field.choices
        assert field.kind != "boolean"


@pytest.mark.parametrize(("conn_type", "name"), EVERY)
def test_look_like_no_secret(conn_type: str, name: str) -> None:
    field, text = field_of(conn_type, name), EXAMPLES[conn_type][name]

    assert field is not None
    if is_masked(field):
        assert not text or HEADER.fullmatch(text)
    else:
        assert not holds_credentials(text)


@pytest.mark.parametrize("conn_type", USED_MOST)
def test_stand_in_each_plain_field_of_the_types_that_are_used_most(conn_type: str) -> None:
    fields = [field for field in catalogue.types()[conn_type].standard_fields if not field.hidden]
    # A host without an example of its own has the same everywhere, and not every address has a port
    # to be typed.
    plain = [
        field
        for field in fields
        if field.name not in ("host", "port", "extra") and not is_masked(field)
    ]

    shown = {
        (conn_type, field.name): example(conn_type, field.name, field.placeholder)
        for field in plain
    }

    assert {field for field, text in shown.items() if not text or " " in text} <= UNUSED


def test_take_the_place_of_what_a_provider_only_repeats(
    editor: Client, secrets_manager: Emulator
) -> None:
    page = editor.get(f"{CONNECTIONS}/create/?conn_type=trino").content.decode()

    assert 'placeholder="hive"' in page
    assert "Effective user for connection" not in page


def test_are_none_for_a_type_that_has_none() -> None:
    assert example("of_our_own", "host", "as it says itself") == "as it says itself"
