"""What the doctor says: a line for each check, and what to do where it doesn't hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

Status = Literal["holds", "fails", "caution", "not tried"]


@dataclass(frozen=True)
class Line:
    """One check.

    Its name is stable, for scripts: an area, a dot, and what is checked there. The `mend` is empty
    where there is nothing to do.
    """

    check: str
    status: Status
    sentence: str
    mend: str = ""
    # How long it took.
    seconds: float = 0.0

    @property
    def area(self) -> str:
        return self.check.partition(".")[0]


def timed(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, each with the time that it took to come."""
    begun = perf_counter()
    for line in lines:
        yield replace(line, seconds=perf_counter() - begun)
        begun = perf_counter()
