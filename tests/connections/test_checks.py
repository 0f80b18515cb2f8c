"""A site's own catalogue of connection types ... (each test finishes the sentence)."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from connections.adapter import ADAPTER
from connections.providers import catalogue


@pytest.fixture
def configured(settings: Settings, tmp_path: Path) -> Path:
    """The file that the configuration names."""
    config = tmp_path / "config.toml"
    config.write_text('connection_types = "types.json"\n[environments.dev]\n', encoding="utf-8")
    settings.SECRETSADMIN_CONFIG = str(config)
    catalogue.load.cache_clear()
    return tmp_path / "types.json"


def test_names_the_types_on_pages(configured: Path) -> None:
    text = catalogue.BUILT_IN.read_text(encoding="utf-8").replace('"Postgres"', '"Our Postgres"')
    configured.write_text(text, encoding="utf-8")

    assert ADAPTER.type_name("postgres") == "Our Postgres"


@pytest.mark.parametrize("text", [None, "{", "[]"])
def test_is_an_error_at_start_where_it_can_not_be_read(configured: Path, text: str | None) -> None:
    if text is not None:
        configured.write_text(text, encoding="utf-8")

    assert "connections.E001" in [message.id for message in run_checks()]
