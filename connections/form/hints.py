"""What to warn about before a connection is saved.

A hint explains and lets pass, and names a field, never its value.

People who write an unusual connection on purpose should see none, so in doubt a check is silent: a
host may be a URL for many hooks, and many hooks hand on an extra to a driver that knows more keys
than its provider.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.types import STANDARD_FIELDS, ConnectionType, ExtraField
from connections.value.connection import Connection
from secretsadmin.kinds import Note
from secretsadmin.texts import hides

_BARE_HOSTS = """
    cassandra clickhouse drill druid elasticsearch exasol ftp gremlin hive_metastore hiveserver2
    ibmdb2 imap impala mongo mq mssql mysql neo4j opensearch oracle pinot postgres presto redis
    redshift samba sftp smtp ssh trino vault vertica webhdfs
"""
# Their hooks put a protocol before the host, or none, and a port behind it.
BARE_HOSTS = frozenset(_BARE_HOSTS.split())
# These hooks read a port in the host: MongoDB's takes a list of hosts, Oracle's a whole address.
PORT_IN_HOST = frozenset(("mongo", "oracle"))
# Their hooks send each unknown key of the extra as a header.
HEADERS = frozenset(("http", "livy"))
# The drivers take these keys, although each resembles a key that the hook reads.
DRIVERS_OWN = {"postgres": {"keepalives"}, "kafka": {"sasl.mechanism", "ssl.key.password"}}
# Old names of keys. Likeness alone would suggest the wrong key for them.
OLD_NAMES = {("ssh", "timeout"): "conn_timeout", ("sftp", "timeout"): "conn_timeout"}
# Only so many keys of an extra are checked: each is compared with all keys of its type.
MOST_KEYS = 100
# These hooks know that a text can mean false.
READS_WORDS = frozenset(("ssh", "sftp"))

# The fields that a hook reads apart from the extra.
_STANDARD = ("host", "port", "schema", "login", "password")
_PORT = re.compile(r"[^\s:\[\]]+:\d{1,5}|\[[^\]]*\]:\d{1,5}")
_USER_AND_PASSWORD = re.compile(r"//[^/@\s:]*+:[^/@\s]*+@")
_PASSWORD_PARAMETER = re.compile(r"[?&;](password|passwd|pwd|token|secret)=[^&;]", re.IGNORECASE)
# A placeholder such as us-east-1 can be a real value. One that matches this can't.
_NO_VALUE = re.compile(r"\s|your|replace|xxx|example|\bmy[_-]|123456789|[<{]", re.IGNORECASE)
_KEY_FIELD = re.compile(r"(^|_)private_key(_content|_data)?$")
_KEY_FILE_FIELD = re.compile(r"keyfile_dict|key_json|service_account_json$")
_PUBLIC_KEY = ("ssh-", "ecdsa-", "-----BEGIN PUBLIC KEY")
_FALSE = frozenset(("false", "no", "off", "0", "n"))


class _Draft(NamedTuple):
    """A connection before it is saved, with the type and the catalogue that it is checked by."""

    connection: Connection
    type: ConnectionType
    conn_id: str
    types: catalogue.Types

    def label(self, name: str) -> str:
        return self.type.standard_field(name).label

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """The name, label and value of each text on one line, in the order of a form."""
        for name in ("host", "schema", "login", "password"):
            yield name, self.label(name), getattr(self.connection, name)
        for field, value in self.extras():
            if isinstance(value, str) and field.kind == "string" and not field.multiline:
                yield field.name, field.label, value

    def extras(self) -> Iterator[tuple[ExtraField, Any]]:
        """The keys of the extra that the type has."""
        for field in self.type.extra_fields:
            if field.name in self.connection.extra:
                yield field, self.connection.extra[field.name]


def hints(
    connection: Connection,
    connection_type: ConnectionType,
    conn_id: str = "",
    types: catalogue.Types | None = None,
    *,
    beside_fields: bool = False,
) -> tuple[Note, ...]:
    """What to warn about. Never raises.

    `types` is the catalogue that the connection's type is from. With `beside_fields`, white space
    and what else hides is left out, because the form's fields tell of it.
    """
    if types is None:
        types = catalogue.types()
    texts: dict[str, None] = {}
    for subject, text in told(connection, connection_type, conn_id, types):
        if subject != "unseen" or not beside_fields:
            texts[text] = None
    return tuple(map(Note, texts))


def told(
    connection: Connection, connection_type: ConnectionType, conn_id: str, types: catalogue.Types
) -> Iterator[tuple[str, str]]:
    """Each hint behind the word for what it is about, as in _CHECKS. Never raises."""
    draft = _Draft(connection, connection_type, conn_id, types)
    for subject, check in _CHECKS:
        for text in check(draft):
            yield subject, text


# --- The id ---


def _other_default(draft: _Draft) -> Iterator[str]:
    if not draft.conn_id or not draft.connection.conn_type:
        return
    types = draft.types.values()
    owners = [owner for owner in types if owner.default_id == draft.conn_id]
    if not owners:
        return
    if any(_serve_alike(draft.type, owner) for owner in owners):
        return
    yield (
        f"The hook of {owners[0].name} asks for this id when a task names none, "
        f"and would find a connection of the type {draft.type.name}."
    )


def _serve_alike(left: ConnectionType, right: ConnectionType) -> bool:
    """Whether the hooks of two types take each other's connections, as those of SSH and SFTP do.

    Such hooks name their argument alike, and by a name of their own instead of conn_id.
    """
    if left == right:
        return True
    if not left.hook or not right.hook:
        return False
    return left.hook.argument == right.hook.argument != "conn_id"


# --- The host ---


def _host(draft: _Draft) -> Iterator[str]:
    host, label = draft.connection.host.strip(), draft.label("host")
    if draft.type.conn_type in BARE_HOSTS and not host.startswith("/"):
        yield from _bare_host(draft, host, label)


def _secrets_in_host(draft: _Draft) -> Iterator[str]:
    host, label = draft.connection.host.strip(), draft.label("host")
    is_bare = draft.type.conn_type in BARE_HOSTS and not host.startswith("/")
    if not is_bare and _USER_AND_PASSWORD.search(host):
        yield f"{label}: it holds a login and a password. Write them into fields of their own."
    if _PASSWORD_PARAMETER.search(host):
        yield f"{label}: it holds a secret as a parameter. Write it into the password, if you can."


def _bare_host(draft: _Draft, host: str, label: str) -> Iterator[str]:
    protocol, separator, rest = host.rpartition("://")
    if protocol or separator:
        yield (
            f"{label}: the protocol before :// is read as a part of the host's name. Leave it out."
        )
    login, at, place = rest.rpartition("@")
    if login or at:
        yield (
            f"{label}: what stands before the @ is read as a part of the host's name. "
            "It belongs into the login."
        )
    if draft.type.conn_type in PORT_IN_HOST:
        return
    name, slash, _ = place.partition("/")
    if slash:
        yield f"{label}: the path after the / is read as a part of the host's name. Leave it out."
    if _PORT.fullmatch(name):
        yield (
            f"{label}: the port after the colon is read as a part of the host's name. "
            "Write it into the port."
        )


def _unused_protocol(draft: _Draft) -> Iterator[str]:
    """airflow/providers/http/hooks/http.py: the host's own protocol counts, or else it is http."""
    protocol, separator, _ = draft.connection.host.partition("://")
    if draft.type.conn_type not in HEADERS or not separator:
        return
    if draft.connection.schema not in ("", protocol):
        yield (
            f"{draft.label('schema')}: the host begins with a protocol of its own, "
            "so this one isn't used."
        )


def _plain_http(draft: _Draft) -> Iterator[str]:
    host = draft.connection.host
    if draft.type.conn_type != "http" or not host or "://" in host:
        return
    if not draft.connection.schema:
        yield (
            f"{draft.label('host')}: without https:// before it, it is asked over http://, "
            "which isn't encrypted."
        )


def _unsent_password(draft: _Draft) -> Iterator[str]:
    """airflow/providers/http/hooks/http.py: login and password go together; a token is a header."""
    connection = draft.connection
    if draft.type.conn_type == "http" and connection.password and not connection.login:
        yield (
            f"{draft.label('password')}: HttpHook doesn't send it without a login. A token goes "
            'into the other extras, as in {"Authorization": "Bearer …"}.'
        )


# --- Texts ---


def _unseen(draft: _Draft) -> Iterator[str]:
    for _, label, value in draft.texts():
        if what := hides(value):
            yield f"{label}: it {what}, which is kept and sent."


def _line_break(draft: _Draft) -> Iterator[str]:
    for _, label, value in draft.texts():
        if re.search(r"[\r\n]", value.strip()) and "-----BEGIN" not in value:
            yield f"{label}: there is a line break in it, which is kept and sent."


def _bearer(draft: _Draft) -> Iterator[str]:
    masked = {"password"}
    for field in draft.type.extra_fields:
        if field.sensitive:
            masked.add(field.name)
    for name, label, value in draft.texts():
        if name in masked and value.lower().startswith("bearer "):
            yield (
                f"{label}: the word Bearer belongs to a header, and not to the token. "
                "Most hooks add it themselves."
            )


def _login(draft: _Draft) -> Iterator[str]:
    login = draft.connection.login
    _, colon, rest = login.partition(":")
    if not colon or "://" in login:
        return
    if not draft.connection.password or "@" in rest:
        yield (
            f"{draft.label('login')}: what stands after the colon seems to be a password, which "
            "isn't masked here. Write it into the password."
        )


def _placeholders(draft: _Draft) -> Iterator[str]:
    examples = {field.name: field.placeholder for field in draft.type.extra_fields}
    examples |= {field.name: field.placeholder for field in draft.type.standard_fields}
    for name, label, value in draft.texts():
        is_example = value == examples.get(name)
        if is_example and _NO_VALUE.search(value):
            yield f"{label}: this is still the form's example. Write your own value."


# --- Where nothing is read ---


def _hidden_fields(draft: _Draft) -> Iterator[str]:
    for name in _STANDARD:
        value = getattr(draft.connection, name)
        if value not in ("", None) and draft.type.standard_field(name).hidden:
            yield (
                f"{STANDARD_FIELDS[name]}: {draft.type.name} has no such field, "
                "so its hook probably ignores it."
            )


def _unknown_keys(draft: _Draft) -> Iterator[str]:
    for key in islice(draft.connection.extra, MOST_KEYS):
        meant = meant_key(draft.type, key)
        if not meant:
            continue
        if key.startswith("extra__"):
            yield f"{key} is the old name of {meant}, which newer providers may no longer read."
        else:
            yield (
                f"{key} isn't a key that the hook of {draft.type.name} reads. Did you mean {meant}?"
            )


def meant_key(connection_type: ConnectionType, key: str) -> str | None:
    """The key of the type that a key of the extra seems to stand for, if there is one."""
    conn_type = connection_type.conn_type
    if key in DRIVERS_OWN.get(conn_type, ()):
        return None
    if conn_type in HEADERS and re.search("[A-Z-]", key):
        return None
    if (conn_type, key) in OLD_NAMES:
        return OLD_NAMES[conn_type, key]
    return search.suggestion(conn_type, key, {conn_type: connection_type})


def _fields_in_extra(draft: _Draft) -> Iterator[str]:
    """A type without a provider gets no hint, because nobody here knows what its hook reads."""
    if not draft.type.provider or draft.type.conn_type in HEADERS:
        return
    for name in _STANDARD:
        is_a_key = draft.type.extra_field(name) or draft.type.standard_field(name).hidden
        if name in draft.connection.extra and not is_a_key:
            yield (
                f"{name} stands in the extra, where the hook doesn't look for it. "
                f"Write it into the field {draft.label(name)}."
            )


# --- What a value is ---


def _kinds(draft: _Draft) -> Iterator[str]:
    for field, value in draft.extras():
        if not isinstance(value, str):
            continue
        is_false = field.kind == "boolean" and value.lower() in _FALSE
        if is_false and draft.type.conn_type not in READS_WORDS:
            yield f"{field.label}: it is stored as text, and many hooks take every text for yes."
        is_secret_or_long = field.sensitive or field.multiline
        if field.kind != "string" or is_secret_or_long:
            continue
        if _is_json(value):
            yield f"{field.label}: this looks like JSON, where the hook expects plain text."


def _is_json(text: str) -> bool:
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(text), dict | list)
    return False


def _keys(draft: _Draft) -> Iterator[str]:
    for field, value in draft.extras():
        if not isinstance(value, str) or not value.strip():
            continue
        if _KEY_FIELD.search(field.name):
            problem = _key_problem(value.strip())
            if problem:
                yield f"{field.label}: {problem}"
        if _KEY_FILE_FIELD.search(field.name) and not _is_json(value):
            yield f"{field.label}: it is no JSON object, as the text of a key file is."


def _key_problem(text: str) -> str:
    """What keeps a private key from being read. Some hooks take a key in base64."""
    if text.startswith(_PUBLIC_KEY):
        return "this is a public key; its private half is needed."
    if text.startswith("PuTTY-"):
        return "this is PuTTY's format. Export it from PuTTYgen as an OpenSSH key."
    if "\\n" in text:
        return (
            "it holds \\n in two characters where a line should end. Paste the key file as it is."
        )
    if _is_base64_key(text):
        return ""
    if not text.startswith("-----BEGIN ") or not re.search(r"-----END [A-Z0-9 ]+-----$", text):
        return "it lacks its first or last line, which say BEGIN and END. Paste the whole key file."
    if "\n" not in text:
        return "its lines have run into one. Paste the key file as it is."
    return ""


def _is_base64_key(text: str) -> bool:
    with suppress(ValueError):
        return b64decode("".join(text.split()), validate=True).startswith(b"-----BEGIN ")
    return False


# What a hint is about, in the order in which a form tells of it.
_CHECKS: tuple[tuple[str, Callable[[_Draft], Iterator[str]]], ...] = (
    ("unseen", _unseen),
    ("id", _other_default),
    ("host", _host),
    ("secret", _secrets_in_host),
    ("unused", _unused_protocol),
    ("http", _plain_http),
    ("unused", _unsent_password),
    ("value", _line_break),
    ("secret", _login),
    ("value", _bearer),
    ("value", _placeholders),
    ("unused", _hidden_fields),
    ("keys", _unknown_keys),
    ("unused", _fields_in_extra),
    ("value", _kinds),
    ("key", _keys),
)
