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
    # The version that it came from; None where nobody looked.
    after: str | None = None
    # Whether nobody saw the move: it is guessed to have happened when the version was made.
    is_guess: bool = False


@dataclass(frozen=True)
class Period:
    """How long Airflow read a version.

    A start or an end that is missing was made outside the dashboard, and nobody knows when.
    """

    begun: Move | None
    end: datetime | None = None
    is_now: bool = False

    @property
    def start(self) -> datetime | None:
        if self.begun is None:
            return None
        return self.begun.at


def periods(moves: Iterable[Move], current: str) -> dict[str, list[Period]]:
    """The periods of each version, the oldest first.

    `current` is the version that Airflow reads now; empty where it reads none.

    A move that isn't among `moves` shows only by its result: the next move came from another
    version than the one that was read last, or another one is current.
    """
    periods_by_version: dict[str, list[Period]] = {}

    def add(period: Period) -> None:
        if version:
            periods_by_version.setdefault(version, []).append(period)

    version, begun = "", None
    for move in _likely(sorted(moves, key=lambda move: move.at), current):
        if move.after is not None and move.after != version:
            add(Period(begun))
            version, begun = move.after, None
        if move.version != version:
            add(Period(begun, end=move.at))
            version, begun = move.version, move
    if version != current:
        add(Period(begun))
        version, begun = current, None
    add(Period(begun, is_now=True))
    return periods_by_version


def _likely(moves: list[Move], current: str) -> list[Move]:
    """The moves, without each guess that the next move or the current version refutes."""
    kept: list[Move] = []
    version_after = current or None
    for move in reversed(moves):
        if not move.is_guess or version_after in (None, move.version):
            kept.append(move)
            version_after = move.after
    return kept[::-1]
