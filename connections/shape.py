"""What a stored connection looks like to the shared pages: its fields, and what Airflow makes of them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from connections import catalog
from connections.clarity import is_clear
from connections.connection import (
    Connection,
    Reader,
    UnreadableSecret,
    differing_fields,
    form_of,
    ignored_keys,
)
from connections.connection_type import ConnectionType
from connections.copying import AS_STORED, FORMATS
from connections.fields import is_plain
from connections.layout import lay_out, read_alike, standard_fields
from connections.reading import EXTRA
from secretsadmin import environments
from secretsadmin.comparing import MAX_KEYS, WHOLE, Fields, of_json, told_apart
from secretsadmin.kinds import (
    UNREADABLE,
    UNREADABLE_IN_2,
    UNREADABLE_IN_3,
    Field,
    Named,
    Note,
    Opened,
    Reading,
    Shape,
    Usage,
    withheld,
)
from secretsadmin.unseen import few, hides

_Read = Mapping[Reader, Connection | UnreadableSecret]


def open_text(text: str, extra_conn_words: Mapping[str, Any]) -> Opened:
    """What there is to know of a stored text. Never raises."""
    opened = take_apart(text, extra_conn_words)
    hiding = tuple(_unseen(opened.fields))
    coarse = (*(opened.coarse_notes or ()), *hiding)
    return replace(opened, notes=(*opened.notes, *hiding), coarse_notes=coarse)


def take_apart(text: str, extra_conn_words: Mapping[str, Any]) -> Opened:
    """A text as both of Airflow's readers read it. Never raises.

    What isn't clear stays masked as a whole: its password may stand in any field.
    """
    read = {reader: _read(text, reader, extra_conn_words) for reader in Reader}
    connection = next((c for c in reversed(read.values()) if isinstance(c, Connection)), None)
    clear = is_clear(text)
    seen = _seen(read, is_sure=clear)
    return Opened(
        fields=fields_of(connection) if connection and clear else _whole(text),
        readings=readings(read) if clear else tuple(map(_all_masked, readings(read))),
        form=form_of(text).upper(),
        type=connection.conn_type if connection and clear else "",
        notes=_notes(text, read, extra_conn_words, is_sure=clear),
        coarse_readings=readings(seen) if clear else tuple(map(_all_masked, readings(seen))),
        coarse_notes=_notes(text, seen, extra_conn_words, is_sure=clear),
    )


def _seen(read: _Read, *, is_sure: bool) -> _Read:
    """What is read, as readers seem to read it to whoever may not reveal."""
    older, newer = read.values()
    if isinstance(older, UnreadableSecret) or isinstance(newer, UnreadableSecret):
        return read
    alike = read_alike(older, newer, catalog.get(newer.conn_type, types())) if is_sure else newer
    return dict(zip(read, (alike, newer), strict=True))


def judge(text: str, extra_conn_words: Mapping[str, Any]) -> str:
    """The form of a text that both of Airflow's readers read, or which of them don't."""
    failing = [reader for reader in Reader if isinstance(_read(text, reader, extra_conn_words), UnreadableSecret)]
    if len(failing) == len(Reader):
        return UNREADABLE
    if failing:
        return UNREADABLE_IN_2 if failing == [Reader.AIRFLOW_2] else UNREADABLE_IN_3
    return form_of(text)


def parts(before: str, after: str, extra_conn_words: Mapping[str, Any]) -> tuple[Fields, Fields]:
    """Two stored texts as connections, whatever their forms; as texts where one isn't clear, or has too many fields."""
    one, other = (_newest(text, extra_conn_words) for text in (before, after))
    found = (_parts_of(one), _parts_of(other)) if one and other else None
    if found is None or max(map(len, found)) > MAX_KEYS:
        return _as_one(before), _as_one(after)
    return found


def part(text: str, name: str, extra_conn_words: Mapping[str, Any]) -> Field | None:
    """The part of a stored text that a comparison calls so."""
    connection = _newest(text, extra_conn_words)
    fields = _parts_of(connection) if connection else ()
    return next((field for field in fields if field.name == name), None)


def outline(before: str, after: str, extra_conn_words: Mapping[str, Any]) -> tuple[Fields, Fields]:
    """The same parts for whoever may not reveal, to whom the names of fields and keys are shown."""
    one, other = parts(before, after, extra_conn_words)
    return withheld(one), withheld(other)


def ways(texts: tuple[str, ...], extra_conn_words: Mapping[str, Any]) -> tuple[Fields, ...]:
    """Stored texts by field, an empty one as nothing; as wholes where one of them isn't clear, or has too many."""
    read = [_newest(text, extra_conn_words) for text in texts]
    found = [_parts_of(one) if one else () for one in read]
    if any(text and one is None for text, one in zip(texts, read, strict=True)) or max(map(len, found)) > MAX_KEYS:
        return tuple(map(_as_one, texts))
    return tuple(found)


def _as_one(text: str) -> Fields:
    """A text that is compared or chosen whole, if there is one."""
    return (Field(WHOLE, "Stored text", text),) if text else ()


def _newest(text: str, words: Mapping[str, Any]) -> Connection | None:
    """What the newest Airflow reads of a text that is clear."""
    read = _read(text, list(Reader)[-1], words)
    return read if isinstance(read, Connection) and is_clear(text) else None


def _whole(text: str) -> Fields:
    return (Field(WHOLE, "Stored text", text),)


def _parts_of(connection: Connection) -> Fields:
    """The fields, each value in the one spelling that it has whatever the type: another type may mask what this shows.

    A number and the text of its digits are told apart, and the order of an object's keys doesn't count.
    """
    extras = {EXTRA + key: value for key, value in connection.extra.items()}
    return tuple(
        replace(field, value=told_apart(extras[field.name])) if field.name in extras else field
        for field in fields_of(connection)
    )


def fields_of(connection: Connection) -> Fields:
    """Every field that has something in it, under its type's own label. What isn't known to be plain is masked."""
    one = catalog.get(connection.conn_type, types())
    layout = lay_out(connection, one)
    standard = [
        Field(each.name, each.label, layout.texts[each.name], masked=each.name in layout.masked)
        for each in standard_fields(one)
    ]
    extras = [_extra_field(one, key, value) for key, value in connection.extra.items()]
    conn_type = Field("conn_type", "Connection type", connection.conn_type, masked=False)
    return tuple(field for field in (conn_type, *standard, *extras) if field.value)


def _extra_field(one: ConnectionType, key: str, value: Any) -> Field:
    known = one.extra_field(key)
    label = known.label if known else key
    if is_plain(known, value):
        return Field(EXTRA + key, label, text_of(value), masked=False)
    # The length of a masked true or false would tell which of both it is.
    return replace(of_json(EXTRA + key, label, value), value=text_of(value))


def readings(read: _Read) -> tuple[Reading, ...]:
    """What Airflow reads: once where both readers agree, else for each."""
    one, other = read.values()
    if isinstance(one, Connection) and isinstance(other, Connection) and not differing_fields(one, other):
        return (_reading("Airflow 2 and 3", one),)
    if isinstance(one, UnreadableSecret) and isinstance(other, UnreadableSecret) and str(one) == str(other):
        return (_reading("Airflow 2 and 3", one),)
    return tuple(_reading(reader.value, what) for reader, what in read.items())


def _read(text: str, reader: Reader, words: Mapping[str, Any]) -> Connection | UnreadableSecret:
    try:
        return Connection.from_secret(text, reader=reader, extra_conn_words=words)
    except UnreadableSecret as error:
        return error


def _all_masked(reading: Reading) -> Reading:
    """Without the names of its keys, which may be pieces of a secret."""
    standard = tuple(replace(field, masked=True) for field in reading.fields if not field.name.startswith(EXTRA))
    extras = [field for field in reading.fields if field.name.startswith(EXTRA)]
    whole = Field("extra", "Extra", "".join(field.value or "" for field in extras), sort=f"{len(extras)} keys")
    return replace(reading, fields=(*standard, whole) if extras else standard)


def _reading(label: str, what: Connection | UnreadableSecret) -> Reading:
    if isinstance(what, UnreadableSecret):
        error, coarse = (f"Airflow will not find this connection. {sentence}" for sentence in (what, what.coarse))
        return Reading(label, error=error, coarse_error=coarse)
    return Reading(label, fields_of(what))


def _notes(text: str, read: _Read, words: Mapping[str, Any], *, is_sure: bool) -> tuple[Note, ...]:
    notes = []
    one, other = read.values()
    if isinstance(other, Connection) and not is_sure:
        notes.append(Note("It isn't written as a connection is, so a password may stand in any field: all are masked."))
    elif isinstance(one, Connection) and isinstance(other, Connection) and (names := differing_fields(one, other)):
        notes.append(Note(f"Airflow 2 and 3 read these differently: {few(names)}. Save it anew to settle that."))
    if isinstance(other, Connection) and (ignored := ignored_keys(text, words)):
        notes.append(Note(f"Airflow drops these keys of the JSON without a word: {few(ignored)}."))
        if "conn_type" in ignored:
            notes.append(Note("It takes conn_id, connection_type or engine for the type, as that stands first."))
    if isinstance(other, Connection) and not other.conn_type:
        notes.append(Note("It has no connection type, so most hooks can't use it."))
    return tuple(notes)


def _unseen(fields: Fields) -> Iterator[Note]:
    """Of what is masked nothing more is told than its length."""
    for field in fields:
        if not field.masked and (what := hides(field.value or "")):
            yield Note(f"{field.label}: it {what}.", "info")


def text_of(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)


def types() -> catalog.Types:
    """The connection types of this site: its own catalogue, if it has one, or that of Airflow's providers."""
    return catalog.load(environments.site().connection_types or catalog.BUILT_IN)


def usage(secret: Named) -> tuple[Usage, ...]:
    return catalog.usage(secret.type, secret.id, types())


def title(conn_type: str) -> str:
    return catalog.get(conn_type, types()).name if conn_type else ""


def icon(conn_type: str) -> str:
    return catalog.get(conn_type, types()).icon


SHAPE = Shape(
    open=open_text,
    judge=judge,
    parts=parts,
    outline=outline,
    part=part,
    use=usage,
    secret="password",  # noqa: S106 - the field's name.
    whole=AS_STORED,
    label=title,
    icon=icon,
    copies=FORMATS,
)
