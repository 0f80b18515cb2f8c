"""Whoever watches the site is answered whatever they call it, without a session, before anything else is decided."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.secretsadmin.broken import without_table

pytestmark = pytest.mark.django_db
PATHS = ("/health/live", "/health/ready")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("host", ["10.0.3.17:8000", "[fd00::17]:8000", "anything.example", "no_host_at_all!"])
def test_is_told_under_any_host(settings: Settings, path: str, host: str) -> None:
    settings.SECURE_SSL_REDIRECT = True

    response = Client().get(path, headers={"host": host})

    assert response.status_code == 200
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_is_told_without_the_tables_of_sessions_and_people() -> None:
    for table in ("django_session", "auth_user"):
        with without_table(table):
            assert [Client().get(path).status_code for path in PATHS] == [200, 200]


def test_is_not_ready_without_the_audit_log() -> None:
    with without_table("audit_event"):
        assert [Client().get(path).status_code for path in PATHS] == [200, 503]


def test_is_only_read() -> None:
    assert [Client().post(path).status_code for path in PATHS] == [405, 405]


def test_opens_no_other_path_to_another_host() -> None:
    for path in ("/", "/login/", "/health/", "/health/live/", "/health/live/../../login/", "//health/live"):
        assert Client().get(path, headers={"host": "evil.example"}).status_code == 400
