"""The text that a connection would be stored as, with its secrets masked."""

from dataclasses import replace
from typing import Any

from connections.catalog import search
from connections.catalog.layout import lay_out
from connections.inspection import types
from connections.value.connection import Connection, Encoded, NotRepresentable
from connections.value.reading import EXTRA, TEXT_FIELDS
from secretsadmin.forms.told import Preview
from secretsadmin.kinds import Opened

_MASK = "zzMASKEDzz"
_BULLETS = "••••••"


def stored_as(connection: Connection, encoded: Encoded, opened: Opened) -> Preview:
    """The preview of a connection of which everything is known."""
    return Preview(
        readings=opened.readings,
        masked_text=_masked(connection, encoded),
        format=encoded.format.upper(),
        size=len(encoded.text.encode()),
        reason=encoded.reason,
    )


def _masked(connection: Connection, encoded: Encoded) -> str:
    """The stored text with bullets in place of each secret."""
    layout = lay_out(connection, search.get(connection.conn_type, types()))
    plain = layout.texts.keys() - layout.masked
    standard: dict[str, Any] = {}
    for name in TEXT_FIELDS:
        if name in layout.masked and layout.texts[name]:
            standard[name] = _MASK
    extra = {}
    for key, value in connection.extra.items():
        extra[key] = _MASK
        if EXTRA + key in plain:
            extra[key] = value
    try:
        shown = replace(connection, **standard, extra=extra).encode(encoded.format)
    except NotRepresentable:
        return _BULLETS
    return shown.text.replace(_MASK, _BULLETS)
