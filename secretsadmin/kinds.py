"""What connections, variables and config options have in common, and what an app adds to them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

Tone = Literal["ok", "caution", "danger", "info", "neutral"]


class Note(NamedTuple):
    """A sentence about a secret, for people."""

    text: str
    tone: Tone = "caution"


@dataclass(frozen=True)
class Field:
    """One part of a secret's value. A masked field's value leaves the server by a reveal alone.

    `sort` says what a value is whose length would give it away, as that of true does.
    """

    name: str
    label: str
    value: str | None = field(repr=False)
    masked: bool = True
    sort: str = ""

    @property
    def hint(self) -> str:
        """What a reader is told who may not see the value: its sort, or its length in characters."""
        if self.sort:
            return self.sort
        length = len(self.value or "")
        return f"{length} character{'' if length == 1 else 's'}"


@dataclass(frozen=True)
class Reading:
    """What one reader makes of a secret: its fields, or why it can't read it."""

    label: str
    fields: tuple[Field, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Opened:
    """A secret's value, taken apart by the app that knows its kind; `type` is what it says of itself."""

    fields: tuple[Field, ...]
    readings: tuple[Reading, ...] = ()
    form: str = ""
    type: str = ""
    notes: tuple[Note, ...] = ()


class Usage(NamedTuple):
    """A piece of code that uses a secret, ready to copy."""

    title: str
    code: str


def template_name(accessor: str, name: str) -> str:
    """How a template asks Airflow's accessor for an entry; for one that is called as an attribute of it, by its method.

    airflow/sdk/execution_time/context.py, ConnectionAccessor and VariableAccessor; Airflow 2's have `var`, too.
    """
    if name in ("get", "var") or name.startswith("_"):
        return f"{accessor}.get({json.dumps(name)})"
    return f"{accessor}.{name}" if name.isidentifier() else f"{accessor}[{json.dumps(name)}]"


@dataclass(frozen=True)
class Named:
    """A secret as code asks for it. `form` is the spelling of its value, such as json, where that is known."""

    kind: "Kind"
    id: str
    type: str = ""
    form: str = ""


class Copy(NamedTuple):
    """A spelling in which a whole secret can be copied. `key` names it in forms and in the audit log."""

    key: str
    title: str
    hint: str = ""


@dataclass(frozen=True)
class Kind:
    """One of the three kinds of secret that Airflow looks up.

    `name` is its word in URLs, audit actions and Airflow's backend kwargs (`connections_prefix`).
    """

    name: str
    singular: str
    title: str
    id_label: str
    icon: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Shape:
    """How an app tells the shared views what its values look like.

    `open` takes a secret's text and the deployment's `extra_conn_words`, and never raises: what can't be read
    comes back as a reading with an error. `parts` takes two texts and those words, and never raises either: it takes
    both apart in the same way, so that what has one name in both can be compared. `part` finds one of those parts again
    in a text, by its name. `whole` is what the record calls all of a text. `use` writes code that asks for a
    secret. `secret` is the field that a reveal means when it names none. `label` names a type, `icon` draws it. An app
    with `copies` has a page named `copy`.
    """

    open: Callable[[str, Mapping[str, Any]], Opened]
    parts: Callable[[str, str, Mapping[str, Any]], tuple[tuple[Field, ...], tuple[Field, ...]]]
    use: Callable[[Named], tuple[Usage, ...]]
    part: Callable[[str, str, Mapping[str, Any]], Field | None]
    secret: str
    whole: str
    label: Callable[[str], str] = str
    icon: Callable[[str], str] = lambda _: ""
    copies: tuple[Copy, ...] = ()


CONNECTIONS = Kind("connections", "connection", "Connections", "Connection id", "plug")
VARIABLES = Kind("variables", "variable", "Variables", "Variable key", "list")
CONFIG = Kind("config", "config option", "Config", "Option", "settings")
KINDS = (CONNECTIONS, VARIABLES, CONFIG)
BY_NAME = {kind.name: kind for kind in KINDS}
