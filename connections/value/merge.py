"""Two people's versions of a connection in one: each field from the one that was chosen for it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from connections.value.connection import Connection
from connections.value.reading import EXTRA, FIELDS
from secretsadmin.diff.fields import key_in_a_form


def merge(mine: Connection, theirs: Connection, names: Collection[str]) -> Connection:
    """My connection, with the fields of these names as they are in theirs.

    The names are those of connection.field_names, as a form sends them back. A key of the extra
    that only one side has is taken out where the other side was chosen for it.
    """
    standard: dict[str, Any] = {}
    for name in FIELDS:
        if name in names and name != "extra":
            standard[name] = getattr(theirs, name)
    extra = {}
    for key in dict.fromkeys((*theirs.extra, *mine.extra)):
        is_theirs = key_in_a_form(EXTRA + key) in names
        source = theirs if is_theirs else mine
        if key in source.extra:
            extra[key] = source.extra[key]
    return replace(mine, **standard, extra=extra)
