"""What to warn about before a connection is saved. A hint explains and lets pass, and names a field, never its value.

Whoever writes an unusual connection on purpose should see none, so in doubt a check is silent: most hosts may be
a URL for one hook or the other, and most extras are handed on to a driver that knows more keys than its provider.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from connections import catalog
from connections.connection import Connection
from connections.connection_type import STANDARD_FIELDS, ConnectionType, ExtraField
from secretsadmin.kinds import Note
from secretsadmin.unseen import hides

# Their hooks put a protocol before the host, or none, and a port behind it.
BARE_HOSTS = frozenset(
    (
        *("cassandra", "clickhouse", "drill", "druid", "elasticsearch", "exasol", "ftp", "gremlin", "hive_metastore"),
        *("hiveserver2", "ibmdb2", "imap", "impala", "mongo", "mq", "mssql", "mysql", "neo4j", "opensearch", "oracle"),
        *("pinot", "postgres", "presto", "redis", "redshift", "samba", "sftp", "smtp", "ssh", "trino", "vault"),
        *("vertica", "webhdfs"),
    )
)
# A list of hosts with ports, and a whole address: these hooks read a port there.
PORT_IN_HOST = frozenset(("mongo", "oracle"))
# What their hooks don't know in an extra is sent as a header.
HEADERS = frozenset(("http", "livy"))
# The drivers take these, however like another key they are.
DRIVERS_OWN = {"postgres": {"keepalives"}, "kafka": {"sasl.mechanism", "ssl.key.password"}}
# The old names of keys, where another one is more alike.
OLD_NAMES = {("ssh", "timeout"): "conn_timeout", ("sftp", "timeout"): "conn_timeout"}
# Of so many keys of an extra it is told what they may have been meant for; each is compared with all that are known.
MOST_KEYS = 100
# These hooks know that a text can mean false.
READS_WORDS = frozenset(("ssh", "sftp"))

_PORT = re.compile(r"[^\s:\[\]]+:\d{1,5}|\[[^\]]*\]:\d{1,5}")
_USER_AND_PASSWORD = re.compile(r"//[^/@\s:]*+:[^/@\s]*+@")
_PASSWORD_PARAMETER = re.compile(r"[?&;](password|passwd|pwd|token|secret)=[^&;]", re.IGNORECASE)
# A placeholder such as us-east-1 is somebody's value; these words are nobody's.
_NO_VALUE = re.compile(r"\s|your|replace|xxx|example|\bmy[_-]|123456789|[<{]", re.IGNORECASE)
_KEY_FIELD = re.compile(r"(^|_)private_key(_content|_data)?$")
_KEY_FILE_FIELD = re.compile(r"keyfile_dict|key_json|service_account_json$")
_PUBLIC_KEY = ("ssh-", "ecdsa-", "-----BEGIN PUBLIC KEY")
_FALSE = frozenset(("false", "no", "off", "0", "n"))


class _Asked(NamedTuple):
    connection: Connection
    type: ConnectionType
    conn_id: str
    among: catalog.Types

    def label(self, name: str) -> str:
        return self.type.standard_field(name).label

    def texts(self) -> Iterator[tuple[str, str, str]]:
        """The name, label and value of each text on one line, in the order in which a form asks for them."""
        for name in ("host", "schema", "login", "password"):
            yield name, self.label(name), getattr(self.connection, name)
        for field, value in self.extras():
            if isinstance(value, str) and field.kind == "string" and not field.multiline:
                yield field.name, field.label, value

    def extras(self) -> Iterator[tuple[ExtraField, Any]]:
        """The keys of the extra that the type knows."""
        for field in self.type.extra_fields:
            if field.name in self.connection.extra:
                yield field, self.connection.extra[field.name]


def hints(
    connection: Connection,
    one: ConnectionType,
    conn_id: str = "",
    among: catalog.Types | None = None,
    *,
    beside_fields: bool = False,
) -> tuple[Note, ...]:
    """`one` is the connection's type, `among` the catalogue that it is from. Never raises.

    What a form says `beside_fields`, of white space and what else hides, isn't said once more.
    """
    asked = _Asked(connection, one, conn_id, catalog.types() if among is None else among)
    checks = _CHECKS if beside_fields else (_unseen, *_CHECKS)
    found = (text for check in checks for text in check(asked))
    return tuple(Note(text) for text in dict.fromkeys(found))


# --- The id ---


def _other_default(asked: _Asked) -> Iterator[str]:
    owners = [one for one in asked.among.values() if asked.conn_id and one.default_id == asked.conn_id]
    if not asked.connection.conn_type or not owners or any(_serve_alike(asked.type, owner) for owner in owners):
        return
    yield (
        f"The hook of {owners[0].name} asks for this id when a task names none, "
        f"and would find a connection of the type {asked.type.name}."
    )


def _serve_alike(one: ConnectionType, other: ConnectionType) -> bool:
    """Hooks whose argument is called the same take each other's connections, as those of SSH and SFTP do."""
    if one == other:
        return True
    arguments = {caller.argument for caller in (one.hook, other.hook) if caller}
    return bool(one.hook and other.hook) and len(arguments) == 1 and arguments != {"conn_id"}


# --- The host ---


def _host(asked: _Asked) -> Iterator[str]:
    host, label = asked.connection.host.strip(), asked.label("host")
    if asked.type.conn_type in BARE_HOSTS and not host.startswith("/"):
        yield from _bare_host(asked, host, label)
    elif _USER_AND_PASSWORD.search(host):
        yield f"{label}: it holds a login and a password. Write them into fields of their own."
    if _PASSWORD_PARAMETER.search(host):
        yield f"{label}: it holds a secret as a parameter. Write it into the password, if you can."


def _bare_host(asked: _Asked, host: str, label: str) -> Iterator[str]:
    protocol, separator, rest = host.rpartition("://")
    if protocol or separator:
        yield f"{label}: the protocol before :// is read as a part of the host's name. Leave it out."
    login, at, place = rest.rpartition("@")
    if login or at:
        yield f"{label}: what stands before the @ is read as a part of the host's name. It belongs into the login."
    name, slash, _ = place.partition("/")
    if slash and asked.type.conn_type not in PORT_IN_HOST:
        yield f"{label}: the path after the / is read as a part of the host's name. Leave it out."
    if _PORT.fullmatch(name) and asked.type.conn_type not in PORT_IN_HOST:
        yield f"{label}: the port after the colon is read as a part of the host's name. Write it into the port."


def _protocol(asked: _Asked) -> Iterator[str]:
    """airflow/providers/http/hooks/http.py: the host's own protocol counts, and without any it is http."""
    if asked.type.conn_type not in HEADERS or not asked.connection.host:
        return
    protocol, separator, _ = asked.connection.host.partition("://")
    schema = asked.connection.schema
    if separator and schema and schema != protocol:
        yield f"{asked.label('schema')}: the host begins with a protocol of its own, so this one isn't used."
    if not separator and not schema and asked.type.conn_type == "http":
        yield f"{asked.label('host')}: without https:// before it, it is asked over http://, which isn't encrypted."


def _unsent_password(asked: _Asked) -> Iterator[str]:
    """airflow/providers/http/hooks/http.py: a login and a password go together, and a token is a header."""
    if asked.type.conn_type == "http" and asked.connection.password and not asked.connection.login:
        yield (
            f"{asked.label('password')}: HttpHook doesn't send it without a login. A token goes into the other extras, "
            'as in {"Authorization": "Bearer …"}.'
        )


# --- Texts ---


def _unseen(asked: _Asked) -> Iterator[str]:
    for _, label, value in asked.texts():
        if what := hides(value):
            yield f"{label}: it {what}, which is kept and sent."


def _line_break(asked: _Asked) -> Iterator[str]:
    for _, label, value in asked.texts():
        if re.search(r"[\r\n]", value.strip()) and "-----BEGIN" not in value:
            yield f"{label}: there is a line break in it, which is kept and sent."


def _bearer(asked: _Asked) -> Iterator[str]:
    masked = {"password", *(field.name for field in asked.type.extra_fields if field.sensitive)}
    for name, label, value in asked.texts():
        if name in masked and value.lower().startswith("bearer "):
            yield f"{label}: the word Bearer belongs to a header, and not to the token. Most hooks add it themselves."


def _login(asked: _Asked) -> Iterator[str]:
    login = asked.connection.login
    _, colon, rest = login.partition(":")
    if colon and "://" not in login and (not asked.connection.password or "@" in rest):
        yield (
            f"{asked.label('login')}: what stands after the colon seems to be a password, which isn't masked here. "
            "Write it into the password."
        )


def _placeholders(asked: _Asked) -> Iterator[str]:
    examples = {field.name: field.placeholder for field in asked.type.extra_fields}
    examples |= {field.name: field.placeholder for field in asked.type.standard_fields}
    for name, label, value in asked.texts():
        if value and value == examples.get(name) and _NO_VALUE.search(value):
            yield f"{label}: this is the form's example, and no value of yours."


# --- Where nothing is read ---


def _hidden_fields(asked: _Asked) -> Iterator[str]:
    for name in ("host", "port", "schema", "login", "password"):
        value = getattr(asked.connection, name)
        if value not in ("", None) and asked.type.standard_field(name).hidden:
            yield f"{STANDARD_FIELDS[name]}: {asked.type.name} has no such field, so its hook hardly reads it."


def _unknown_keys(asked: _Asked) -> Iterator[str]:
    for key in islice(asked.connection.extra, MOST_KEYS):
        meant = _meant(asked.type, key)
        if meant and key.startswith("extra__"):
            yield f"{key} is the old name of {meant}, which newer providers may no longer read."
        elif meant:
            yield f"{key} isn't a key that the hook of {asked.type.name} reads. Did you mean {meant}?"


def _meant(one: ConnectionType, key: str) -> str | None:
    if key in DRIVERS_OWN.get(one.conn_type, ()) or (one.conn_type in HEADERS and re.search("[A-Z-]", key)):
        return None
    return OLD_NAMES.get((one.conn_type, key)) or catalog.suggestion(one.conn_type, key, {one.conn_type: one})


def _fields_in_extra(asked: _Asked) -> Iterator[str]:
    """Of a type that nobody knows it can't be told what its hook reads."""
    if not asked.type.provider or asked.type.conn_type in HEADERS:
        return
    for name in ("host", "port", "schema", "login", "password"):
        is_a_key = asked.type.extra_field(name) or asked.type.standard_field(name).hidden
        if name in asked.connection.extra and not is_a_key:
            label = asked.label(name)
            yield f"{name} stands in the extra, where the hook doesn't look for it. Write it into the field {label}."


# --- What a value is ---


def _kinds(asked: _Asked) -> Iterator[str]:
    for field, value in asked.extras():
        if not isinstance(value, str):
            continue
        if field.kind == "boolean" and value.lower() in _FALSE and asked.type.conn_type not in READS_WORDS:
            yield f"{field.label}: it is stored as text, and many hooks take every text for yes."
        if field.kind == "string" and not (field.sensitive or field.multiline) and _is_json(value):
            yield f"{field.label}: this looks like JSON, where the hook expects plain text."


def _is_json(text: str) -> bool:
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(text), dict | list)
    return False


def _keys(asked: _Asked) -> Iterator[str]:
    for field, value in asked.extras():
        if not isinstance(value, str) or not value.strip():
            continue
        if _KEY_FIELD.search(field.name) and (problem := _key_problem(value.strip())):
            yield f"{field.label}: {problem}"
        if _KEY_FILE_FIELD.search(field.name) and not _is_json(value):
            yield f"{field.label}: it is no JSON object, as the text of a key file is."


def _key_problem(text: str) -> str:
    """What keeps a private key from being read. A key in base64 is one that some hooks take."""
    if text.startswith(_PUBLIC_KEY):
        return "this is a public key; its private half is needed."
    if text.startswith("PuTTY-"):
        return "this is PuTTY's format. Export it from PuTTYgen as an OpenSSH key."
    if "\\n" in text:
        return "it holds \\n in two characters where a line should end. Paste the key file as it is."
    if _is_base64_key(text):
        return ""
    if not text.startswith("-----BEGIN ") or not re.search(r"-----END [A-Z0-9 ]+-----$", text):
        return "it lacks its first or last line, which say BEGIN and END. Paste the whole key file."
    return "" if "\n" in text else "its lines have run into one. Paste the key file as it is."


def _is_base64_key(text: str) -> bool:
    with suppress(ValueError):
        return b64decode("".join(text.split()), validate=True).startswith(b"-----BEGIN ")
    return False


_CHECKS: tuple[Callable[[_Asked], Iterator[str]], ...] = (
    _other_default,
    _host,
    _protocol,
    _unsent_password,
    _line_break,
    _login,
    _bearer,
    _placeholders,
    _hidden_fields,
    _unknown_keys,
    _fields_in_extra,
    _kinds,
    _keys,
)
