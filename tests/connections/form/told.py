"""What is warned of, of a connection with these fields."""

from typing import Any

from connections.catalog import search
from connections.form.hints import hints
from connections.value.connection import Connection

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n"


def told(conn_type: str, conn_id: str = "", **fields: Any) -> list[str]:
    found = hints(Connection(conn_type=conn_type, **fields), search.get(conn_type), conn_id)
    assert all(note.tone == "caution" for note in found)
    return [note.text for note in found]


def told_of_extra(conn_type: str, **extra: Any) -> list[str]:
    return told(conn_type, extra=extra)
