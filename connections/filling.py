"""A form's input anew: from what was pasted, or for another type's fields. Nothing is kept of it on the way."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict

from connections.connection import Connection
from connections.connection_type import ConnectionType
from connections.layout import Layout, fits_an_input, lay_out, pretty, standard_fields
from connections.pasting import Pasted
from connections.reading import EXTRA, LABELS, TEXT_FIELDS
from secretsadmin.unseen import lines


def pasted_into(data: QueryDict, pasted: Pasted, one: ConnectionType) -> QueryDict:
    """The pasted connection in the fields of its type, in place of whatever they held."""
    layout, crlf = _with_line_ends(lay_out(pasted.connection, one), pasted.connection)
    filled = _without_extras(data, one)
    # Null and an empty text are stored behind empty fields, where the form doesn't know of them.
    filled.setlist("shown_extras", [*filled.getlist("shown_extras"), *(field.name for field in one.extra_fields)])
    filled.setlist("crlf", crlf)
    for each in standard_fields(one):
        filled[each.name] = layout.texts[each.name]
    _lay(filled, layout, one)
    there = {*(name for name, text in layout.texts.items() if text), *(EXTRA + key for key in layout.others)}
    filled.setlist("clear", [name for name in filled.getlist("stored_masked") if name not in there])
    filled["conn_id"] = data.get("conn_id") or pasted.conn_id
    filled["description"] = data.get("description") or pasted.description
    filled["secret"], filled["entry"] = "", "fields"
    return filled


def unfit(connection: Connection) -> str:
    """The standard fields whose text no input of a page can hold."""
    names = [name for name in TEXT_FIELDS if not fits_an_input(getattr(connection, name))]
    return ", ".join(LABELS[name] for name in names)


def _with_line_ends(layout: Layout, connection: Connection) -> tuple[Layout, list[str]]:
    """The layout without the texts whose line ends a form would change, and the names of those with CR LF alone."""
    wide = [name for name, text in layout.texts.items() if "\r" in text]
    crlf = [name for name in wide if lines(layout.texts[name]).replace("\n", "\r\n") == layout.texts[name]]
    mixed = [name for name in wide if name not in crlf]
    texts = {name: text for name, text in layout.texts.items() if name not in mixed}
    others = {key: connection.extra[key] for key in (name.removeprefix(EXTRA) for name in mixed)}
    return replace(layout, texts=texts, others={**layout.others, **others}), crlf


def for_type(
    data: QueryDict, extra: Mapping[str, Any], old: ConnectionType, new: ConnectionType
) -> tuple[QueryDict, list[str]]:
    """The same input over another type's fields, and the labels of the secrets that found no place there.

    What else finds none stays among the other extras, where it can be seen.
    """
    layout = lay_out(Connection(extra=extra), new)
    typed = [field for field in old.extra_fields if field.sensitive and data.get(EXTRA + field.name)]
    secret = [field for field in typed if field.name in layout.others]
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
    now_masked = (each.name for each in standard_fields(one) if each.sensitive and data.get(f"initial-{each.name}"))
    filled.setlist("stored_masked", list(dict.fromkeys((*data.getlist("stored_masked"), *now_masked))))
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
        if each.hidden and not filled.get(each.name) and not filled.get(f"initial-{each.name}"):
            filled.pop(each.name, None)
