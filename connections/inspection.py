"""What there is to know of a stored connection: its fields, and what each Airflow makes of them."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from connections.catalog import search
from connections.catalog.fields import is_plain
from connections.catalog.layout import lay_out, read_alike, standard_fields
from connections.providers import catalogue
from connections.providers.types import ConnectionType
from connections.value.agreeing import Readings, readings_by
from connections.value.clarity import is_clear
from connections.value.connection import (
    Connection,
    UnreadableSecret,
    differing_among,
    format_of,
)
from connections.value.dropped import ignored_keys, taken_for_nothing
from connections.value.errors import InvalidConnectionString
from connections.value.readers import AIRFLOW_2, everybody, names
from connections.value.reading import EXTRA
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.site import configured_site
from secretsadmin.diff.fields import WHOLE, Fields
from secretsadmin.diff.json_parts import MAX_KEYS, distinct_text, json_part
from secretsadmin.kinds import (
    UNREADABLE,
    UNREADABLE_BY_SOME,
    Field,
    Note,
    Opened,
    Reading,
    withheld,
)
from secretsadmin.texts import few, hides

# A note spells out a few of the values that are read differently, if they aren't longer than this,
# in characters.
MOST_SPELLED_OUT, LONGEST_SPELLED_OUT = 3, 40
TYPE_WORDS: dict[type, str] = {
    str: "text",
    int: "number",
    float: "number",
    list: "list",
    dict: "JSON object",
}


def types() -> catalogue.Types:
    """The connection types of this site: from its own catalogue if it has one."""
    return catalogue.load(configured_site().connection_types or catalogue.BUILT_IN)


# --- one text ---


def inspect(text: str, backend: BackendConfig) -> Opened:
    """All there is to know of a stored text. Never raises."""
    opened = take_apart(text, backend)
    hiding = tuple(_notes_on_hidden_characters(opened.fields))
    coarse_notes = (*(opened.coarse_notes or ()), *hiding)
    return replace(opened, notes=(*opened.notes, *hiding), coarse_notes=coarse_notes)


def take_apart(text: str, backend: BackendConfig) -> Opened:
    """A text as each of the environment's readers reads it. Never raises.

    A text that isn't clear is masked as a whole, because its password may stand in any field.
    """
    readings, clear = readings_by(text, backend), is_clear(text)
    best = readings.best if clear else None
    opened = Opened(
        fields=fields_of(best) if best else _whole(text),
        readings=_shown_readings(readings, backend.airflow, is_sure=clear),
        format=format_of(text).upper(),
        type=best.conn_type if best else "",
        notes=tuple(_notes(text, readings, backend, is_sure=clear)),
    )
    seen = as_seen(readings, is_sure=clear)
    if seen is readings:
        return replace(opened, coarse_readings=opened.readings, coarse_notes=opened.notes)
    return replace(
        opened,
        coarse_readings=_shown_readings(seen, backend.airflow, is_sure=clear),
        coarse_notes=tuple(_notes(text, seen, backend, is_sure=clear)),
    )


def as_seen(readings: Readings, *, is_sure: bool) -> Readings:
    """The readings as they seem to people who may not reveal.

    To them, readers that differ only in what is masked agree. Where it isn't sure what is what,
    all readers seem to agree.
    """
    best = readings.best
    if best is None or readings.agree:
        return readings
    connection_type = search.get(best.conn_type, types())
    made = {}
    for reading in readings.readings:
        seen = reading.made
        if isinstance(seen, Connection):
            seen = read_alike(seen, best, connection_type) if is_sure else best
        made.update(dict.fromkeys(reading.who, seen))
    return Readings({who: made[who] for who in readings.made})


def judge(text: str, backend: BackendConfig) -> str:
    """The format of a text that all of the environment's readers read, or else its trouble."""
    readings = readings_by(text, backend)
    if not readings.connections:
        return UNREADABLE
    if len(readings.connections) < len(readings.readings):
        return UNREADABLE_BY_SOME
    return format_of(text)


def fields_of(connection: Connection) -> Fields:
    """Each field that has something in it, under its type's own label.

    A value is masked unless the catalogue knows that it is plain.
    """
    connection_type = search.get(connection.conn_type, types())
    layout = lay_out(connection, connection_type)
    fields = [Field("conn_type", "Connection type", connection.conn_type, masked=False)]
    for field in standard_fields(connection_type):
        masked = field.name in layout.masked
        fields.append(Field(field.name, field.label, layout.texts[field.name], masked=masked))
    for key, value in connection.extra.items():
        fields.append(_extra_field(connection_type, key, value))
    return tuple(field for field in fields if field.value)


def _extra_field(connection_type: ConnectionType, key: str, value: Any) -> Field:
    declared = connection_type.extra_field(key)
    label = key
    if declared:
        label = declared.label
    if is_plain(declared, value):
        return Field(EXTRA + key, label, text_of(value), masked=False)
    # The length of a masked true or false would tell which of the two it is.
    return replace(json_part(EXTRA + key, label, value), value=text_of(value))


def text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


# --- two texts and more ---


def diff(
    before: str, after: str, backend: BackendConfig, *, may_learn: bool
) -> tuple[Fields, Fields]:
    """Two stored texts as fields, whatever their formats. Never raises.

    Both are compared as wholes where one of them isn't clear, or has too many fields. What people
    may not learn is withheld from them, but the names of fields and keys aren't.
    """
    sides = _parts_of_all((before, after), backend)
    if sides is None or not before or not after:
        sides = (_as_one(before), _as_one(after))
    if not may_learn:
        return withheld(sides[0]), withheld(sides[1])
    return sides[0], sides[1]


def merge_parts(texts: tuple[str, ...], backend: BackendConfig) -> tuple[Fields, ...]:
    """Stored texts by field, an empty text as nothing. Never raises.

    All are taken as wholes where one of them isn't clear, or has too many fields.
    """
    sides = _parts_of_all(texts, backend)
    if sides is None:
        return tuple(_as_one(text) for text in texts)
    return sides


def part(text: str, name: str, backend: BackendConfig) -> Field | None:
    """The part of a stored text that has this name in a comparison."""
    connection = read_by_hooks(text, backend)
    if connection is None:
        return None
    return next((field for field in _parts_of(connection) if field.name == name), None)


def _parts_of_all(texts: Iterable[str], backend: BackendConfig) -> tuple[Fields, ...] | None:
    """The parts of each text, an empty text as nothing; None where one can't be taken apart."""
    sides = []
    for text in texts:
        connection = read_by_hooks(text, backend) if text else None
        if text and connection is None:
            return None
        parts = _parts_of(connection) if connection else ()
        if len(parts) > MAX_KEYS:
            return None
        sides.append(parts)
    return tuple(sides)


def read_by_hooks(text: str, backend: BackendConfig) -> Connection | None:
    """What hooks read of a text that is clear, in the newest release that it can be."""
    reader = everybody(backend.airflow)[-1].reader
    try:
        read = Connection.from_secret(
            text, reader=reader, extra_conn_words=backend.extra_conn_words
        )
    except UnreadableSecret:
        return None
    return read if is_clear(text) else None


def _parts_of(connection: Connection) -> Fields:
    """The fields, with each value of the extra spelled in the one way that no other value has.

    A number and the text of its digits differ, and the order of an object's keys doesn't count.
    """
    parts = []
    for field in fields_of(connection):
        key = field.name.removeprefix(EXTRA)
        if field.name.startswith(EXTRA) and key in connection.extra:
            parts.append(replace(field, value=distinct_text(connection.extra[key])))
        else:
            parts.append(field)
    return tuple(parts)


def _as_one(text: str) -> Fields:
    """A text that is compared or chosen whole, if there is one."""
    return _whole(text) if text else ()


def _whole(text: str) -> Fields:
    return (Field(WHOLE, "Stored text", text),)


# --- readings ---


def _shown_readings(readings: Readings, release: str, *, is_sure: bool) -> tuple[Reading, ...]:
    """What hooks read comes first. Of other readings, only the differing fields are shown."""
    shown = tuple(_each_reading(readings, release))
    if is_sure:
        return shown
    return tuple(_all_masked(reading) for reading in shown)


def _each_reading(readings: Readings, release: str) -> Iterator[Reading]:
    best = readings.best
    differing: frozenset[str] = frozenset()
    if best:
        differing = frozenset(differing_among(best, readings.connections))
    plain = _plain_somewhere(readings, differing)
    for reading in readings.readings:
        label = names(reading.who, release)
        if isinstance(reading.made, UnreadableSecret):
            yield _failing(label, reading.made, differs=not readings.agree)
            continue
        fields = []
        for field in fields_of(reading.made):
            if field.name in plain:
                fields.append(_spelled_out(field, reading.made))
            else:
                fields.append(field)
        if reading.made is best:
            yield Reading(label, tuple(fields))
        else:
            yield Reading(label, tuple(_only(fields, differing)), differs=True)


def _plain_somewhere(readings: Readings, differing: Collection[str]) -> frozenset[str]:
    """Of the extra's keys that are read differently, those that one reading shows.

    The other readings show them, too.
    """
    shown: set[str] = set()
    if differing:
        for connection in readings.connections:
            shown.update(field.name for field in fields_of(connection) if not field.masked)
    return frozenset(name for name in differing if name in shown and name.startswith(EXTRA))


def _failing(label: str, error: UnreadableSecret, *, differs: bool) -> Reading:
    outcome = "Airflow will not find this connection."
    return Reading(
        label,
        error=f"{outcome} {error}",
        coarse_error=f"{outcome} {error.coarse}",
        differs=differs,
    )


def _only(fields: Iterable[Field], names: frozenset[str]) -> Iterator[Field]:
    """The fields of these names. One that is missing is shown as empty."""
    present = [field for field in fields if field.name in names]
    yield from present
    for missing in sorted(names - {field.name for field in present}):
        yield Field(missing, missing, "", masked=False)


def _spelled_out(field: Field, connection: Connection) -> Field:
    """A value as JSON writes it, which tells the text "30" from the number."""
    value = connection.extra[field.name.removeprefix(EXTRA)]
    return Field(field.name, field.label, json.dumps(value, ensure_ascii=False), masked=False)


def _all_masked(reading: Reading) -> Reading:
    """Without the names of its keys, which may be pieces of a secret."""
    fields, extras = [], []
    for field in reading.fields:
        if field.name.startswith(EXTRA):
            extras.append(field)
        else:
            fields.append(replace(field, masked=True))
    if extras:
        text = "".join(field.value or "" for field in extras)
        fields.append(Field("extra", "Extra", text, sort=f"{len(extras)} keys"))
    return replace(reading, fields=tuple(fields))


# --- notes ---


def _notes(
    text: str, readings: Readings, backend: BackendConfig, *, is_sure: bool
) -> Iterator[Note]:
    connection = readings.best
    if connection is None:
        yield from _notes_on_logging(readings)
        return
    if is_sure:
        yield from _notes_on_differences(connection, readings, backend.airflow)
    else:
        yield Note(
            "It isn't written as a connection is, so a password may stand in any field: "
            "all are masked."
        )
    words = backend.extra_conn_words
    ignored = ignored_keys(text, words)
    if ignored:
        yield Note(f"Airflow drops these keys of the JSON without a word: {few(ignored)}.")
    if "conn_type" in ignored:
        yield Note(
            "It takes conn_id, connection_type or engine for the type, as that stands first."
        )
    for sentence in taken_for_nothing(text, words):
        yield Note(sentence)
    if not connection.conn_type:
        yield Note("It has no connection type, so most hooks can't use it.")


def _notes_on_logging(readings: Readings) -> Iterator[Note]:
    is_read_by_airflow_2 = any(who.releases is AIRFLOW_2 for who in readings.made)
    errors = [reading.made for reading in readings.readings]
    is_quoted = any(isinstance(error, InvalidConnectionString) for error in errors)
    if is_quoted and is_read_by_airflow_2:
        yield Note(
            "Airflow 2 logs all of this text, its password too, whenever it looks it up. "
            "Change the password."
        )


def _notes_on_differences(best: Connection, readings: Readings, release: str) -> Iterator[Note]:
    """Which fields are read differently, and what the first few plain ones are to whom."""
    differing = differing_among(best, readings.connections)
    if not differing:
        return
    who = _who_differ(release)
    yield Note(f"{who} read these differently: {few(differing)}. Save it anew to settle that.")
    plain = _plain_somewhere(readings, differing)
    for name in [name for name in differing if name in plain][:MOST_SPELLED_OUT]:
        key = name.removeprefix(EXTRA)
        values = []
        for reading in readings.readings:
            if isinstance(reading.made, Connection):
                value = _in_words(reading.made.extra.get(key))
                values.append(f"{value} in {names(reading.who, release)}")
        yield Note(f"{key} is {', and '.join(values)}.")


def _in_words(value: Any) -> str:
    """A value with its type, spelled out where it is short."""
    written = json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool) or value is None:
        return written
    word = next(word for kind, word in TYPE_WORDS.items() if isinstance(value, kind))
    if isinstance(value, str | int | float) and len(written) <= LONGEST_SPELLED_OUT:
        return f"the {word} {written}"
    return f"a {word}"


def _who_differ(release: str) -> str:
    readers = everybody(release)
    processes = {who.process for who in readers}
    if len(readers) == len(processes):
        return "Airflow's server and its tasks"
    return "Airflow's releases"


def _notes_on_hidden_characters(fields: Fields) -> Iterator[Note]:
    """A masked field gets no note: a page tells nothing of it but its length."""
    for field in fields:
        if not field.masked and (what := hides(field.value or "")):
            yield Note(f"{field.label}: it {what}.", "info")
