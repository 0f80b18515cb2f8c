"""Two texts line by line, as parts that can be compared."""

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from secretsadmin.diff.fields import LINE, Fields
from secretsadmin.kinds import Field

# A page with more lines than these says less than a sentence does, and the time for aligning lines
# grows with their square.
MAX_LINES = 300
# difflib looks at every pair of equal lines for each block.
MAX_PAIRS = 10_000


def parts_by_line(before: str, after: str) -> tuple[Fields, Fields] | None:
    """The lines of two texts, masked; lines that belong together have the same name.

    None where either text has more than MAX_LINES.
    """
    old, new = before.split("\n"), after.split("\n")
    if max(len(old), len(new)) > MAX_LINES:
        return None
    old_parts, new_parts = [], []
    for pair, (old_at, new_at) in enumerate(_aligned(old, new)):
        if old_at is not None:
            old_parts.append(_line(pair, old_at, old[old_at]))
        if new_at is not None:
            new_parts.append(_line(pair, new_at, new[new_at]))
    return tuple(old_parts), tuple(new_parts)


def _line(pair: int, index: int, text: str) -> Field:
    return Field(f"{LINE}{pair}", f"Line {index + 1}", text)


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """The indexes of each pair of lines; an added or removed line has None as its partner."""
    for old_from, old_to, new_from, new_to in _blocks(old, new):
        yield from zip_longest(range(old_from, old_to), range(new_from, new_to))


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Where each block of lines begins and ends on both sides.

    Where too many lines are equal to each other, the middle of both texts is one block.
    """
    start = _common_start(old, new)
    end = _common_start(old[start:][::-1], new[start:][::-1])
    old_end, new_end = len(old) - end, len(new) - end
    old_middle, new_middle = old[start:old_end], new[start:new_end]
    yield 0, start, 0, start
    if _equal_pairs(old_middle, new_middle) > MAX_PAIRS:
        yield start, old_end, start, new_end
    else:
        matcher = SequenceMatcher(None, old_middle, new_middle, autojunk=False)
        for _, old_from, old_to, new_from, new_to in matcher.get_opcodes():
            yield start + old_from, start + old_to, start + new_from, start + new_to
    yield old_end, len(old), new_end, len(new)


def _common_start(old: list[str], new: list[str]) -> int:
    """How many lines both begin with."""
    for index, (old_line, new_line) in enumerate(zip(old, new, strict=False)):
        if old_line != new_line:
            return index
    return min(len(old), len(new))


def _equal_pairs(old: list[str], new: list[str]) -> int:
    """How many pairs of equal lines there are, one line of each side."""
    counts = Counter(new)
    return sum(counts[line] for line in old)
