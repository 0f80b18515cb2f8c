"""The words of a shell's line, as shlex takes it apart.

shlex itself takes time by the square of a word's length.
"""

import re

_PLAIN = r"[^ \t\r\n'\"\\]++"
_PIECE = rf"{_PLAIN}|\\.|'[^']*+'|\"(?:[^\"\\]++|\\.)*+\""
_PIECES = re.compile(_PIECE, re.DOTALL)
# White space, a word, or the mark that begins what doesn't end.
_PARTS = re.compile(rf"[ \t\r\n]++|(?P<word>(?:{_PIECE})++)|(?P<open>.)", re.DOTALL)
_ESCAPED = re.compile(r"\\([\"\\])")


def shell_words(text: str) -> list[str] | None:
    """The words without their quotation marks; None where a mark or an escape isn't closed."""
    words = []
    for part in _PARTS.finditer(text):
        if part["open"]:
            return None
        if part["word"]:
            words.append("".join(map(_unquoted, _PIECES.findall(part["word"]))))
    return words


def _unquoted(piece: str) -> str:
    if piece[0] == "\\":
        return piece[1:]
    if piece[0] == "'":
        return piece[1:-1]
    if piece[0] == '"':
        return _ESCAPED.sub(r"\1", piece[1:-1])
    return piece
