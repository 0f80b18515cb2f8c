"""Who may not see a stored secret sends it nowhere else, and learns from no save whether a guess at it was right."""

import json
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from connections import catalog
from connections.connection import (
    FIELDS,
    MAX_BYTES,
    Connection,
    changed_fields,
    differing_fields,
    field_names,
)
from connections.connection_type import ConnectionType
from connections.layout import lay_out, masked_names
from connections.reading import EXTRA
from connections.shape import types

# Sensitive keys that are nothing but a secret. Others, such as a proxy or a driver's arguments, say where to connect.
_SECRET_ALONE = re.compile(r"(passw(or)?d|passphrase|token|secret|key|key_content|key_data)$")


def kept_unseen(
    before: Connection, one: ConnectionType, changed: Collection[str], named: Collection[str]
) -> tuple[str, ...]:
    """The masked fields that a save would keep, where it changes more than secrets: a task may send them elsewhere.

    Anything that isn't a secret counts: of which field a hook makes an address is different for each type, and another
    type would show a field that this one masks. `named` are the fields that the input types anew or clears.
    """
    if all(_is_secret_alone(one, name) for name in changed):
        return ()
    known = frozenset(named)
    return tuple(name for name in masked_names(lay_out(before, one), one) if name not in known)


def changed_unseen(
    before: Connection,
    after: Connection,
    is_typed: Callable[[str], bool],
) -> tuple[str, ...]:
    """The fields that a save changes, for whoever may not see all of them.

    What the person can't see counts as changed where they typed it anew, whether it is what was there or not.
    """
    seen = _plain_names(before)
    differing = frozenset(differing_fields(before, after))
    filled = {*changed_fields(None, before), *changed_fields(None, after)}

    def is_changed(name: str) -> bool:
        is_guess = name not in seen and name in filled and is_typed(name)
        return is_guess or name in differing

    return tuple(filter(is_changed, field_names(before, after)))


def _plain_names(connection: Connection) -> set[str]:
    """The fields that a page shows as they are stored; no empty ones, which a page doesn't tell from null."""
    layout = lay_out(connection, catalog.get(connection.conn_type, types()))
    plain = {name for name, text in layout.texts.items() if text and name not in layout.masked}
    return {"conn_type", *plain}


def elsewhere(before: Connection, one: ConnectionType, changed: Collection[str]) -> tuple[str, ...]:
    """Those of the changed fields that aren't masked: whether a guess at one that is was right, nobody is told."""
    masked = frozenset(masked_names(lay_out(before, one), one))
    return tuple(name for name in changed if name not in masked)


def refusal(kept: Collection[str], changed: Collection[str]) -> str:
    names, where = (", ".join(name.removeprefix(EXTRA) for name in each) for each in (kept, changed))
    return (
        f"You may not see what is stored in {names} here. To change {where}, type it again or clear it, "
        "or ask an admin: otherwise a task could send it elsewhere."
    )


def has_room(after: Connection, kept: Collection[str]) -> bool:
    """Whether a connection fits into a secret, however long the fields are that are kept unseen.

    By what just fits and what doesn't, their length could be measured. So all else gets half of a secret, in the
    longest of its spellings.
    """
    unseen = frozenset(kept)
    standard: dict[str, Any] = {name: "" for name in unseen if not name.startswith(EXTRA)}
    extra = {key: value for key, value in after.extra.items() if EXTRA + key not in unseen}
    own = replace(after, **standard, extra=extra)
    written = json.dumps([getattr(own, name) for name in FIELDS])
    return len(quote(written, safe="")) <= MAX_BYTES // 2


def too_much(kept: Collection[str]) -> str:
    names = ", ".join(name.removeprefix(EXTRA) for name in kept)
    return (
        f"This is longer than you may store beside {names}, which you may not see here. Type that again, too, "
        "or ask an admin."
    )


def _is_secret_alone(one: ConnectionType, name: str) -> bool:
    key = name.removeprefix(EXTRA)
    field = one.extra_field(key) if key != name else None
    return name == "password" or (field is not None and field.sensitive and _SECRET_ALONE.search(key) is not None)
