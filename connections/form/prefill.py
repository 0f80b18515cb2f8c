"""A form's input anew: from what was pasted, or for another type's fields.

Nothing of it is stored on the way.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from connections.catalog.layout import Layout, fits_an_input, lay_out, pretty, standard_fields
from connections.pasting import Pasted
from connections.providers.types import ConnectionType
from connections.value.connection import Connection
from connections.value.reading import EXTRA, LABELS, TEXT_FIELDS
from secretsadmin.texts import lines


def pasted_into(data: QueryDict, pasted: Pasted, connection_type: ConnectionType) -> QueryDict:
    """The pasted connection in the fields of its type, in place of whatever they held."""
    whole_layout = lay_out(pasted.connection, connection_type)
    layout, crlf = _with_line_ends(whole_layout, pasted.connection)
    filled = _without_extras(data, connection_type)
    # Null and an empty text are stored behind empty fields, where the form doesn't know of them.
    keys = [field.name for field in connection_type.extra_fields]
    filled.setlist("shown_extras", [*filled.getlist("shown_extras"), *keys])
    filled.setlist("crlf", crlf)
    for field in standard_fields(connection_type):
        filled[field.name] = layout.texts[field.name]
    _lay(filled, layout, connection_type)
    filled.setlist("clear", _emptied(filled.getlist("stored_masked"), layout))
    filled["conn_id"] = data.get("conn_id") or pasted.conn_id
    filled["description"] = data.get("description") or pasted.description
    filled["secret"] = ""
    filled["entry"] = "fields"
    return filled


def _emptied(stored_masked: list[str], layout: Layout) -> list[str]:
    """The masked fields that are stored, and have no value in the layout."""
    names_with_value = {EXTRA + key for key in layout.others}
    for name, text in layout.texts.items():
        if text:
            names_with_value.add(name)
    return [name for name in stored_masked if name not in names_with_value]


def unfit(connection: Connection) -> str:
    """The standard fields whose text no input of a page can hold."""
    labels = []
    for name in TEXT_FIELDS:
        if not fits_an_input(getattr(connection, name)):
            labels.append(LABELS[name])
    return ", ".join(labels)


def _with_line_ends(layout: Layout, connection: Connection) -> tuple[Layout, list[str]]:
    """The layout without texts whose line ends a form would change.

    With it come the names of the texts that end each line with CR LF: a form can keep these.
    """
    texts: dict[str, str] = {}
    others = dict(layout.others)
    crlf = []
    for name, text in layout.texts.items():
        if "\r" not in text:
            texts[name] = text
        elif text == lines(text).replace("\n", "\r\n"):
            texts[name] = text
            crlf.append(name)
        else:
            key = name.removeprefix(EXTRA)
            others[key] = connection.extra[key]
    return replace(layout, texts=texts, others=others), crlf


def for_type(
    data: QueryDict, extra: Mapping[str, Any], old: ConnectionType, new: ConnectionType
) -> tuple[QueryDict, list[str]]:
    """The same input in another type's fields, and the labels of the secrets that it left out.

    A secret without a field there is left out. Any other value without one goes among the other
    extras, where it can be seen.
    """
    layout = lay_out(Connection(extra=extra), new)
    others = dict(layout.others)
    left_out = []
    for field in old.extra_fields:
        is_typed = bool(data.get(EXTRA + field.name))
        if field.sensitive and is_typed and field.name in others:
            del others[field.name]
            left_out.append(field.label)
    filled = _without_extras(data, new)
    _lay(filled, replace(layout, others=others), new)
    return filled, left_out


def _without_extras(data: QueryDict, connection_type: ConnectionType) -> QueryDict:
    """The input without another type's fields.

    The stored ones among them are named in it, so that a save takes them out.
    """
    filled = data.copy()
    for name in data:
        if name.startswith(EXTRA):
            del filled[name]
    for name in ("new_type", "preview"):
        filled.pop(name, None)
    filled["fill"] = "1"
    stored_elsewhere = _stored_elsewhere(data, connection_type)
    filled.setlist("shown_extras", [*data.getlist("shown_extras"), *stored_elsewhere])
    stored_masked = dict.fromkeys(data.getlist("stored_masked"))
    for field in standard_fields(connection_type):
        if field.sensitive and data.get(f"initial-{field.name}"):
            stored_masked[field.name] = None
    filled.setlist("stored_masked", list(stored_masked))
    return filled


def _stored_elsewhere(data: QueryDict, connection_type: ConnectionType) -> list[str]:
    """The stored keys that this type has no field for."""
    prefix = f"initial-{EXTRA}"
    keys = []
    for name in data:
        if not name.startswith(prefix) or not data[name]:
            continue
        key = name.removeprefix(prefix)
        if connection_type.extra_field(key) is None:
            keys.append(key)
    return keys


def _lay(filled: QueryDict, layout: Layout, connection_type: ConnectionType) -> None:
    filled["conn_type"] = connection_type.conn_type
    for name, text in layout.texts.items():
        if name.startswith(EXTRA):
            filled[name] = text
    filled["extra"] = pretty(layout.others)
    for field in standard_fields(connection_type):
        has_text = filled.get(field.name) or filled.get(f"initial-{field.name}")
        if field.hidden and not has_text:
            filled.pop(field.name, None)
