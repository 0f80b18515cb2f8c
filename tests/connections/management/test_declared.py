"""Reading what a provider declares ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest

from connections.providers.catalogue import dump, parse
from connections.providers.declared import from_airflow, is_sensitive, label_of
from connections.providers.types import Caller, ConnectionType


def row(conn_type: str = "acme", **said: Any) -> dict[str, Any]:
    return {"connection_type": conn_type, **said}


def refreshed(known: ConnectionType | None = None, **said: Any) -> ConnectionType:
    return from_airflow([row(**said)], {"acme": known} if known else {})["acme"]


def test_requires_what_may_not_be_null_and_has_no_default() -> None:
    fields = {
        "asked": {"schema": {"type": "string"}},
        "nullable": {"schema": {"type": ["string", "null"]}},
        "set": {"schema": {"type": "integer", "default": 3}},
        "ticked": {"schema": {"type": "boolean"}},
    }

    assert [field.name for field in refreshed(fields=fields).declared if field.required] == [
        "asked"
    ]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({}, "string"),
        ({"type": ["integer", "null"]}, "integer"),
        ({"type": "number"}, "number"),
        ({"type": ["object", "string", "null"]}, "object"),
        ({"type": ["array", "null"], "items": {"type": "string"}}, "array"),
        ({"type": ["string", "null"], "format": "date"}, "date"),
        ({"type": ["string", "null"], "format": "date-time"}, "datetime"),
        ({"type": ["string", "null"], "format": "time"}, "time"),
        ({"type": ["null"]}, "string"),
        ({"type": "colour"}, "string"),
    ],
)
def test_tells_the_kind_of_a_field_by_its_schema(schema: dict[str, Any], kind: str) -> None:
    (field,) = refreshed(fields={"a": {"schema": schema}}).extra_fields

    assert field.kind == kind


@pytest.mark.parametrize(
    ("label", "kept"), [("Ssl", "Use SSL"), ("", "Use SSL"), ("Encrypted", "Encrypted")]
)
def test_keeps_a_label_that_says_more_than_the_key(label: str, kept: str) -> None:
    known = refreshed(fields={"ssl": {"label": "Use SSL"}})

    (field,) = refreshed(known, fields={"ssl": {"label": label}}).extra_fields

    assert field.label == kept


def test_keeps_a_known_hook_of_the_module_that_the_provider_names() -> None:
    known = refreshed(hook="acme.hooks.MessageHook", argument="acme_conn_id")

    assert refreshed(known, hook="acme.hooks.BaseHook", argument="acme_conn_id").hook == known.hook
    assert refreshed(known, hook="acme.moved.BaseHook", argument="acme_conn_id").hook == Caller(
        "acme.moved.BaseHook", "acme_conn_id"
    )


def test_drops_a_default_that_could_not_be_entered() -> None:
    fields = {
        "a": {"schema": {"enum": ["x", "y"], "default": "z"}},
        "b": {"schema": {"type": "integer", "default": ""}},
    }

    assert [field.default for field in refreshed(fields=fields).extra_fields] == [None, None]


def test_never_unmasks_what_was_masked() -> None:
    known = refreshed(fields={"pin": {"schema": {"format": "password"}}})

    (field,) = refreshed(known, fields={"pin": {"schema": {}}}).extra_fields

    assert field.sensitive


def test_offers_what_the_provider_no_longer_declares() -> None:
    known = refreshed(fields={"old": {"schema": {"type": "string"}}})

    after = refreshed(known, fields={"new": {"schema": {"type": "string"}}})

    assert [field.name for field in after.declared] == ["new"]
    assert [(field.name, field.required) for field in after.offered] == [("old", False)]


@pytest.mark.parametrize("example", ["Optional JSON", "[1]", "{", ""])
def test_offers_nothing_from_an_example_that_is_no_object(example: str) -> None:
    assert refreshed(placeholders={"extra": example}).extra_fields == ()


def test_writes_whatever_a_provider_says_so_that_it_can_be_read() -> None:
    said = refreshed(
        name="Acme | Cloud",
        hidden=["port", "port", "description"],
        relabeling={"host": ' "Cluster"\n', "realm": "Realm"},
        placeholders={"host": 7, "extra": json.dumps({"ключ": [1], "a.b": 0.5, "none": None})},
        fields={"c": {"label": None, "schema": {"enum": ["", "x", None]}}},
    )

    assert parse(dump([said])) == {"acme": said}


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "db_pwd",
        "apiKey",
        "signing-key",
        "sasToken",
        "sasl.password",
        "webhookUrl",
        "client_secret",
        "pass",
    ],
)
def test_masks_a_field_whose_name_speaks_of_a_secret(name: str) -> None:
    assert is_sensitive(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("warehouse", "string"),
        ("token_path", "string"),
        ("jwt_role", "string"),
        ("host_key", "string"),
        ("compass", "string"),
        ("key", "boolean"),
    ],
)
def test_masks_no_field_that_holds_none(name: str, kind: str) -> None:
    assert not is_sensitive(name, kind)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("aws_conn_id", "AWS connection ID"),
        ("tenantId", "Tenant ID"),
        ("spark.app.name", "Spark app name"),
        ("-", "-"),
    ],
)
def test_spells_a_key_as_a_label(name: str, label: str) -> None:
    assert label_of(name) == label
