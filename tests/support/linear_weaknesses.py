"""Texts on which a pattern could be slow: each repeat is fed for long, and then disappointed.

They are made from the pattern's own parse tree, so that a new pattern is tried on what it is weak
at.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from tests.support.linear_shapes import ALPHABET, Shape

Node = tuple[Any, Any]
# A repeat that can be longer than this is one that a text of any size can be spent on.
LONG = 100
# No pattern of ours takes this character anywhere but where it takes any.
UNFIT = "\x02"
# So many beginnings are tried for a repeat, where what stands before it has alternatives.
BEGINNINGS = 4
_ONE_CHARACTER = (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN)
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


def weaknesses(pattern: re.Pattern[str]) -> list[Shape]:
    return list(dict.fromkeys(_of_sequence(parser.parse(pattern.pattern, pattern.flags), [""])))


def _of_sequence(sequence: Iterable[Node], beginnings: Sequence[str]) -> Iterator[Shape]:
    nodes = list(sequence)
    for place, (kind, given) in enumerate(nodes):
        before = _joined(beginnings, _samples(nodes[:place]))
        if kind in _REPEATS and given[1] > LONG:
            yield from _of_repeat(list(given[2]), before)
        for inner in _inside(kind, given):
            yield from _of_sequence(inner, before)


def _of_repeat(body: list[Node], beginnings: Sequence[str]) -> Iterator[Shape]:
    """Fed at its place; and again and again with what stands before it, by one text or by many."""
    is_one = len(body) == 1 and body[0][0] in _ONE_CHARACTER
    texts = _characters(*body[0]) if is_one else _samples(body)
    for text in filter(None, texts):
        for beginning in beginnings:
            yield Shape(beginning, text, UNFIT)
            yield Shape("", beginning + text, UNFIT)
            yield Shape("", beginning + text * 20, UNFIT)


def _inside(kind: Any, given: Any) -> list[Any]:
    if kind in _REPEATS:
        return [given[2]]
    if kind is sre.SUBPATTERN:
        return [given[3]]
    if kind is sre.ATOMIC_GROUP:
        return [given]
    if kind is sre.BRANCH:
        return list(given[1])
    return [given[1]] if kind in (sre.ASSERT, sre.ASSERT_NOT) else []


def _samples(sequence: Iterable[Node]) -> list[str]:
    """A few short texts that fit, one for each alternative."""
    found = [""]
    for kind, given in sequence:
        found = _joined(found, _sample(kind, given))
    return found


def _sample(kind: Any, given: Any) -> list[str]:
    if kind in _ONE_CHARACTER:
        return _characters(kind, given)[:1]
    if kind in _REPEATS:
        return [text * max(1, given[0]) for text in _samples(given[2])]
    if kind in (sre.ASSERT, sre.ASSERT_NOT):
        return [""]
    return [text for inner in _inside(kind, given) for text in _samples(inner)] or [""]


def _joined(beginnings: Iterable[str], ends: Iterable[str]) -> list[str]:
    ends = list(ends)
    return [beginning + end for beginning in beginnings for end in ends][:BEGINNINGS]


def _characters(kind: Any, given: Any) -> list[str]:
    """Those that fit here, of the alphabet and of the pattern's own."""
    own = [chr(given)] if kind is sre.LITERAL else []
    if kind is sre.IN:
        own = [
            chr(value if name is sre.LITERAL else value[0])
            for name, value in given
            if _is_of_its_own(name)
        ]
    return [
        character for character in dict.fromkeys((*own, *ALPHABET)) if _fits(kind, given, character)
    ]


def _is_of_its_own(name: Any) -> bool:
    return name in (sre.LITERAL, sre.RANGE)


def _fits(kind: Any, given: Any, character: str) -> bool:
    if kind is sre.LITERAL:
        return bool(ord(character) == given)
    if kind is sre.NOT_LITERAL:
        return bool(ord(character) != given)
    if kind is sre.RANGE:
        return bool(given[0] <= ord(character) <= given[1])
    if kind is sre.CATEGORY:
        return re.match(_CATEGORIES[given], character) is not None
    if kind is not sre.IN:
        return True
    is_negated = given[0][0] is sre.NEGATE
    return any(_fits(name, value, character) for name, value in given[is_negated:]) != is_negated
