"""A connection: its fields, and the texts that Airflow reads as exactly these fields.

Reading is in reading.py. Here a connection is written, in the plainest of three spellings that all of Airflow's
readers read back whole; that is proven for each text, before anybody gets to see it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import parse_qsl, quote, urlencode

from connections.clarity import is_clear
from connections.readers import NEWEST, READERS, Reader, everybody
from connections.reading import (
    EXTRA,
    EXTRA_KEY,
    FIELDS,
    LABELS,
    MAX_DEPTH,
    TEXT_FIELDS,
    ConnWords,
    FieldError,
    Form,
    UnreadableSecret,
    children,
    form_of,
    is_too_deep,
    normal_type,
    parse,
    read,
)
from secretsadmin.unseen import is_unicode

__all__ = [
    "FIELDS",
    "MAX_BYTES",
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
    "form_of",
    "is_clear",
    "is_sensitive_extra",
]

# What Secrets Manager keeps in one value, in bytes of UTF-8.
MAX_BYTES = 65_536
MAX_PORT = 65_535


class NotRepresentable(FieldError):
    """No text, or none of the form that was asked for, reads back whole. The field is one of FIELDS."""


@dataclass(frozen=True)
class Encoded:
    """A text that all readers read back whole; the reason tells a person why it has this form."""

    text: str = field(repr=False)
    form: Form
    reason: str


@dataclass(frozen=True, eq=False)
class Connection:
    """None and empty text are the same to people and to Airflow's hooks, so text is never None here.

    A description isn't among the fields, because no text that Airflow reads carries one: it is the secret's
    own Description.
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
        # A copy, so that nobody changes a frozen value through the object that it was made from.
        object.__setattr__(self, "extra", dict(self.extra or {}))

    def __eq__(self, other: object) -> bool:
        """Python takes 1, 1.0 and True for equal and NaN for unequal to itself; Airflow's hooks don't."""
        return isinstance(other, Connection) and not differing_fields(self, other)

    # The extra is a dict, and dicts have no hash.
    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_secret(cls, text: str, *, reader: Reader = NEWEST, extra_conn_words: ConnWords | None = None) -> Self:
        """What this Airflow makes of a secret's text. Raises UnreadableSecret and nothing else."""
        return cls(**read(text, reader, extra_conn_words))

    def to_uri(self) -> str:
        """The plainest URI that reads back whole. Raises NotRepresentable."""
        return self.encode("uri").text

    def to_json(self) -> str:
        """One JSON object without the empty fields. Raises NotRepresentable."""
        return self.encode("json").text

    def encode(
        self,
        form: Literal["auto", "uri", "json"] = "auto",
        *,
        extra_conn_words: ConnWords | None = None,
        release: str = "",
    ) -> Encoded:
        """A URI where one reads back whole, else JSON, else NotRepresentable, which names the field.

        The extra_conn_words are those of the environment that will read the text: a further word can take a
        field's place in JSON. All of Airflow's releases have to read it, whichever is the environment's; but those that
        read no JSON without a type count only where `release` is one of them.
        """
        _require_encodable(self)
        readers = _readers_for(self, release)
        objections: list[_Objection] = []
        for spelling in SPELLINGS:
            if form not in ("auto", spelling.form):
                continue
            text = spelling.write(self)
            objection = _objection(self, text, readers, extra_conn_words)
            if objection is None:
                return Encoded(text, spelling.form, _reason(spelling, objections))
            objections.append(objection._replace(sentence=f"{spelling.title} {objection.sentence}"))
        # A person who asked for a URI needn't hear about two ways to spell one.
        sentences = [objection.sentence for objection in objections[1:] or objections]
        raise NotRepresentable(objections[-1].field, " ".join(sentences))


def differing_fields(one: Connection, other: Connection) -> tuple[str, ...]:
    """Names of fields, such as `host` or `extra.timeout`; never a value."""
    return tuple(name for name in field_names(one, other) if _entry(one, name) != _entry(other, name))


def differing_among(one: Connection, others: Iterable[Connection]) -> tuple[str, ...]:
    """The names of the fields in which any of the others differs."""
    return tuple(dict.fromkeys(name for other in others for name in differing_fields(one, other)))


def field_names(one: Connection, other: Connection) -> tuple[str, ...]:
    """The names of all fields in which these could differ, in one order whatever stands in them."""
    keys = dict.fromkeys((*one.extra, *other.extra))
    return (*TEXT_FIELDS, "port", *(EXTRA + key for key in keys))


def changed_fields(before: Connection | None, after: Connection) -> tuple[str, ...]:
    """Names of the fields that a save changes; of all that are filled where there was nothing before."""
    return differing_fields(before or Connection(), after)


def _entry(connection: Connection, name: str) -> str | None:
    if not name.startswith(EXTRA):
        return _canonical(getattr(connection, name))
    key = name.removeprefix(EXTRA)
    return _canonical(connection.extra[key]) if key in connection.extra else None


def _canonical(value: Any) -> str:
    """Tells 1 from 1.0, "1" and true, finds NaN equal to itself, and doesn't mind the order of keys."""
    return json.dumps(value, sort_keys=True)


# --- The three spellings ---


class _Spelling(NamedTuple):
    title: str
    form: Form
    write: Callable[[Connection], str]


def _airflow_uri(connection: Connection) -> str:
    """airflow/models/connection.py, get_uri."""
    protocol, host = _protocol_and_host(connection)
    authority = _authority(connection)
    place = quote(host, safe="")
    if connection.port:
        place += f":{connection.port}" if place or authority else f"@:{connection.port}"
    query = _flat_query(connection.extra) or _extra_query(connection.extra)
    return f"{_scheme(connection)}{protocol}{authority}{place}{_path_and_query(connection, query)}"


def _careful_uri(connection: Connection) -> str:
    """What Airflow's spelling loses is kept: a host's case, a port of 0, the types in the extra."""
    authority = _authority(connection)
    place = _careful_host(connection.host)
    if connection.port is not None:
        place += f":{connection.port}" if place or authority else f"@:{connection.port}"
    query = _extra_query(connection.extra)
    return f"{_scheme(connection)}{authority}{place}{_path_and_query(connection, query)}"


def _careful_host(host: str) -> str:
    """Readers lower-case a host up to its first percent sign, so a case to keep gets one in front of it."""
    quoted = quote(host, safe="")
    lowered = quoted.partition("%")[0]
    return quoted if lowered == lowered.lower() else f"%{ord(quoted[0]):02X}{quoted[1:]}"


def _json(connection: Connection) -> str:
    filled = {name: getattr(connection, name) for name in FIELDS if getattr(connection, name)}
    return json.dumps(filled, ensure_ascii=False)


def _scheme(connection: Connection) -> str:
    return f"{connection.conn_type.lower().replace('_', '-')}://" if connection.conn_type else "//"


def _protocol_and_host(connection: Connection) -> tuple[str, str]:
    protocol, separator, host = connection.host.partition("://")
    if not separator or protocol == connection.conn_type:
        return "", connection.host
    return protocol + separator, host


def _authority(connection: Connection) -> str:
    login, password = (quote(text, safe="") for text in (connection.login, connection.password))
    return f"{login}{':' if password else ''}{password}@" if login or password else ""


def _path_and_query(connection: Connection, query: str) -> str:
    path = f"/{quote(connection.schema, safe='')}" if connection.schema else ""
    return f"{path}{'' if path else '/'}?{query}" if query else path


def _flat_query(extra: Mapping[str, Any]) -> str:
    query = urlencode(extra)
    return query if extra == dict(parse_qsl(query, keep_blank_values=True)) else ""


def _extra_query(extra: Mapping[str, Any]) -> str:
    return urlencode({EXTRA_KEY: json.dumps(extra)}) if extra else ""


# The plainest first.
SPELLINGS = (
    _Spelling("Airflow's own spelling", "uri", _airflow_uri),
    _Spelling("A URI", "uri", _careful_uri),
    _Spelling("JSON", "json", _json),
)


# --- The proof ---


class _Objection(NamedTuple):
    field: str
    sentence: str


def _require_encodable(connection: Connection) -> None:
    """Refuse what no form carries, with the field and what to do about it."""
    for name in TEXT_FIELDS:
        value = getattr(connection, name)
        if not isinstance(value, str) or not is_unicode(value):
            raise NotRepresentable(name, f"The {LABELS[name]} is not text that can be stored.")
    if normal_type(connection.conn_type) != connection.conn_type:
        raise NotRepresentable(
            "conn_type",
            "Airflow reads a hyphen in a connection type as an underscore, and postgresql as postgres.",
        )
    if not _is_port(connection.port):
        raise NotRepresentable("port", f"A port is a whole number from 0 to {MAX_PORT}.")
    if not _is_json_object(connection.extra):
        raise NotRepresentable("extra", f"The extra is not a JSON object of at most {MAX_DEPTH} levels.")


def _is_port(port: Any) -> bool:
    return port is None or (type(port) is int and 0 <= port <= MAX_PORT)


def _is_json_object(extra: Mapping[str, Any]) -> bool:
    """Python writes more than JSON: a key that is a number would come back as text, a tuple as a list."""
    try:
        text = json.dumps(extra, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return is_unicode(text) and not is_too_deep(extra) and all(_is_json(item) for item in _items(extra))


def _is_json(item: Any) -> bool:
    if isinstance(item, dict):
        return all(isinstance(key, str) for key in item)
    return item is None or isinstance(item, str | int | float | list)


def _items(value: Any) -> Iterator[Any]:
    """The value and everything in it; a loop rather than recursion, for the sake of deep values."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(children(item))


def _readers_for(connection: Connection, release: str) -> list[Reader]:
    own = {who.reader for who in everybody(release)} if release else set()
    return [each for each in READERS if connection.conn_type or each in own or not each.json.requires_type]


def _objection(
    connection: Connection, text: str, readers: Iterable[Reader], extra_conn_words: ConnWords | None
) -> _Objection | None:
    if len(text.encode()) > MAX_BYTES:
        return _Objection(_longest_field(connection), f"would be longer than {MAX_BYTES:,} bytes.")
    try:
        changed = _changed_by(connection, text, readers, extra_conn_words)
    except UnreadableSecret as error:
        if error.field == "conn_type" and not connection.conn_type:
            return _Objection("conn_type", "without a connection type isn't read by the tasks of this Airflow.")
        changed = (error.field if error.field in FIELDS else "conn_type",)
    if not changed:
        return None if is_clear(text) else _Objection("host", "would not show which part of it is the password.")
    # A type that a URI can't hold damages whatever stands after it, which isn't worth telling.
    named = changed[:1] if changed[0] == "conn_type" else changed
    names = ", ".join(LABELS.get(name, name) for name in named)
    return _Objection(changed[0].partition(".")[0], f"would change the {names}.")


def _changed_by(
    connection: Connection, text: str, readers: Iterable[Reader], extra_conn_words: ConnWords | None
) -> tuple[str, ...]:
    parsed = parse(text, extra_conn_words)
    distinct = {parsed.rules_of(reader): reader for reader in readers}.values()
    readings = (Connection(**parsed.read_by(reader)) for reader in distinct)
    return differing_among(connection, readings)


def _longest_field(connection: Connection) -> str:
    return max(FIELDS, key=lambda name: len(_canonical(getattr(connection, name))))


def _reason(spelling: _Spelling, objections: list[_Objection]) -> str:
    form = "a URI" if spelling.form == "uri" else "JSON"
    sentence = f"Stored as {form}, which Airflow 2 and Airflow 3 read back as exactly these fields."
    return f"{sentence} {objections[-1].sentence}" if objections else sentence


# --- What deserves emphasis ---

# airflow/_shared/secrets_masker/secrets_masker.py, DEFAULT_SENSITIVE_FIELDS.
_SENSITIVE = re.compile(
    "access_key|access_token|api_key|apikey|auth_header|authorization|bearer|connection_string|dsn|keyfile_dict"
    "|passphrase|passwd|password|private_key|proxies|proxy|secret|service_account|service_key|token|webhook_url"
)


def is_sensitive_extra(name: str) -> bool:
    """Whether Airflow masks a text in the extra under this name in its logs.

    For emphasis only. The list misses pwd, sas, jwt and many more: every value of an extra has to be masked.
    """
    return _SENSITIVE.search(re.sub(r"\W+", "_", name.strip().lower())) is not None
