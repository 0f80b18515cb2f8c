"""A run in the foreground: a bar at a terminal, and an interrupt that stops it in good order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from django.core.management.base import OutputWrapper

from secretsadmin.transfer.running import BY_SOMEBODY, Run

WIDTH = 40
SECONDS = 0.25


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
    while not is_over.wait(SECONDS):
        out.write(f"\r{_bar(run)}", str, ending="")
        out.flush()
    out.write(f"\r{_bar(run)}", str)


def _bar(run: Run) -> str:
    done, planned = run.counts.total(), max(run.order.planned, 1)
    filled = WIDTH * done // planned
    return f"{run.order.verb} [{'#' * filled}{' ' * (WIDTH - filled)}] {done:,} of {planned:,}"


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
