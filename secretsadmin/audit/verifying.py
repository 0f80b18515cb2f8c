"""Whether the audit log is as it was sealed, and if not, which line is the first that isn't."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import DataError, OperationalError
from django.utils import timezone

from secretsadmin.audit import chain
from secretsadmin.audit.bookkeeping import Bookmark
from secretsadmin.audit.chain import NOTHING, Head, Row
from secretsadmin.audit.models import Event
from secretsadmin.noted import PRUNE_LOG

log = logging.getLogger(__name__)

# How many lines the dashboard verifies in one go, while it runs.
PIECE = 20_000
# The bookmarks of the two ways in which it does: the newest lines, and all of them, round by round.
NEWEST, ROUND = "verified", "verified again"
_KEY, _MAC = -2, -1
_UNREADABLE = "Could not decode"


class Broken(Exception):
    """The log isn't as it was sealed. The text names the first bad line and what is wrong with it.

    `head` is the last line that is as it was sealed.
    """

    def __init__(self, head: Head, problem: str) -> None:
        super().__init__(problem)
        self.head = head


@dataclass(frozen=True)
class Verified:
    """How far the log was verified while the site ran, when, and what was wrong, if anything."""

    number: int
    at: datetime
    problem: str


@dataclass(frozen=True)
class Extent:
    """The lines that were verified: those after the head `beginning`, up to the head `end`."""

    beginning: Head
    end: Head

    def __str__(self) -> str:
        if self.end.number == self.beginning.number:
            return "There are no lines."
        first = self.beginning.number + 1
        return f"Lines {first:,} to {self.end.number:,} are as they were sealed."


def verify(checkpoints: Mapping[int, str] | None = None) -> Extent:
    """Verify the whole log. Raises Broken."""
    seals = checkpoints or {}
    start = beginning()
    end = follow(chain.rows(), start, seals)
    last = max(seals, default=0)
    if last > end.number:
        raise Broken(
            end,
            f"Line {end.number + 1:,} is missing: the log ends before it, but a checkpoint is of "
            f"line {last:,}. The last lines were cut off, or this is an older copy.",
        )
    return Extent(start, end)


def beginning() -> Head:
    """What the first line follows: nothing, or the last line that was pruned. Raises Broken."""
    first = chain.first()
    if not isinstance(first, int) or first <= 1:
        return Head(0, NOTHING)
    prunes = Event.objects.filter(
        environment="", kind="", secret="", action=PRUNE_LOG.audit_name, details__up_to=first - 1
    )
    prune = prunes.order_by("-id").first()
    if prune is None:
        raise Broken(
            Head(0, NOTHING),
            f"Line 1 is missing: the log begins at line {first:,}, "
            "and no record tells that the lines before it were pruned.",
        )
    # Whether this record itself is as it was sealed, the lines from here on to it will show.
    return Head(first - 1, str((prune.details or {}).get("mac")))


def follow(rows: Iterable[Row], start: Head, seals: Mapping[int, str] | None = None) -> Head:
    """The last of the rows, which follow `start` and have these seals. Raises Broken."""
    ring, seal = chain.keys().by_id, chain.seal
    expected = seals or {}
    number, mac = start.number, start.mac
    if expected.get(number, mac) != mac:
        raise Broken(start, _other_than_checkpoint(number))
    try:
        for row in rows:
            key = ring.get(row[_KEY])
            is_next = row[0] == number + 1
            if not is_next or key is None or seal(key, mac, row[:_MAC]) != row[_MAC]:
                raise Broken(Head(number, mac), _problem(row, number + 1))
            number, mac = row[0], row[_MAC]
            if number in expected and expected[number] != mac:
                raise Broken(Head(number, mac), _other_than_checkpoint(number))
    except TypeError:
        # A column holds what its type doesn't allow.
        raise Broken(Head(number, mac), _changed(number + 1)) from None
    except (DataError, OperationalError) as error:
        if isinstance(error, OperationalError) and _UNREADABLE not in str(error):
            raise
        raise Broken(Head(number, mac), f"Line {number + 1:,} can't be read.") from None
    return Head(number, mac)


def _problem(row: Row, number: int) -> str:
    if not isinstance(row[0], int) or row[0] < number:
        return f"After line {number - 1:,} stands a line whose number the log never gave."
    if row[0] > number:
        return f"Line {number:,} is missing: line {row[0]:,} follows line {number - 1:,}."
    if row[_KEY] not in chain.keys().by_id:
        return (
            f"Line {number:,} names a key that is neither AUDIT_KEY nor in AUDIT_KEYS_BEFORE: "
            "it was changed or forged, or the key is missing here."
        )
    return _changed(number)


def _changed(number: int) -> str:
    return (
        f"Line {number:,} isn't what was sealed: it was changed, forged, "
        "or moved from another place."
    )


def _other_than_checkpoint(number: int) -> str:
    return (
        f"Line {number:,} has another seal than in its checkpoint: "
        "from here on or before, the log is another one."
    )


def last_verified() -> Verified | None:
    """How far the site itself has verified the log; None where it hasn't begun."""
    bookmarks = Bookmark.objects.in_bulk([NEWEST, ROUND])
    newest, again = bookmarks.get(NEWEST), bookmarks.get(ROUND)
    if newest is None:
        return None
    worst = newest
    is_newest_well = not newest.problem
    if is_newest_well and again is not None and again.problem:
        worst = again
    return Verified(worst.number, worst.at, worst.problem)


def go_on() -> None:
    """Verify the lines that are new, and the next piece of all of them.

    Once the end is reached, the next round begins: so what is done later to old lines shows, too.
    """
    before = chain.first()
    marks = Bookmark.objects.in_bulk([NEWEST, ROUND])
    now = timezone.now()
    newest = marks.get(NEWEST) or Bookmark(name=NEWEST, at=now)
    again = marks.get(ROUND) or Bookmark(name=ROUND, at=now)
    was_well = not (newest.problem or again.problem)
    _advance(newest)
    is_at_end = _advance(again) < PIECE
    if chain.first() != before:
        # Lines were pruned meanwhile, which looks as if they were missing.
        return
    if is_at_end and not again.problem:
        again.number, again.mac = 0, NOTHING
    for mark in (newest, again):
        mark.at = now
        mark.save()
    if was_well and (problem := newest.problem or again.problem):
        log.error("the audit log isn't as it was sealed", extra={"error": problem})


def _advance(mark: Bookmark) -> int:
    """Verify a piece from the bookmark on. Returns how many lines that were."""
    before = mark.number
    try:
        start = _start(mark)
        after = start.number or chain.LEAST
        head = follow(islice(chain.rows(after), PIECE), start)
        mark.problem = ""
    except Broken as broken:
        head = broken.head
        mark.problem = str(broken)[:200]
    mark.number, mark.mac = head.number, head.mac
    return head.number - before


def _start(mark: Bookmark) -> Head:
    """The line of the bookmark, or the beginning of the log if it is before that. Raises Broken."""
    if not mark.number:
        return beginning()
    head = Head(mark.number, mark.mac)
    here = Event.objects.filter(id=mark.number).values_list("mac", flat=True).first()
    if here == mark.mac:
        return head
    if here is not None:
        raise Broken(head, _changed(mark.number))
    start = beginning()
    if start.number < mark.number:
        raise Broken(
            head, f"Line {mark.number:,} is missing: it was there when the log was verified."
        )
    return start
