"""The settings follow from where people reach the site."""

import json
from typing import Any

import pytest

from tests.secretsadmin.config.test_checks import run

SHOW = """
import json
from secretsadmin import settings as s
names = {name for name in dir(s) if name.isupper()} - {"BASE_DIR", "STATICFILES_DIRS"}
shown = {name: getattr(s, name) for name in names}
print(json.dumps(shown, default=str))
"""


def shown(**given: str) -> dict[str, Any]:
    done = run("-c", SHOW, **given)
    assert done.returncode == 0, done.stderr
    settings: dict[str, Any] = json.loads(done.stdout)
    return settings


def test_guard_a_site_that_is_reached_by_https() -> None:
    settings = shown(PUBLIC_URL="https://airflow.example.com:8443")

    assert settings["ALLOWED_HOSTS"] == ["airflow.example.com"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == ["https://airflow.example.com:8443"]
    assert settings["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    for name in (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_HTTPONLY",
    ):
        assert settings[name] is True
    assert settings["SECURE_HSTS_SECONDS"] >= 365 * 24 * 60 * 60
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["DEBUG"] is False


def test_leave_the_demo_out_of_a_production_site() -> None:
    modules = "import secretsadmin.wsgi, sys; print(*sys.modules, sep='\\n')"

    done = run("-c", modules)

    assert done.returncode == 0, done.stderr
    assert "secretsadmin.views.site" in done.stdout.splitlines()
    assert "secretsadmin.demo" not in done.stdout
    assert "secretsadmin.demo" not in shown()["INSTALLED_APPS"]


def test_let_a_trial_on_this_machine_do_without_https() -> None:
    settings = shown(PUBLIC_URL="http://127.0.0.1:8000")

    assert settings["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert settings["SESSION_COOKIE_NAME"] == "sessionid"
    assert settings["SECURE_HSTS_SECONDS"] == 0
    assert settings["SECURE_SSL_REDIRECT"] is False
    assert settings["SESSION_COOKIE_HTTPONLY"] is True


@pytest.mark.parametrize("url", ["", "https://*", "nonsense://["])
def test_guard_a_site_and_serve_no_host_where_its_address_is_none(url: str) -> None:
    settings = shown(PUBLIC_URL=url)

    assert settings["ALLOWED_HOSTS"] == []
    assert settings["SESSION_COOKIE_SECURE"] is True


def test_wait_two_seconds_for_a_database_that_is_locked() -> None:
    assert shown()["DATABASES"]["default"]["OPTIONS"]["timeout"] == 1.8


def test_keep_what_the_database_url_asks_for() -> None:
    url = "postgres://user:password@host/name?sslmode=verify-full&options=-c%20search_path%3Dx"

    options = shown(DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]

    assert options["sslmode"] == "verify-full"
    assert options["options"] == "-c search_path=x -c lock_timeout=1800 -c statement_timeout=1800"
