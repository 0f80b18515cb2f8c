"""The CSV that mwaa-dr writes of Airflow's table of connections, without a header.

Source: mwaa_dr/framework/model/connection_table.py of mwaa-dr 2.2.
"""

import csv
import io
from collections.abc import Iterator

from secretsadmin.transfer.files.connections import connection
from secretsadmin.transfer.files.file import (
    CONNECTIONS,
    MAX_ENTRIES,
    TOO_MANY,
    Entry,
    Unread,
    UnreadableFile,
)
from secretsadmin.transfer.files.node import Node

COLUMNS = (
    *("conn_id", "conn_type", "description", "extra"),
    *("host", "login", "password", "port", "schema"),
)


def read_table(text: str) -> tuple[tuple[Entry, ...], tuple[str, ...], Unread | None]:
    """The entries, notes on the file, and what couldn't be read. Raises UnreadableFile."""
    columns: tuple[str, ...] = COLUMNS
    notes: tuple[str, ...] = ()
    entries: list[Entry] = []
    unread = None
    for line, row in _rows(text):
        if isinstance(row, str):
            unread = Unread(line, row)
        elif not entries and set(row) == set(COLUMNS):
            columns, notes = tuple(row), ("The first line has the names of the columns.",)
        elif row and len(entries) == MAX_ENTRIES:
            unread = Unread(line, TOO_MANY)
            break
        elif row:
            entries.append(_entry(line, dict(zip(columns, row, strict=False)), len(row)))
    if unread and not entries:
        raise UnreadableFile(unread.sentence, unread.line)
    return tuple(entries), notes, unread


def _rows(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line that it begins at; a sentence where the reader gives up."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader, None)
        except csv.Error:
            # The library's error would hold on to a part of the row.
            row = None
            yield line, "From here on it isn't CSV: look at its quotation marks."
        if row is None:
            return
        yield line, row


def _entry(line: int, cells: dict[str, str], count: int) -> Entry:
    if count != len(COLUMNS):
        # Which of them is the id isn't sure then.
        problem = f"It has {count:,} columns, where there should be {len(COLUMNS)}."
        return Entry(CONNECTIONS, "", line, problem=problem)
    conn_id = cells.pop("conn_id")
    pairs = []
    for name, cell in cells.items():
        pairs.append((Node("text", line, name), Node("text", line, cell)))
    return connection(conn_id, line, Node("object", line, pairs=tuple(pairs)))
