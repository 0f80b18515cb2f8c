"""Refreshing the connection types from an Airflow ... (each test finishes the sentence)."""

import io
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.types import Caller

# As much of Airflow as its providers manager shows: a type by metadata, one by a hook's own form,
# one that is broken.
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
        library=Hook(
            "airflow.providers.library.LibraryHook", "library_conn_id", "acme-provider", "Library"
        ),
        snowflake=Hook("acme_hook.Snow", "snowflake_conn_id", "acme-snow", "Snowflake by Acme"),
    )
    field_behaviours = {
        "acme": {
            "hidden_fields": ["port"],
            "relabeling": {"host": "Cluster"},
            "placeholders": {
                "extra__acme__mode": "fast or slow",
                "extra": '{"depth": 3, "more": {}, "mode": ""}',
            },
        },
    }

    @property
    def connection_form_widgets(self):
        from acme_hook import AcmeHook

        schema = {"type": ["string", "null"], "title": "Warehouse of ours"}
        declared = {"value": None, "schema": schema, "description": "Which one"}
        fields = AcmeHook.widgets().items()
        drawn = {f"extra__acme__{name}": Widget(field) for name, field in fields}
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
            "mode": StringField(
                lazy_gettext("Mode"), validators=[any_of(["fast", "slow"])], default="fast"
            ),
            "tenant": StringField("Tenant", [InputRequired()], description="Yours"),
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
    def __init__(
        self, library_conn_id="library_prod", failure=Failure.LATE, answer: Client[int] = None
    ):
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
    call_command(
        "refresh_connection_types",
        "--from-airflow",
        python,
        "--output",
        str(output),
        *options,
        stdout=said,
    )
    return said.getvalue()


def test_finds_a_custom_provider_whose_hook_draws_its_own_form(
    airflow: str, tmp_path: Path
) -> None:
    refresh(airflow, tmp_path / "types.json")

    acme = catalogue.load(tmp_path / "types.json")["acme"]
    mode, tenant, passcode, retries, secure = acme.declared
    assert (acme.name, acme.provider, acme.version) == ("Acme Cloud", "acme-provider", "1.2")
    assert acme.hook == Caller("acme_hook.AcmeHook", "conn_id")
    assert acme.default_id == "acme_prod"
    assert acme.standard_field("host").label == "Cluster"
    assert acme.standard_field("port").hidden
    assert (mode.choices, mode.default, mode.placeholder) == (
        ("fast", "slow"),
        "fast",
        "fast or slow",
    )
    assert (tenant.required, tenant.help) == (True, "Yours")
    assert passcode.sensitive
    assert (retries.kind, retries.default) == ("integer", 3)
    assert (secure.kind, secure.required) == ("boolean", False)
    assert [(field.name, field.kind) for field in acme.offered] == [
        ("depth", "integer"),
        ("more", "object"),
    ]


def test_keeps_what_is_known_where_the_environment_says_nothing(
    airflow: str, tmp_path: Path
) -> None:
    refresh(airflow, tmp_path / "types.json")

    before, after = search.get("snowflake"), catalogue.load(tmp_path / "types.json")["snowflake"]
    assert (after.name, after.provider, after.version) == (
        "Snowflake by Acme",
        "acme-snow",
        before.version,
    )
    assert (after.group, after.icon, after.aliases, after.about) == (
        *(before.group, before.icon),
        *(before.aliases, before.about),
    )
    assert [(field.name, field.label) for field in after.declared] == [
        ("warehouse", "Warehouse of ours")
    ]
    assert {field.name for field in after.extra_fields} == {
        field.name for field in before.extra_fields
    }
    assert after.default_id == "snow_default"
    assert after.standard_field("host").hidden
    assert [field.name for field in after.extra_fields if field.first] == [
        *("warehouse", "account", "database"),
        *("role", "private_key_content"),
    ]


def test_keeps_the_other_types_unless_told_otherwise(airflow: str, tmp_path: Path) -> None:
    said = refresh(airflow, tmp_path / "all.json")
    refresh(airflow, tmp_path / "own.json", "--only-installed")

    assert set(catalogue.load(tmp_path / "all.json")) == {
        *catalogue.types(),
        "acme",
        "broken",
        "library",
    }
    assert set(catalogue.load(tmp_path / "own.json")) == {"acme", "broken", "library", "snowflake"}
    assert "New here: acme, broken, library." in said


def test_lists_a_type_whose_hook_cannot_be_imported(airflow: str, tmp_path: Path) -> None:
    refresh(airflow, tmp_path / "types.json")

    broken = catalogue.load(tmp_path / "types.json")["broken"]
    assert (broken.name, broken.provider, broken.hook) == ("Broken", "acme-provider", None)


def test_asks_a_hook_without_its_library_when_told_to(airflow: str, tmp_path: Path) -> None:
    refresh(airflow, tmp_path / "installed.json")
    refresh(airflow, tmp_path / "all.json", "--without-libraries")

    installed, asked = (
        catalogue.load(tmp_path / name)["library"] for name in ("installed.json", "all.json")
    )
    assert (installed.hook, installed.default_id) == (None, "")
    assert asked.hook == Caller("airflow.providers.library.LibraryHook", "library_conn_id")
    assert asked.default_id == "library_prod"
    assert catalogue.load(tmp_path / "all.json")["broken"].hook is None


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
