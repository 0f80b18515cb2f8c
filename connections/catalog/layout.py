"""A connection laid out over the fields of a type, as a form and a page show it.

Nothing of it is lost on the way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connections.catalog.fields import indented, is_plain, split_extra, text_of
from connections.providers.types import ConnectionType, StandardField
from connections.value.connection import Connection
from connections.value.credentials import holds_credentials
from connections.value.reading import EXTRA


@dataclass(frozen=True)
class Layout:
    """A connection over the fields of its type.

    `texts` go by the form's names; `others` are the keys that have no field. `masked` names the
    texts that are secret.
    """

    texts: Mapping[str, str] = field(repr=False)
    others: Mapping[str, Any] = field(repr=False)
    masked: frozenset[str]


def lay_out(connection: Connection, connection_type: ConnectionType) -> Layout:
    """Nothing is lost: what isn't in the texts is among the others."""
    texts: dict[str, str] = {}
    masked: set[str] = set()
    for standard in standard_fields(connection_type):
        text = standard_text(connection, standard.name)
        texts[standard.name] = text
        if _is_masked(standard, text):
            masked.add(standard.name)
    shown, others = split_extra(connection_type.extra_fields, connection.extra)
    for key, text in shown.items():
        texts[EXTRA + key] = text
        if not is_plain(connection_type.extra_field(key), connection.extra[key]):
            masked.add(EXTRA + key)
    return Layout(texts, others, frozenset(masked))


def unseen(layout: Layout, connection_type: ConnectionType) -> dict[str, Any]:
    """The others, but for those with nothing in them, where an empty field shows just that."""
    unseen = {}
    for key, value in layout.others.items():
        field = connection_type.extra_field(key)
        if field is None or text_of(field, value) != "":
            unseen[key] = value
    return unseen


def masked_names(layout: Layout, connection_type: ConnectionType) -> list[str]:
    """The fields with something in them that isn't shown to people who open the connection."""
    names = sorted(name for name in layout.masked if layout.texts[name])
    return names + [EXTRA + key for key in unseen(layout, connection_type)]


def read_alike(older: Connection, newer: Connection, connection_type: ConnectionType) -> Connection:
    """The older reading of a text, with the newer one's values where both are masked.

    Readers differ in the values of a query: one takes 4711 for a number, another for a text. That
    would tell what sort of value it is to people who may not see it.
    """
    extra = dict(older.extra)
    for key, value in newer.extra.items():
        field = connection_type.extra_field(key)
        if not is_plain(field, older.extra.get(key)) and not is_plain(field, value):
            extra[key] = value
    return replace(older, extra=extra)


def standard_fields(connection_type: ConnectionType) -> tuple[StandardField, ...]:
    """Those that hold a text; the extra has fields of its own."""
    return tuple(field for field in connection_type.standard_fields if field.name != "extra")


def standard_text(connection: Connection, name: str) -> str:
    value = getattr(connection, name)
    return "" if value is None else str(value)


def pretty(extra: Mapping[str, Any]) -> str:
    """The text of an editor for these keys."""
    return indented(extra) if extra else ""


def fits_an_input(text: str) -> bool:
    return re.search(r"[\x00\r\n]", text) is None


def _is_masked(standard: StandardField, text: str) -> bool:
    """A line break or NUL, which an input would drop, is kept by never showing the field."""
    return standard.sensitive or holds_credentials(text) or not fits_an_input(text)
