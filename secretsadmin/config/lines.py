"""At which line of a TOML file an entry stands, since Python's reader doesn't say."""

import tomllib
from collections.abc import Sequence
from typing import Any

Path = Sequence[str | int]


def line_of(text: str, path: Path) -> int:
    """The line at which the entry ends; 0 for an entry that isn't there.

    The reader itself finds it: it is the first line up to which the text has the entry. Only lines
    with the entry's own name are tried, or else its table's.
    """
    lines = text.splitlines()
    name = _name(path)
    has_begun = False
    for number, line in enumerate(lines, start=1):
        has_begun = has_begun or name in line
        if has_begun and _has("\n".join(lines[:number]), path):
            return number
    return 0


def _name(path: Path) -> str:
    """The last word in the path: a table in an array has only the array's."""
    words = [part for part in path if isinstance(part, str)]
    return words[-1]


def _has(text: str, path: Path) -> bool:
    try:
        value: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        # The text ends in the middle of something.
        return False
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
