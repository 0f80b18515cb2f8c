"""Texts and details as every database stores them and gives them back."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

# The longest name of a secret, and of a field or a label. A key in somebody's JSON can be longer.
MAX_SECRET, MAX_FIELD, MAX_USER = 512, 300, 150
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
Details = Mapping[str, Any]


def ordered(details: Details | None) -> Details | None:
    """The details as every database gives them back: by name, with texts that it can store."""
    if not details:
        return None
    return {name: plain(details[name]) for name in sorted(details)}


def plain(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return ordered(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def named(name: str, longest: int = MAX_FIELD) -> str:
    """A name as a row holds it.

    A name that is too long is cut, and ends in its length and a digest. So no two look alike.
    """
    if len(name) <= longest:
        return storable(name)
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    end = f"\N{HORIZONTAL ELLIPSIS} ({len(name)} characters, SHA-256 {digest})"
    return storable(name[: longest - len(end)]) + end


def storable(text: str) -> str:
    # PostgreSQL stores no NUL in a text, and no database half of a surrogate pair. The record is
    # made without them.
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
