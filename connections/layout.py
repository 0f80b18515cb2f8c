"""A connection laid out over the fields of a type, as a form and a page show it. Nothing of it is lost on the way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from connections.connection import Connection
from connections.connection_type import ConnectionType, ExtraField, StandardField
from connections.credentials import holds_credentials
from connections.fields import indented, is_plain, split_extra, text_of
from connections.reading import EXTRA


@dataclass(frozen=True)
class Layout:
    """A connection over the fields of its type: texts by the form's names, and the keys that have no field."""

    texts: Mapping[str, str] = field(repr=False)
    others: Mapping[str, Any] = field(repr=False)
    masked: frozenset[str]


def lay_out(connection: Connection, one: ConnectionType) -> Layout:
    """Nothing is lost: what isn't in the texts is among the others. `masked` names the texts that are secret."""
    standard = {each.name: standard_text(connection, each.name) for each in standard_fields(one)}
    shown, others = split_extra(one.extra_fields, connection.extra)
    extras = {EXTRA + name: text for name, text in shown.items()}
    masked = {each.name for each in standard_fields(one) if _is_masked(each, standard[each.name])}
    masked |= {EXTRA + name for name in shown if not is_plain(one.extra_field(name), connection.extra[name])}
    return Layout(standard | extras, others, frozenset(masked))


def unseen(layout: Layout, one: ConnectionType) -> dict[str, Any]:
    """The others, but for those with nothing in them, where an empty field shows just that."""
    fields = {key: one.extra_field(key) for key in layout.others}
    return {key: value for key, value in layout.others.items() if not _is_empty(fields[key], value)}


def masked_names(layout: Layout, one: ConnectionType) -> list[str]:
    """The fields with something in them that isn't shown to whoever opens the connection."""
    return [
        *sorted(name for name in layout.masked if layout.texts[name]),
        *(EXTRA + key for key in unseen(layout, one)),
    ]


def read_alike(older: Connection, newer: Connection, one: ConnectionType) -> Connection:
    """The older reading of a text, with the newer one's values where both are masked.

    Readers differ in the values of a query, as one of them takes 4711 for a number. Of what
    somebody may not see, that would tell the sort.
    """
    masked = {
        key: value
        for key, value in newer.extra.items()
        if not any(is_plain(one.extra_field(key), side.extra.get(key)) for side in (older, newer))
    }
    return replace(older, extra={**older.extra, **masked})


def standard_fields(one: ConnectionType) -> tuple[StandardField, ...]:
    """Those that hold a text; the extra has fields of its own."""
    return tuple(each for each in one.standard_fields if each.name != "extra")


def standard_text(connection: Connection, name: str) -> str:
    value = getattr(connection, name)
    return "" if value is None else str(value)


def pretty(extra: Mapping[str, Any]) -> str:
    """The text of an editor for these keys."""
    return indented(extra) if extra else ""


def fits_an_input(text: str) -> bool:
    return re.search(r"[\x00\r\n]", text) is None


def _is_empty(field: ExtraField | None, value: Any) -> bool:
    return field is not None and text_of(field, value) == ""


def _is_masked(standard: StandardField, text: str) -> bool:
    """A line break or NUL, which an input would drop, is kept by never showing the field."""
    return standard.sensitive or holds_credentials(text) or not fits_an_input(text)
