"""What Airflow read from when to when, as far as it is known who moved AWSCURRENT."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Move:
    """AWSCURRENT came to this version; with no version, Airflow found nothing from then on."""

    at: datetime
    version: str
    rolled_back_by: str = ""
    reason: str = ""
    # The version that it came from; None where nobody looked.
    after: str | None = None
    # Whether it is taken to have been so from when the version was made, and nobody saw it.
    is_guess: bool = False


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

    A move that isn't among them shows only by its result: another version is current, or was found by the next move,
    than the one that was read last.
    """
    found: dict[str, list[Period]] = {}
    reading, begun = "", None

    def end(**how: Any) -> None:
        if reading:
            found.setdefault(reading, []).append(Period(begun, **how))

    for move in _likely(sorted(moves, key=lambda move: move.at), current):
        if move.after not in (None, reading):
            end()
            reading, begun = move.after or "", None
        if move.version != reading:
            end(end=move.at)
            reading, begun = move.version, move
    if reading != current:
        end()
        reading, begun = current, None
    end(is_now=True)
    return found


def _likely(moves: list[Move], current: str) -> list[Move]:
    """Without the guesses that are refuted by what the next move found, or by what is current now."""
    kept: list[Move] = []
    found = current or None
    for move in reversed(moves):
        if not move.is_guess or found in (None, move.version):
            kept.append(move)
            found = move.after
    return kept[::-1]
