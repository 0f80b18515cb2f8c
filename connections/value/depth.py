"""How deep a JSON value is. Functions here loop, because recursion is what fails on deep values."""

from collections.abc import Iterable, Iterator
from typing import Any

# Python gives up at about 1,000 levels less those of its own stack, and that is deeper in a task
# than in a shell. Half of that is safe on any stack, Airflow's and ours.
MAX_DEPTH = 500


def is_too_deep(value: Any) -> bool:
    """Whether a value is nested deeper than MAX_DEPTH levels."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def items(value: Any) -> Iterator[Any]:
    """The value and everything in it."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(_children(item))


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list | tuple):
        return value
    return ()
