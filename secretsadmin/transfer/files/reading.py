"""Reads a file in its format: entries, each with its line, and what was left out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from secretsadmin.texts import few
from secretsadmin.transfer.files import json_nodes, yaml_nodes
from secretsadmin.transfer.files.connections import connection
from secretsadmin.transfer.files.environment import read_lines
from secretsadmin.transfer.files.file import (
    CONNECTIONS_JSON,
    CONNECTIONS_YAML,
    SETTINGS,
    VARIABLES_JSON,
    VARIABLES_YAML,
    Entry,
    File,
    Format,
    Options,
    UnreadableFile,
)
from secretsadmin.transfer.files.node import Document, Node
from secretsadmin.transfer.files.objects import read_objects, read_settings
from secretsadmin.transfer.files.table import read_table
from secretsadmin.transfer.files.variables import are_envelopes, is_maybe_envelope, variable

_NO_OPTIONS = Options()
_MOST_LINES_TOLD = 5
_LAID_OUT = (
    "Objects and lists are kept as they are laid out in the file. "
    "Airflow's own import lays them out anew."
)


def read(text: str, format: Format, options: Options = _NO_OPTIONS) -> File:  # noqa: A002 - the word for it.
    """What is in a file of this format. Raises UnreadableFile where nothing of it can be read.

    An entry that is wrong has a problem, and the others are read all the same.
    """
    file = _read(text, format, options)
    if not file.entries and not file.unread:
        raise UnreadableFile(f"There is no entry in the file. It was read as this: {format.title}.")
    return replace(file, entries=_by_id(file.entries))


def _read(text: str, format: Format, options: Options) -> File:  # noqa: A002 - the word for it.
    if format.syntax == "lines":
        return read_lines(text, format, options)
    if format.syntax == "csv":
        entries, notes, unread = read_table(text)
        return File(format, entries, notes, unread)
    parser = json_nodes if format.syntax == "json" else yaml_nodes
    return _of_document(parser.parse(text), format, options)


def _of_document(document: Document, format: Format, options: Options) -> File:  # noqa: A002 - the word for it.
    root = document.root
    file = File(format, (), document.notes, document.unread)
    if format == SETTINGS:
        entries, notes = read_settings(root)
        return replace(file, entries=entries, notes=(*file.notes, *notes))
    if format not in (CONNECTIONS_JSON, CONNECTIONS_YAML, VARIABLES_JSON, VARIABLES_YAML):
        return replace(file, entries=read_objects(root))
    if root.sort != "object":
        raise UnreadableFile("The file should have ids, each with what belongs to it.", root.line)
    if format in (VARIABLES_JSON, VARIABLES_YAML):
        return _variables(file, root, options)
    entries = tuple(
        _checked(key, connection(key.written, key.line, node)) for key, node in root.pairs
    )
    return replace(file, entries=entries)


def _variables(file: File, root: Node, options: Options) -> File:
    nodes = [node for _, node in root.pairs]
    is_envelope = options.envelope == "envelope"
    if options.envelope == "auto":
        is_envelope = are_envelopes(nodes)
    entries = []
    for key, node in root.pairs:
        entry = variable(key.written, key.line, node, is_envelope=is_envelope)
        entries.append(_checked(key, entry))
    lines = tuple(key.line for key, node in root.pairs if is_maybe_envelope(node))
    notes = file.notes
    if any(node.sort in ("object", "list") and node.written for node in nodes):
        notes = (*notes, _LAID_OUT)
    return replace(
        file,
        entries=tuple(entries),
        notes=notes,
        envelopes=lines,
        are_envelopes=bool(lines) and is_envelope,
    )


def _checked(key: Node, entry: Entry) -> Entry:
    """With what is to be said of the key itself."""
    if key.problem or key.sort in ("object", "list"):
        return replace(entry, source=None, problem=key.problem or "Its id is no text.")
    if key.is_rewritten:
        note = "Airflow's own import reads YAML 1.1 and makes another word of the id."
        return replace(entry, notes=(*entry.notes, note))
    return entry


def _by_id(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Each entry has an id. Of an id that is there twice, nobody can say which entry counts."""
    places: dict[tuple[str, str | None, str], list[int]] = defaultdict(list)
    for entry in entries:
        if entry.id:
            places[entry.kind, entry.team, entry.id].append(entry.line)
    problems = {name: _twice(lines) for name, lines in places.items() if len(lines) > 1}
    told = []
    for entry in entries:
        problem = problems.get((entry.kind, entry.team, entry.id))
        if not entry.id and not entry.problem:
            problem = "It has no id."
        told.append(replace(entry, source=None, problem=problem) if problem else entry)
    return tuple(told)


def _twice(lines: list[int]) -> str:
    places = list(dict.fromkeys(f"{line:,}" for line in lines))
    word = "line" if len(places) == 1 else "lines"
    where = f"{word} {few(places, _MOST_LINES_TOLD)}"
    return f"Its id is in the file {len(lines):,} times, at {where}. Keep one of them."
