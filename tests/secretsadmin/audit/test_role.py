"""A role that owns no tables ... (each test finishes the sentence)."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from secretsadmin.audit import health, stream, verifying
from secretsadmin.audit.models import Event
from tests.support.audit_command import audit
from tests.support.databases import as_owner, empty_database, using
from tests.support.doctor_command import doctor
from tests.support.record import add_line

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no roles"),
]
REFUSED = (
    "UPDATE audit_event SET reason = 'none'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "DROP TRIGGER audit_event_no_change ON audit_event",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE audit_event ADD COLUMN more integer",
    "DROP TABLE audit_event",
    "CREATE TRIGGER mine BEFORE INSERT ON audit_event EXECUTE FUNCTION audit_event_append_only()",
    "DROP FUNCTION audit_event_append_only() CASCADE",
    "CREATE TABLE mine (x integer)",
    "DELETE FROM django_migrations",
    "SET session_replication_role = replica",
)


@pytest.fixture
def role(tmp_path: Path) -> Iterator[str]:
    """The process is that role, in a database where a line was recorded."""
    name = f'app "{uuid4().hex}"'
    doubled = name.replace('"', '""')
    quoted = f'"{doubled}"'
    with empty_database(tmp_path) as url, using(url):
        call_command("migrate", verbosity=0)
        add_line()
        sql = audit("role", name).output
        with as_owner(connection.settings_dict) as owner:
            owner.execute(f"CREATE ROLE {quoted}")
            owner.execute(sql)
            try:
                with connection.cursor() as cursor:
                    cursor.execute(f"SET ROLE {quoted}")
                yield name
            finally:
                connection.close()
                owner.execute(f"DROP OWNED BY {quoted}")
                owner.execute(f"DROP ROLE {quoted}")


@pytest.mark.usefixtures("role")
def test_records_and_reads() -> None:
    add_line()
    # Both are lines of the record, too.
    User.objects.create_user("ada").delete()

    assert Event.objects.count() == 4
    assert health.is_writable()
    assert verifying.verify().end.number == 4
    verifying.go_on()
    stream.run()


@pytest.mark.usefixtures("role", "secrets_manager")
def test_is_what_the_doctor_asks_for() -> None:
    assert doctor("default").line("record.owner")["status"] == "holds"


@pytest.mark.usefixtures("role")
@pytest.mark.parametrize("statement", REFUSED)
def test_may_not(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.usefixtures("role")
def test_may_not_prune(tmp_path: Path) -> None:
    add_line()

    ran = audit("prune", "--before", "2100-01-01", "--to", tmp_path / "old")

    assert ran.status == 2
    assert Event.objects.count() == 2
