"""Two people's versions of a connection in one: each field from the one that was chosen for it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from connections.connection import Connection
from connections.reading import EXTRA, FIELDS
from secretsadmin.comparing import key_in_a_form


def mixed(mine: Connection, theirs: Connection, names: Collection[str]) -> Connection:
    """My connection, with the fields of these names as they are in theirs."""
    standard: dict[str, Any] = {name: getattr(theirs, name) for name in FIELDS if name in names and name != "extra"}
    in_order = [*theirs.extra, *(key for key in mine.extra if key not in theirs.extra)]
    sources = ((key, theirs if key_in_a_form(EXTRA + key) in names else mine) for key in in_order)
    extra = {key: source.extra[key] for key, source in sources if key in source.extra}
    return replace(mine, **standard, extra=extra)
