"""The text of a secret, read as Airflow reads it.

Airflow's releases disagree, and so do the server and the tasks of one; readers.py has who reads by which rules. What is
here follows them line by line, so that a reviewer can lay both side by side; `make conformance` compares the two on
thousands of texts. The sources:

- airflow/providers/amazon/aws/secrets/secrets_manager.py: get_conn_value, _standardize_secret_keys
- airflow/_shared/secrets_backend/base.py: _deserialize_connection_value
- airflow/models/connection.py: from_json, _parse_from_uri, get_uri (the servers', and Airflow 2's)
- airflow/sdk/definitions/connection.py: from_json, from_uri, get_uri (the tasks', from the releases in readers.py on)

No error here has a cause or a context: the standard library's own quote the text that they were given, and a
JSONDecodeError holds on to all of it.
"""

import inspect
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict
from unicodedata import combining
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from connections.readers import JsonRules, Reader, UriRules
from secretsadmin.unseen import is_unicode

Form = Literal["uri", "json"]
ConnWords = Mapping[str, Sequence[str]]

FIELDS = ("conn_type", "host", "login", "password", "schema", "port", "extra")
TEXT_FIELDS = FIELDS[:5]
LABELS = {**dict(zip(FIELDS, FIELDS, strict=True)), "conn_type": "connection type"}

EXTRA_KEY = "__extra__"
# What the name of a field begins with that is a key of the extra.
EXTRA = "extra."

# The type's and, as in `http://https://host`, the host's own.
MOST_SEPARATORS = 2

# Python gives up at about 1,000 levels less those of its own stack, and that is deeper in a task than in a
# shell. Half of that is safe on any stack, Airflow's and ours.
MAX_DEPTH = 500

# secrets_manager.py, _standardize_secret_keys.
WORDS: Mapping[str, tuple[str, ...]] = {
    "login": ("login", "user", "username", "user_name"),
    "password": ("password", "pass", "key"),
    "host": ("host", "remote_host", "server"),
    "port": ("port",),
    "schema": ("database", "schema"),
    "conn_type": ("conn_type", "conn_id", "connection_type", "engine"),
    "extra": ("extra",),
}

# urlsplit remembers the last 128 texts that it was given. A secret must not stay in such a cache.
_urlsplit: Callable[[str], SplitResult] = inspect.unwrap(urlsplit)
# It stands for itself alone, wherever text is normalised.
_PLACE = "\ue000"


class FieldError(Exception):
    """Something is wrong with one field; the sentence says what, and quotes no value.

    FieldError
    ├── UnreadableSecret   from_secret: Airflow can't read the text, or could never use what it reads
    │   └── InvalidConnectionString
    └── NotRepresentable   encode: no text would be read back as these fields
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class UnreadableSecret(FieldError):
    """The field is one of FIELDS, or "secret" where the text as a whole can't be read.

    `coarse` is the sentence for whoever may not see what is masked, where the whole one tells a place: that counts the
    characters of a password before it.
    """

    def __init__(self, field: str, sentence: str, coarse: str = "") -> None:
        super().__init__(field, sentence)
        self.coarse = coarse or sentence


class InvalidConnectionString(UnreadableSecret):
    """Airflow quotes the whole text in its own error, and Airflow 2 logs that."""


class Fields(TypedDict):
    conn_type: str
    host: str
    login: str
    password: str
    schema: str
    port: int | None
    extra: dict[str, Any]


def form_of(text: str) -> Form:
    """A byte-order mark before the brace makes the text a URI: Python doesn't count it as white space."""
    return "json" if text.strip().startswith("{") else "uri"


@dataclass(frozen=True)
class Parsed:
    """A text, taken apart as far as all readers do it alike: as a URI or as JSON."""

    uri: "_Uri | None" = field(default=None, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)

    def read_by(self, reader: Reader) -> Fields:
        """Raises UnreadableSecret, and nothing else."""
        fields = _uri_fields(self.uri, reader.uri) if self.uri else _json_fields(self.json or {}, reader.json)
        _require_usable(fields)
        return fields

    def rules_of(self, reader: Reader) -> UriRules | JsonRules:
        """What of a reader decides how it reads this text."""
        return reader.uri if self.uri else reader.json


def parse(text: str, extra_conn_words: ConnWords | None = None) -> Parsed:
    """Raises UnreadableSecret, and nothing else, whatever the text."""
    if not text.strip():
        raise UnreadableSecret("secret", "The secret is empty, so Airflow finds no connection in it.")
    if not is_unicode(text):
        raise UnreadableSecret("secret", "The secret holds half a surrogate pair, which is not text.")
    if form_of(text) == "json":
        return Parsed(json=found_in(text, extra_conn_words or {}))
    return Parsed(uri=_take_apart(text.strip()))


def read(text: str, reader: Reader, extra_conn_words: ConnWords | None = None) -> Fields:
    """Raises UnreadableSecret, and nothing else, whatever the text."""
    return parse(text, extra_conn_words).read_by(reader)


def is_too_deep(value: Any) -> bool:
    """Counts level by level, because a function that calls itself is what fails on a deep value."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in children(item)]
        if not level:
            return False
    return True


def children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


# --- JSON ---


def found_in(text: str, extra_conn_words: ConnWords) -> dict[str, Any]:
    """What JSON says of each field. Raises UnreadableSecret."""
    stored = json_object(text)
    return {
        field: next((value for key, value in stored.items() if key in words), None)
        for field, words in words_of(extra_conn_words).items()
    }


def _json_fields(found: Mapping[str, Any], rules: JsonRules) -> Fields:
    if rules.requires_type and not found["conn_type"]:
        raise UnreadableSecret("conn_type", "The JSON has no connection type, and this Airflow takes none without.")
    return Fields(
        conn_type=normal_type(_json_text("conn_type", found, rules)),
        host=_json_text("host", found, rules),
        login=_json_text("login", found, rules),
        password=_json_text("password", found, rules),
        schema=_json_text("schema", found, rules),
        port=_json_port(found["port"]),
        extra=_json_extra(found["extra"], rules),
    )


def json_object(text: str) -> dict[str, Any]:
    """The caller knows that the text starts with a brace: what can be parsed at all is an object."""
    try:
        return dict(json.loads(text))
    except json.JSONDecodeError as error:
        where = f"it breaks off at line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        where = "a number is too long or the nesting too deep"
    coarse = "The text starts with a brace but Airflow can't read it as JSON"
    raise UnreadableSecret("secret", f"{coarse}: {where}.", f"{coarse}.")


def words_of(extra_conn_words: ConnWords) -> dict[str, tuple[str, ...]]:
    """`user` is the configuration's older word for `login`."""
    words = dict(WORDS)
    for configured, more in extra_conn_words.items():
        field = "login" if configured == "user" else configured
        if field not in words:
            raise UnreadableSecret(
                "secret",
                "extra_conn_words names a field that Airflow doesn't know, so it reads no JSON at all.",
            )
        words[field] = (*words[field], *more)
    return words


def _json_text(name: str, found: Mapping[str, Any], rules: JsonRules) -> str:
    """Airflow takes any value here, and mostly fails when it builds the URI, which it does on every look-up.

    Where its code asks `if self.host`, a 0 or a false is absent; where it asks `is not None`, it fails.
    """
    value = found[name]
    if value is None or (not value and name not in _false_fails(rules)):
        return ""
    if isinstance(value, str):
        return value
    if rules.hands_on_numbers and isinstance(value, int | float) and name in ("host", "login", "schema"):
        return json.dumps(value)
    raise UnreadableSecret(
        name,
        f"The {LABELS[name]} is not text in the JSON, so Airflow fails whenever it looks this connection "
        "up. Put it in quotation marks.",
    )


def _false_fails(rules: JsonRules) -> tuple[str, ...]:
    if rules.hands_on_numbers:
        return ()
    return ("login", "password") if rules.refuses_false_password else ("login",)


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
        # Half a surrogate pair in here is only seen before it is parsed: the SDK drops what isn't an object.
        _require_unicode("extra", value)
        return _extra_from_text(value, rules)
    return _other_extra(rules)


def _extra_from_text(text: str, rules: JsonRules | UriRules) -> dict[str, Any]:
    value = _parsed(text, otherwise=None) if text else {}
    return value if isinstance(value, dict) else _other_extra(rules)


def _parsed(text: str, *, otherwise: Any) -> Any:
    """Airflow is prepared for text that isn't JSON, but not for the other ways in which json.loads fails."""
    with suppress(ValueError, RecursionError):
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return otherwise
    raise UnreadableSecret("extra", "A number in the extra is too long, or its nesting too deep.")


def _other_extra(rules: JsonRules | UriRules) -> dict[str, Any]:
    """Who doesn't refuse an extra that is no object logs it, and hooks find nothing in it."""
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
    fields = Fields(
        conn_type=normal_type(scheme),
        host=f"{protocol}://{host}" if host and protocol else host,
        login=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        schema=unquote(parts.path[1:]),
        port=_uri_port(parts),
        extra={},
    )
    return _Uri(fields, parts.query)


def _uri_fields(uri: _Uri, rules: UriRules) -> Fields:
    return {**uri.fields, "extra": _query_extra(uri.query, rules)}


def _split_up(uri: str) -> tuple[str, str, SplitResult]:
    """The scheme, the host's own protocol as in `http://https://host`, and everything after them."""
    separators = uri.count("://")
    if separators > MOST_SEPARATORS:
        raise InvalidConnectionString(
            "secret", "The URI holds more than two ://. Percent-encode those that belong to a value."
        )
    scheme = split(uri).scheme
    host_has_protocol = separators == MOST_SEPARATORS
    # Airflow replaces every occurrence, not only the first.
    rest = uri.replace(f"{scheme}://", "" if host_has_protocol else "//")
    if host_has_protocol and set("@:") & set(rest.split("://", 1)[0]):
        raise InvalidConnectionString(
            "host", "There is a login or a port before the host's own protocol; it has to come after it."
        )
    parts = split(rest)
    return scheme, parts.scheme if host_has_protocol else "", parts


def split(uri: str) -> SplitResult:
    with suppress(ValueError):
        return _split(uri)
    raise UnreadableSecret(
        "host",
        "The part with login, password and host can't be read. "
        "Percent-encode brackets and other special characters in it.",
    )


def _split(uri: str) -> SplitResult:
    """The library normalises a host, and the time for that grows with the square of how many marks follow each other.

    They change nothing of what it looks for, so each gives its place to a character that has no marks.
    """
    if uri.isascii():
        return _urlsplit(uri)
    marks = [character for character in uri if combining(character) or character == _PLACE]
    parts = _urlsplit(uri.translate(dict.fromkeys(map(ord, marks), _PLACE)))
    rest = iter(marks)
    return SplitResult(*("".join(next(rest) if c == _PLACE else c for c in part) for part in parts))


def _host(parts: SplitResult) -> str:
    """A host that is a path, such as a socket's, is taken from the raw text and so keeps its case."""
    host = unquote(parts.hostname or "")
    if "/" not in host:
        return host
    return unquote(parts.netloc.rpartition("@")[2].partition(":")[0])


def _uri_port(parts: SplitResult) -> int | None:
    """The usual reason for a bad port is a password, and the library's message quotes a piece of it."""
    with suppress(ValueError):
        return parts.port
    raise UnreadableSecret(
        "port",
        "The port is not a number from 0 to 65535. "
        "The reason may be a /, ? or # in the login or the password: these have to be percent-encoded.",
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
    return "postgres" if conn_type == "postgresql" else conn_type.replace("-", "_")


def _require_usable(fields: Fields) -> None:
    """Refuse what Airflow fails on after reading, when it quotes and masks the values.

    This is stricter than Airflow in one point: half a surrogate pair deep inside an extra, or in the type,
    would get by there. No page could show it, and no hook has such a type.
    """
    if is_too_deep(fields["extra"]):
        raise UnreadableSecret("extra", f"The extra is nested deeper than {MAX_DEPTH} levels.")
    for name, value in fields.items():
        _require_unicode(name, value)


def _require_unicode(field: str, value: Any) -> None:
    if not is_unicode(json.dumps(value, ensure_ascii=False)):
        raise UnreadableSecret(field, f"The {LABELS[field]} holds half a surrogate pair, which is not text.")
