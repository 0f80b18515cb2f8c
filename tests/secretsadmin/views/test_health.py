"""A site's health ... (each test finishes the sentence)."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit import health
from secretsadmin.audit.bookkeeping import Bookmark
from tests.support.broken import refusing, statements, without_table

pytestmark = pytest.mark.django_db
PATHS = ("/health/live", "/health/ready")


@pytest.fixture(autouse=True)
def first_question() -> None:
    """Nobody has asked this process before."""
    health.forget()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "host", ["10.0.3.17:8000", "[fd00::17]:8000", "anything.example", "no_host_at_all!"]
)
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


def test_is_not_ready_where_nothing_can_be_written() -> None:
    Client().get("/health/ready")
    health.forget()

    with refusing('UPDATE "audit_bookmark"'):
        response = Client().get("/health/ready")

    assert response.status_code == 503
    assert response.text == "The audit log can't be written to, so nothing is done."


def test_is_not_tried_each_time_that_it_is_asked_for() -> None:
    first = written_by(1)
    assert first > 0

    assert written_by(20) < 20 * first

    assert Bookmark.objects.get(name="health").problem == ""


def written_by(requests: int) -> int:
    with statements() as sent:
        for _ in range(requests):
            assert Client().get("/health/ready").text == "ready"
    return len([sql for sql in sent if not sql.startswith("SELECT")])


def test_is_only_read() -> None:
    assert [Client().post(path).status_code for path in PATHS] == [405, 405]


def test_opens_no_other_path_to_another_host() -> None:
    for path in (
        "/",
        "/login/",
        "/health/",
        "/health/live/",
        "/health/live/../../login/",
        "//health/live",
    ):
        assert Client().get(path, headers={"host": "evil.example"}).status_code == 400
