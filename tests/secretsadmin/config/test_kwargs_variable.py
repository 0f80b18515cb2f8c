"""The backend kwargs of an environment's configuration: what Airflow takes, the site takes."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from secretsadmin.config.site import configured_site


def configure(settings: Settings, folder: Path, kwargs: str) -> None:
    file = folder / "config.toml"
    file.write_text(f"[environments.dev]\nbackend_kwargs = {kwargs}\n", encoding="utf-8")
    settings.SECRETSADMIN_CONFIG = str(file)


def test_may_be_airflows_own_json_which_can_say_null(settings: Settings, tmp_path: Path) -> None:
    configure(settings, tmp_path, """'{"variables_prefix": null}'""")
    assert configured_site().environments["dev"].backend.prefixes["variables"] is None


@pytest.mark.parametrize("kwargs", ["'{'", "'[]'", "[]", "1"])
def test_are_refused_with_the_setting_named(
    settings: Settings, tmp_path: Path, kwargs: str
) -> None:
    configure(settings, tmp_path, kwargs)
    with pytest.raises(ImproperlyConfigured, match=r"environments\.dev"):
        configured_site()
