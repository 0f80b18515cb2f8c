"""Refreshing the connection types from an Airflow."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connections import catalog
from connections.catalog_file import dump, parse
from connections.connection_type import Caller, ConnectionType
from connections.provider_info import from_airflow, is_sensitive, label_of

# As much of Airflow as its providers manager shows: a type by metadata, one by a hook's own form, one that is broken.
AIRFLOW = """
from collections import namedtuple

Provider = namedtuple("Provider", "version data")
Hook = namedtuple("Hook", "hook_class_name connection_id_attribute_name package_name hook_name")
Widget = namedtuple("Widget", "field")


class Hooks(dict):
    def __getitem__(self, name):
        if name == "broken":
            raise ImportError(name)
        return super().__getitem__(name)


class ProvidersManager:
    providers = {
        "acme-provider": Provider("1.2", {"connection-types": [
            {"connection-type": "acme", "hook-class-name": "acme_hook.AcmeHook"},
            {"connection-type": "broken", "hook-class-name": "gone.Hook", "hook-name": "Broken"},
        ]}),
    }
    hooks = Hooks(
        acme=Hook("acme_hook.AcmeHook", "acme_conn_id", "acme-provider", "Acme Cloud"),
        broken=None,
        library=Hook("airflow.providers.library.LibraryHook", "library_conn_id", "acme-provider", "Library"),
        snowflake=Hook("acme_hook.Snow", "snowflake_conn_id", "acme-snow", "Snowflake by Acme"),
    )
    field_behaviours = {
        "acme": {
            "hidden_fields": ["port"],
            "relabeling": {"host": "Cluster"},
            "placeholders": {"extra__acme__mode": "fast or slow", "extra": '{"depth": 3, "more": {}, "mode": ""}'},
        },
    }

    @property
    def connection_form_widgets(self):
        from acme_hook import AcmeHook

        schema = {"type": ["string", "null"], "title": "Warehouse of ours"}
        declared = {"value": None, "schema": schema, "description": "Which one"}
        drawn = {f"extra__acme__{name}": Widget(field) for name, field in AcmeHook.widgets().items()}
        return {**drawn, "extra__snowflake__warehouse": Widget(declared)}
"""
HOOKS = """
class AcmeHook:
    default_conn_name = "acme_default"

    def __init__(self, conn_id="acme_prod"):
        pass

    @staticmethod
    def widgets():
        from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
        from flask_babel import lazy_gettext
        from wtforms import BooleanField, IntegerField, PasswordField, StringField
        from wtforms.validators import InputRequired, Optional, any_of

        return {
            "mode": StringField(lazy_gettext("Mode"), validators=[any_of(["fast", "slow"])], default="fast"),
            "tenant": StringField(label="Tenant", validators=[InputRequired()], description="Yours"),
            "passcode": PasswordField("Passcode", widget=BS3PasswordFieldWidget()),
            "retries": IntegerField("Retries", [Optional()], default=3),
            "secure": BooleanField("Secure"),
        }


class Snow:
    default_conn_name = "snow_default"

    def __init__(self, snowflake_conn_id):
        pass
"""
LIBRARY = """
from nowhere import Client, Session
from nowhere.errors import Failure


class LibraryHook(Client, Session):
    def __init__(self, library_conn_id="library_prod", failure=Failure.LATE, answer: Client[int] = None):
        pass
"""


@pytest.fixture
def airflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Python that finds an Airflow: this one, with a path of its own."""
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "__init__.py").touch()
    (tmp_path / "airflow" / "providers_manager.py").write_text(AIRFLOW)
    (tmp_path / "airflow" / "providers").mkdir()
    (tmp_path / "airflow" / "providers" / "library.py").write_text(LIBRARY)
    (tmp_path / "acme_hook.py").write_text(HOOKS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return sys.executable


def refresh(python: str, output: Path, *options: str) -> str:
    said = io.StringIO()
    call_command("refresh_connection_types", "--from-airflow", python, "--output", str(output), *options, stdout=said)
    return said.getvalue()


def row(conn_type: str = "acme", **said: Any) -> dict[str, Any]:
    return {"connection_type": conn_type, **said}


def refreshed(known: ConnectionType | None = None, **said: Any) -> ConnectionType:
    return from_airflow([row(**said)], {"acme": known} if known else {})["acme"]


# --- The command ---


def test_finds_a_custom_provider_whose_hook_draws_its_own_form(airflow: str, tmp_path: Path) -> None:
    refresh(airflow, tmp_path / "types.json")

    acme = catalog.load(tmp_path / "types.json")["acme"]
    mode, tenant, passcode, retries, secure = acme.declared
    assert (acme.name, acme.provider, acme.version) == ("Acme Cloud", "acme-provider", "1.2")
    assert acme.hook == Caller("acme_hook.AcmeHook", "conn_id")
    assert acme.default_id == "acme_prod"
    assert acme.standard_field("host").label == "Cluster"
    assert acme.standard_field("port").hidden
    assert (mode.choices, mode.default, mode.placeholder) == (("fast", "slow"), "fast", "fast or slow")
    assert (tenant.required, tenant.help) == (True, "Yours")
    assert passcode.sensitive
    assert (retries.kind, retries.default) == ("integer", 3)
    assert (secure.kind, secure.required) == ("boolean", False)
    assert [(field.name, field.kind) for field in acme.offered] == [("depth", "integer"), ("more", "object")]


def test_keeps_what_is_known_where_the_environment_says_nothing(airflow: str, tmp_path: Path) -> None:
    refresh(airflow, tmp_path / "types.json")

    before, after = catalog.get("snowflake"), catalog.load(tmp_path / "types.json")["snowflake"]
    assert (after.name, after.provider, after.version) == ("Snowflake by Acme", "acme-snow", before.version)
    assert (after.group, after.icon, after.aliases, after.about) == (
        *(before.group, before.icon),
        *(before.aliases, before.about),
    )
    assert [(field.name, field.label) for field in after.declared] == [("warehouse", "Warehouse of ours")]
    assert {field.name for field in after.extra_fields} == {field.name for field in before.extra_fields}
    assert after.default_id == "snow_default"
    assert after.standard_field("host").hidden
    assert [field.name for field in after.extra_fields if field.first] == [
        *("warehouse", "account", "database"),
        *("role", "private_key_content"),
    ]


def test_keeps_the_other_types_unless_told_otherwise(airflow: str, tmp_path: Path) -> None:
    said = refresh(airflow, tmp_path / "all.json")
    refresh(airflow, tmp_path / "own.json", "--only-installed")

    assert set(catalog.load(tmp_path / "all.json")) == {*catalog.types(), "acme", "broken", "library"}
    assert set(catalog.load(tmp_path / "own.json")) == {"acme", "broken", "library", "snowflake"}
    assert "New here: acme, broken, library." in said


def test_lists_a_type_whose_hook_cannot_be_imported(airflow: str, tmp_path: Path) -> None:
    refresh(airflow, tmp_path / "types.json")

    broken = catalog.load(tmp_path / "types.json")["broken"]
    assert (broken.name, broken.provider, broken.hook) == ("Broken", "acme-provider", None)


def test_asks_a_hook_without_its_library_when_told_to(airflow: str, tmp_path: Path) -> None:
    refresh(airflow, tmp_path / "installed.json")
    refresh(airflow, tmp_path / "all.json", "--without-libraries")

    installed, asked = (catalog.load(tmp_path / name)["library"] for name in ("installed.json", "all.json"))
    assert (installed.hook, installed.default_id) == (None, "")
    assert asked.hook == Caller("airflow.providers.library.LibraryHook", "library_conn_id")
    assert asked.default_id == "library_prod"
    assert catalog.load(tmp_path / "all.json")["broken"].hook is None


def test_says_that_there_is_no_python(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no Python at"):
        refresh(str(tmp_path / "python"), tmp_path / "types.json")


def test_says_that_what_it_was_given_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "python").touch(mode=0o600)

    with pytest.raises(CommandError, match="can't be run"):
        refresh(str(tmp_path / "python"), tmp_path / "types.json")


def test_says_that_there_is_no_airflow(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="Is apache-airflow installed there"):
        refresh(sys.executable, tmp_path / "types.json")

    assert not (tmp_path / "types.json").exists()
    assert "No module named 'airflow'" in capfd.readouterr().err


def test_says_that_the_file_cannot_be_written(airflow: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be written"):
        refresh(airflow, tmp_path / "nowhere" / "types.json")


# --- What a provider says ---


def test_requires_what_may_not_be_null_and_has_no_default() -> None:
    fields = {
        "asked": {"schema": {"type": "string"}},
        "nullable": {"schema": {"type": ["string", "null"]}},
        "set": {"schema": {"type": "integer", "default": 3}},
        "ticked": {"schema": {"type": "boolean"}},
    }

    assert [field.name for field in refreshed(fields=fields).declared if field.required] == ["asked"]


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


@pytest.mark.parametrize(("label", "kept"), [("Ssl", "Use SSL"), ("", "Use SSL"), ("Encrypted", "Encrypted")])
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
    ["password", "db_pwd", "apiKey", "signing-key", "sasToken", "sasl.password", "webhookUrl", "client_secret", "pass"],
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
    [("aws_conn_id", "AWS connection ID"), ("tenantId", "Tenant ID"), ("spark.app.name", "Spark app name"), ("-", "-")],
)
def test_spells_a_key_as_a_label(name: str, label: str) -> None:
    assert label_of(name) == label
