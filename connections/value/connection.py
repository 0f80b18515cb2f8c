"""A connection: its fields, and the texts that Airflow reads as exactly these fields.

Reading is in reading.py. Here a connection is written, in the plainest of three spellings that all
of Airflow's readers read back whole. Nobody sees a text before this is proven for it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import parse_qsl, quote, urlencode

from connections.value.clarity import is_clear
from connections.value.depth import MAX_DEPTH, is_too_deep, items
from connections.value.errors import FieldError, NotRepresentable, UnreadableSecret
from connections.value.readers import NEWEST, READERS, Reader, everybody
from connections.value.reading import (
    EXTRA,
    EXTRA_KEY,
    FIELDS,
    LABELS,
    TEXT_FIELDS,
    Format,
    format_of,
    normal_type,
    parse,
    read,
)
from connections.value.stored_json import ConnWords
from secretsadmin.kinds import MAX_BYTES
from secretsadmin.texts import is_unicode

__all__ = [
    "FIELDS",
    "Connection",
    "Encoded",
    "FieldError",
    "NotRepresentable",
    "Reader",
    "UnreadableSecret",
    "changed_fields",
    "differing_among",
    "differing_fields",
    "field_names",
    "format_of",
    "is_clear",
]

MAX_PORT = 65_535


@dataclass(frozen=True)
class Encoded:
    """A text that all readers read back whole. The reason tells people why it has this format."""

    text: str = field(repr=False)
    format: Format
    reason: str


@dataclass(frozen=True, eq=False)
class Connection:
    """The fields as people and Airflow's hooks see them.

    They take None and empty text for the same, so a text is never None here. A description isn't
    among the fields, because no text that Airflow reads carries one: it is the secret's own
    Description.
    """

    conn_type: str = field(default="", repr=False)
    host: str = field(default="", repr=False)
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    schema: str = field(default="", repr=False)
    port: int | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name in TEXT_FIELDS:
            if getattr(self, name) is None:
                object.__setattr__(self, name, "")
        # A copy doesn't change with the object that it was made from.
        object.__setattr__(self, "extra", dict(self.extra or {}))

    def __eq__(self, other: object) -> bool:
        """Tells 1 from 1.0 and True, as Airflow's hooks do, and finds NaN equal to itself."""
        return isinstance(other, Connection) and not differing_fields(self, other)

    # The extra is a dict, and dicts have no hash.
    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_secret(
        cls, text: str, *, reader: Reader = NEWEST, extra_conn_words: ConnWords | None = None
    ) -> Self:
        """What this reader makes of a secret's text. Raises UnreadableSecret and nothing else.

        `extra_conn_words` are the environment's further words for fields in JSON.
        """
        return cls(**read(text, reader, extra_conn_words))

    def to_uri(self) -> str:
        """The plainest URI that reads back whole. Raises NotRepresentable."""
        return self.encode("uri").text

    def to_json(self) -> str:
        """One JSON object without the empty fields. Raises NotRepresentable."""
        return self.encode("json").text

    def encode(
        self,
        wanted: Literal["auto", "uri", "json"] = "auto",
        *,
        extra_conn_words: ConnWords | None = None,
        release: str = "",
    ) -> Encoded:
        """A URI where one reads back whole, else JSON. Raises NotRepresentable, naming the field.

        `extra_conn_words` are those of the environment that will read the text: a further word can
        take a field's place in JSON. All of Airflow's releases have to read the text, whichever is
        the environment's. Readers that read no JSON without a type are an exception: they count
        only where `release` has them.
        """
        _require_encodable(self)
        readers = _readers_for(self, release)
        objections: list[_Objection] = []
        for spelling in SPELLINGS:
            if wanted not in ("auto", spelling.format):
                continue
            text = spelling.write(self)
            objection = _objection(self, text, readers, extra_conn_words)
            if objection is None:
                return Encoded(text, spelling.format, _reason(spelling, objections))
            sentence = f"{spelling.title} {objection.sentence}"
            objections.append(_Objection(objection.field, sentence))
        # A person who asked for a URI needn't hear about two ways to spell one.
        sentences = [objection.sentence for objection in objections[1:] or objections]
        raise NotRepresentable(objections[-1].field, " ".join(sentences))


def differing_fields(left: Connection, right: Connection) -> tuple[str, ...]:
    """Names of the fields that differ, such as `host` or `extra.timeout`; never a value."""
    names = field_names(left, right)
    return tuple(name for name in names if _entry(left, name) != _entry(right, name))


def differing_among(reference: Connection, readings: Iterable[Connection]) -> tuple[str, ...]:
    """Names of the fields in which any of the readings differs from the reference."""
    names: dict[str, None] = {}
    for reading in readings:
        names |= dict.fromkeys(differing_fields(reference, reading))
    return tuple(names)


def field_names(left: Connection, right: Connection) -> tuple[str, ...]:
    """Names of all fields in which these could differ. Their order depends on no value."""
    keys = dict.fromkeys((*left.extra, *right.extra))
    return (*TEXT_FIELDS, "port", *(EXTRA + key for key in keys))


def changed_fields(before: Connection | None, after: Connection) -> tuple[str, ...]:
    """Names of the fields that a save changes. Without a connection before, the filled ones."""
    return differing_fields(before or Connection(), after)


def _entry(connection: Connection, name: str) -> str | None:
    if not name.startswith(EXTRA):
        return _canonical(getattr(connection, name))
    key = name.removeprefix(EXTRA)
    if key not in connection.extra:
        return None
    return _canonical(connection.extra[key])


def _canonical(value: Any) -> str:
    """Tells 1 from 1.0, "1" and true, finds NaN equal to itself, and ignores the order of keys."""
    return json.dumps(value, sort_keys=True)


# --- The three spellings ---


class _Spelling(NamedTuple):
    title: str
    format: Format
    write: Callable[[Connection], str]


def _airflow_uri(connection: Connection) -> str:
    """airflow/models/connection.py, get_uri."""
    protocol, separator, host = connection.host.partition("://")
    if not separator or protocol == connection.conn_type:
        protocol, separator, host = "", "", connection.host
    place = _place(_authority(connection), quote(host, safe=""), connection.port or None)
    query = urlencode(connection.extra)
    is_read_back = connection.extra == dict(parse_qsl(query, keep_blank_values=True))
    if not is_read_back:
        query = _extra_query(connection.extra)
    return f"{_scheme(connection)}{protocol}{separator}{place}{_path_and_query(connection, query)}"


def _careful_uri(connection: Connection) -> str:
    """It keeps what Airflow's spelling loses: a host's case, a port of 0, the extra's types."""
    place = _place(_authority(connection), _careful_host(connection.host), connection.port)
    query = _extra_query(connection.extra)
    return f"{_scheme(connection)}{place}{_path_and_query(connection, query)}"


def _json(connection: Connection) -> str:
    filled = {name: getattr(connection, name) for name in FIELDS if getattr(connection, name)}
    return json.dumps(filled, ensure_ascii=False)


def _scheme(connection: Connection) -> str:
    if not connection.conn_type:
        return "//"
    scheme = connection.conn_type.lower().replace("_", "-")
    return f"{scheme}://"


def _careful_host(host: str) -> str:
    """Readers lower-case a host up to its first percent sign, so a case to keep begins with one."""
    quoted = quote(host, safe="")
    lowered = quoted.partition("%")[0]
    if lowered == lowered.lower():
        return quoted
    return f"%{ord(quoted[0]):02X}{quoted[1:]}"


def _authority(connection: Connection) -> str:
    login = quote(connection.login, safe="")
    password = quote(connection.password, safe="")
    if password:
        return f"{login}:{password}@"
    if login:
        return f"{login}@"
    return ""


def _place(authority: str, host: str, port: int | None) -> str:
    """Login, password, host and port. A port that stands alone has an @ before it."""
    place = f"{authority}{host}"
    if port is None:
        return place
    return f"{place or '@'}:{port}"


def _path_and_query(connection: Connection, query: str) -> str:
    path = ""
    if connection.schema:
        path = f"/{quote(connection.schema, safe='')}"
    if not query:
        return path
    return f"{path or '/'}?{query}"


def _extra_query(extra: Mapping[str, Any]) -> str:
    if not extra:
        return ""
    return urlencode({EXTRA_KEY: json.dumps(extra)})


# The plainest first.
SPELLINGS = (
    _Spelling("Airflow's own spelling", "uri", _airflow_uri),
    _Spelling("A URI", "uri", _careful_uri),
    _Spelling("JSON", "json", _json),
)


# --- The proof ---


class _Objection(NamedTuple):
    """Why a text isn't stored: the field at fault, and the rest of a sentence on its spelling."""

    field: str
    sentence: str


def _require_encodable(connection: Connection) -> None:
    """Refuse what no format carries, with the field and what to do about it."""
    for name in TEXT_FIELDS:
        value = getattr(connection, name)
        if not isinstance(value, str) or not is_unicode(value):
            raise NotRepresentable(name, f"The {LABELS[name]} is not text that can be stored.")
    if normal_type(connection.conn_type) != connection.conn_type:
        raise NotRepresentable(
            "conn_type",
            "Airflow reads a hyphen in a connection type as an underscore, "
            "and postgresql as postgres.",
        )
    port = connection.port
    is_port = type(port) is int and 0 <= port <= MAX_PORT
    if port is not None and not is_port:
        raise NotRepresentable("port", f"A port is a whole number from 0 to {MAX_PORT}.")
    if not _is_json_object(connection.extra):
        raise NotRepresentable(
            "extra", f"The extra is not a JSON object of at most {MAX_DEPTH} levels."
        )


def _is_json_object(extra: Mapping[str, Any]) -> bool:
    """Whether JSON gives the extra back. Python also writes keys that are no text, as text."""
    try:
        text = json.dumps(extra, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return False
    if not is_unicode(text) or is_too_deep(extra):
        return False
    return all(_is_json(item) for item in items(extra))


def _is_json(item: Any) -> bool:
    if isinstance(item, dict):
        return all(isinstance(key, str) for key in item)
    return item is None or isinstance(item, str | int | float | list)


def _readers_for(connection: Connection, release: str) -> list[Reader]:
    if connection.conn_type:
        return list(READERS)
    readers = {reader for reader in READERS if not reader.json.requires_type}
    if release:
        readers.update(who.reader for who in everybody(release))
    return [reader for reader in READERS if reader in readers]


def _objection(
    connection: Connection, text: str, readers: Iterable[Reader], extra_conn_words: ConnWords | None
) -> _Objection | None:
    """None where all of these readers read the text as this connection."""
    if len(text.encode()) > MAX_BYTES:
        longest = max(FIELDS, key=lambda name: len(_canonical(getattr(connection, name))))
        return _Objection(longest, f"would be longer than {MAX_BYTES:,} bytes.")
    try:
        changed = _changed_by(connection, text, readers, extra_conn_words)
    except UnreadableSecret as error:
        if error.field == "conn_type" and not connection.conn_type:
            return _Objection(
                "conn_type", "without a connection type isn't read by the tasks of this Airflow."
            )
        changed = (error.field if error.field in FIELDS else "conn_type",)
    if changed:
        return _change_of(changed)
    if not is_clear(text):
        return _Objection("host", "would not show which part of it is the password.")
    return None


def _changed_by(
    connection: Connection, text: str, readers: Iterable[Reader], extra_conn_words: ConnWords | None
) -> tuple[str, ...]:
    parsed = parse(text, extra_conn_words)
    # Readers with the same rules for this text read it once.
    distinct = {parsed.rules_of(reader): reader for reader in readers}
    readings = [Connection(**parsed.read_by(reader)) for reader in distinct.values()]
    return differing_among(connection, readings)


def _change_of(names: tuple[str, ...]) -> _Objection:
    # A type that a URI can't hold damages all that stands after it. That isn't worth telling.
    if names[0] == "conn_type":
        names = names[:1]
    labels = ", ".join(LABELS.get(name, name) for name in names)
    return _Objection(names[0].partition(".")[0], f"would change the {labels}.")


def _reason(spelling: _Spelling, objections: list[_Objection]) -> str:
    written = "a URI" if spelling.format == "uri" else "JSON"
    reason = (
        f"Stored as {written}, which Airflow 2 and Airflow 3 read back as exactly these fields."
    )
    if not objections:
        return reason
    return f"{reason} {objections[-1].sentence}"
