"""JSON values as parts that can be compared: each by its path of keys, and masked."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from secretsadmin.diff.fields import Fields
from secretsadmin.kinds import Field
from secretsadmin.texts import is_unicode

# A page with more parts than these says less than a sentence does.
MAX_KEYS = 400
# The most characters in the names of all parts together. The page shows each name more than once,
# and a path repeats the keys above it.
MAX_NAMES = 65_536
MAX_DEPTH = 8
MAX_LABEL = 120

_SWITCH = "true, false or null"
_OBJECT = "an object"
_SORTS = {
    bool: _SWITCH,
    type(None): _SWITCH,
    int: "a number",
    float: "a number",
    list: "a list",
    dict: _OBJECT,
}
_WORD = re.compile(r"[\w-]+")


def parts_by_path(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[Fields, Fields] | None:
    """The values of two JSON objects by their paths.

    It goes as deep as the limits on parts and on their names allow, at most MAX_DEPTH; None where
    even the top level has too many.
    """
    parts = None
    for depth in range(1, MAX_DEPTH + 1):
        old, new = _few(_walk(before, depth)), _few(_walk(after, depth))
        if old is None or new is None:
            return parts
        parts = old, new
        if not any(part.sort == _OBJECT for part in (*old, *new)):
            return parts
    return parts


def top_level_parts(value: Mapping[str, Any]) -> Fields:
    """The values of a JSON object by its own keys."""
    return tuple(_walk(value, 1))


def find_part(value: Mapping[str, Any], path: str) -> Field | None:
    """The part of a JSON object that has this path in a comparison of any depth."""
    place = _place(value, path, MAX_DEPTH)
    if place is None:
        return None
    return json_part(path, _short(path), place[0])


def json_part(name: str, label: str, value: Any) -> Field:
    """A JSON value, masked: a text is hinted at by its length, anything else by its sort."""
    sort = "" if isinstance(value, str) else _SORTS[type(value)]
    return Field(name, label, distinct_text(value), sort=sort)


def distinct_text(value: Any) -> str:
    """A JSON value as a text that no other value has.

    A text that could be read as JSON keeps its quotation marks.
    """
    if isinstance(value, str) and is_unicode(value) and not _is_json(value):
        return value
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if is_unicode(text):
        return text
    return json.dumps(value, sort_keys=True)


def spell_key(key: str) -> str:
    """A key as it stands in a path.

    It is quoted where a dot in it, or a character that can't be seen, would make it another one.
    """
    if _WORD.fullmatch(key):
        return key
    return json.dumps(key, ensure_ascii=not key.isprintable())


def _walk(value: Mapping[str, Any], depth: int, above: str = "") -> Iterator[Field]:
    for key, inner in value.items():
        path = above + spell_key(key)
        if isinstance(inner, dict) and inner and depth > 1:
            yield from _walk(inner, depth - 1, f"{path}.")
        else:
            yield json_part(path, _short(path), inner)


def _few(parts: Iterator[Field]) -> Fields | None:
    """The parts; None as soon as there are too many, or their names are too long."""
    kept: list[Field] = []
    characters_left = MAX_NAMES
    for part in parts:
        characters_left -= len(part.name)
        if characters_left < 0 or len(kept) == MAX_KEYS:
            return None
        kept.append(part)
    return tuple(kept)


def _place(value: Mapping[str, Any], path: str, depth: int) -> tuple[Any] | None:
    """The value at a path; in a tuple, because null is a value, too."""
    for key, inner in value.items():
        spelling = spell_key(key)
        if path == spelling:
            return (inner,)
        if depth > 1 and isinstance(inner, dict) and path.startswith(f"{spelling}."):
            return _place(inner, path[len(spelling) + 1 :], depth - 1)
    return None


def _short(path: str) -> str:
    if len(path) <= MAX_LABEL:
        return path
    return f"{path[: MAX_LABEL - 1]}\N{HORIZONTAL ELLIPSIS}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    except (ValueError, RecursionError):
        # A text that is nested too deeply for Python counts as JSON, too.
        return True
    return True
