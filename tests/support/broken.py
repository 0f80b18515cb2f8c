"""A database on a bad day."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction


@contextmanager
def without_table(name: str) -> Iterator[None]:
    """The table is gone while the block runs."""
    # PostgreSQL does nothing more in a transaction that has met an error, until it is taken back to
    # before it.
    before = transaction.savepoint()
    if connection.vendor == "sqlite":
        # SQLite would otherwise carry the new name into whatever points at the table.
        run("PRAGMA legacy_alter_table = ON")
    run(f'ALTER TABLE "{name}" RENAME TO "{name}_gone"')
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


@contextmanager
def refusing(start: str, *, after: int = 0) -> Iterator[None]:
    """The database refuses every statement that begins so, but for the first ones."""
    taken = count()

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature.
        if sql.startswith(start) and next(taken) >= after:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def ending_sessions() -> Iterator[None]:
    """End everybody's session once something is recorded, as signing out in another window does."""

    def end(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature.
        if sql.startswith('INSERT INTO "audit_event"'):
            Session.objects.all().delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end):
        yield


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked while the block runs, also where it refuses."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's signature.
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
