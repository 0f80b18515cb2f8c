"""Names for a sentence: what looks like a value is counted and not named."""

import re
from collections.abc import Iterable

from connections.value.clarity import DRIVERS_KEYS
from connections.value.credentials import holds_credentials
from connections.value.reading import FIELDS
from secretsadmin.texts import few

_KNOWN = frozenset((*DRIVERS_KEYS, *FIELDS))
_PLAIN = re.compile(r"[A-Za-z][\w. -]{0,59}", re.ASCII)
# The words of a name are short, or have no digits. Those of a token are long and have some.
_LONG = re.compile(r"[A-Za-z0-9]{12,}")


def is_name(text: str) -> bool:
    """Whether a key or a type is sure to be a name, and no value that stands in its place."""
    if text in _KNOWN:
        return True
    if not _PLAIN.fullmatch(text) or holds_credentials(text):
        return False
    return all(word.isalpha() for word in _LONG.findall(text))


def listed(names: Iterable[str]) -> str:
    """Those that are names, and how many others there are."""
    shown: dict[str, None] = {}
    others = 0
    for name in names:
        if is_name(name):
            shown[name] = None
        else:
            others += 1
    if not others:
        return few(tuple(shown))
    if not shown:
        return _unnamed(others)
    return f"{few(tuple(shown))}, and {_unnamed(others)}"


def _unnamed(count: int) -> str:
    if count == 1:
        return "1 key whose name is not shown here"
    return f"{count:,} keys whose names are not shown here"


def sentence(words: str) -> str:
    """Words that begin as a sentence does."""
    return words[:1].upper() + words[1:]
