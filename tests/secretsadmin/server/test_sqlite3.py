"""Only the user who runs the site may read SQLite's files, from their first moment on."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.secretsadmin.config.test_checks import run

LOOK = """
import os
from pathlib import Path
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE {table} (x)")
    for file in sorted(Path(os.environ["FOLDER"]).iterdir()):
        print(file.name, oct(file.stat().st_mode & 0o777))
"""
PRIVATE = ["site.sqlite3 0o600", "site.sqlite3-shm 0o600", "site.sqlite3-wal 0o600"]


@pytest.fixture(autouse=True)
def generous_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def use(folder: Path, table: str) -> list[str]:
    """What a process that uses the database sees beside it, while it is open."""
    given = {"DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}", "FOLDER": str(folder)}
    done = run(
        "-c", LOOK.format(table=table), DJANGO_SETTINGS_MODULE="secretsadmin.settings", **given
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_are_private_from_the_start(tmp_path: Path) -> None:
    assert use(tmp_path, "first") == PRIVATE


def test_become_private_where_they_were_not(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "site.sqlite3")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE old (x)")
        assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o644}

        assert use(tmp_path, "new") == PRIVATE
