"""Variables in files: a text stands as it is, and everything else is JSON.

Source: airflow/cli/commands/variable_command.py, variables_import and variables_export (3.3).
"""

import json
from collections.abc import Iterable
from dataclasses import replace

from secretsadmin.texts import is_unicode
from secretsadmin.transfer.files.file import VARIABLES, Entry
from secretsadmin.transfer.files.node import Node, json_of

_LONGEST_NUMBER = 400
_ENVELOPE = {"value", "description"}


def is_maybe_envelope(node: Node) -> bool:
    """Whether the object can be a variable's value, or one with its description around it."""
    return node.sort == "object" and "value" in node.names and set(node.names) <= _ENVELOPE


def are_envelopes(nodes: Iterable[Node]) -> bool:
    """What speaks for envelopes: Airflow writes both keys, and `description` is null if need be."""
    return any(is_maybe_envelope(node) and set(node.names) == _ENVELOPE for node in nodes)


def variable(key: str, line: int, node: Node, *, is_envelope: bool) -> Entry:
    """The entry of a key. An object in an envelope gives its value and its description."""
    entry = Entry(VARIABLES, key, line)
    if node.problem:
        return replace(entry, problem=node.problem)
    if not is_maybe_envelope(node):
        return _of_value(_with_note_on_others(entry, node), node)
    if not is_envelope:
        note = "Taken as the variable's own object. Airflow's import stores what is in its value."
        return _of_value(replace(entry, notes=(note,)), node)
    value, description = node.get("value"), node.get("description")
    if description and description.sort in ("object", "list"):
        return replace(entry, problem="The description is no text.")
    if description and description.sort != "null":
        entry = replace(entry, description=description.written)
    return _of_value(entry, value or node)


def _with_note_on_others(entry: Entry, node: Node) -> Entry:
    """Airflow takes each object with a `value` for an envelope, and drops what else is in it."""
    if node.sort != "object" or "value" not in node.names:
        return entry
    note = "Kept whole. Airflow's own import stores what is in its value, and drops the rest."
    return replace(entry, notes=(note,))


def _of_value(entry: Entry, node: Node) -> Entry:
    if node.sort == "null" and not node.written:
        return replace(
            entry, problem="It has no value. Airflow's own import would store the word null."
        )
    if node.sort in ("object", "list"):
        return _of_json(entry, node)
    if not is_unicode(node.written):
        return replace(entry, problem="It holds half a surrogate pair, which is not text.")
    notes = [note for note in (_note_on_word(node),) if note]
    return replace(entry, source=node.written, notes=(*entry.notes, *notes))


def _of_json(entry: Entry, node: Node) -> Entry:
    if node.written:
        return replace(entry, source=json_of(node))
    note = "YAML in the file, which is stored as JSON."
    return replace(entry, source=json_of(node), notes=(*entry.notes, note))


def _note_on_word(node: Node) -> str:
    if node.is_rewritten:
        return (
            "Taken as it is spelled in the file, where Airflow's own import reads YAML 1.1 and "
            "makes another value of it."
        )
    if node.sort == "literal" and _is_spelled_anew(node.written):
        return "The number is kept as it is spelled. Airflow's own import spells it anew."
    return ""


def _is_spelled_anew(number: str) -> bool:
    if len(number) > _LONGEST_NUMBER:
        return True
    return json.dumps(json.loads(number)) != number
