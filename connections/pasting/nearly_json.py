"""A text that is nearly a JSON object, made one.

What is usually wrong with it are its quotation marks, a comma too many, and Python's own words.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from connections.value.reading import TEXT_FIELDS
from connections.value.stored_json import WORDS

# Quotation marks as word processors and chats make them of plain ones.
_DOUBLE, _SINGLE = "\u201c\u201d\u201e", "\u2018\u2019\u201a"
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'"""
    rf"""|[{_DOUBLE}](?:[^{_DOUBLE}\\]|\\.)*+[{_DOUBLE}]"""
    rf"""|[{_SINGLE}](?:[^{_SINGLE}\\]|\\.)*+[{_SINGLE}])"""
    r"""|(?P<mark>[][{},:])|(?P<word>[\w.+-]++)|(?P<space>\s++)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"""\\u[0-9A-Fa-f]{4}|\\(.)|["]""", re.DOTALL)
_PYTHON_WORDS = {"True": "true", "False": "false", "None": "null"}

QUOTES = "Quotation marks of another kind were taken for those of JSON."
CONTROLS = "Line breaks and tabs inside of a text were taken as a part of it."
BACKSLASHES = "Backslashes that begin no escape of JSON were taken as they are."
COMMAS = "Commas behind the last entry were left out."
BARE = "Keys and values without quotation marks were taken as they are."
PYTHON = "True, False and None were taken for JSON's true, false and null."
ESCAPED = "The backslashes before its quotation marks were left out."
NUMBERS = "Numbers were taken as text, where Airflow takes no other: {}."
EXTRA = "The extra was nearly JSON, and was taken as an object."


class _Float(float):
    """A number that knows how it was written: as a text it may be a password."""

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Strict:
    """The object as JSON, what was changed for that, and the first character that was.

    `place` counts from 1; it is None where only values were changed.
    """

    text: str = field(repr=False)
    steps: tuple[str, ...]
    place: int | None = None


def strict(text: str) -> Strict | None:
    """None for a text that is no such object, and for one that needs no change. Never raises."""
    # For each step, the place at which it was first needed.
    steps: dict[str, int] = {}
    if text.startswith('{\\"'):
        text = text.replace('\\"', '"')
        steps[ESCAPED] = 1
    bare = text.rstrip(",; \t\r\n")
    if bare != text.rstrip():
        steps[COMMAS] = len(bare)
    if not bare.startswith("{"):
        return None
    tokens = _tokens(bare)
    if tokens is None:
        return None
    with suppress(ValueError, RecursionError):
        stored = json.loads("".join(_written(tokens, steps)), parse_float=_Float)
        stored, value_steps = _with_texts(stored)
        all_steps = (*sorted(steps, key=steps.__getitem__), *value_steps)
        if not all_steps:
            return None
        place = None
        if steps:
            place = min(steps.values()) + 1
        return Strict(json.dumps(stored, ensure_ascii=False), all_steps, place)
    return None


def _tokens(text: str) -> list[re.Match[str]] | None:
    tokens: list[re.Match[str]] = []
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            return None
        if token.lastgroup != "space":
            tokens.append(token)
        place = token.end()
    return tokens


def _written(tokens: list[re.Match[str]], steps: dict[str, int]) -> Iterator[str]:
    following = [*(token[0] for token in tokens[1:]), ""]
    for token, after in zip(tokens, following, strict=True):
        if token.lastgroup == "text":
            yield _text(token, steps)
        elif token.lastgroup == "word":
            yield _word(token, steps, is_key=after == ":")
        elif token[0] == "," and after in ("}", "]"):
            steps.setdefault(COMMAS, token.start())
        else:
            yield token[0]


def _word(token: re.Match[str], steps: dict[str, int], *, is_key: bool) -> str:
    word = token[0]
    if word in _PYTHON_WORDS and not is_key:
        steps.setdefault(PYTHON, token.start())
        return _PYTHON_WORDS[word]
    if _is_json(word) and not is_key:
        return word
    steps.setdefault(BARE, token.start())
    return json.dumps(word)


def _text(token: re.Match[str], steps: dict[str, int]) -> str:
    text = token[0]
    if text[0] != '"':
        steps.setdefault(QUOTES, token.start())
    elif _is_json(text):
        return text
    body = _ESCAPE.sub(lambda escape: _escape(escape, token.start(), steps), text[1:-1])
    if not _is_json(f'"{body}"'):
        steps.setdefault(CONTROLS, token.start())
    return json.dumps(json.loads(f'"{body}"', strict=False))


def _escape(match: re.Match[str], begin: int, steps: dict[str, int]) -> str:
    escape, character = match[0], match[1]
    if escape == '"':
        return '\\"'
    if character is None or character in '"\\/bfnrt':
        return escape
    if character in f"'{_SINGLE}{_DOUBLE}":
        return character
    steps.setdefault(BACKSLASHES, begin + match.start() + 1)
    return f"\\\\{character}"


def _is_json(text: str) -> bool:
    with suppress(ValueError, RecursionError):
        json.loads(text)
        return True
    return False


def _with_texts(stored: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Numbers as texts where Airflow fails on them, and an extra that is nearly JSON as an object.

    What was done for that comes with it.
    """
    steps = []
    changed: dict[str, Any] = _numbers_as_texts(stored)
    if changed:
        steps.append(NUMBERS.format(", ".join(changed)))
    extra = stored.get("extra")
    if isinstance(extra, str) and not _is_json(extra):
        nearly = strict(extra.strip())
        if nearly:
            changed["extra"] = json.loads(nearly.text)
            steps.append(EXTRA)
    return stored | changed, steps


def _numbers_as_texts(stored: dict[str, Any]) -> dict[str, str]:
    """The numbers that stand where Airflow takes nothing but a text."""
    words: set[str] = set()
    for name in TEXT_FIELDS:
        words.update(WORDS[name])
    texts = {}
    for key, value in stored.items():
        if key in words and type(value) in (int, _Float):
            texts[key] = str(value)
    return texts
