"""Two versions of a value, part by part. What is masked on either side is told by its length alone."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import islice
from typing import Any, Literal

from secretsadmin.kinds import Field

State = Literal["added", "removed", "changed", "same"]
Fields = tuple[Field, ...]

# A page with more parts than these says less than a sentence does, and aligning lines takes time by their square.
MAX_KEYS = 400
MAX_LINES = 300
MAX_DEPTH = 8
MAX_LABEL = 120

_SWITCH = "true, false or null"
_SORTS = {
    bool: _SWITCH,
    type(None): _SWITCH,
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}
_WORD = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Row:
    """One part before and after: its value where it is plain on both sides, else a hint of it; None without one."""

    name: str
    label: str
    state: State
    masked: bool
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)


def rows(before: Fields, after: Fields) -> tuple[Row, ...]:
    """The fields of both sides by name, in the order of the latter, with what is gone beside its old neighbours."""
    old, new = ({each.name: each for each in side} for side in (before, after))
    return tuple(_row(old.get(name), new.get(name)) for name in _in_order(before, after))


def keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Fields, Fields] | None:
    """Every value of two JSON objects by its path, masked, as deep as there aren't too many; None where there are."""
    for depth in range(MAX_DEPTH, 0, -1):
        one, other = (tuple(islice(_walk(side, depth), MAX_KEYS + 1)) for side in (before, after))
        if max(len(one), len(other)) <= MAX_KEYS:
            return one, other
    return None


def of_json(name: str, label: str, value: Any) -> Field:
    """A JSON value, masked: a text is told by its length, anything else by what it is."""
    return Field(name, label, told_apart(value), sort="" if isinstance(value, str) else _SORTS[type(value)])


def told_apart(value: Any) -> str:
    """A JSON value as a text that no other value has: a text that reads as JSON itself keeps its quotation marks."""
    if isinstance(value, str) and not _is_json(value):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def lines(before: str, after: str) -> tuple[Fields, Fields] | None:
    """The lines of two texts, masked: those that belong together share a name. None where there are too many."""
    old, new = before.split("\n"), after.split("\n")
    if max(len(old), len(new)) > MAX_LINES:
        return None
    pairs = list(_aligned(old, new))
    return (
        tuple(_line(name, one, old) for name, (one, _) in enumerate(pairs) if one is not None),
        tuple(_line(name, other, new) for name, (_, other) in enumerate(pairs) if other is not None),
    )


def _row(before: Field | None, after: Field | None) -> Row:
    known = after or before
    if known is None:
        raise ValueError("a row has at least one side")
    masked = any(side is not None and side.masked for side in (before, after))
    old, new = (_shown(side, masked=masked) for side in (before, after))
    return Row(known.name, known.label, _state(before, after), masked, old, new)


def _state(before: Field | None, after: Field | None) -> State:
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "same" if before.value == after.value else "changed"


def _shown(side: Field | None, *, masked: bool) -> str | None:
    if side is None:
        return None
    return side.hint if masked else side.value or ""


def _in_order(before: Fields, after: Fields) -> list[str]:
    names = [each.name for each in before]
    known = set(names)
    at = 0
    for each in after:
        if each.name in known:
            at = names.index(each.name) + 1
        else:
            names.insert(at, each.name)
            at += 1
    return names


def _walk(value: Mapping[str, Any], depth: int, above: str = "") -> Iterator[Field]:
    for key, inner in value.items():
        path = above + _spelled(key)
        if isinstance(inner, dict) and inner and depth > 1:
            yield from _walk(inner, depth - 1, f"{path}.")
        else:
            yield of_json(path, _short(path), inner)


def _spelled(key: str) -> str:
    """A key of a path; quoted where a dot in it, or a character that can't be seen, would make it another one."""
    return key if _WORD.fullmatch(key) else json.dumps(key, ensure_ascii=not key.isprintable())


def _short(path: str) -> str:
    return path if len(path) <= MAX_LABEL else f"{path[: MAX_LABEL - 1]}\N{HORIZONTAL ELLIPSIS}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return False
    except (ValueError, RecursionError):
        # It reads as JSON as far as Python follows.
        return True
    return True


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """The numbers of the lines that belong together; one that was put in or taken out stands alone."""
    for _, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for step in range(max(old_to - old_from, new_to - new_from)):
            one, other = old_from + step, new_from + step
            yield one if one < old_to else None, other if other < new_to else None


def _line(name: int, number: int, texts: list[str]) -> Field:
    return Field(str(name), f"Line {number + 1}", texts[number])
