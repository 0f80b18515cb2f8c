"""The record of the site's configuration ... (each test finishes the sentence)."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.audit import configuration
from secretsadmin.audit.models import Event

pytestmark = pytest.mark.django_db
FILE = """
[environments.{name}]
[environments.{name}.backend_kwargs]
region_name = "eu-central-1"
aws_secret_access_key = "{key}"
"""


def changed() -> list[list[str]]:
    return list(Event.objects.order_by("id").values_list("fields", flat=True))


def write(settings: Settings, path: Path, name: str = "dev", key: str = "radioactive") -> None:
    path.write_text(FILE.format(name=name, key=key))
    settings.SECRETSADMIN_CONFIG = str(path)


def test_begins_with_the_first_start_and_is_silent_after_it(settings: Settings) -> None:
    configuration.remember()
    configuration.remember()

    (parts,) = changed()
    assert "environments.default" in parts
    assert "PUBLIC_URL" in parts


def test_names_what_is_configured_otherwise(settings: Settings, tmp_path: Path) -> None:
    write(settings, tmp_path / "one.toml")
    configuration.remember()
    write(settings, tmp_path / "two.toml", key="another")
    configuration.remember()
    write(settings, tmp_path / "three.toml", name="prod", key="another")
    settings.AWS_SECONDS = 5
    configuration.remember()

    assert changed()[1:] == [
        ["environments.dev"],
        ["AWS_SECONDS", "environments.dev", "environments.prod"],
    ]
    assert "radioactive" not in repr(list(Event.objects.values()))


def test_is_silent_about_a_new_key_alone(settings: Settings) -> None:
    configuration.remember()
    settings.AUDIT_KEYS_BEFORE = [settings.AUDIT_KEY]
    settings.AUDIT_KEY = "another-" + "0123456789" * 4
    configuration.remember()

    assert len(changed()) == 1
