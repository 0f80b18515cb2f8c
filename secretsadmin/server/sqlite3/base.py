"""Django's SQLite with private files: they hold accounts, sessions and the audit log."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

PRIVATE = 0o600
OTHERS = 0o077
# SQLite gives those beside the database the mode of the database.
BESIDE = ("", "-wal", "-shm", "-journal")


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self.is_in_memory_db():
            make_private(Path(conn_params["database"]))
        return super().get_new_connection(conn_params)


def make_private(database: Path) -> None:
    """Let nobody but the owner read a database's files; it is made if it isn't there.

    Where this fails, SQLite and the system checks say what is wrong.
    """
    with suppress(OSError):
        os.close(os.open(database, os.O_CREAT | os.O_EXCL, PRIVATE))
    for file in files_of(database):
        with suppress(OSError):
            if is_open_to_others(file):
                file.chmod(PRIVATE)


def files_of(database: Path) -> list[Path]:
    """The database and what SQLite keeps beside it, as far as they are there."""
    files = [database.with_name(f"{database.name}{end}") for end in BESIDE]
    return [file for file in files if file.exists()]


def is_open_to_others(file: Path) -> bool:
    return bool(file.stat().st_mode & OTHERS)
