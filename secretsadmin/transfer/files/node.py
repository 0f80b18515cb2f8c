"""A part of a JSON or YAML file, with its line."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from secretsadmin.transfer.files.file import Unread

# In YAML, an unquoted word that JSON writes alike is a literal, too.
Sort = Literal["text", "literal", "null", "object", "list"]
MAX_DEPTH = 20
TOO_DEEP = f"It is nested deeper than {MAX_DEPTH} levels."


@dataclass(frozen=True)
class Node:
    """`written` is a text, or a literal as the file spells it, or the JSON of a list or object.

    Objects and lists of YAML have no `written`; those deep in JSON have nothing else. Where there
    is a `problem`, the rest can't be relied on. `is_rewritten` says that Airflow's reader of YAML
    makes another value of an unquoted word.
    """

    sort: Sort
    line: int
    written: str = field(default="", repr=False)
    pairs: tuple[tuple["Node", "Node"], ...] = field(default=(), repr=False)
    items: tuple["Node", ...] = field(default=(), repr=False)
    problem: str = ""
    is_rewritten: bool = False

    def get(self, name: str) -> "Node | None":
        """The value of the first key with this name."""
        return next((value for key, value in self.pairs if key.written == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(key.written for key, _ in self.pairs)


@dataclass(frozen=True)
class Document:
    """What could be read of a file, and from where on it couldn't."""

    root: Node
    notes: tuple[str, ...] = ()
    unread: Unread | None = None


def first_problem(nodes: Iterable[Node]) -> str:
    return next((node.problem for node in nodes if node.problem), "")


def json_of(node: Node) -> str:
    """The JSON of a node, with each number as it is spelled in the file."""
    if node.written and node.sort in ("object", "list"):
        return _moved_left(node.written)
    return "".join(_json(node, "\n"))


def _moved_left(written: str) -> str:
    """Without the indentation that an object has because it stands inside of another one.

    JSON has line breaks between its words alone, so no text in it changes.
    """
    last = written.rpartition("\n")[2]
    margin = last[: len(last) - len(last.lstrip(" \t"))]
    lines = written.split("\n")
    if not margin or not all(line.startswith(margin) for line in lines[1:]):
        return written
    return "\n".join([lines[0], *(line[len(margin) :] for line in lines[1:])])


def _json(node: Node, line_break: str) -> Iterator[str]:
    """As `json.dumps(indent=2)` lays it out, which is how Airflow stores it."""
    if node.sort == "text":
        yield json.dumps(node.written, ensure_ascii=False)
    elif node.sort == "literal":
        yield node.written
    elif node.sort == "null":
        yield "null"
    elif node.sort == "object":
        parts = []
        for key, value in node.pairs:
            name = json.dumps(key.written, ensure_ascii=False)
            parts.append(f"{name}: {''.join(_json(value, line_break + '  '))}")
        yield _between("{", parts, "}", line_break)
    else:
        parts = ["".join(_json(item, line_break + "  ")) for item in node.items]
        yield _between("[", parts, "]", line_break)


def _between(opening: str, parts: list[str], closing: str, line_break: str) -> str:
    if not parts:
        return opening + closing
    inner = f"{line_break}  "
    return f"{opening}{inner}{f',{inner}'.join(parts)}{line_break}{closing}"
