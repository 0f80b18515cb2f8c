"""Lists whose objects have their ids in them: airflow_settings.yaml, and `list -o json`."""

from collections.abc import Iterator
from dataclasses import replace

from secretsadmin.transfer.files.connections import connection
from secretsadmin.transfer.files.file import CONNECTIONS, VARIABLES, Entry, UnreadableFile
from secretsadmin.transfer.files.node import Node
from secretsadmin.transfer.files.variables import variable

_CONNECTION_IDS = ("conn_id", "connection_id")
_VARIABLE_KEYS = ("variable_name", "key")
_VARIABLE_VALUES = ("variable_value", "value", "val")


def read_settings(root: Node) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Connections and variables of airflow_settings.yaml. Raises UnreadableFile."""
    airflow = root.get("airflow")
    if airflow is None or airflow.sort != "object":
        raise UnreadableFile("There is no airflow: with connections or variables below it.", 1)
    entries: list[Entry] = []
    notes = []
    for key, node in airflow.pairs:
        if key.written == "connections":
            entries += _entries(node, CONNECTIONS)
        elif key.written == "variables":
            entries += _entries(node, VARIABLES)
        elif key.written == "pools" and node.items:
            notes.append("Pools were left out: Airflow keeps them in its database alone.")
    templates = sum(entry.line == 0 for entry in entries)
    if templates:
        notes.append("Entries without anything in them were left out.")
    return tuple(entry for entry in entries if entry.line), tuple(notes)


def read_objects(root: Node) -> tuple[Entry, ...]:
    """A list of objects, each with the id of a connection or the key of a variable."""
    if root.sort != "list":
        raise UnreadableFile("This is no list of objects with a conn_id.", root.line)
    return tuple(entry for entry in _entries(root, "") if entry.line)


def _entries(node: Node, kind: str) -> Iterator[Entry]:
    for item in node.items:
        is_empty = item.sort == "object" and _is_empty(item)
        if is_empty and not item.problem:
            yield Entry(kind, "", 0)
        else:
            yield _entry(item, kind)


def _is_empty(item: Node) -> bool:
    """Whether it is a template that nobody filled in."""
    return not any(value.written or value.pairs or value.items for _, value in item.pairs)


def _entry(item: Node, kind: str) -> Entry:
    keys = _VARIABLE_KEYS if kind == VARIABLES else _CONNECTION_IDS
    name = _first(item, keys)
    if name is None and not kind:
        name = _first(item, _VARIABLE_KEYS)
        kind = VARIABLES if name else CONNECTIONS
    kind = kind or CONNECTIONS
    entry_id = name.written if name else ""
    if item.problem:
        return Entry(kind, entry_id, item.line, problem=item.problem)
    if not entry_id:
        wanted = "variable_name" if kind == VARIABLES else "conn_id"
        return Entry(kind, "", item.line, problem=f"It has no {wanted}, so it has no id.")
    if kind == CONNECTIONS:
        return connection(entry_id, item.line, item)
    return _variable(entry_id, item)


def _variable(key: str, item: Node) -> Entry:
    value = _first(item, _VARIABLE_VALUES)
    if value is None:
        return Entry(VARIABLES, key, item.line, problem="It has no value.")
    entry = variable(key, item.line, value, is_envelope=False)
    description = item.get("description")
    if description and description.sort == "text":
        return replace(entry, description=description.written)
    return entry


def _first(item: Node, names: tuple[str, ...]) -> Node | None:
    for name in names:
        value = item.get(name)
        if value is not None:
            return value
    return None
