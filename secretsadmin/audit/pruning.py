"""Old lines of the audit log, moved to a file with what proves them.

The log that is left begins after the last line that was removed, and has a line that tells so.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from itertools import takewhile
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from secretsadmin.audit import chain, checkpoints, stream, verifying
from secretsadmin.audit.chain import Head
from secretsadmin.audit.lines import to_json
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.recording import Act, Actor, note
from secretsadmin.noted import PRUNE_LOG

_PRIVATE = 0o600
_append_only = import_module("secretsadmin.audit.migrations.0002_append_only")
# What refuses to let a line be removed. All other triggers stay.
_LIFTED = {
    "sqlite": "DROP TRIGGER IF EXISTS audit_event_no_delete",
    "postgresql": "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_change",
}
_PUT_BACK = {
    "sqlite": _append_only.SQLITE[1],
    "postgresql": "ALTER TABLE audit_event ENABLE TRIGGER audit_event_no_change",
}


class Refused(Exception):
    """Nothing was pruned. The text says why."""


@dataclass(frozen=True)
class Pruned:
    """How many lines were moved, up to which one, and what the file's digest is."""

    count: int
    up_to: int
    digest: str


def prune(before: datetime, file: Path, *, actor: Actor) -> Pruned:
    """Move the lines from before this time to the file.

    Raises Refused, Broken where the log isn't as it was sealed, and OSError where the file can't be
    written or is there already.
    """
    extent = verifying.verify()
    up_to = _last_before(before, extent)
    if up_to <= extent.beginning.number:
        raise Refused("No act that is over is as old as that.")
    _check_stream(up_to)
    mac = Event.objects.values_list("mac", flat=True).get(id=up_to)
    digest = _write(file, extent.beginning, Head(up_to, mac))
    pruned = Pruned(up_to - extent.beginning.number, up_to, digest)
    try:
        _remove(pruned, mac, actor)
    except BaseException:
        # All lines are still in the log. The file would stand in the way of the next try.
        with suppress(OSError):
            file.unlink()
        raise
    return pruned


def _last_before(before: datetime, extent: verifying.Extent) -> int:
    """The last line that may go: no act is cut in two, and the newest line stays."""
    newer = Event.objects.filter(at__gte=before).order_by("id").values_list("id", flat=True).first()
    last = (newer or extent.end.number) - 1
    while (cut := _first_of_cut(last)) is not None:
        last = cut - 1
    return last


def _first_of_cut(last: int) -> int | None:
    """The first line up to there whose act goes on after it, or hasn't ended."""
    lines = Event.objects.filter(act=OuterRef("act"))
    goes_on = Exists(lines.filter(id__gt=last))
    is_over = Exists(lines.filter(begins=False))
    removed = Event.objects.filter(id__lte=last)
    cut = removed.filter(goes_on) | removed.filter(~is_over, outcome=Outcome.STARTED)
    return cut.order_by("id").values_list("id", flat=True).first()


def _check_stream(up_to: int) -> None:
    if stream.configured() and stream.reached() < up_to:
        raise Refused(
            f"AUDIT_STREAM has got the lines up to {stream.reached():,} alone, and these go up to "
            f"{up_to:,}. Let it catch up first."
        )


def _write(file: Path, beginning: Head, end: Head) -> str:
    """Write the lines after `beginning`, up to `end`, to a new file. Returns its SHA-256."""
    digest = hashlib.sha256()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "wb") as written:
        for text in _texts(beginning, end):
            line = f"{text}\n".encode()
            digest.update(line)
            written.write(line)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def _texts(beginning: Head, end: Head) -> Iterator[str]:
    """The lines between two checkpoints; the log's very beginning needs none."""
    if beginning.number:
        yield checkpoints.line_of(beginning)
    for row in takewhile(lambda row: row[0] <= end.number, chain.rows(beginning.number)):
        yield to_json(row)
    yield checkpoints.line_of(end)


def _remove(pruned: Pruned, mac: str, actor: Actor) -> None:
    details = {
        "up_to": pruned.up_to,
        "mac": mac,
        "count": pruned.count,
        "sha256": pruned.digest,
    }
    with transaction.atomic(), _deletable():
        removed = f"DELETE FROM audit_event WHERE id <= {pruned.up_to:d}"  # noqa: S608 - a number.
        with connection.cursor() as cursor:
            cursor.execute(removed)
            if cursor.rowcount != pruned.count:
                raise Refused("The log was changed meanwhile.")
        note(PRUNE_LOG.audit_name, actor=actor, act=Act(count=pruned.count, details=details))


@contextmanager
def _deletable() -> Iterator[None]:
    """Lift what keeps lines from being removed, in a transaction of the caller's.

    The transaction puts it back if anything fails.
    """
    chain.take_turn()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # To remove many lines takes longer than a page may wait.
            cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(_LIFTED[connection.vendor])
    yield
    with connection.cursor() as cursor:
        cursor.execute(_PUT_BACK[connection.vendor])
