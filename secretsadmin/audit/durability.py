"""What the database does with a line that it said it has: whether it outlives a power cut."""

from collections.abc import Iterator, Mapping

from django.db import connection

_SYNCHRONOUS = ("OFF", "NORMAL", "FULL", "EXTRA")
_POSTGRESQL = ("fsync", "full_page_writes", "synchronous_commit")
# With these a commit may be lost, or the file broken, by a power cut.
_LOSING: Mapping[str, frozenset[str]] = {
    "journal_mode": frozenset({"memory", "off"}),
    "synchronous": frozenset({"OFF", "NORMAL"}),
    **{name: frozenset({"off"}) for name in _POSTGRESQL},
}


def settings() -> dict[str, str]:
    """The settings of this connection that decide on it. Raises DatabaseError."""
    return dict(_settings())


def losing(said: Mapping[str, str]) -> list[str]:
    """Those with which a record can get lost, such as `fsync=off`."""
    return [f"{name}={value}" for name, value in said.items() if value in _LOSING[name]]


def _settings() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            yield "journal_mode", str(cursor.fetchone()[0])
            cursor.execute("PRAGMA synchronous")
            yield "synchronous", _SYNCHRONOUS[cursor.fetchone()[0]]
            return
        for name in _POSTGRESQL:
            cursor.execute(f"SHOW {name}")
            yield name, str(cursor.fetchone()[0])
