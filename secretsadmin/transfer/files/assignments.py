"""Lines of the kind NAME=value, with the quotes, comments and escapes of environment files.

Sources: airflow/secrets/local_filesystem.py, _parse_env_file; Astronomer's astro-cli,
cloud/env/format.go and cloud/deployment/deployment_variable.go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as changed

_BEFORE = re.compile(r"[ \t]*+(?:(export)[ \t]++)?+")
_COMMENT = re.compile(r"[ \t]#")
_QUOTED = re.compile(r"(?:'[^']*+'|\"(?:[^\"\\]++|\\.)*+\")++", re.DOTALL)
_PIECE = re.compile(r"'([^']*+)'|\"((?:[^\"\\]++|\\.)*+)\"", re.DOTALL)
_ESCAPE = re.compile(r'\\([\\"$nrt])')
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_WITHHELD = re.compile(r"[ \t]*+#[ \t]*+secret\b")
_QUOTES = ("'", '"')


@dataclass(frozen=True)
class Assignment:
    """A line, or several for a quoted value. Where there is a `problem`, there is no value."""

    name: str
    line: int
    value: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()
    problem: str = ""


def assignments(text: str, *, strip: bool, many_lines: bool = False) -> Iterator[Assignment]:
    """The assignments of a text, in their order, in time that grows as the text does.

    With `strip`, quotes around a value and a comment behind it are no part of it; quotes may hold
    `many_lines`. Without it, the value is all behind the sign, as Airflow reads it.
    """
    yield from _Reader(text, strip=strip, many_lines=many_lines).read()


class _Reader:
    def __init__(self, text: str, *, strip: bool, many_lines: bool) -> None:
        self.text = text
        self.strip = strip
        self.many_lines = many_lines
        self.line = 0
        # Marks that are known to close nowhere behind the line that was read.
        self.unclosed: set[str] = set()

    def read(self) -> Iterator[Assignment]:
        place = 0
        while place < len(self.text):
            self.line += 1
            end = self.text.find("\n", place)
            end = len(self.text) if end < 0 else end
            begin = _BEFORE.match(self.text, place, end)
            after = begin.end() if begin else place
            if after == end or self.text[after] == "#":
                place = end + 1
                continue
            line = self.line
            assignment, place = self._assignment(after, end)
            if begin and begin[1]:
                assignment = _noting(assignment, "The word export before it was left out.")
            yield changed(assignment, line=line)

    def _assignment(self, begin: int, end: int) -> tuple[Assignment, int]:
        """What a line assigns, and where the next line begins."""
        sign = self.text.find("=", begin, end)
        if sign < 0:
            return Assignment("", 0, problem="There is no = in the line."), end + 1
        name = self.text[begin:sign].strip()
        if not name:
            return Assignment("", 0, problem="There is no name before the = in the line."), end + 1
        if not self.strip:
            return _required(Assignment(name, 0, self.text[sign + 1 : end])), end + 1
        if _WITHHELD.match(self.text, sign + 1, end):
            problem = "Astronomer's tool withheld the value: it writes # secret in its place."
            return Assignment(name, 0, problem=problem), end + 1
        value = self.text[sign + 1 : end]
        if value.lstrip(" \t")[:1] in _QUOTES:
            return self._quoted(name, sign + 1, end)
        return _required(_uncommented(Assignment(name, 0, value))), end + 1

    def _quoted(self, name: str, begin: int, end: int) -> tuple[Assignment, int]:
        while self.text[begin] in " \t":
            begin += 1
        match = _QUOTED.match(self.text, begin, end) or self._over_lines(begin)
        if match is None:
            return Assignment(name, 0, problem="A quotation mark isn't closed."), end + 1
        last = self.text.find("\n", match.end())
        last = len(self.text) if last < 0 else last
        rest = self.text[match.end() : last]
        is_comment = rest[:1] in (" ", "\t") and rest.lstrip(" \t").startswith("#")
        if rest.strip() and not is_comment:
            problem = "Something stands behind the closing quotation mark."
            return Assignment(name, 0, problem=problem), end + 1
        self.line += self.text.count("\n", end, match.end())
        notes = ["The quotation marks around it were left out."]
        if rest.strip():
            notes.append("The comment behind it was left out.")
        value = "".join(_unquoted(piece) for piece in _PIECE.finditer(match[0]))
        return _required(Assignment(name, 0, value, tuple(notes))), last + 1

    def _over_lines(self, begin: int) -> re.Match[str] | None:
        mark = self.text[begin]
        if not self.many_lines or mark in self.unclosed:
            return None
        match = _QUOTED.match(self.text, begin)
        if match is None:
            self.unclosed.add(mark)
        return match


def _unquoted(piece: re.Match[str]) -> str:
    if piece[1] is not None:
        return piece[1]
    return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), piece[2])


def _uncommented(assignment: Assignment) -> Assignment:
    """A comment begins with # behind a blank. In JSON that may be a part of a text."""
    value = assignment.value.strip(" \t")
    comment = _COMMENT.search(assignment.value)
    if comment is None or value[0] in ("{", "["):
        return changed(assignment, value=value)
    value = assignment.value[: comment.start()].strip(" \t")
    return _noting(changed(assignment, value=value), "The comment behind it was left out.")


def _required(assignment: Assignment) -> Assignment:
    if assignment.value:
        return assignment
    return changed(assignment, problem="There is no value behind the =.")


def _noting(assignment: Assignment, note: str) -> Assignment:
    return changed(assignment, notes=(*assignment.notes, note))
