"""The acts that fit a filter as a file: a table for spreadsheets, or a JSON object a line.

They are read in batches, by number, and handed on one batch at a time.
"""

import json
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from secretsadmin.audit.acts import Activity
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.reading import Asked, Scope, walk
from secretsadmin.audit.recording import Act, Actor, Place, recording_at
from secretsadmin.noted import EXPORT_LOG
from secretsadmin.transfer.cells import cell, table_of

BATCH = 500
COLUMNS = (
    *("event", "number", "began", "ended", "person", "address", "environment", "kind", "id"),
    *("action", "outcome", "reason", "fields", "version", "version_before", "format"),
    *("filled_fields", "refusal", "count", "error", "details", "aws_request", "request"),
)

Cells = dict[str, Any]
Pieces = Generator[bytes, None, None]


class ReaderWentAway(Exception):
    """Raised inside of an export whose reader is gone, so that its record says so."""

    outcome = Outcome.FAILED
    code = "ReaderWentAway"


@dataclass(frozen=True)
class Format:
    """A kind of file, with how a batch of acts becomes a part of it."""

    name: str
    title: str
    ending: str
    media_type: str
    head: Callable[[], str]
    write: Callable[[Iterable[Cells]], str]


def cells_of(act: Activity) -> Cells:
    """What the record says of an act, by the names of COLUMNS."""
    start, last = act.start, act.last_line
    return {
        "event": str(start.act),
        "number": start.pk,
        "began": _text_of(start.at),
        "ended": _text_of(last.at) if last.outcome != Outcome.STARTED else None,
        "person": start.user,
        "address": start.address,
        "environment": start.environment,
        "kind": start.kind,
        "id": start.secret,
        "action": start.action,
        "outcome": act.outcome,
        "reason": start.reason,
        "fields": last.fields or start.fields,
        "version": last.version,
        "version_before": last.previous,
        "format": last.format,
        "filled_fields": last.holds,
        "refusal": last.refusal,
        "count": last.count,
        "error": last.error,
        "details": dict(act.details) or None,
        "aws_request": last.request_id,
        "request": start.correlation,
    }


def _text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _table_head() -> str:
    return table_of([COLUMNS])


def _rows(acts: Iterable[Cells]) -> str:
    return table_of([cell(cells[name]) for name in COLUMNS] for cells in acts)


def _lines(acts: Iterable[Cells]) -> str:
    return "".join(json.dumps(cells, ensure_ascii=False) + "\n" for cells in acts)


FORMATS = {
    "csv": Format("csv", "CSV", "csv", "text/csv; charset=utf-8", _table_head, _rows),
    "json": Format("json", "JSON lines", "jsonl", "application/jsonl; charset=utf-8", str, _lines),
}


def export(asked: Asked, scope: Scope, file_format: Format, actor: Actor) -> Pieces:
    """The file, piece by piece, with a record of it that is begun before the first piece.

    Raises NotRecorded there.
    """
    pieces = _pieces(asked, scope, file_format, actor)
    # Up to its first stop this only records that the export begins.
    next(pieces)
    return pieces


def _pieces(asked: Asked, scope: Scope, file_format: Format, actor: Actor) -> Pieces:
    details = {"filter": asked.named, "format": file_format.name}
    # The answer is under way: nobody could be told of an error.
    try:
        with recording_at(Place(), EXPORT_LOG, actor=actor, act=Act(details=details)) as act:
            count = 0
            try:
                yield b""
                yield file_format.head().encode()
                for stretch in walk(asked, scope).steps(BATCH):
                    count += len(stretch.acts)
                    yield file_format.write(map(cells_of, stretch.acts)).encode()
            except GeneratorExit:
                raise ReaderWentAway from None
            finally:
                act.details = {**details, "acts": count}
    except ReaderWentAway:
        return
