"""One key of the extra as one text of a form, and back into a JSON value of the same type.

A value that its field can't give back exactly isn't shown there: it stays among the other extras,
so that a form that is saved as it was opened changes nothing.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from connections.providers.types import ExtraField
from connections.value.credentials import holds_credentials
from secretsadmin.kinds import MAX_CHARACTERS
from secretsadmin.texts import is_unicode, lines

# Python refuses to read a number of more than 4,300 digits, and no hook has one of more than a few.
_INTEGER = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
_EMPTY = (None, "")


def value_of(field: ExtraField, text: str) -> Any:
    """The JSON value that a filled field stands for.

    Raises ValueError for a text of another kind. Its sentence is for people and quotes nothing.
    """
    if field.choices:
        return _choice(field, text)
    return _READ[field.kind](text)


def text_of(field: ExtraField, value: Any) -> str | None:
    """What the field shows of a stored value; None where it can't show it whole.

    Null and empty text are both shown as an empty field.
    """
    if value in _EMPTY and not isinstance(value, bool):
        return ""
    text = _text(field, value)
    if "\x00" in text or ("\n" in lines(text) and not is_long(field)):
        return None
    try:
        is_whole = json.dumps(value_of(field, text)) == json.dumps(value)
    except ValueError:
        return None
    return text if is_whole else None


def is_plain(field: ExtraField | None, value: Any) -> bool:
    """Whether people who may open a connection may see a value.

    It is declared, its field shows it whole, and it is no secret.
    """
    if field is None or field.sensitive:
        return False
    text = text_of(field, value)
    return text is not None and not holds_credentials(text)


def split_extra(
    fields: Iterable[ExtraField], extra: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The keys that have a field, as its text, and all others as they are.

    Together they are the whole extra.
    """
    shown = {}
    for field in fields:
        text = text_of(field, extra.get(field.name))
        if text:
            shown[field.name] = text
    return shown, {key: value for key, value in extra.items() if key not in shown}


def lay_typed_over(
    stored: Mapping[str, Any],
    fields: Iterable[ExtraField],
    typed: Mapping[str, str],
    others: Mapping[str, Any],
) -> dict[str, Any]:
    """The stored extra, with what was typed into its fields laid over it, and with other keys.

    A field that isn't in `typed`, or that still has the text that it showed, leaves its value
    alone. One that was emptied takes its value out. Of `others`, a key gives way to a field of the
    same name that was filled. Raises ValueError for a text that its field can't take.
    """
    extra = dict(stored)
    for field in fields:
        text = typed.get(field.name)
        if text is None:
            continue
        shown = text_of(field, stored.get(field.name)) or ""
        if lines(text) == lines(shown):
            continue
        if text:
            extra[field.name] = value_of(field, text)
        else:
            extra.pop(field.name, None)
    return extra | {key: value for key, value in others.items() if not typed.get(key)}


def name_in_a_page(name: str) -> str:
    """The name of a key as a page can send it back: browsers read no NUL either."""
    return lines(name).replace("\0", "\N{REPLACEMENT CHARACTER}")


def is_long(field: ExtraField) -> bool:
    """Whether its text can have more than one line."""
    return field.multiline or field.kind in ("object", "array")


def json_of(text: str) -> Any:
    """The value of JSON that every parser reads alike.

    Raises ValueError. Its sentence is for people: it tells where the text breaks off and quotes
    nothing.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_float=_finite, parse_constant=_no_constant
        )
        is_text = is_unicode(json.dumps(value, ensure_ascii=False))
    except json.JSONDecodeError as error:
        raise ValueError(
            f"This is no JSON: it breaks off at line {error.lineno}, column {error.colno}."
        ) from None
    except (ValueError, RecursionError):
        raise ValueError(
            "This is no JSON that can be stored: a key stands twice, a number is none, or "
            "it is nested too deep."
        ) from None
    if not is_text:
        raise ValueError("This holds half a surrogate pair, which is not text.")
    return value


def is_json(value: Any) -> bool:
    """Whether a parsed value can be written as every parser reads it.

    Python's parser takes Infinity and NaN, too.
    """
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _text(field: ExtraField, value: Any) -> str:
    if isinstance(value, str):
        return value
    if field.kind in ("object", "array"):
        return indented(value)
    return json.dumps(value, ensure_ascii=False)


def indented(value: Any) -> str:
    """JSON as people write it, or on one line where that is longer than a form takes back.

    The lines of a deep value begin with that many spaces.
    """
    pieces = []
    left = MAX_CHARACTERS
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(value):
        left -= len(piece)
        if left < 0:
            return json.dumps(value, ensure_ascii=False)
        pieces.append(piece)
    return "".join(pieces)


def _choice(field: ExtraField, text: str) -> str | int | float:
    for choice in field.choices:
        if str(choice) == text:
            return choice
    raise ValueError(f"Choose one of: {', '.join(map(str, field.choices))}.")


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError("Choose yes or no.")
    return _BOOLEANS[text]


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text.strip()):
        raise ValueError("Write a whole number, such as 30.")
    return int(text)


def _number(text: str) -> int | float:
    if _INTEGER.fullmatch(text.strip()):
        return int(text)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("Write a number, such as 30 or 0.5.")
    return number


def _json(kind: type, title: str, example: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value = json_of(text)
        if type(value) is not kind:
            raise ValueError(f"Write a JSON {title}, such as {example}.")
        return value

    return read


def _iso(parse: Callable[[str], object], example: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            parse(text)
        except ValueError:
            raise ValueError(f"Write it as in {example}.") from None
        return text

    return read


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _no_constant(_: str) -> None:
    raise ValueError


json_object = _json(dict, "object", '{"sslmode": "require"}')
_READ: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "object": json_object,
    "array": _json(list, "list", '["first", "second"]'),
    "date": _iso(date.fromisoformat, "2026-01-31"),
    "datetime": _iso(datetime.fromisoformat, "2026-01-31T08:30:00+00:00"),
    "time": _iso(time.fromisoformat, "08:30"),
}
