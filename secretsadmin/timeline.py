"""What Airflow read from when to when, as far as it is known who moved AWSCURRENT."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Move:
    """AWSCURRENT came to this version; with no version, Airflow found nothing from then on."""

    at: datetime
    version: str
    rolled_back_by: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Period:
    """How long Airflow read a version. A start or an end that isn't there was made outside, nobody knows when."""

    begun: Move | None
    end: datetime | None = None
    is_now: bool = False

    @property
    def start(self) -> datetime | None:
        return self.begun.at if self.begun else None


def periods(moves: Iterable[Move], current: str) -> dict[str, list[Period]]:
    """The periods of each version, the oldest first. `current` is what Airflow reads now, if anything.

    A move that isn't among them shows only by its result: the version that was read last isn't the current one.
    """
    found: dict[str, list[Period]] = {}
    begun: Move | None = None
    for move in sorted(moves, key=lambda move: move.at):
        if begun and move.version == begun.version:
            continue
        if begun and begun.version:
            found.setdefault(begun.version, []).append(Period(begun, move.at))
        begun = move
    reading = begun.version if begun else ""
    if reading:
        found.setdefault(reading, []).append(Period(begun, is_now=reading == current))
    if current and current != reading:
        found.setdefault(current, []).append(Period(None, is_now=True))
    return found
