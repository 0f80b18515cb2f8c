"""Which format a text is in, by what is in it. People can say otherwise."""

import csv
import io
import re

from secretsadmin.texts import lines
from secretsadmin.transfer.files import file, json_nodes, table
from secretsadmin.transfer.files.connections import names_of_connection
from secretsadmin.transfer.files.environment import PREFIXES
from secretsadmin.transfer.files.file import Format, UnreadableFile
from secretsadmin.transfer.files.node import Node

# So many of the first lines or members decide.
_LOOKED_AT = 200
_ASSIGNMENT = re.compile(
    r"[ \t]*+(?:export[ \t]++)?+(?P<name>[^=:,\s\"'{}\[\]]++)[ \t]*+=[ \t]*+(?P<value>.*)"
)
_URI = re.compile(r"[\"']?[A-Za-z][\w.+-]*+://")
_SETTINGS = re.compile(r"^airflow[ \t]*+:[ \t]*+(?:#.*)?$", re.MULTILINE)
_YAML_FIELD = re.compile(
    r"^[ \t]++(?:-[ \t]++)?[\"']?(?:conn_type|conn_uri|extra_dejson)[\"']?[ \t]*+:"
    r"|[{,][ \t]*+conn_type[ \t]*+:",
    re.MULTILINE,
)
_YAML_URI = re.compile(
    r"^(?:[\w.-]++:|[ \t]*+-)[ \t]++[\"']?(?!https?:)[A-Za-z][\w.+-]*+://", re.MULTILINE
)


def recognise(text: str) -> Format:
    """The format that a text seems to be in.

    Raises UnreadableFile for JSON that breaks off before its first entry, and for one connection
    without an id.
    """
    if _is_json(text):
        return _json(text)
    first = _significant(text)
    if _ASSIGNMENT.match(first):
        return _lines(text)
    if _is_table(text):
        return file.MWAA_CSV
    if _URI.match(first) and not _URI.match(first.partition(" ")[2]):
        raise UnreadableFile("This is a URI without an id. Write id= before it.", 1)
    return _yaml(text, first)


def _significant(text: str) -> str:
    """The first line that is neither blank nor a comment."""
    for line in _first_lines(text):
        plain = line.strip()
        if plain and not plain.startswith("#") and plain != "---":
            return line
    return ""


def _first_lines(text: str) -> list[str]:
    return lines(text).split("\n", _LOOKED_AT)[:_LOOKED_AT]


# --- JSON ---


def _is_json(text: str) -> bool:
    """Lines before it may be a log's, but neither assignments nor YAML's."""
    begin = json_nodes.begin_of(text)
    if begin < 0:
        return False
    before = text[:begin]
    if not before.strip():
        return True
    is_at_margin = text[begin] in "{["
    return is_at_margin and not any(name in before for name in PREFIXES)


def _json(text: str) -> Format:
    root = json_nodes.parse(text, _LOOKED_AT).root
    if root.sort == "list":
        return file.OBJECTS_JSON
    names = set(root.names)
    is_one = "conn_type" in names and all(value.sort != "object" for _, value in root.pairs[:1])
    if is_one:
        raise UnreadableFile(
            "This is one connection without an id. Write it behind its id, as in "
            '{"my_id": {"conn_type": "http"}}.',
            root.line,
        )
    nodes = [value for _, value in root.pairs[:_LOOKED_AT]]
    return file.CONNECTIONS_JSON if _are_connections(nodes) else file.VARIABLES_JSON


def _are_connections(nodes: list[Node]) -> bool:
    """Whether most of them are, and one of them surely: a URL may be a variable, too."""
    words = names_of_connection()
    sure = sum(1 for node in nodes if words & set(_object_of(node).names))
    uris = [
        node for node in nodes if _URI.match(_object_of(node).written) and node.sort != "object"
    ]
    if sure:
        return 2 * (sure + len(uris)) >= len(nodes)
    is_database = any(not _object_of(node).written.startswith("http") for node in uris)
    return is_database and len(uris) == len(nodes)


def _object_of(node: Node) -> Node:
    if node.sort == "list" and len(node.items) == 1:
        return node.items[0]
    return node


# --- Lines ---


def _lines(text: str) -> Format:
    prefixed = connections = others = 0
    for line in _first_lines(text):
        match = _ASSIGNMENT.match(line)
        if not match:
            continue
        if match["name"].startswith(("AIRFLOW_CONN_", "AIRFLOW_VAR_", "AIRFLOW__")):
            prefixed += 1
        elif _URI.match(match["value"]) or '"conn_type"' in match["value"]:
            connections += 1
        else:
            others += 1
    if prefixed and prefixed >= connections:
        return file.ENVIRONMENT
    if connections and connections >= others:
        return file.CONNECTIONS_ENV
    return file.VARIABLES_ENV


# --- CSV and YAML ---


def _is_table(text: str) -> bool:
    """Whether the first row has as many columns as that table."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        first = next((row for row in reader if row), [])
    except csv.Error:
        return False
    return len(first) == len(table.COLUMNS)


def _yaml(text: str, first: str) -> Format:
    if _SETTINGS.search(text):
        return file.SETTINGS
    if first.lstrip().startswith("- "):
        return file.OBJECTS_YAML
    if _YAML_FIELD.search(text) or _YAML_URI.search(text):
        return file.CONNECTIONS_YAML
    return file.VARIABLES_YAML
