"""How the cost of a function grows with its text, in seconds that this thread has worked."""

import gc
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from math import isinf
from time import thread_time
from typing import Any, NoReturn

from tests.linear.shapes import Shape

Function = Callable[[str], Any]

KIB = 1024
# Each shape is tried at the first size, the two that cost most at the next two, and the worst one
# at the last two.
SCREEN, LARGE, HUGE = 4 * KIB, (16 * KIB, 64 * KIB), (256 * KIB, 1024 * KIB)
# Four times the text is four times the work, and sixteen times where the work is a square. In between
# there is room for caches that are too small, and for neighbours that take them away.
MOST = 9.0
# What takes less than this at the larger size isn't slow, and its ratio is noise.
NOTHING = 0.02
TRIES = 8
# What works for longer than the first on the first size is looked at more closely. Nothing works for as
# long as the second.
LONG, ENDLESS = 0.02, 5


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
    """How many times as long the larger size takes; 0 where that is no time at all.

    A neighbour can only make it longer, so the quickest of several tries is the truest one.
    """
    small, large = map(shape.text, sizes)
    fast = slow = float("inf")
    for _ in range(TRIES):
        slow = min(slow, seconds(function, large))
        if slow < NOTHING:
            return 0
        if isinf(slow):
            return slow
        fast = min(fast, seconds(function, small))
        if slow / fast < MOST:
            break
    return slow / fast


def slow_shapes(function: Function, shapes: Iterable[Shape]) -> dict[Shape, float]:
    """A shape for which the cost grows faster than the text, with how many times it is where four would do."""
    costs: dict[Shape, float] = {}
    for shape in shapes:
        costs[shape] = seconds(function, shape.text(SCREEN))
        if costs[shape] >= LONG and (ratio := growth(function, shape, (SCREEN // 4, SCREEN))) >= MOST:
            return {shape: ratio}
    worst = sorted(costs, key=lambda shape: costs[shape], reverse=True)[:2]
    for shape in worst:
        if (ratio := growth(function, shape, LARGE)) >= MOST:
            return {shape: ratio}
    ratios = {shape: growth(function, shape, HUGE) for shape in worst[:1]}
    return {shape: ratio for shape, ratio in ratios.items() if ratio >= MOST}
