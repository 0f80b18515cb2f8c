"""Two people's versions of a JSON object in one: each key from the one that was chosen for it."""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from secretsadmin.diff.fields import Fields, key_in_a_form
from secretsadmin.diff.json_parts import MAX_KEYS, spell_key, top_level_parts

_INDENT = re.compile(r"\{[^\S\n]*\n([ \t]+)\S")


def by_key(texts: Sequence[str]) -> tuple[Fields, ...] | None:
    """The fields of each text by the keys of its object. An empty text has none.

    None where one of the texts can't be merged by key, or has too many keys.
    """
    try:
        sides = tuple(top_level_parts(_object(text)) if text else () for text in texts)
    except (ValueError, RecursionError):
        return None
    if max(map(len, sides)) > MAX_KEYS:
        return None
    return sides


def merge(mine: str, theirs: str, names: Collection[str]) -> str:
    """My text, with the keys of these names as they are in theirs.

    The names are those of by_key's fields, as a form sends them back. Raises ValueError for what
    can't be merged by key.
    """
    my_object, their_object = _object(mine), _object(theirs)
    merged = {}
    for key in dict.fromkeys((*their_object, *my_object)):
        is_theirs = key_in_a_form(spell_key(key)) in names
        source = their_object if is_theirs else my_object
        if key in source:
            merged[key] = source[key]
    if _alike(merged, my_object):
        return mine
    if _alike(merged, their_object):
        return theirs
    return _written(merged, like=mine)


def _alike(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Python takes 1, 1.0 and true for equal."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _written(value: dict[str, Any], like: str) -> str:
    """In the other text's style: its indentation, its spaces, its end, its line ends."""
    indent = _INDENT.match(like.lstrip())
    # What is on one line is dense, unless it has the spaces that Python writes.
    is_dense = not indent and '": ' not in like and '", ' not in like
    text = json.dumps(
        value,
        indent=indent[1] if indent else None,
        separators=(",", ":") if is_dense else None,
        ensure_ascii=False,
    )
    begin = like[: len(like) - len(like.lstrip())]
    end = like[len(like.rstrip()) :].replace("\r", "")
    text = f"{begin}{text}{end}"
    has_crlf_alone = "\r\n" in like and "\n" not in like.replace("\r\n", "")
    if has_crlf_alone:
        return text.replace("\n", "\r\n")
    return text


def _object(text: str) -> dict[str, Any]:
    """A JSON object that can be written anew with no change but in white space and escapes.

    Raises ValueError.
    """
    value = json.loads(text, object_pairs_hook=_unique, parse_float=_exact, parse_constant=_refuse)
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004 - the JSON is at fault, not the code.
    # Half a surrogate pair can't be stored but as an escape.
    json.dumps(value, ensure_ascii=False).encode()
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice")
    return value


def _exact(text: str) -> float:
    number = float(text)
    if repr(number) != text:
        raise ValueError("a number would be spelled differently")
    return number


def _refuse(_: str) -> float:
    raise ValueError("no JSON of every parser")
