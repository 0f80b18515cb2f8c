"""A JSON file, read member by member: one that is wrong doesn't take the others with it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from secretsadmin.transfer.files.file import MAX_ENTRIES, TOO_MANY, Unread, UnreadableFile
from secretsadmin.transfer.files.node import MAX_DEPTH, TOO_DEEP, Document, Node, Sort
from secretsadmin.transfer.files.strict_json import fault_of
from secretsadmin.transfer.files.text import Lines

# A log's line begins with a bracket, too, but no quotation mark or brace follows it.
_BEGIN = re.compile(r'^[ \t]*+(?:\{\s*+["}]|\[\s*+[\[{"\]])', re.MULTILINE)
# A text that isn't closed ends with its line, so that one of them doesn't hide all that follows.
_TOKEN = re.compile(r'"(?:[^"\\\n]++|\\.)*+(?P<closed>")?+|[{}\[\]]')
_SPACE = re.compile(r"[ \t\r\n]*+")
_WORD = re.compile(r'[^\s,:{}\[\]"]++')
_SORTS: dict[str, Sort] = {'"': "text", "{": "object", "[": "list"}
# So many levels below the file's own have nodes of their own. What is deeper is kept as JSON.
_LEVELS = 3
# What is deeper than this was never meant to be read.
_END = 1_000


class _Broken(Exception):
    """The text goes on otherwise than JSON does."""

    def __init__(self, place: int, sentence: str) -> None:
        super().__init__(sentence)
        self.place = place


def begin_of(text: str) -> int:
    """Where the JSON in a text begins, behind lines of a log; -1 where there is none."""
    match = _BEGIN.search(text)
    return match.start() if match else -1


def parse(text: str, most: int = MAX_ENTRIES) -> Document:
    """An object or a list and the first of its members. Raises UnreadableFile."""
    begin = begin_of(text)
    if begin < 0:
        raise UnreadableFile("No JSON object or list begins in the file.", 1)
    return _Reader(text, most).document(begin)


def parse_value(text: str) -> Node:
    """A text that is one JSON value, with lines counted from its own first one."""
    text = text.strip()
    try:
        node, end = _Reader(text).value(0)
    except _Broken as broken:
        return Node("null", 1, problem=str(broken))
    if end < len(text):
        return replace(node, problem="Something stands behind the end of the JSON.")
    return node


class _Reader:
    def __init__(self, text: str, most: int = MAX_ENTRIES) -> None:
        self.text = text
        self.most = most
        self.lines = Lines(text)

    def document(self, begin: int) -> Document:
        skipped = self.lines.at(begin) - 1
        notes = (_skipped(skipped),) if self.text[:begin].strip() else ()
        begin = self.after_space(begin)
        root = Node(_SORTS[self.text[begin]], self.lines.at(begin))
        keys: list[Node] = []
        values: list[Node] = []
        unread = self.members(begin, keys, values)
        if unread and not values:
            raise UnreadableFile(unread.sentence, unread.line)
        if root.sort == "list":
            return Document(replace(root, items=tuple(values)), notes, unread)
        pairs = tuple(zip(keys, values, strict=True))
        return Document(replace(root, pairs=pairs), notes, unread)

    def members(self, begin: int, keys: list[Node], values: list[Node]) -> Unread | None:
        """Fills the lists up to where it can't go on; says where that is."""
        place, sentence = begin, ""
        try:
            end = self._walk(begin, _LEVELS, keys, values, self.value)
            end = self.after_space(end)
            if end == len(self.text):
                return None
            place, sentence = end, "What stands behind the end of the JSON was left out."
        except _Broken as broken:
            place, sentence = broken.place, str(broken)
        if len(keys) > len(values):
            values.append(Node("null", keys[-1].line, problem=sentence))
        return Unread(self.lines.at(place), sentence)

    def _walk(
        self,
        begin: int,
        levels: int,
        keys: list[Node],
        values: list[Node],
        read: Callable[[int, int], tuple[Node, int]],
    ) -> int:
        """Through an object or a list; where it ends. Raises _Broken."""
        is_object = self.text[begin] == "{"
        closing = "}" if is_object else "]"
        place = self.after_space(begin + 1)
        if self.text[place : place + 1] == closing:
            return place + 1
        while True:
            if is_object:
                key, place = self.key(place)
                keys.append(key)
            value, place = read(place, levels)
            values.append(value)
            place = self.after_space(place)
            mark = self.text[place : place + 1]
            if mark == closing:
                return place + 1
            if mark != ",":
                raise _Broken(place, _missing(mark, closing))
            if levels == _LEVELS and len(values) == self.most:
                raise _Broken(place, TOO_MANY)
            place = self.after_space(place + 1)

    def key(self, place: int) -> tuple[Node, int]:
        """A key, and where its value begins."""
        match = _TOKEN.match(self.text, place)
        if not match or not match["closed"]:
            raise _Broken(place, "A key in quotation marks is missing here, so this isn't JSON.")
        node = self._checked("text", place, match[0])
        colon = self.after_space(match.end())
        if self.text[colon : colon + 1] != ":":
            raise _Broken(colon, "A colon is missing behind a key, so this isn't JSON.")
        return node, self.after_space(colon + 1)

    def value(self, place: int, levels: int = _LEVELS) -> tuple[Node, int]:
        """A value that was not looked at yet, and where it ends. Raises _Broken."""
        sort = _SORTS.get(self.text[place : place + 1], "literal")
        end, depth = self._extent(place)
        if depth > MAX_DEPTH:
            return Node(sort, self.lines.at(place), problem=TOO_DEEP), end
        node = self._checked(sort, place, self.text[place:end])
        if node.problem:
            return node, end
        return self._with_members(node, place, levels), end

    def _valid(self, place: int, levels: int) -> tuple[Node, int]:
        """A value inside of one that was looked at."""
        end, _ = self._extent(place)
        written = self.text[place:end]
        sort = _SORTS.get(self.text[place], "literal")
        node = _node(sort, self.lines.at(place), written)
        return self._with_members(node, place, levels), end

    def _with_members(self, node: Node, place: int, levels: int) -> Node:
        if node.sort not in ("object", "list") or not levels:
            return node
        keys: list[Node] = []
        values: list[Node] = []
        self._walk(place, levels - 1, keys, values, self._valid)
        if node.sort == "list":
            return replace(node, items=tuple(values))
        return replace(node, pairs=tuple(zip(keys, values, strict=True)))

    def _checked(self, sort: Sort, place: int, written: str) -> Node:
        line = self.lines.at(place)
        fault = fault_of(written)
        if fault is None:
            return _node(sort, line, written)
        where = self.lines.at(place + fault.place)
        return Node(sort, line, problem=f"What stands at line {where:,} {fault.reason}.")

    def _extent(self, place: int) -> tuple[int, int]:
        """Where a value ends, by its brackets alone, and how deep these are. Raises _Broken."""
        mark = self.text[place : place + 1]
        if mark not in _SORTS:
            match = _WORD.match(self.text, place)
            if not match:
                raise _Broken(place, "A value is missing here, so this isn't JSON.")
            return match.end(), 0
        depth = deepest = 0
        for token in _TOKEN.finditer(self.text, place):
            if token[0] in ("{", "["):
                depth += 1
                deepest = max(deepest, depth)
                if depth > _END:
                    raise _Broken(place, "It is nested so deep that what follows is not read.")
            elif token[0] in ("}", "]"):
                depth -= 1
            if depth <= 0:
                return token.end(), deepest
        raise _Broken(place, "The file breaks off inside of what begins here.")

    def after_space(self, place: int) -> int:
        match = _SPACE.match(self.text, place)
        return match.end() if match else place


def _node(sort: Sort, line: int, written: str) -> Node:
    if sort == "text":
        return Node(sort, line, json.loads(written))
    if written == "null":
        return Node("null", line, written)
    return Node(sort, line, written)


def _missing(mark: str, closing: str) -> str:
    if not mark:
        return f"The file breaks off before its last {closing}."
    return f"A comma or {closing} is missing here, so this isn't JSON."


def _skipped(count: int) -> str:
    if count == 1:
        return "The line before the JSON was left out."
    return f"The {count:,} lines before the JSON were left out."
