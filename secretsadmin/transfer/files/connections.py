"""Connections in files: the keys that each tool writes become Airflow's own fields.

Sources: airflow/secrets/local_filesystem.py, _create_connection (Airflow 3.3), and settings.go of
Astronomer's astro-cli.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from secretsadmin.texts import is_unicode
from secretsadmin.transfer.files.file import CONNECTIONS, Entry
from secretsadmin.transfer.files.json_nodes import parse_value
from secretsadmin.transfer.files.node import Node, json_of

FIELDS = ("conn_type", "host", "login", "password", "schema", "port", "extra")
# What stands in an entry and is no part of the connection.
_BESIDE = ("conn_id", "connection_id", "description", "uri", "extra_dejson", "team_name")
# What `airflow connections list` prints beside these.
_PRINTED = ("id", "is_encrypted", "is_extra_encrypted", "get_uri", "total_entries")
_ASTRONOMERS = {
    "conn_host": "host",
    "conn_schema": "schema",
    "conn_login": "login",
    "conn_password": "password",
    "conn_port": "port",
    "conn_extra": "extra",
    "conn_uri": "uri",
    "conn_description": "description",
}
# Other words for a field, which Airflow takes in a secret of this backend and in no file.
_MEANT = {
    "user": "login",
    "username": "login",
    "user_name": "login",
    "pass": "password",
    "key": "password",
    "remote_host": "host",
    "server": "host",
    "database": "schema",
    "dbname": "schema",
    "type": "conn_type",
    "connection_type": "conn_type",
    "engine": "conn_type",
}
# airflow/cli/utils.py and the REST API write this in place of what they mask.
_MASKED = "***"
_PLAIN_KEY = re.compile(r"[\w.-]{1,64}", re.ASCII)
_NOTHING = "There is no connection behind this id."


def names_of_connection() -> frozenset[str]:
    """The keys by which an object shows that it is a connection."""
    return frozenset(("conn_type", "extra_dejson", "conn_id", "connection_id", *_ASTRONOMERS))


def connection(conn_id: str, line: int, node: Node) -> Entry:
    """The entry of an id: an object, a URI, JSON in a text, or a list of one of these."""
    entry = Entry(CONNECTIONS, conn_id, line)
    if node.problem:
        return replace(entry, problem=node.problem)
    if node.sort == "list":
        return _only(entry, node)
    if node.sort == "object":
        return _of_object(entry, node)
    if node.sort == "null" or not node.written.strip():
        return replace(entry, problem=_NOTHING)
    return connection_of_text(entry, node.written)


def connection_of_text(entry: Entry, text: str) -> Entry:
    """A URI, or JSON where the text begins with a brace. Airflow's import takes all for URIs."""
    text = text.strip()
    if not text.startswith("{"):
        return replace(entry, source=text)
    parsed = parse_value(text)
    if parsed.problem:
        return replace(entry, problem="It begins with a brace, and isn't JSON that can be read.")
    return _of_object(entry, parsed)


def _only(entry: Entry, node: Node) -> Entry:
    if len(node.items) != 1 or node.items[0].sort == "list":
        problem = f"There are {len(node.items):,} connections behind one id. Keep one of them."
        return replace(entry, problem=problem)
    return connection(entry.id, entry.line, node.items[0])


def _of_object(entry: Entry, node: Node) -> Entry:
    fields, notes = _by_field(node)
    problem = (
        _problem_of_keys(node)
        or _problem_of_id(entry, fields)
        or "".join(list(_problems_of_values(fields))[:1])
    )
    if problem:
        return replace(entry, problem=problem)
    texts = {name: _text(value) for name, value in fields.items()}
    source = {name: texts[name] for name in FIELDS if texts.get(name)}
    if "extra_dejson" in texts:
        source["extra"] = texts["extra_dejson"]
    notes += tuple(_notes_on_values(fields))
    entry = replace(
        entry,
        team=texts.get("team_name") or entry.team,
        description=texts.get("description", ""),
        notes=(*entry.notes, *notes),
    )
    return _by_uri(replace(entry, source=source), texts.get("uri", ""))


def _by_uri(entry: Entry, uri: str) -> Entry:
    """Airflow takes a URI or fields, and Astronomer's tool a URI where there are no fields."""
    if not uri:
        return entry
    if not entry.source:
        return connection_of_text(entry, uri)
    return replace(
        entry, source=None, problem="It has a URI and fields beside it. Keep one of the two."
    )


def _by_field(node: Node) -> tuple[dict[str, Node], tuple[str, ...]]:
    """The values under Airflow's own names, and notes on keys that were renamed or left out."""
    fields, renamed, printed = {}, [], []
    for key, value in node.pairs:
        name = key.written
        if name in _PRINTED:
            printed.append(name)
            continue
        if name in _ASTRONOMERS:
            renamed.append(name)
            name = _ASTRONOMERS[name]
        fields[name] = value
    notes = []
    if printed:
        notes.append(f"Left out, as it is no part of a connection: {', '.join(printed)}.")
    if renamed:
        notes.append(f"Astronomer's keys were taken as Airflow's: {', '.join(renamed)}.")
    return fields, tuple(notes)


def _problem_of_keys(node: Node) -> str:
    names = node.names
    for name, other in (*_ASTRONOMERS.items(), ("extra_dejson", "extra")):
        if name in names and other in names:
            return f"It has {name} and {other}, which are the same. Keep one of the two."
    known = (*FIELDS, *_BESIDE, *_PRINTED, *_ASTRONOMERS)
    unknown = [name for name in names if name not in known]
    if not unknown:
        return ""
    meant = [f"{_MEANT[name]} for {name}" for name in unknown if name in _MEANT]
    hint = f" Write {', '.join(meant)}." if meant else ""
    return f"Airflow takes no such key in a connection: {named_keys(unknown)}.{hint}"


def named_keys(names: list[str]) -> str:
    """Keys with plain names by name, and how many others there are."""
    plain = [name for name in names if _PLAIN_KEY.fullmatch(name)]
    shown = plain[:10]
    more = len(names) - len(shown)
    if more and shown:
        return f"{', '.join(shown)} and {more:,} more"
    return ", ".join(shown) or f"{more:,} with a name that is not shown"


def _problem_of_id(entry: Entry, fields: Mapping[str, Node]) -> str:
    for name in ("conn_id", "connection_id"):
        if name in fields and fields[name].written not in ("", entry.id):
            return f"Its {name} is another than the id before it. Keep one of the two."
    return ""


def _problems_of_values(fields: Mapping[str, Node]) -> Iterator[str]:
    for name, node in fields.items():
        if node.sort in ("object", "list") and name not in ("extra", "extra_dejson"):
            yield f"The {name} is no text."
        if node.sort == "list":
            yield f"The {name} is no JSON object."
        if node.written == _MASKED:
            yield f"Airflow masked the {name} with *** when it wrote this. The value isn't here."
        if node.sort == "text" and not is_unicode(node.written):
            yield f"The {name} holds half a surrogate pair, which is not text."


def _text(node: Node) -> str:
    if node.sort == "null":
        return ""
    if node.sort in ("object", "list"):
        return json_of(node)
    return node.written


def _notes_on_values(fields: Mapping[str, Node]) -> Iterator[str]:
    numbers, rewritten = [], []
    for name, node in fields.items():
        if node.is_rewritten:
            rewritten.append(name)
        elif node.sort == "literal" and name not in ("port", "extra"):
            numbers.append(name)
    if numbers:
        yield f"No text in the file, and taken as it is spelled there: {', '.join(numbers)}."
    if rewritten:
        yield (
            "Taken as it is spelled in the file, where Airflow's own import reads YAML 1.1 and "
            f"makes another value of it: {', '.join(rewritten)}."
        )
