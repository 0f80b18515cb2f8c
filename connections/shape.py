"""What a stored connection looks like to the shared pages: its fields, and what Airflow makes of them."""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any

from connections import catalog
from connections.agreeing import Readings, readings_by
from connections.clarity import is_clear
from connections.connection import Connection, UnreadableSecret, differing_among, form_of
from connections.connection_type import ConnectionType
from connections.copying import AS_STORED, FORMATS
from connections.dropped import ignored_keys, taken_for_nothing
from connections.fields import is_plain
from connections.layout import lay_out, read_alike, standard_fields
from connections.readers import AIRFLOW_2, everybody, names
from connections.reading import EXTRA, InvalidConnectionString
from secretsadmin import environments
from secretsadmin.backend import BackendConfig
from secretsadmin.comparing import MAX_KEYS, WHOLE, Fields, of_json, told_apart
from secretsadmin.kinds import (
    UNREADABLE,
    UNREADABLE_BY_SOME,
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

# Of how many values that are read differently a note says what each is, and up to which length in characters.
MOST_SAID, LONGEST_SAID = 3, 40
SORTS: dict[type, str] = {str: "text", int: "number", float: "number", list: "list", dict: "JSON object"}


def open_text(text: str, backend: BackendConfig) -> Opened:
    """What there is to know of a stored text. Never raises."""
    opened = take_apart(text, backend)
    hiding = tuple(_unseen(opened.fields))
    coarse = (*(opened.coarse_notes or ()), *hiding)
    return replace(opened, notes=(*opened.notes, *hiding), coarse_notes=coarse)


def take_apart(text: str, backend: BackendConfig) -> Opened:
    """A text as all of the environment's readers read it. Never raises.

    What isn't clear stays masked as a whole: its password may stand in any field.
    """
    readings = readings_by(text, backend)
    connection, clear = readings.best, is_clear(text)
    opened = Opened(
        fields=fields_of(connection) if connection and clear else _whole(text),
        readings=_told(readings, backend.airflow, is_sure=clear),
        form=form_of(text).upper(),
        type=connection.conn_type if connection and clear else "",
        notes=tuple(_notes(text, readings, backend, is_sure=clear)),
    )
    coarse = seen(readings, is_sure=clear)
    if coarse is readings:
        return replace(opened, coarse_readings=opened.readings, coarse_notes=opened.notes)
    return replace(
        opened,
        coarse_readings=_told(coarse, backend.airflow, is_sure=clear),
        coarse_notes=tuple(_notes(text, coarse, backend, is_sure=clear)),
    )


def seen(readings: Readings, *, is_sure: bool) -> Readings:
    """What is read, as readers seem to read it to whoever may not reveal; alike, where it isn't sure what is what."""
    best = readings.best
    if best is None or readings.agree:
        return readings
    one = catalog.get(best.conn_type, types())
    alike = {id(each): read_alike(each, best, one) if is_sure else best for each in readings.connections}
    made = {who: each.made for each in readings.readings for who in each.who}
    return Readings({who: alike.get(id(made[who]), made[who]) for who in readings.made})


def judge(text: str, backend: BackendConfig) -> str:
    """The form of a text that all of the environment's readers read, or whether some of them do."""
    readings = readings_by(text, backend)
    if not readings.connections:
        return UNREADABLE
    if len(readings.connections) < len(readings.readings):
        return UNREADABLE_BY_SOME
    return form_of(text)


def parts(before: str, after: str, backend: BackendConfig) -> tuple[Fields, Fields]:
    """Two stored texts as connections, whatever their forms; as texts where one isn't clear, or has too many fields."""
    one, other = (_hooks_read(text, backend) for text in (before, after))
    found = (_parts_of(one), _parts_of(other)) if one and other else None
    if found is None or max(map(len, found)) > MAX_KEYS:
        return _as_one(before), _as_one(after)
    return found


def part(text: str, name: str, backend: BackendConfig) -> Field | None:
    """The part of a stored text that a comparison calls so."""
    connection = _hooks_read(text, backend)
    fields = _parts_of(connection) if connection else ()
    return next((field for field in fields if field.name == name), None)


def outline(before: str, after: str, backend: BackendConfig) -> tuple[Fields, Fields]:
    """The same parts for whoever may not reveal, to whom the names of fields and keys are shown."""
    one, other = parts(before, after, backend)
    return withheld(one), withheld(other)


def ways(texts: tuple[str, ...], backend: BackendConfig) -> tuple[Fields, ...]:
    """Stored texts by field, an empty one as nothing; as wholes where one of them isn't clear, or has too many."""
    read = [_hooks_read(text, backend) for text in texts]
    found = [_parts_of(one) if one else () for one in read]
    if any(text and one is None for text, one in zip(texts, read, strict=True)) or max(map(len, found)) > MAX_KEYS:
        return tuple(map(_as_one, texts))
    return tuple(found)


def _as_one(text: str) -> Fields:
    """A text that is compared or chosen whole, if there is one."""
    return (Field(WHOLE, "Stored text", text),) if text else ()


def _hooks_read(text: str, backend: BackendConfig) -> Connection | None:
    """What hooks read of a text that is clear, in the newest release that it can be."""
    hooks = everybody(backend.airflow)[-1].reader
    try:
        read = Connection.from_secret(text, reader=hooks, extra_conn_words=backend.extra_conn_words)
    except UnreadableSecret:
        return None
    return read if is_clear(text) else None


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


def _told(readings: Readings, release: str, *, is_sure: bool) -> tuple[Reading, ...]:
    """What hooks see comes first, and of what others read only where it differs."""
    told = tuple(_each_told(readings, release))
    return told if is_sure else tuple(map(_all_masked, told))


def _each_told(readings: Readings, release: str) -> Iterator[Reading]:
    best = readings.best
    differing = frozenset(differing_among(best, readings.connections)) if best else frozenset()
    plain = _plain_somewhere(readings, differing)
    for each in readings.readings:
        who = names(each.who, release)
        if isinstance(each.made, UnreadableSecret):
            yield _failing(who, each.made, differs=not readings.agree)
            continue
        fields = [_literal(field, each.made) if field.name in plain else field for field in fields_of(each.made)]
        is_best = each.made is best
        yield Reading(who, tuple(fields if is_best else _only(fields, differing)), differs=not is_best)


def _plain_somewhere(readings: Readings, differing: Collection[str]) -> frozenset[str]:
    """The keys of the extra that are read differently, and shown as one of them is read: so they are, as all are."""
    if not differing:
        return frozenset()
    shown = {field.name for each in readings.connections for field in fields_of(each) if not field.masked}
    return frozenset(name for name in differing if name in shown and name.startswith(EXTRA))


def _failing(who: str, error: UnreadableSecret, *, differs: bool) -> Reading:
    sentence, coarse = (f"Airflow will not find this connection. {each}" for each in (error, error.coarse))
    return Reading(who, error=sentence, coarse_error=coarse, differs=differs)


def _only(fields: Iterable[Field], names: frozenset[str]) -> Iterator[Field]:
    """These of the fields; one that isn't there is told to be nothing."""
    there = [field for field in fields if field.name in names]
    yield from there
    for missing in sorted(names - {field.name for field in there}):
        yield Field(missing, missing, "", masked=False)


def _literal(field: Field, connection: Connection) -> Field:
    """A value as JSON writes it, where the text "30" has to be told from the number."""
    value = connection.extra[field.name.removeprefix(EXTRA)]
    return Field(field.name, field.label, json.dumps(value, ensure_ascii=False), masked=False)


def _all_masked(reading: Reading) -> Reading:
    """Without the names of its keys, which may be pieces of a secret."""
    standard = tuple(replace(field, masked=True) for field in reading.fields if not field.name.startswith(EXTRA))
    extras = [field for field in reading.fields if field.name.startswith(EXTRA)]
    whole = Field("extra", "Extra", "".join(field.value or "" for field in extras), sort=f"{len(extras)} keys")
    return replace(reading, fields=(*standard, whole) if extras else standard)


def _notes(text: str, readings: Readings, backend: BackendConfig, *, is_sure: bool) -> Iterator[Note]:
    connection = readings.best
    if connection is None:
        yield from _logged(readings)
        return
    if not is_sure:
        yield Note("It isn't written as a connection is, so a password may stand in any field: all are masked.")
    elif differing := differing_among(connection, readings.connections):
        who = _who_differ(backend.airflow)
        yield Note(f"{who} read these differently: {few(differing)}. Save it anew to settle that.")
        yield from _said_of_each(readings, differing, backend.airflow)
    words = backend.extra_conn_words
    if ignored := ignored_keys(text, words):
        yield Note(f"Airflow drops these keys of the JSON without a word: {few(ignored)}.")
    if "conn_type" in ignored:
        yield Note("It takes conn_id, connection_type or engine for the type, as that stands first.")
    for sentence in taken_for_nothing(text, words):
        yield Note(sentence)
    if not connection.conn_type:
        yield Note("It has no connection type, so most hooks can't use it.")


def _logged(readings: Readings) -> Iterator[Note]:
    is_quoted = any(isinstance(each.made, InvalidConnectionString) for each in readings.readings)
    if is_quoted and any(who.releases is AIRFLOW_2 for who in readings.made):
        yield Note("Airflow 2 logs all of this text, its password too, whenever it looks it up. Change the password.")


def _said_of_each(readings: Readings, differing: Collection[str], release: str) -> Iterator[Note]:
    """What the first few values that are shown are to whom."""
    plain = _plain_somewhere(readings, differing)
    made = [(names(each.who, release), each.made) for each in readings.readings if isinstance(each.made, Connection)]
    for name in [name for name in differing if name in plain][:MOST_SAID]:
        key = name.removeprefix(EXTRA)
        said = [f"{_said(connection.extra.get(key))} in {who}" for who, connection in made]
        yield Note(f"{key} is {', and '.join(said)}.")


def _said(value: Any) -> str:
    """A value by its sort, and as JSON writes it where that is short."""
    written = json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool) or value is None:
        return written
    sort = next(sort for kind, sort in SORTS.items() if isinstance(value, kind))
    is_told = isinstance(value, str | int | float) and len(written) <= LONGEST_SAID
    return f"the {sort} {written}" if is_told else f"a {sort}"


def _who_differ(release: str) -> str:
    processes = {who.process for who in everybody(release)}
    is_one = len(everybody(release)) == len(processes)
    return "Airflow's server and its tasks" if is_one else "Airflow's releases"


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
    return catalog.usage(secret.type, secret.id, types(), is_for_airflow_2=secret.is_for_airflow_2)


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
