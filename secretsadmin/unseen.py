"""What hides in a text: the white space around it, and characters that draw nothing.

Most of them come along when somebody pastes. They are named by what they are and where, and nothing is quoted.
"""

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress

# What draws nothing, or turns the direction of what stands beside it. Joiners are apart: they belong into some scripts.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0]"
    "|(?:(?<![^\x00-\x7f])|(?<=\ufeff))[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
_NAMES = {
    " ": "space",
    "\n": "line break",
    "\r": "carriage return",
    "\t": "tab",
    "\xa0": "no-break space",
    "\ufeff": "byte-order mark",
}


def lines(text: str) -> str:
    """Browsers send every line's end as CR LF, whatever it was."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_unicode(text: str) -> bool:
    """Whether it can be written as UTF-8: half of a surrogate pair can't, and JSON's escapes make one all the same."""
    with suppress(UnicodeEncodeError):
        text.encode()
        return True
    return False


def few(names: Sequence[str], most: int = 20) -> str:
    """Names for a sentence: some of them, and how many more there are."""
    more = len(names) - most
    return f"{', '.join(names[:most])} and {more:,} more" if more > 0 else ", ".join(names)


def hides(text: str) -> str:
    """What a person would want to know of a text, as the rest of a sentence: `begins with 2 spaces`; or nothing."""
    if not text.strip():
        return f"holds nothing but {_counted(text)}" if text else ""
    parts = [
        _at_the("begins", text[: len(text) - len(text.lstrip())]),
        _at_the("ends", text[len(text.rstrip()) :]),
        hidden(text),
    ]
    return _and([part for part in parts if part])


def hidden(text: str) -> str:
    """The same of the characters that draw nothing, wherever they stand."""
    first = _HIDDEN.search(text)
    if first is None:
        return ""
    named = f"a {_name(first[0])} at character {first.start() + 1}"
    count = sum(1 for _ in _HIDDEN.finditer(text))
    return f"hides {named}" if count == 1 else f"hides {count} characters that can't be seen, the first {named}"


def _at_the(end: str, space: str) -> str:
    return f"{end} with {_counted(space)}" if space else ""


def _counted(space: str) -> str:
    return _and([_several(character, space.count(character)) for character in dict.fromkeys(space)])


def _several(character: str, count: int) -> str:
    return f"{count} {_name(character, plural='' if count == 1 else 's')}"


def _name(character: str, *, plural: str = "") -> str:
    if character in _NAMES:
        return _NAMES[character] + plural
    name = unicodedata.name(character, "control character").lower().replace("zero width", "zero-width")
    return f"{name}{plural} (U+{ord(character):04X})"


def _and(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
