"""What a form's input would become, with every secret masked, and what an update changes.

It asks nothing of AWS.
"""

import json
from collections.abc import Iterator
from dataclasses import replace

from connections.catalog import search
from connections.form.form import ConnectionForm
from connections.form.hints import hints
from connections.form.stored_text import stored_as
from connections.inspection import take_apart, types
from connections.value.connection import Connection, Encoded
from connections.value.credentials import holds_credentials
from connections.value.reading import EXTRA
from secretsadmin.forms.told import Preview
from secretsadmin.kinds import Field, Note
from secretsadmin.texts import lines


def preview_of(form: ConnectionForm, connection: Connection, encoded: Encoded) -> Preview:
    """The preview of a form that was checked, and of the connection that its input makes."""
    opened = take_apart(encoded.text, form.subject.environment.backend)
    kept = tuple(_kept(form))
    if kept:
        # The stored text holds what is kept, so nobody knows yet what it will be.
        readings = []
        for reading in opened.readings:
            readings.append(replace(reading, fields=(*reading.fields, *kept)))
        preview = Preview(readings=tuple(readings))
    else:
        preview = stored_as(connection, encoded, opened)
    notes = (*input_notes(form), *opened.notes, *_notes(form, connection))
    return replace(preview, changes=tuple(_changes(form)), notes=notes)


def input_notes(form: ConnectionForm) -> tuple[Note, ...]:
    """How a paste was read, and how the fields were filled."""
    if not form.pasted:
        return form.notes
    source = Note(f"Read as {form.pasted.source}.", "ok")
    return (*form.notes, source, *map(Note, form.pasted.notes))


def _kept(form: ConnectionForm) -> Iterator[Field]:
    """The masked fields that a save leaves alone, so that a preview can't show them."""
    if form.pasted:
        return
    extra = form.cleaned_data.get("extra") or {}
    for name in sorted(form.masked - form.cleared):
        is_retyped = form.cleaned_data.get(name) or name.removeprefix(EXTRA) in extra
        if not is_retyped:
            yield Field(name, name, "as stored", masked=False)


def _changes(form: ConnectionForm) -> Iterator[Field]:
    """What differs from the page as it was opened. The page sends its plain first values along."""
    if form.subject.stored is None:
        return
    for name in form.fields:
        if name == "extra":
            yield from _changed_extras(form)
        else:
            yield from _changed(form, name)
    for name in sorted(form.cleared - set(form.fields)):
        yield Field(name, name.removeprefix(EXTRA), "removed", masked=False)


def _changed(form: ConnectionForm, name: str) -> Iterator[Field]:
    before = form.first_value(name)
    after = form.data.get(name, "")
    label = str(form[name].label)
    is_shown = form.fields[name].show_hidden_initial
    if is_shown and before is not None and lines(before) != lines(after):
        if holds_credentials(after):
            yield Field(name, label, after, masked=True)
            return
        change = f"{before or 'none'} → {after or 'none'}"
        yield Field(name, label, change, masked=False)
    elif name in form.secrets and after:
        yield Field(name, label, after)
    elif name in form.cleared:
        yield Field(name, label, "cleared", masked=False)


def _changed_extras(form: ConnectionForm) -> Iterator[Field]:
    typed = form.cleaned_data.get("extra") or {}
    for key, value in typed.items():
        yield Field(EXTRA + key, key, json.dumps(value, ensure_ascii=False))
    for key in form.data.getlist("shown_extras"):
        has_field = EXTRA + key in form.fields
        if key not in typed and not has_field:
            yield Field(EXTRA + key, key, "removed", masked=False)


def _notes(form: ConnectionForm, connection: Connection) -> tuple[Note, ...]:
    conn_id = form.cleaned_data.get("conn_id", "")
    if form.subject.stored:
        conn_id = form.subject.stored.ref.id
    connection_type = search.get(connection.conn_type, types())
    notes = hints(connection, connection_type, conn_id, types(), beside_fields=not form.pasted)
    if not conn_id:
        return notes
    doubt = form.subject.environment.backend.doubt_of("connections", conn_id)
    if not doubt:
        return notes
    return (Note(doubt), *notes)
