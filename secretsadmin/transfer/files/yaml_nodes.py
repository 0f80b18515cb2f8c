"""A YAML file, built from the parser's events, with each unquoted word as it is written.

A loader would follow aliases, change words such as `no` and `012`, and fail on deep nesting.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from secretsadmin.transfer.files.file import MAX_ENTRIES, TOO_MANY, Unread, UnreadableFile
from secretsadmin.transfer.files.node import (
    MAX_DEPTH,
    TOO_DEEP,
    Document,
    Node,
    Sort,
    first_problem,
)

# As many connections of Airflow's export as are read. They take about a second.
MAX_EVENTS = 20 * MAX_ENTRIES
# Beyond it the parser takes time by the square of the depth.
_END = 100
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_REWRITTEN_TAGS = tuple(
    f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "timestamp")
)
# Longer words are no numbers and no dates.
_LONGEST = 60
_LITERAL = re.compile(
    r"-?(?:0|[1-9][0-9]{0,400})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,9})?|true|false"
)
_NULL = ("", "~", "null", "Null", "NULL")
# The parser compares each with all before it.
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)
_CUT = "The YAML breaks off or goes wrong inside of it."
_TAGGED = "It has a YAML tag (!), which is not followed."


@dataclass
class _Frame:
    """An object or a list that isn't closed yet. The parts of an object are keys and values."""

    sort: Sort
    line: int
    parts: list[Node] = field(default_factory=list, repr=False)
    problem: str = ""


def parse(text: str) -> Document:
    """The first document in a file. Raises UnreadableFile."""
    directive = _DIRECTIVE.search(text)
    if directive:
        line = text.count("\n", 0, directive.start()) + 1
        raise UnreadableFile("YAML with directives, lines that begin with %, is not read.", line)
    builder = _Builder()
    unread = _feed(builder, text)
    root = builder.finished()
    if root is None or (root.sort in ("object", "list") and not (root.pairs or root.items)):
        if unread:
            raise UnreadableFile(unread.sentence, unread.line)
        raise UnreadableFile("There is nothing in the YAML.", 1)
    return Document(root, (), unread)


def _feed(builder: "_Builder", text: str) -> Unread | None:
    """Where the file can't be read any further."""
    count, line = 0, 1
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            count += 1
            if event.start_mark:
                line = event.start_mark.line + 1
            if count > MAX_EVENTS or builder.is_full:
                return Unread(line, TOO_MANY)
            if reason := builder.take(event, line):
                return Unread(line, reason)
    except yaml.MarkedYAMLError as error:
        if error.problem_mark:
            line = error.problem_mark.line + 1
        return Unread(line, "What stands here isn't YAML.")
    except yaml.YAMLError:
        return Unread(line, "What follows holds characters that YAML doesn't take.")
    return None


class _Builder:
    def __init__(self) -> None:
        self.frames: list[_Frame] = []
        self.root: Node | None = None
        # How many levels are open below those that are built.
        self.beyond = 0

    @property
    def is_full(self) -> bool:
        return bool(self.frames) and len(self.frames[-1].parts) > 2 * MAX_ENTRIES

    def take(self, event: Any, line: int) -> str:
        """Takes an event; says why no further one is read, if so."""
        if isinstance(event, yaml.DocumentStartEvent) and self.root:
            return "A second YAML document begins here, and only the first one is read."
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            return self._open(event, line)
        if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._close()
        elif isinstance(event, yaml.AliasEvent):
            self._add(
                Node("text", line, problem="It holds a YAML alias (*), which is not followed.")
            )
        elif isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event, line))
        return ""

    def finished(self) -> Node | None:
        """The root, with what isn't closed marked as broken."""
        self.beyond = 0
        while self.frames:
            frame = self.frames[-1]
            frame.problem = frame.problem or _CUT
            if frame.sort == "object" and len(frame.parts) % 2:
                frame.parts.append(Node("null", frame.parts[-1].line, problem=_CUT))
            self._close()
        return self.root

    def _open(self, event: Any, line: int) -> str:
        is_object = isinstance(event, yaml.MappingStartEvent)
        if self.beyond or len(self.frames) == MAX_DEPTH + 1:
            self.beyond += 1
            self.frames[-1].problem = TOO_DEEP
            if self.beyond > _END:
                return "It is nested so deep that what follows is not read."
            return ""
        problem = "" if event.tag in (None, "!") else _TAGGED
        self.frames.append(_Frame("object" if is_object else "list", line, problem=problem))
        return ""

    def _close(self) -> None:
        if self.beyond:
            self.beyond -= 1
            if not self.beyond:
                self._add(Node("null", self.frames[-1].line))
            return
        self._add(_closed(self.frames.pop()))

    def _add(self, node: Node) -> None:
        if self.beyond:
            return
        if self.frames:
            self.frames[-1].parts.append(node)
        else:
            self.root = node


def _closed(frame: _Frame) -> Node:
    problem = frame.problem or first_problem(frame.parts)
    if frame.sort == "list":
        return Node("list", frame.line, items=tuple(frame.parts), problem=problem)
    keys, values = frame.parts[::2], frame.parts[1::2]
    names = {key.written for key in keys}
    if not problem and any(key.sort in ("object", "list") for key in keys):
        problem = "It has a key that is no text."
    if not problem and len(names) < len(keys):
        problem = "It has a key twice."
    pairs = tuple(zip(keys, values, strict=True))
    return Node("object", frame.line, pairs=pairs, problem=problem)


def _scalar(event: Any, line: int) -> Node:
    text: str = event.value
    if event.tag not in _TEXT_TAGS:
        return Node("text", line, text, problem=_TAGGED)
    is_plain = event.implicit[0] and event.tag is None
    if not is_plain:
        return Node("text", line, text)
    if text in _NULL:
        return Node("null", line, text)
    sort: Sort = "literal" if _LITERAL.fullmatch(text) else "text"
    return Node(sort, line, text, is_rewritten=_is_rewritten(text))


def _is_rewritten(word: str) -> bool:
    """Whether YAML 1.1, which Airflow reads, takes an unquoted word for another value."""
    if len(word) > _LONGEST:
        return False
    if _LITERAL.fullmatch(word):
        return json.dumps(json.loads(word)) != word
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(word[0], ()):
        if tag in _REWRITTEN_TAGS and pattern.match(word):
            return True
    return False
