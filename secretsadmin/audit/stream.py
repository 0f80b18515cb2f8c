"""The second sink: each line of the audit log, as JSON, to standard output, a file or syslog.

Whether something may be done depends on the database alone. A stream that takes no lines is told,
and gets them once it takes lines again: each line comes at least once, in order, with its number.
"""

import errno
import logging
from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.utils import timezone

from secretsadmin.audit import chain, checkpoints, sinks
from secretsadmin.audit.bookkeeping import Bookmark
from secretsadmin.audit.chain import Head, Row
from secretsadmin.audit.lines import to_json
from secretsadmin.config.streams import NONE, Stream, stream_of

log = logging.getLogger(__name__)

NAME = "stream"
# So many lines are written, and so many at most in one go.
BATCH, MOST = 500, 10_000
# After each so many lines, a checkpoint goes where the lines go.
CHECKPOINT_EVERY = 1_000


def run() -> None:
    """Write the lines that the stream hasn't got. One process at a time may do so."""
    stream = configured()
    if stream:
        _write_new(stream)


def finish() -> None:
    """The same, and a checkpoint of the last of them, before the site ends."""
    stream = configured()
    if stream is None:
        return
    mark = _write_new(stream)
    if mark.number and not mark.problem:
        _try(stream, [checkpoints.line_of(Head(mark.number, mark.mac))], mark)


def configured() -> Stream | None:
    """The stream of the settings; None where there is to be none."""
    stream = stream_of(settings.AUDIT_STREAM)
    if stream is None or stream.kind == NONE:
        return None
    return stream


def problem() -> str:
    """Why the stream takes no lines; empty where it does, or where there is to be none."""
    if configured() is None:
        return ""
    return _mark().problem


def reached() -> int:
    """The last line that the stream has."""
    return _mark().number


def _mark() -> Bookmark:
    mark = Bookmark.objects.filter(name=NAME).first()
    return mark or Bookmark(name=NAME, at=timezone.now())


def _write_new(stream: Stream) -> Bookmark:
    mark = _mark()
    for batch in _batches(islice(chain.rows(mark.number), MOST)):
        if not _try(stream, list(_texts(batch)), mark):
            return mark
        mark.number, mark.mac = batch[-1][0], batch[-1][-1]
        mark.at = timezone.now()
        mark.save()
    return mark


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _texts(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        yield to_json(row)
        number, mac = row[0], row[-1]
        if number % CHECKPOINT_EVERY == 0:
            yield checkpoints.line_of(Head(number, mac))


def _try(stream: Stream, texts: list[str], mark: Bookmark) -> bool:
    """Whether the stream took them. The bookmark tells of a problem while there is one."""
    try:
        sinks.write(stream, texts)
    except (OSError, ValueError) as error:
        _tell(mark, _name_of(error))
        return False
    mark.problem = ""
    return True


def _tell(mark: Bookmark, name: str) -> None:
    if mark.problem == name:
        return
    mark.problem = name
    mark.save()
    log.error("the stream of the audit log takes no lines", extra={"error": name})


def _name_of(error: Exception) -> str:
    """What went wrong, without the error's text."""
    number = getattr(error, "errno", None)
    code = errno.errorcode.get(number or 0, "")
    return f"{type(error).__name__} {code}".strip()
