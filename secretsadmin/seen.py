"""What a person has seen of the lists, so that no page shows them an older list after a newer one.

Each worker process has lists of its own. The browser brings along what the person saw of another
process's lists. A middleware says so here, and a list that is older asks AWS first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Sight:
    """A list as it was seen: its time, and its mark. Lists that say the same have the same mark."""

    as_of: datetime
    mark: str


class Memory(Protocol):
    """What one person has seen, by the name of the list."""

    def last(self, name: str) -> Sight | None: ...

    def note(self, name: str, sight: Sight) -> None: ...


_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)


@contextmanager
def by(memory: Memory) -> Iterator[None]:
    """Inside this context, lists are read for the person who has this memory."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


def last(name: str) -> Sight | None:
    """The newest list of this name that the person has seen; None where it isn't known."""
    memory = _memory.get()
    if memory is None:
        return None
    return memory.last(name)


def note(name: str, sight: Sight) -> None:
    """Remember that the person is shown this list now."""
    memory = _memory.get()
    if memory is not None:
        memory.note(name, sight)
