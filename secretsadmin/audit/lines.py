"""A line of the audit log as JSON, for a log system, a file or whoever else keeps it.

All that a seal covers is in it, so that a line can be verified wherever it is.
"""

import json
from typing import Any
from uuid import UUID

from secretsadmin.audit.chain import COLUMNS, JSON_COLUMNS, Row

NAMES = (*COLUMNS, "mac")
_UTC = "Z"


def to_json(row: Row) -> str:
    line = dict(zip(NAMES, row, strict=True))
    try:
        line |= _read(line)
    except (ValueError, TypeError, AttributeError):
        # Somebody changed the line in the database. It is told as it stands there.
        return json.dumps(line, default=str)
    return json.dumps(line)


def _read(line: dict[str, Any]) -> dict[str, Any]:
    """The parts of a line that JSON tells better than their canonical form."""
    parts = {
        "act": str(UUID(line["act"])),
        "at": line["at"].replace(" ", "T") + _UTC,
        "begins": bool(line["begins"]),
    }
    for name in JSON_COLUMNS:
        if line[name] is not None:
            parts[name] = json.loads(line[name])
    return parts


def from_json(line: dict[str, Any]) -> Row:
    """The columns in canonical form, and the seal. Raises ValueError for what is no line."""
    try:
        columns = {name: line[name] for name in NAMES}
        columns["act"] = UUID(columns["act"]).hex
        columns["at"] = columns["at"].removesuffix(_UTC).replace("T", " ")
        columns["begins"] = int(columns["begins"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("a part of the line is missing") from error
    for name in JSON_COLUMNS:
        if columns[name] is not None:
            columns[name] = json.dumps(columns[name], sort_keys=True)
    return tuple(columns.values())


def object_of(text: str) -> dict[str, Any]:
    """The JSON object that a line of a file is. Raises ValueError for anything else."""
    read = json.loads(text)
    if not isinstance(read, dict):
        raise ValueError("no object")  # noqa: TRY004 - to the caller it is a wrong text.
    return read
