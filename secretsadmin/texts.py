"""Texts for people, and what hides in a text: white space around it, characters that draw nothing.

Most of them come along when somebody pastes. A message names what they are and where they stand,
and quotes nothing.
"""

import re
import unicodedata
from collections.abc import Sequence

# Characters that draw nothing, or turn the direction of what stands beside them. Joiners stand
# apart, because some scripts need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0]"
    "|(?:(?<![^\x00-\x7f])|(?<=\ufeff))[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
MINUTE = 60
_NAMES = {
    " ": "space",
    "\n": "line break",
    "\r": "carriage return",
    "\t": "tab",
    "\xa0": "no-break space",
    "\ufeff": "byte-order mark",
}


def lines(text: str) -> str:
    """The text with LF at each line's end: browsers send CR LF, whatever it was."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can hold the text; it can't hold half a surrogate pair of a JSON escape."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def few(names: Sequence[str], most: int = 20) -> str:
    """Names for a sentence: some of them, and how many more there are."""
    more = len(names) - most
    if more <= 0:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {more:,} more"


def hides(text: str) -> str:
    """What nobody sees in a text, as the rest of a sentence such as `begins with 2 spaces`.

    Empty where there is nothing of the kind.
    """
    if not text:
        return ""
    if not text.strip():
        return f"holds nothing but {_counted(text)}"
    before = text[: len(text) - len(text.lstrip())]
    after = text[len(text.rstrip()) :]
    parts = []
    if before:
        parts.append(f"begins with {_counted(before)}")
    if after:
        parts.append(f"ends with {_counted(after)}")
    if invisible := hidden(text):
        parts.append(invisible)
    return _and(parts)


def hidden(text: str) -> str:
    """The characters that draw nothing, wherever they stand, as the rest of such a sentence."""
    first = _HIDDEN.search(text)
    if first is None:
        return ""
    place = f"a {_name(first[0])} at character {first.start() + 1}"
    count = sum(1 for _ in _HIDDEN.finditer(text))
    if count == 1:
        return f"hides {place}"
    return f"hides {count} characters that can't be seen, the first {place}"


def _counted(space: str) -> str:
    counts = []
    for character in dict.fromkeys(space):
        count = space.count(character)
        plural = "" if count == 1 else "s"
        counts.append(f"{count} {_name(character, plural=plural)}")
    return _and(counts)


def _name(character: str, *, plural: str = "") -> str:
    if character in _NAMES:
        return _NAMES[character] + plural
    name = unicodedata.name(character, "control character").lower()
    name = name.replace("zero width", "zero-width")
    return f"{name}{plural} (U+{ord(character):04X})"


def _and(parts: list[str]) -> str:
    if len(parts) < 2:  # noqa: PLR2004 - there is nothing to join.
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def duration(seconds: float) -> str:
    """A time that is still to pass, in words."""
    if seconds < MINUTE:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / MINUTE)} min"
