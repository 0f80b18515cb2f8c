"""Two people's versions of a JSON object in one: each key from the one that was chosen for it."""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

from secretsadmin.comparing import MAX_KEYS, Fields, key_in_a_form, spelled, top_keys

_INDENT = re.compile(r"\{[^\S\n]*\n([ \t]+)\S")


def by_key(texts: Sequence[str]) -> tuple[Fields, ...] | None:
    """Each text by the keys of its object, an empty one as nothing; None where one of them can't be mixed so."""
    try:
        found = tuple(top_keys(_object(text)) if text else () for text in texts)
    except (ValueError, RecursionError):
        return None
    return found if max(map(len, found)) <= MAX_KEYS else None


def mixed(mine: str, theirs: str, names: Collection[str]) -> str:
    """My text, with the keys of these names as they are in theirs. Raises ValueError for what can't be mixed."""
    one, other = _object(mine), _object(theirs)
    stay = {key for key in (*one, *other) if key_in_a_form(spelled(key)) in names}
    in_order = [*other, *(key for key in one if key not in other)]
    sources = ((key, other if key in stay else one) for key in in_order)
    mix = {key: source[key] for key, source in sources if key in source}
    for text, whole in ((mine, one), (theirs, other)):
        if _alike(mix, whole):
            return text
    return _written(mix, like=mine)


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Python takes 1, 1.0 and true for equal."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


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
    text = f"{like[: len(like) - len(like.lstrip())]}{text}{like[len(like.rstrip()) :].replace(chr(13), '')}"
    only_crlf = "\r\n" in like and "\n" not in like.replace("\r\n", "")
    return text.replace("\n", "\r\n") if only_crlf else text


def _object(text: str) -> dict[str, Any]:
    """A JSON object that can be written anew without a change but in its white space and escapes. Raises ValueError."""
    found = json.loads(text, object_pairs_hook=_unique, parse_float=_exact, parse_constant=_refuse)
    if not isinstance(found, dict):
        raise ValueError("no object")  # noqa: TRY004 - the JSON is at fault, not the code.
    # Half a surrogate pair can't be stored but as an escape.
    json.dumps(found, ensure_ascii=False).encode()
    return found


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _exact(text: str) -> float:
    number = float(text)
    if repr(number) != text:
        raise ValueError("a number would be spelled differently")
    return number


def _refuse(_: str) -> float:
    raise ValueError("no JSON of every parser")
