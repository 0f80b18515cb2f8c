"""A stored secret goes nowhere else by the hand of somebody who may not see it."""

import re
from collections.abc import Collection

from connections.connection import Connection
from connections.connection_type import ConnectionType
from connections.layout import lay_out, masked_names
from connections.reading import EXTRA

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
    return tuple(name for name in masked_names(lay_out(before, one), one) if name not in named)


def elsewhere(before: Connection, one: ConnectionType, changed: Collection[str]) -> tuple[str, ...]:
    """Those of the changed fields that aren't masked: whether a guess at one that is was right, nobody is told."""
    masked = masked_names(lay_out(before, one), one)
    return tuple(name for name in changed if name not in masked)


def refusal(kept: Collection[str], changed: Collection[str]) -> str:
    names, where = (", ".join(name.removeprefix(EXTRA) for name in each) for each in (kept, changed))
    return (
        f"You may not see what is stored in {names} here. To change {where}, type it again or clear it, "
        "or ask an admin: otherwise a task could send it elsewhere."
    )


def _is_secret_alone(one: ConnectionType, name: str) -> bool:
    key = name.removeprefix(EXTRA)
    field = one.extra_field(key) if key != name else None
    return name == "password" or (field is not None and field.sensitive and _SECRET_ALONE.search(key) is not None)
