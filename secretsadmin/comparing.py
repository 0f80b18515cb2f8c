"""Two versions of a value, part by part. What is masked on either side is told by its length alone, or not at all."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any, Literal

from secretsadmin.kinds import Field
from secretsadmin.unseen import is_unicode

State = Literal["added", "removed", "changed", "same", "typed", "withheld"]
Way = Literal["mine", "theirs", "alike", "both", "withheld"]
Fields = tuple[Field, ...]

# The name of a text that is compared as a whole. No part of a value is called so: in a path this would have quotes.
WHOLE = "secret.text"

# A page with more parts than these says less than a sentence does, and aligning lines takes time by their square.
MAX_KEYS = 400
MAX_LINES = 300
# Of lines that are the same as each other, all pairs are looked at for each block.
MAX_PAIRS = 10_000
# Characters in the names of all parts together. Each is on the page more than once, and a path repeats what is above.
MAX_NAMES = 65_536
MAX_DEPTH = 8
MAX_LABEL = 120
# A pair of lines is named by its place among the pairs, which is nothing to ask for; no path of keys begins so.
LINE = "line:"

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

    @property
    def can_be_revealed(self) -> bool:
        """Whether it is masked, and has a name by which each side has it alone."""
        return self.masked and not self.name.startswith(LINE)

    @property
    def is_whole(self) -> bool:
        return self.name == WHOLE


def rows(before: Fields, after: Fields) -> tuple[Row, ...]:
    """The fields of both sides by name, in the order of the latter, with what is gone beside its old neighbours."""
    old, new = ({each.name: each for each in side} for side in (before, after))
    return tuple(_row(old.get(name), new.get(name)) for name in in_order(before, after))


@dataclass(frozen=True)
class Choice:
    """One part that two people changed, or one of them, since both had the same: what it was, is, and would be.

    `state` says who changed it, or that this is withheld. Where it `is_open`, either side can be had; else what is
    there now stays.
    """

    name: str
    label: str
    state: Way
    masked: bool
    is_open: bool
    base: str | None = field(default=None, repr=False)
    theirs: str | None = field(default=None, repr=False)
    mine: str | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return key_in_a_form(self.name)

    @property
    def usual(self) -> str:
        """The side that nobody has to choose: that of the only one who changed anything."""
        return self.state if self.state in ("mine", "theirs") else ""


def three_ways(
    base: Fields | None,
    theirs: Fields,
    mine: Fields,
    *,
    laid_over: Fields,
    typed: Collection[str] = (),
    left_alone: Collection[str] = (),
) -> tuple[Choice, ...]:
    """The parts that anybody changed, in the order of theirs.

    `mine` is the input laid over `base`, and `laid_over` the same over theirs: what a choice for mine stores. Parts
    that are `typed` count as changed by me, and as different from theirs, whether they are or not: so nobody can try
    out what a masked one holds. With no base, whatever differs from theirs is mine, unless it was `left_alone`.
    """
    sides = [{each.name: each for each in side} for side in (base or (), theirs, mine, laid_over)]
    names = in_order(base or (), theirs)
    names += [each.name for each in (*mine, *laid_over) if each.name not in sides[0] and each.name not in sides[1]]
    found = []
    for name in dict.fromkeys(names):
        was, there, own, over = (side.get(name) for side in sides)
        is_typed = name in typed
        is_withheld = _is_withheld(there, over if base is None else was)
        if base is None:
            changed = (name not in left_alone, True)
        else:
            changed = (is_typed or _differ(own, was), is_withheld or _differ(there, was))
        is_open = is_typed or _differ(over, there)
        if any(changed) and (base is not None or is_open):
            choice = _choice((was, there, over if is_open else own), changed, is_open=is_open)
            found.append(replace(choice, state="withheld") if is_withheld else choice)
    return tuple(found)


def _choice(sides: tuple[Field | None, ...], changed: tuple[bool, bool], *, is_open: bool) -> Choice:
    known = next(side for side in reversed(sides) if side)
    masked = any(side is not None and side.masked for side in sides)
    state: Way = {(True, False): "mine", (False, True): "theirs"}.get(changed, "both")  # type: ignore[assignment]
    if state == "both" and not is_open:
        state = "alike"
    base, theirs, mine = (_shown(side, masked=masked) for side in sides)
    return Choice(known.name, known.label, state, masked, is_open, base, theirs, mine)


def _differ(one: Field | None, other: Field | None) -> bool:
    """Whether two sides are known to differ: of what is withheld, only that one of them has nothing is known."""
    if one is None or other is None:
        return one is not other
    return not _is_withheld(one, other) and one.value != other.value


def _is_withheld(one: Field | None, other: Field | None) -> bool:
    """Whether there is something on both sides, and nobody is told if it is the same."""
    return one is not None and other is not None and (one.is_withheld or other.is_withheld)


def key_in_a_form(name: str) -> str:
    """A name as a form can send it back: browsers change line breaks, and read no NUL."""
    return name if name.isprintable() else json.dumps(name)


def top_keys(value: Mapping[str, Any]) -> Fields:
    """The values of a JSON object by its own keys, masked, each named by how its path is spelled."""
    return tuple(_walk(value, 1))


def keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Fields, Fields] | None:
    """Every value of two JSON objects by its path, masked, as deep as that isn't too much; None where it is."""
    found = None
    for depth in range(1, MAX_DEPTH + 1):
        one, other = (_few(_walk(side, depth)) for side in (before, after))
        if one is None or other is None:
            return found
        found = one, other
        if not any(field.sort == _SORTS[dict] for field in (*one, *other)):
            return found
    return found


def _few(parts: Iterator[Field]) -> Fields | None:
    """The parts, unless they or their names are too many; it stops at the first one too many."""
    found: list[Field] = []
    left = MAX_NAMES
    for part in parts:
        left -= len(part.name)
        if left < 0 or len(found) == MAX_KEYS:
            return None
        found.append(part)
    return tuple(found)


def by_path(value: Mapping[str, Any], path: str) -> Field | None:
    """The part of a JSON object to which a comparison gave this path, however deep that comparison went."""
    place = _place(value, path, MAX_DEPTH)
    return of_json(path, _short(path), place[0]) if place else None


def _place(value: Mapping[str, Any], path: str, depth: int) -> tuple[Any] | None:
    for key, inner in value.items():
        spelling = spelled(key)
        if path == spelling:
            return (inner,)
        if depth > 1 and isinstance(inner, dict) and path.startswith(f"{spelling}."):
            return _place(inner, path[len(spelling) + 1 :], depth - 1)
    return None


def of_json(name: str, label: str, value: Any) -> Field:
    """A JSON value, masked: a text is told by its length, anything else by what it is."""
    return Field(name, label, told_apart(value), sort="" if isinstance(value, str) else _SORTS[type(value)])


def told_apart(value: Any) -> str:
    """A JSON value as a text that no other value has: a text that reads as JSON itself keeps its quotation marks."""
    if isinstance(value, str) and is_unicode(value) and not _is_json(value):
        return value
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if is_unicode(text) else json.dumps(value, sort_keys=True)


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
    if _is_withheld(before, after):
        return "withheld"
    return "same" if before.value == after.value else "changed"


def _shown(side: Field | None, *, masked: bool) -> str | None:
    if side is None:
        return None
    return side.hint if masked else side.value or ""


def in_order(before: Fields, after: Fields) -> list[str]:
    """The names of both, each of the latter's own behind the one that it follows there."""
    known = {each.name for each in before}
    followers: dict[str | None, list[str]] = {}
    neighbour = None
    for each in after:
        if each.name in known:
            neighbour = each.name
        else:
            followers.setdefault(neighbour, []).append(each.name)
    first = followers.pop(None, [])
    return first + [name for each in before for name in (each.name, *followers.get(each.name, ()))]


def _walk(value: Mapping[str, Any], depth: int, above: str = "") -> Iterator[Field]:
    for key, inner in value.items():
        path = above + spelled(key)
        if isinstance(inner, dict) and inner and depth > 1:
            yield from _walk(inner, depth - 1, f"{path}.")
        else:
            yield of_json(path, _short(path), inner)


def spelled(key: str) -> str:
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
    for old_from, old_to, new_from, new_to in _blocks(old, new):
        for step in range(max(old_to - old_from, new_to - new_from)):
            one, other = old_from + step, new_from + step
            yield one if one < old_to else None, other if other < new_to else None


def _blocks(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Where each block of lines begins and ends on both sides. Lines that are repeated a lot are taken as they come."""
    first = _alike_from_the_start(old, new)
    last = _alike_from_the_start(old[first:][::-1], new[first:][::-1])
    old_end, new_end = len(old) - last, len(new) - last
    yield 0, first, 0, first
    if _pairs(old[first:old_end], new[first:new_end]) > MAX_PAIRS:
        yield first, old_end, first, new_end
    else:
        matcher = SequenceMatcher(None, old[first:old_end], new[first:new_end], autojunk=False)
        for _, *block in matcher.get_opcodes():
            old_from, old_to, new_from, new_to = (first + place for place in block)
            yield old_from, old_to, new_from, new_to
    yield old_end, len(old), new_end, len(new)


def _alike_from_the_start(old: list[str], new: list[str]) -> int:
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _pairs(old: list[str], new: list[str]) -> int:
    """How many lines of one side are the same as one of the other, each with each."""
    counts = Counter(new)
    return sum(counts[line] for line in old)


def _line(name: int, number: int, texts: list[str]) -> Field:
    return Field(f"{LINE}{name}", f"Line {number + 1}", texts[number])
