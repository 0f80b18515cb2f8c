"""A run in the foreground: a bar at a terminal, and an interrupt that stops it in good order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Any

from django.core.management.base import OutputWrapper

from secretsadmin.texts import duration
from secretsadmin.transfer.running import BY_SOMEBODY, Run

WIDTH = 40
SECONDS = 0.25
# To the line's beginning, and what stood there is cleared.
LINE_ANEW = "\r\x1b[K"


@contextmanager
def bar_of(run: Run, out: OutputWrapper) -> Iterator[None]:
    """A bar that tells how far the run is, if somebody sits at a terminal."""
    if not out.isatty():
        yield
        return
    is_over = Event()
    drawing = Thread(target=_draw, args=(run, out, is_over), name="bar", daemon=True)
    drawing.start()
    try:
        yield
    finally:
        is_over.set()
        drawing.join()


def _draw(run: Run, out: OutputWrapper, is_over: Event) -> None:
    begun = monotonic()
    while not is_over.wait(SECONDS):
        out.write(f"{LINE_ANEW}{_bar(run)}{_pace(run, monotonic() - begun)}", str, ending="")
        out.flush()
    out.write(f"{LINE_ANEW}{_bar(run)}", str)


def _bar(run: Run) -> str:
    done, planned = run.counts.total(), max(run.order.planned, 1)
    filled = WIDTH * done // planned
    return f"{run.order.verb} [{'#' * filled}{' ' * (WIDTH - filled)}] {done:,} of {planned:,}"


def _pace(run: Run, seconds: float) -> str:
    """How many it does a second, and the time that is left; nothing before it has done any."""
    done = run.counts.total()
    if not done:
        return ""
    rate = done / seconds
    return f", {rate:.0f} a second, {duration((run.order.planned - done) / rate)} left"


@contextmanager
def stopped_by_interrupts(run: Run) -> Iterator[None]:
    """An interrupt ends the run after the acts that are under way, and the record says so."""

    def stop(*_: Any) -> None:
        run.stop(BY_SOMEBODY)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
