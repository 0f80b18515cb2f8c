"""Databases of their own, empty at first, in which what a test does is really committed.

On SQLite that is a file, and on PostgreSQL a schema beside those of other tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
from django.db import connection, connections

from secretsadmin.config.addresses import database


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Its DATABASE_URL."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'own.sqlite3'}"
        return
    given = connection.settings_dict
    schema = f"own_{uuid4().hex}"
    with as_owner(given) as owner:
        owner.execute(f"CREATE SCHEMA {schema}")
    try:
        yield _url(given, schema)
    finally:
        with as_owner(given) as owner:
            owner.execute(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def as_owner(given: dict[str, Any]) -> Iterator[psycopg.Connection]:
    """A connection that commits each statement."""
    names = {"host": given["HOST"], "port": given["PORT"], "password": given["PASSWORD"]}
    filled = {name: value for name, value in names.items() if value}
    with psycopg.connect(
        dbname=given["NAME"], user=given["USER"], autocommit=True, **filled
    ) as owner:
        yield owner


def _url(given: dict[str, Any], schema: str) -> str:
    user = quote(given["USER"], safe="")
    if given["PASSWORD"]:
        user = f"{user}:{quote(given['PASSWORD'], safe='')}"
    host = given["HOST"]
    if host.startswith("/"):
        # A socket in the file system is a part of the path.
        host = f"/{host}"
    elif given["PORT"]:
        host = f"{host}:{given['PORT']}"
    return f"postgres://{user}@{host}/{given['NAME']}?options=-c%20search_path%3D{schema}"


@contextmanager
def using(url: str, **options: Any) -> Iterator[None]:
    """This process works with that database, and with these options instead of its own."""
    shared, before = connections["default"], connections.settings["default"]
    given = database(url)
    merged = {**before["OPTIONS"], **given.get("OPTIONS", {}), **options}
    if connection.vendor == "postgresql":
        words = [given.get("OPTIONS", {}).get("options", ""), options.get("options", "")]
        merged["options"] = " ".join(words).strip()
    own = {**before, **given, "OPTIONS": merged, "ENGINE": before["ENGINE"]}
    connections.settings["default"] = own
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = before
        connections["default"] = shared
