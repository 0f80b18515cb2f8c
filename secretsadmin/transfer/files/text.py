"""The text of a file: its encoding, its size, and at which line something stands."""

import codecs
from dataclasses import dataclass, field

from secretsadmin.texts import is_unicode
from secretsadmin.transfer.files.file import UnreadableFile

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Decoded:
    text: str = field(repr=False)
    notes: tuple[str, ...] = ()


def decode(data: bytes, most: int) -> Decoded:
    """The text of a file of at most so many bytes.

    It is UTF-8, with or without a byte-order mark, or UTF-16 with one. Raises UnreadableFile.
    """
    if len(data) > most:
        raise UnreadableFile(
            f"The file is {len(data):,} bytes long, and at most {most:,} are read. Split it."
        )
    encoding, begin, notes = _encoding(data)
    text, wrong = _decoded(data[begin:], encoding)
    if wrong is not None:
        place = data[begin : begin + wrong].decode(encoding, "replace")
        name = "UTF-16" if encoding in _UTF_16.values() else "UTF-8"
        raise UnreadableFile(
            f"The file isn't text in {name}: save it in UTF-8.", place.count("\n") + 1
        )
    check_text(text, most)
    return Decoded(text, notes)


def _encoding(data: bytes) -> tuple[str, int, tuple[str, ...]]:
    if data.startswith(codecs.BOM_UTF8):
        return (
            "utf-8",
            len(codecs.BOM_UTF8),
            ("The byte-order mark at the beginning was left out.",),
        )
    for mark, encoding in _UTF_16.items():
        if data.startswith(mark):
            return encoding, len(mark), ("The file is in UTF-16.",)
    return "utf-8", 0, ()


def _decoded(data: bytes, encoding: str) -> tuple[str, int | None]:
    """The text; or at which byte it isn't one. The library's error would hold on to all of it."""
    try:
        return data.decode(encoding), None
    except UnicodeDecodeError as error:
        return "", error.start


def check_text(text: str, most: int) -> None:
    """Raises UnreadableFile for a text that is too long, empty, or none."""
    if not is_unicode(text):
        raise UnreadableFile("The text holds half a surrogate pair, which is not text.")
    if len(text.encode()) > most:
        raise UnreadableFile(f"The text is longer than {most:,} bytes. Split it.")
    if not text.strip():
        raise UnreadableFile("There is nothing in the file.")
    place = text.find("\0")
    if place >= 0:
        raise UnreadableFile(
            "The file holds a NUL character, as UTF-16 without a byte-order mark and files that "
            "are no text do. Save it in UTF-8.",
            text.count("\n", 0, place) + 1,
        )


class Lines:
    """Says at which line of a text an offset is, in steps from the last one that was asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._offset, self._line = 0, 1

    def at(self, offset: int) -> int:
        if offset >= self._offset:
            self._line += self._text.count("\n", self._offset, offset)
        else:
            self._line -= self._text.count("\n", offset, self._offset)
        self._offset = offset
        return self._line
