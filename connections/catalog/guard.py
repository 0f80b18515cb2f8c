"""Rules for people who may not see a stored secret.

They can't send it elsewhere, and no save tells them whether a guess at it was right.
"""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connections.catalog import search
from connections.catalog.layout import lay_out, masked_names
from connections.providers.catalogue import Types
from connections.providers.types import ConnectionType
from connections.value.connection import (
    Connection,
    changed_fields,
    differing_fields,
    field_names,
)
from connections.value.reading import EXTRA, FIELDS
from secretsadmin.kinds import MAX_BYTES

# Sensitive keys that are nothing but a secret. Others, such as a proxy or a driver's arguments, say
# where to connect.
SECRET_ALONE = re.compile(r"(passw(or)?d|pwd|passphrase|token|secret|key|key_content|key_data)$")


def kept_unseen(
    before: Connection,
    connection_type: ConnectionType,
    changed: Collection[str],
    named: Collection[str],
) -> tuple[str, ...]:
    """The masked fields that a save would keep, where it changes more than secrets.

    A task may then send them elsewhere. Each change that isn't of a secret counts: hooks differ in
    the field that they make an address of, and another type would show a field that this one masks.
    `named` are the fields that the input types anew or clears.
    """
    if all(_is_secret_alone(connection_type, name) for name in changed):
        return ()
    retyped = frozenset(named)
    masked = masked_names(lay_out(before, connection_type), connection_type)
    return tuple(name for name in masked if name not in retyped)


def changed_unseen(
    before: Connection,
    after: Connection,
    types: Types,
    is_typed: Callable[[str], bool],
) -> tuple[str, ...]:
    """The fields that a save changes, for people who may not see all of them.

    What they can't see counts as changed where they typed it anew, even if they typed what was
    there.
    """
    seen = _plain_names(before, types)
    differing = frozenset(differing_fields(before, after))
    filled = {*changed_fields(None, before), *changed_fields(None, after)}

    def is_changed(name: str) -> bool:
        if name in differing:
            return True
        return name in filled and name not in seen and is_typed(name)

    return tuple(filter(is_changed, field_names(before, after)))


def _plain_names(connection: Connection, types: Types) -> set[str]:
    """The fields that a page shows as stored. It shows empty text and null alike, so not those."""
    layout = lay_out(connection, search.get(connection.conn_type, types))
    names = {name for name, text in layout.texts.items() if text and name not in layout.masked}
    return {"conn_type", *names}


def elsewhere(
    before: Connection, connection_type: ConnectionType, changed: Collection[str]
) -> tuple[str, ...]:
    """The changed fields that aren't masked. Naming a masked one would say if a guess was right."""
    masked = frozenset(masked_names(lay_out(before, connection_type), connection_type))
    return tuple(name for name in changed if name not in masked)


def refusal(kept: Collection[str], changed: Collection[str]) -> str:
    return (
        f"You may not see what is stored in {_listed(kept)} here. To change {_listed(changed)}, "
        "type it again or clear it, or ask an admin: otherwise a task could send it elsewhere."
    )


def has_room(after: Connection, kept: Collection[str]) -> bool:
    """Whether a connection fits into a secret, however long the fields are that are kept unseen.

    By what just fits and what doesn't, people could measure those. So all else gets half of a
    secret, in the longest of its spellings.
    """
    unseen = frozenset(kept)
    standard: dict[str, Any] = {name: "" for name in unseen if not name.startswith(EXTRA)}
    extra = {key: value for key, value in after.extra.items() if EXTRA + key not in unseen}
    rest = replace(after, **standard, extra=extra)
    written = json.dumps([getattr(rest, name) for name in FIELDS])
    return len(quote(written, safe="")) <= MAX_BYTES // 2


def too_much(kept: Collection[str]) -> str:
    return (
        f"This is longer than you may store beside {_listed(kept)}, which you may not see here. "
        "Type that again, too, or ask an admin."
    )


def _listed(names: Collection[str]) -> str:
    return ", ".join(name.removeprefix(EXTRA) for name in names)


def _is_secret_alone(connection_type: ConnectionType, name: str) -> bool:
    if not name.startswith(EXTRA):
        return name == "password"
    key = name.removeprefix(EXTRA)
    field = connection_type.extra_field(key)
    if field is None or not field.sensitive:
        return False
    return SECRET_ALONE.search(key) is not None
