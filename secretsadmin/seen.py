"""What a person has seen of the lists, so that none of their pages shows an older list after a newer one.

Each worker process has lists of its own. What somebody saw of another's travels with them: whoever handles their
request says it here, and a list that knows less than they do asks AWS first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Sight:
    """A list as it was seen: of when it was, and a mark that two lists share which say the same."""

    as_of: datetime
    mark: str


class Memory(Protocol):
    """What one person has seen, by the name of the list."""

    def last(self, name: str) -> Sight | None: ...

    def note(self, name: str, sight: Sight) -> None: ...


_memory: ContextVar[Memory | None] = ContextVar("memory", default=None)


@contextmanager
def by(memory: Memory) -> Iterator[None]:
    """Lists that are read inside are read for somebody who has seen this."""
    token = _memory.set(memory)
    try:
        yield
    finally:
        _memory.reset(token)


def last(name: str) -> Sight | None:
    """The newest list of this name that the person has seen; None where nobody tells."""
    memory = _memory.get()
    return memory.last(name) if memory else None


def note(name: str, sight: Sight) -> None:
    """The person is shown this list now."""
    if memory := _memory.get():
        memory.note(name, sight)
