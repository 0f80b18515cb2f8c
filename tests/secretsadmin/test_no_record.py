"""While nothing can be recorded, the site ... (each test finishes the sentence)."""

import runpy
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit import health, verifying
from secretsadmin.audit.models import Event
from secretsadmin.audit.recording import Actor, NotRecorded, note
from secretsadmin.demo.emulator import Emulator
from tests.support.broken import run, statements
from tests.support.databases import as_owner, empty_database, using
from tests.support.site import CONNECTIONS, POSTGRES, create, current
from tests.support.wire import counting

pytestmark = pytest.mark.django_db
NAME = "airflow/connections/orders"
# So long a database is waited for here; what the site itself waits is in its settings.
QUICK: dict[str, dict[str, Any]] = {
    "sqlite": {"timeout": 0.05},
    "postgresql": {"options": "-c lock_timeout=50"},
}


@contextmanager
def locked_file() -> Iterator[None]:
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def full_file() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        run(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    with suppress(NotRecorded):
        while True:
            # What is left of the last page fills up.
            note("session.sign-in", actor=Actor("x" * 100))
    try:
        yield
    finally:
        run("PRAGMA max_page_count = 1000000")


@contextmanager
def read_only_file() -> Iterator[None]:
    run("PRAGMA query_only = ON")
    try:
        yield
    finally:
        run("PRAGMA query_only = OFF")


@contextmanager
def file_away() -> Iterator[None]:
    folder = Path(connection.settings_dict["NAME"]).parent
    elsewhere = folder.with_name("elsewhere")
    connections["default"].close()
    folder.rename(elsewhere)
    try:
        yield
    finally:
        connections["default"].close()
        elsewhere.rename(folder)


@contextmanager
def locked_table() -> Iterator[None]:
    schema = _schema()
    with as_owner(connection.settings_dict) as owner, owner.transaction():
        owner.execute(f"LOCK TABLE {schema}.audit_event IN EXCLUSIVE MODE")
        yield


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


@contextmanager
def read_only_server() -> Iterator[None]:
    run("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        run("SET default_transaction_read_only = off")


@contextmanager
def table_away() -> Iterator[None]:
    run("ALTER TABLE audit_event RENAME TO audit_event_gone")
    try:
        yield
    finally:
        run("ALTER TABLE audit_event_gone RENAME TO audit_event")


Trouble = Callable[[], AbstractContextManager[None]]
TROUBLE: dict[str, dict[str, Trouble]] = {
    "sqlite": {
        "locked": locked_file,
        "full": full_file,
        "read-only": read_only_file,
        "gone": file_away,
        "without its table": table_away,
    },
    "postgresql": {
        "locked": locked_table,
        "read-only": read_only_server,
        "without its table": table_away,
    },
}
troubles = pytest.mark.parametrize("trouble", TROUBLE[connection.vendor])


@pytest.fixture
def site(tmp_path: Path, secrets_manager: Emulator) -> Iterator[Client]:
    """An editor's browser, before a database that commits."""
    folder = tmp_path / "database"
    folder.mkdir()
    with empty_database(folder) as url, using(url, **QUICK[connection.vendor]):
        yield settled()


def settled() -> Client:
    call_command("migrate", verbosity=0)
    user = User.objects.create_user("editor")
    user.groups.add(Group.objects.get(name="editors"))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    create(client)
    health.forget()
    return client


def acts(emulator: Emulator) -> list[tuple[str, dict[str, Any]]]:
    """A page's address, and what it is sent, of each way to a value or a change."""
    version = current(emulator, NAME)
    return [
        ("create/", POSTGRES | {"conn_id": "other"}),
        ("open/orders/", {}),
        ("reveal/orders/", {"field": "password"}),
        ("copy/orders/", {"format": "uri"}),
        ("edit/orders/", {"reveal": "1"}),
        ("update/orders/", {"version": version, "host": "new.example.com"}),
        ("delete/orders/", {"days": "7"}),
        ("restore/orders/", {}),
    ]


def refuses_all(client: Client, emulator: Emulator, sent: list[tuple[str, dict[str, Any]]]) -> None:
    with counting(emulator) as calls:
        for page, data in sent:
            answer = client.post(f"{CONNECTIONS}/{page}", data)
            assert answer.status_code == 503, page
    assert not calls
    health.forget()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.text.endswith(".")


def works(client: Client) -> None:
    health.forget()
    assert client.get("/health/ready").text == "ready"
    assert client.post(f"{CONNECTIONS}/reveal/orders/", {"field": "password"}).status_code == 200
    assert verifying.verify().end.number == Event.objects.count()


@troubles
def test_asks_aws_for_nothing_and_works_again_by_itself(
    site: Client, secrets_manager: Emulator, trouble: str
) -> None:
    sent = acts(secrets_manager)
    with TROUBLE[connection.vendor][trouble]():
        refuses_all(site, secrets_manager, sent)

    works(site)


@troubles
def test_tries_once_and_says_so_on_standard_error(
    site: Client, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    with TROUBLE[connection.vendor][trouble](), statements() as sent:
        site.post(f"{CONNECTIONS}/reveal/orders/", {"field": "password"})
        words = Counter(" ".join(sql.split()[:3]) for sql in sent)

    # How long each try waits, the settings say.
    assert words["BEGIN IMMEDIATE"] <= 1
    assert words['INSERT INTO "audit_event"'] <= 1
    assert [record for record in caplog.records if record.levelname == "ERROR"]


def test_waits_two_seconds_at_most() -> None:
    options = site_settings.DATABASES["default"]["OPTIONS"]
    if connection.vendor == "sqlite":
        assert options["timeout"] == 1.8
    else:
        assert options["connect_timeout"] == 2
        assert "lock_timeout=1800" in options["options"]
        assert "statement_timeout=1800" in options["options"]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="There is no server to stop")
def test_asks_aws_for_nothing_while_the_server_is_stopped(
    secrets_manager: Emulator, settings: Settings
) -> None:
    cluster = runpy.run_path(".ci/with_postgres.py")["cluster"]
    with cluster() as server, using(server.url):
        client = settled()
        sent = acts(secrets_manager)
        connection.close()
        server.stop()
        refuses_all(client, secrets_manager, sent)
        server.start()
        works(client)
