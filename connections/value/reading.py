"""The text of a secret, read as Airflow reads it.

Airflow's releases disagree, and so do the server and the tasks of one release. readers.py has who
reads by which rules. The code here follows Airflow's line by line, so that a reviewer can lay both
side by side; `make conformance` compares the two on thousands of texts. The sources:

- airflow/providers/amazon/aws/secrets/secrets_manager.py: get_conn_value, _standardize_secret_keys
- airflow/_shared/secrets_backend/base.py: _deserialize_connection_value
- airflow/models/connection.py: from_json, _parse_from_uri, get_uri (the servers', and Airflow 2's)
- airflow/sdk/definitions/connection.py: from_json, from_uri, get_uri (the tasks', from the
  releases in readers.py on)

No error here has a cause or a context: the standard library's own quote the text that they were
given, and a JSONDecodeError holds on to all of it. So what raises is outside of every handler.
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict
from unicodedata import combining
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from connections.value.depth import MAX_DEPTH, is_too_deep
from connections.value.errors import InvalidConnectionString, UnreadableSecret
from connections.value.readers import JsonRules, Reader, UriRules
from connections.value.stored_json import ConnWords, values_by_field
from secretsadmin.texts import is_unicode

Format = Literal["uri", "json"]

FIELDS = ("conn_type", "host", "login", "password", "schema", "port", "extra")
TEXT_FIELDS = FIELDS[:5]
LABELS = {**dict(zip(FIELDS, FIELDS, strict=True)), "conn_type": "connection type"}

EXTRA_KEY = "__extra__"
# The prefix of the name of a field that is a key of the extra.
EXTRA = "extra."

# The type's and, as in `http://https://host`, the host's own.
MOST_SEPARATORS = 2

# urlsplit remembers the last 128 texts that it was given. A secret must not stay in such a cache.
_urlsplit: Callable[[str], SplitResult] = inspect.unwrap(urlsplit)
# A character without marks, which no normalisation of a text changes.
_PLACE = "\ue000"


class Fields(TypedDict):
    conn_type: str
    host: str
    login: str
    password: str
    schema: str
    port: int | None
    extra: dict[str, Any]


def format_of(text: str) -> Format:
    """Whether Airflow takes a text for JSON or for a URI.

    A byte-order mark before the brace makes it a URI: Python doesn't count it as white space.
    """
    return "json" if text.strip().startswith("{") else "uri"


@dataclass(frozen=True)
class Parsed:
    """A text, taken apart as far as all readers do it alike: as a URI or as JSON."""

    uri: "_Uri | None" = field(default=None, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)

    def read_by(self, reader: Reader) -> Fields:
        """What this reader makes of the text. Raises UnreadableSecret, and nothing else."""
        if self.uri:
            extra = _query_extra(self.uri.query, reader.uri)
            fields: Fields = {**self.uri.fields, "extra": extra}
        else:
            fields = _json_fields(self.json or {}, reader.json)
        _require_usable(fields)
        return fields

    def rules_of(self, reader: Reader) -> UriRules | JsonRules:
        """The rules of a reader that decide how it reads this text."""
        return reader.uri if self.uri else reader.json


def parse(text: str, extra_conn_words: ConnWords | None = None) -> Parsed:
    """Take a text apart. Raises UnreadableSecret, and nothing else, whatever the text."""
    if not text.strip():
        raise UnreadableSecret(
            "secret", "The secret is empty, so Airflow finds no connection in it."
        )
    if not is_unicode(text):
        raise UnreadableSecret(
            "secret", "The secret holds half a surrogate pair, which is not text."
        )
    if format_of(text) == "json":
        return Parsed(json=values_by_field(text, extra_conn_words or {}))
    return Parsed(uri=_take_apart(text.strip()))


def read(text: str, reader: Reader, extra_conn_words: ConnWords | None = None) -> Fields:
    """What this reader makes of a text. Raises UnreadableSecret, and nothing else."""
    return parse(text, extra_conn_words).read_by(reader)


# --- JSON ---


def _json_fields(values: Mapping[str, Any], rules: JsonRules) -> Fields:
    if rules.requires_type and not values["conn_type"]:
        raise UnreadableSecret(
            "conn_type", "The JSON has no connection type, and this Airflow takes none without."
        )
    return Fields(
        conn_type=normal_type(_json_text("conn_type", values, rules)),
        host=_json_text("host", values, rules),
        login=_json_text("login", values, rules),
        password=_json_text("password", values, rules),
        schema=_json_text("schema", values, rules),
        port=_json_port(values["port"]),
        extra=_json_extra(values["extra"], rules),
    )


def _json_text(name: str, values: Mapping[str, Any], rules: JsonRules) -> str:
    """A field that is a text. Airflow builds a URI of it on every look-up, and mostly fails then.

    Where its code asks `if self.host`, a 0 or a false is absent; where it asks `is not None`, it
    fails.
    """
    value = values[name]
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if not value and name not in _false_fails(rules):
        return ""
    takes_numbers = rules.hands_on_numbers and name in ("host", "login", "schema")
    if takes_numbers and isinstance(value, int | float):
        return json.dumps(value)
    raise UnreadableSecret(
        name,
        f"The {LABELS[name]} is not text in the JSON, so Airflow fails whenever it looks this "
        "connection up. Put it in quotation marks.",
    )


def _false_fails(rules: JsonRules) -> tuple[str, ...]:
    if rules.hands_on_numbers:
        return ()
    if rules.refuses_false_password:
        return ("login", "password")
    return ("login",)


def _json_port(value: Any) -> int | None:
    if not value:
        return None
    with suppress(ValueError, TypeError, OverflowError):
        return int(value)
    raise UnreadableSecret("port", "The port is not a whole number.")


def _json_extra(value: Any, rules: JsonRules) -> dict[str, Any]:
    if not value:
        return {}
    if isinstance(value, dict):
        return value
    if isinstance(value, str):
        # Half a surrogate pair in here is only seen before it is parsed: the SDK drops what isn't
        # an object.
        _require_unicode("extra", value)
        return _extra_from_text(value, rules)
    return _other_extra(rules)


def _extra_from_text(text: str, rules: JsonRules | UriRules) -> dict[str, Any]:
    if not text:
        return {}
    value = _parsed(text, otherwise=None)
    if isinstance(value, dict):
        return value
    return _other_extra(rules)


def _parsed(text: str, *, otherwise: Any) -> Any:
    """Airflow expects text that isn't JSON, but not the other ways in which json.loads fails."""
    with suppress(ValueError, RecursionError):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return otherwise
    raise UnreadableSecret("extra", "A number in the extra is too long, or its nesting too deep.")


def _other_extra(rules: JsonRules | UriRules) -> dict[str, Any]:
    """An extra that is no object. Readers that don't refuse it log it, and hooks find nothing."""
    if rules.refuses_other_extra:
        raise UnreadableSecret("extra", "The extra is not a JSON object.")
    return {}


# --- URI ---


@dataclass(frozen=True)
class _Uri:
    """Its fields but for the extra, and the query that this is in."""

    fields: Fields = field(repr=False)
    query: str = field(repr=False)


def _take_apart(uri: str) -> _Uri:
    scheme, protocol, parts = _split_up(uri)
    host = _host(parts)
    if host and protocol:
        host = f"{protocol}://{host}"
    fields = Fields(
        conn_type=normal_type(scheme),
        host=host,
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        schema=unquote(parts.path[1:]),
        port=_uri_port(parts),
        extra={},
    )
    return _Uri(fields, parts.query)


def _split_up(uri: str) -> tuple[str, str, SplitResult]:
    """The scheme, the host's own protocol as in `http://https://host`, and all after them."""
    separators = uri.count("://")
    if separators > MOST_SEPARATORS:
        raise InvalidConnectionString(
            "secret",
            "The URI holds more than two ://. Percent-encode those that belong to a value.",
        )
    scheme = split(uri).scheme
    if separators < MOST_SEPARATORS:
        # Airflow replaces every occurrence, not only the first.
        return scheme, "", split(uri.replace(f"{scheme}://", "//"))
    rest = uri.replace(f"{scheme}://", "")
    if set("@:") & set(rest.split("://", 1)[0]):
        raise InvalidConnectionString(
            "host",
            "There is a login or a port before the host's own protocol; it has to come after it.",
        )
    parts = split(rest)
    return scheme, parts.scheme, parts


def split(uri: str) -> SplitResult:
    """The parts of a URI, as the standard library splits it. Raises UnreadableSecret."""
    with suppress(ValueError):
        return _split(uri)
    raise UnreadableSecret(
        "host",
        "The part with login, password and host can't be read. "
        "Percent-encode brackets and other special characters in it.",
    )


def _split(uri: str) -> SplitResult:
    """The library normalises a host, which takes time by the square of marks in a row.

    Marks change nothing of what it looks for, so a character without marks holds the place of each.
    """
    if uri.isascii():
        return _urlsplit(uri)
    marks = [character for character in uri if combining(character) or character == _PLACE]
    places = dict.fromkeys(map(ord, marks), _PLACE)
    parts = _urlsplit(uri.translate(places))
    remaining = iter(marks)
    return SplitResult(*[_with_marks(part, remaining) for part in parts])


def _with_marks(part: str, marks: Iterator[str]) -> str:
    first, *others = part.split(_PLACE)
    pieces = [first]
    for piece in others:
        pieces += (next(marks), piece)
    return "".join(pieces)


def _host(parts: SplitResult) -> str:
    """A host that is a path, such as a socket's, comes from the raw text and so keeps its case."""
    host = unquote(parts.hostname or "")
    if "/" not in host:
        return host
    return unquote(parts.netloc.rpartition("@")[2].partition(":")[0])


def _uri_port(parts: SplitResult) -> int | None:
    """The usual reason for a bad port is a password, and the library quotes a piece of it."""
    with suppress(ValueError):
        return parts.port
    raise UnreadableSecret(
        "port",
        "The port is not a number from 0 to 65535. The reason may be a /, ? or # in the login "
        "or the password: these have to be percent-encoded.",
    )


def _query_extra(query: str, rules: UriRules) -> dict[str, Any]:
    pairs = dict(parse_qsl(query, keep_blank_values=True))
    if EXTRA_KEY in pairs:
        return _extra_from_text(pairs[EXTRA_KEY], rules)
    if not rules.query_is_json:
        return dict(pairs)
    return {key: _parsed(value, otherwise=value) for key, value in pairs.items()}


# --- Both ---


def normal_type(conn_type: str) -> str:
    """_normalize_conn_type."""
    if conn_type == "postgresql":
        return "postgres"
    return conn_type.replace("-", "_")


def _require_usable(fields: Fields) -> None:
    """Refuse what Airflow fails on after reading, when it quotes and masks the values.

    This is stricter than Airflow in one point: half a surrogate pair deep inside an extra, or in
    the type, would get by there. No page could show it, and no hook has such a type.
    """
    if is_too_deep(fields["extra"]):
        raise UnreadableSecret("extra", f"The extra is nested deeper than {MAX_DEPTH} levels.")
    for name, value in fields.items():
        _require_unicode(name, value)


def _require_unicode(field: str, value: Any) -> None:
    if not is_unicode(json.dumps(value, ensure_ascii=False)):
        raise UnreadableSecret(
            field, f"The {LABELS[field]} holds half a surrogate pair, which is not text."
        )
