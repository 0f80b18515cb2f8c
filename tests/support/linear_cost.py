"""How the cost of a function grows with its text, in seconds that this thread has worked."""

import gc
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from math import isinf, log
from time import thread_time
from typing import Any, NoReturn

from tests.support.linear_shapes import Shape

Function = Callable[[str], Any]

KIB = 1024
# Each shape is tried at the first size, those that cost most at larger ones, and the worst one at
# the largest.
SCREEN, MIDDLE, LARGE, HUGE = (
    4 * KIB,
    (2 * KIB, 8 * KIB),
    (16 * KIB, 64 * KIB),
    (64 * KIB, 1024 * KIB),
)
# The power by which the work grows with the text: 1 as it should, 2 where it is a square. In
# between there is room for caches that are too small, and for neighbours that take them away.
MOST = 1.6
# What takes less than this at the larger size isn't slow, and its growth is noise.
NOTHING = 0.02
TRIES = 8
# After so many seconds of work a neighbour has no more to do with it.
ENOUGH = 1.5
# What works for longer than the first on the first size is looked at more closely. Nothing works
# for as long as the second.
LONG, ENDLESS = 0.02, 3


class Endless(Exception):
    """Raised inside a function that worked for longer than anything here takes."""


@contextmanager
def counted() -> Iterator[None]:
    """Without the collector of garbage, whose work has nothing to do with the text."""

    def stop(*_: object) -> NoReturn:
        raise Endless

    before = signal.signal(signal.SIGVTALRM, stop)
    gc.disable()
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        gc.enable()


def seconds(function: Function, text: str) -> float:
    """How long it works; endlessly where it had to be stopped."""
    begun = thread_time()
    with suppress(Endless):
        signal.setitimer(signal.ITIMER_VIRTUAL, ENDLESS)
        function(text)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        return thread_time() - begun
    return float("inf")


def growth(function: Function, shape: Shape, sizes: tuple[int, int]) -> float:
    """The power by which the time grows with the text; 0 where that is no time at all.

    A neighbour can only make it longer, so the quickest of several tries is the truest one.
    """
    small, large = map(shape.text, sizes)
    fast = slow = float("inf")
    power = 0.0
    begun = thread_time()
    for _ in range(TRIES):
        slow = min(slow, seconds(function, large))
        if slow < NOTHING:
            return 0
        if isinf(slow):
            return slow
        fast = min(fast, seconds(function, small))
        power = log(slow / fast) / log(sizes[1] / sizes[0])
        if power < MOST or thread_time() - begun > ENOUGH:
            break
    return power


def slow_shapes(function: Function, shapes: Iterable[Shape]) -> dict[Shape, float]:
    """A shape for which the cost grows faster than the text, with the power by which it does."""
    costs: dict[Shape, float] = {}
    for shape in shapes:
        costs[shape] = seconds(function, shape.text(SCREEN))
        if isinf(costs[shape]):
            return {shape: costs[shape]}
        if (
            costs[shape] >= LONG
            and (power := growth(function, shape, (SCREEN // 4, SCREEN))) >= MOST
        ):
            return {shape: power}
    worst = sorted(costs, key=lambda shape: costs[shape], reverse=True)[:2]
    pairs = [(shape, sizes) for sizes in (MIDDLE, LARGE) for shape in worst]
    return _first_slow(function, [*pairs, (worst[0], HUGE)])


def slow_shapes_of_a_value(function: Function, shapes: Iterable[Shape]) -> dict[Shape, float]:
    """The same for a function that never gets more than Secrets Manager keeps."""
    costs = {shape: seconds(function, shape.text(SCREEN // 2)) for shape in shapes}
    worst, *others = sorted(costs, key=lambda shape: costs[shape], reverse=True)[:3]
    return _first_slow(function, [*((shape, MIDDLE) for shape in others), (worst, LARGE)])


def _first_slow(
    function: Function, tries: Iterable[tuple[Shape, tuple[int, int]]]
) -> dict[Shape, float]:
    for shape, sizes in tries:
        if (power := growth(function, shape, sizes)) >= MOST:
            return {shape: power}
    return {}
