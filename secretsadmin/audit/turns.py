"""The queue of a process for the database, where SQLite has one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from django.db import connection

# A connection that waits for SQLite tries again every tenth of a second, and among many others it
# can fail for seconds. So the threads of a process queue here. The queue makes the waiting fair and
# nothing else, so no thread waits for its turn for long.
_turn = RLock()
SECONDS_FOR_A_TURN = 0.4


@contextmanager
def in_turn() -> Iterator[None]:
    """Queue before a transaction in which something is noted.

    Whoever has the database's turn already, and waits here for each line, holds up all others.
    """
    is_ours = connection.vendor == "sqlite" and _turn.acquire(timeout=SECONDS_FOR_A_TURN)
    try:
        yield
    finally:
        if is_ours:
            _turn.release()
