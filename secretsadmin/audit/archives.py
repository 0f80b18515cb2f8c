"""Whether files of pruned lines are as they were sealed, and fit to each other and to the log."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from secretsadmin.audit import chain, checkpoints, verifying
from secretsadmin.audit.chain import NOTHING, Head, Row
from secretsadmin.audit.lines import from_json, object_of
from secretsadmin.audit.verifying import Broken, Extent


def verify(files: Iterable[Path]) -> Mapping[Path, Extent]:
    """Verify the files, whose lines follow each other, and precede the log. Raises Broken."""
    extents = {file: _extent(file) for file in files}
    ordered = sorted(extents.items(), key=lambda item: item[1].end.number)
    for (_, earlier), (file, later) in pairwise(ordered):
        _check_fit(earlier.end, later.beginning, str(file))
    if ordered:
        _check_fit(ordered[-1][1].end, verifying.beginning(), "the log")
    return dict(ordered)


def _check_fit(end: Head, start: Head, what: str) -> None:
    if start.number > end.number:
        raise Broken(
            end, f"Line {end.number + 1:,} is missing: {what} begins at line {start.number + 1:,}."
        )
    # A log that was restored from before the prune still has the lines; see `seals`.
    if start.number == end.number and start.mac != end.mac:
        raise Broken(end, f"Line {end.number:,} has another seal in the file than {what} follows.")


def seals(extents: Iterable[Extent]) -> dict[int, str]:
    """The seals that the log's own lines must have, where it still has lines of the files."""
    return {extent.end.number: extent.end.mac for extent in extents}


def _extent(file: Path) -> Extent:
    with file.open(encoding="utf-8") as lines:
        reading = _Reading(file, lines)
        try:
            start = reading.beginning()
            end = verifying.follow(reading.rows(), start)
        except Broken as broken:
            raise Broken(broken.head, f"{file}: {broken}") from None
    if reading.signed != end:
        raise Broken(end, f"{file}: the signed end is missing, or is of another line.")
    return Extent(start, end)


class _Reading:
    """A file, line by line: perhaps a checkpoint, then lines of the log, then a checkpoint."""

    def __init__(self, file: Path, lines: Iterable[str]) -> None:
        self.file = file
        self.objects = self._objects(lines)
        # The first line, until it is read again as a line of the log.
        self.first: dict[str, Any] | None = None
        # What the last checkpoint says.
        self.signed: Head | None = None

    def beginning(self) -> Head:
        self.first = next(self.objects, None)
        if self.first and checkpoints.is_checkpoint(self.first):
            head = self._signed(self.first)
            self.first = None
            return head
        return Head(0, NOTHING)

    def rows(self) -> Iterator[Row]:
        if self.first:
            yield self._row(self.first)
        for line in self.objects:
            if checkpoints.is_checkpoint(line):
                self.signed = self._signed(line)
            else:
                yield self._row(line)

    def _objects(self, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
        for place, text in enumerate(lines, start=1):
            try:
                yield object_of(text)
            except ValueError:
                raise self._broken(f"line {place} of the file is no JSON object.") from None

    def _row(self, line: dict[str, Any]) -> chain.Row:
        try:
            return from_json(line)
        except ValueError:
            raise self._broken(f"line {line.get('id')!r} lacks a part.") from None

    def _signed(self, line: dict[str, Any]) -> Head:
        try:
            return checkpoints.head_of(line)
        except checkpoints.NotOurs as error:
            raise self._broken(f"a checkpoint {error}.") from None

    @staticmethod
    def _broken(problem: str) -> Broken:
        return Broken(Head(0, NOTHING), problem)
