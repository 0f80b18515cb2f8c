"""Whether the audit log could be written to just now. Without it nothing else is done."""

import time
from threading import Lock
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from secretsadmin.audit import chain
from secretsadmin.audit.bookkeeping import Bookmark
from secretsadmin.audit.models import Event, Outcome

NAME = "health"
# A process tries no more often than this, however often it is asked.
SECONDS = 1
# A full disk may still have room for a word. PostgreSQL's column is no longer than this; SQLite
# takes any length, and has to find room for it.
_PADDING = {"sqlite": 20_000, "postgresql": 200}


class _LastTry:
    lock = Lock()
    at = float("-inf")
    was_written = False


def is_writable() -> bool:
    """Whether a write was committed, now or in the second before."""
    with _LastTry.lock:
        if time.monotonic() - _LastTry.at >= SECONDS:
            _LastTry.was_written = _try()
            _LastTry.at = time.monotonic()
        return _LastTry.was_written


def forget() -> None:
    """Know nothing of the last try, as a process that has just started."""
    _LastTry.at = float("-inf")


def _try() -> bool:
    padding = " " * _PADDING[connection.vendor]
    try:
        with transaction.atomic():
            _append_and_take_back()
            _note(padding)
        _note("")
    except DatabaseError:
        return False
    return True


def _append_and_take_back() -> None:
    """A line takes the lock, the right and the table that each line takes. Nobody sees this one."""
    before = transaction.savepoint()
    chain.append(Event(act=uuid4(), outcome=Outcome.SUCCEEDED, begins=True))
    transaction.savepoint_rollback(before)


def _note(problem: str) -> None:
    Bookmark.objects.update_or_create(
        name=NAME, defaults={"at": timezone.now(), "problem": problem}
    )
