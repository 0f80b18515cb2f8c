"""How fast a run asks AWS: as fast as the account allows, and slower once AWS asks for that.

Secrets Manager takes so many calls a second from an account in a region, and no more. The dashboard
and others share these calls.
"""

from threading import Event, Lock
from time import monotonic

from django.conf import settings

# What is left of the rate after AWS asked for fewer calls, and how it grows again by each call.
LESS, MORE = 0.7, 1.01
SLOWEST = 1.0
# Turns that nobody took for so many seconds are made up for. AWS, too, saves up calls for a moment.
SAVED_SECONDS = 0.25


class Pace:
    """Gives out turns, so many calls a second, evenly spread but for those that it makes up for."""

    def __init__(self, fastest: float) -> None:
        """`fastest` is in calls a second."""
        self.fastest = fastest
        self._rate = fastest
        self._next = 0.0
        self._lock = Lock()

    @property
    def rate(self) -> float:
        """In calls a second."""
        return self._rate

    def wait_for_turn(self, calls: int, is_ending: Event) -> None:
        """Returns when it is time for so many calls, or when the run is to end."""
        with self._lock:
            turn = max(self._next, monotonic() - SAVED_SECONDS)
            self._next = turn + calls / self._rate
        is_ending.wait(max(0.0, turn - monotonic()))

    def note_throttled(self) -> None:
        with self._lock:
            self._rate = max(SLOWEST, self._rate * LESS)

    def note_answered(self) -> None:
        with self._lock:
            self._rate = min(self.fastest, self._rate * MORE)


_paces: dict[tuple[str, str], Pace] = {}


def pace_of(environment: str, limit: str) -> Pace:
    """This process's pace in the environment, for all of its runs together.

    `limit` names calls that AWS limits together, such as those that create secrets.
    """
    return _paces.setdefault((environment, limit), Pace(settings.BATCH_CALLS_PER_SECOND))


def forget() -> None:
    """Begin anew, as a new worker does."""
    _paces.clear()
