"""What a form's input would become, with every secret masked, and for an update what that changes. Without AWS."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from connections import catalog
from connections.connection import Connection, Encoded, NotRepresentable
from connections.credentials import holds_credentials
from connections.hints import hints
from connections.layout import lay_out
from connections.pasting import Pasted
from connections.reading import EXTRA, TEXT_FIELDS
from connections.shape import take_apart, types
from connections.typed_form import TypedForm
from secretsadmin.form_parts import Preview
from secretsadmin.kinds import Field, Note, Opened
from secretsadmin.unseen import lines

_MASK = "zzMASKEDzz"
_BULLETS = "••••••"


def preview_of(form: TypedForm, connection: Connection, encoded: Encoded) -> Preview:
    """Of a form that was checked: the connection that its input makes, and the text that this would be stored as."""
    opened = take_apart(encoded.text, form.environment.backend)
    found = stored_as(connection, encoded, opened)
    if kept := tuple(_kept(form)):
        readings = tuple(replace(reading, fields=(*reading.fields, *kept)) for reading in opened.readings)
        found = Preview(readings=readings)
    notes = (*said_before(form), *opened.notes, *_notes(form, connection))
    return replace(found, changes=tuple(_changes(form)), notes=notes)


def stored_as(connection: Connection, encoded: Encoded, opened: Opened) -> Preview:
    """A connection of which all is known, as the text that it would be stored as."""
    return Preview(
        readings=opened.readings,
        masked_text=_masked(connection, encoded),
        form=encoded.form.upper(),
        size=len(encoded.text.encode()),
        reason=encoded.reason,
    )


def _kept(form: TypedForm) -> Iterator[Field]:
    """The masked fields that a save would leave alone, so that a preview knows nothing of them."""
    if form.cleaned_data.get("secret"):
        return
    typed = form.cleaned_data.get("extra") or {}
    for name in sorted(form.masked - form.cleared):
        if not form.cleaned_data.get(name) and name.removeprefix(EXTRA) not in typed:
            yield Field(name, name, "as stored", masked=False)


def _changes(form: TypedForm) -> Iterator[Field]:
    """What differs from the form that was opened, which sends its plain fields' first values along."""
    if form.stored is None:
        return
    for name, field in form.fields.items():
        before, after = form.data.get(form.add_initial_prefix(name)), form.data.get(name, "")
        label = str(form[name].label)
        if name == "extra":
            yield from _changed_extras(form)
        elif field.show_hidden_initial and before is not None and lines(before) != lines(after):
            yield (
                Field(name, label, after, masked=True)
                if holds_credentials(after)
                else _changed(name, label, before, after)
            )
        elif name in form.secrets and after:
            yield Field(name, label, after)
        elif name in form.cleared:
            yield Field(name, label, "cleared", masked=False)
    for name in sorted(form.cleared - set(form.fields)):
        yield Field(name, name.removeprefix(EXTRA), "removed", masked=False)


def _changed(name: str, label: str, before: str, after: str) -> Field:
    return Field(name, label, f"{before or 'none'} → {after or 'none'}", masked=False)


def _changed_extras(form: TypedForm) -> Iterator[Field]:
    typed = form.cleaned_data.get("extra") or {}
    for key, value in typed.items():
        yield Field(EXTRA + key, key, json.dumps(value, ensure_ascii=False))
    for key in form.data.getlist("shown_extras"):
        if key not in typed and EXTRA + key not in form.fields:
            yield Field(EXTRA + key, key, "removed", masked=False)


def said_before(form: TypedForm) -> tuple[Note, ...]:
    """What there is to say of the input as such: how a paste was taken, and how the fields were filled."""
    pasted: Pasted | None = form.cleaned_data.get("secret")
    told = (Note(f"Read as {pasted.source}.", "ok"), *map(Note, pasted.notes)) if pasted else ()
    return (*form.notes, *told)


def _notes(form: TypedForm, connection: Connection) -> tuple[Note, ...]:
    conn_id = form.stored.ref.id if form.stored else form.cleaned_data.get("conn_id", "")
    one = catalog.get(connection.conn_type, types())
    found = hints(connection, one, conn_id, types(), beside_fields=not form.cleaned_data.get("secret"))
    doubt = form.environment.backend.doubt_of("connections", conn_id) if conn_id else ""
    return (Note(doubt), *found) if doubt else found


def _masked(connection: Connection, encoded: Encoded) -> str:
    """The stored text with bullets for its password and for every other secret in it."""
    layout = lay_out(connection, catalog.get(connection.conn_type, types()))
    secret: dict[str, Any] = {name: _MASK for name in layout.masked & set(TEXT_FIELDS) if layout.texts[name]}
    plain = {name.removeprefix(EXTRA) for name in set(layout.texts) - layout.masked if name.startswith(EXTRA)}
    extra = {key: value if key in plain else _MASK for key, value in connection.extra.items()}
    try:
        shown = replace(connection, **secret, extra=extra).encode(encoded.form)
    except NotRepresentable:
        return _BULLETS
    return shown.text.replace(_MASK, _BULLETS)
