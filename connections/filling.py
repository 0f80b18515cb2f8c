"""A form's input anew: from what was pasted, or for another type's fields. Nothing is kept of it on the way."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from connections.connection import Connection
from connections.connection_type import ConnectionType
from connections.layout import Layout, lay_out, pretty, standard_fields
from connections.pasting import Pasted
from connections.reading import EXTRA


def pasted_into(data: QueryDict, pasted: Pasted, one: ConnectionType) -> QueryDict:
    """The pasted connection in the fields of its type, in place of whatever they held."""
    layout = lay_out(pasted.connection, one)
    filled = _without_extras(data, one)
    for each in standard_fields(one):
        filled[each.name] = layout.texts[each.name]
    _lay(filled, layout, one)
    there = {*(name for name, text in layout.texts.items() if text), *(EXTRA + key for key in layout.others)}
    filled.setlist("clear", [name for name in data.getlist("stored_masked") if name not in there])
    filled["conn_id"] = data.get("conn_id") or pasted.conn_id
    filled["description"] = data.get("description") or pasted.description
    filled["secret"], filled["entry"] = "", "fields"
    return filled


def for_type(
    data: QueryDict, extra: Mapping[str, Any], old: ConnectionType, new: ConnectionType
) -> tuple[QueryDict, list[str]]:
    """The same input over another type's fields, and the labels of the secrets that found no place there.

    What else finds none stays among the other extras, where it can be seen.
    """
    layout = lay_out(Connection(extra=extra), new)
    secret = [field for field in old.extra_fields if field.sensitive and field.name in layout.others]
    others = {key: value for key, value in layout.others.items() if key not in {field.name for field in secret}}
    filled = _without_extras(data, new)
    _lay(filled, Layout(layout.texts, others, layout.masked), new)
    return filled, [field.label for field in secret]


def _without_extras(data: QueryDict, one: ConnectionType) -> QueryDict:
    """The input without another type's fields. Those of them that are stored go along by name, to be taken out."""
    filled = data.copy()
    for name in [name for name in data if name.startswith(EXTRA)]:
        del filled[name]
    for name in ("new_type", "preview"):
        filled.pop(name, None)
    filled["fill"] = "1"
    filled.setlist("shown_extras", [*data.getlist("shown_extras"), *_stored_elsewhere(data, one)])
    return filled


def _stored_elsewhere(data: QueryDict, one: ConnectionType) -> Iterable[str]:
    names = (name.removeprefix(f"initial-{EXTRA}") for name in data if name.startswith(f"initial-{EXTRA}"))
    return [name for name in names if data[f"initial-{EXTRA}{name}"] and one.extra_field(name) is None]


def _lay(filled: QueryDict, layout: Layout, one: ConnectionType) -> None:
    filled["conn_type"] = one.conn_type
    for name, text in layout.texts.items():
        if name.startswith(EXTRA):
            filled[name] = text
    filled["extra"] = pretty(layout.others)
    for each in standard_fields(one):
        if each.hidden and not filled.get(each.name):
            filled.pop(each.name, None)
