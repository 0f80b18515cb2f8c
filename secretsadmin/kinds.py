"""What connections, variables and config options have in common, and what an app adds to them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

# The longest value that Secrets Manager keeps, in bytes of UTF-8.
MAX_BYTES = 65_536
# The longest text that one field of a form takes, in characters. A text that is laid out for
# people, or has something around it, is longer than the value that is stored.
MAX_CHARACTERS = 131_072

# What keeps Airflow from reading a version, by its word in the audit log (16 characters at most).
UNREADABLE, UNREADABLE_BY_SOME = "unreadable", "unreadable-some"
BROKEN_JSON, BINARY = "broken-json", "binary"
TROUBLES = {
    UNREADABLE: "Airflow cannot read it",
    UNREADABLE_BY_SOME: "Some releases or processes of Airflow cannot read it",
    BROKEN_JSON: "It begins like JSON and isn't, so whatever reads it as JSON fails",
    BINARY: "It holds no text, so Airflow finds nothing",
}

# Words in older lines of the audit log.
OLDER_WORDS = dict.fromkeys(("unreadable-in-2", "unreadable-in-3"), UNREADABLE_BY_SOME)
# The readers of a secret that all releases of Airflow read alike.
EVERYBODY = "Airflow 2 and 3"

Tone = Literal["ok", "caution", "danger", "info", "neutral"]


# What a file has of one secret: its text, or the fields of a connection by name, as texts.
Source = str | Mapping[str, str]


class Note(NamedTuple):
    """A sentence about a secret, for people."""

    text: str
    tone: Tone = "caution"


@dataclass(frozen=True)
class Field:
    """One part of a secret's value. Only a reveal sends a masked value to the browser.

    `sort` describes a value whose length would give it away, such as true. A field that
    `is_withheld` has lost its value and its sort: it says only that there is something.
    """

    name: str
    label: str
    value: str | None = field(repr=False)
    masked: bool = True
    sort: str = ""
    is_withheld: bool = False

    @property
    def hint(self) -> str:
        """What a page shows in place of the value: its sort, or its length in characters."""
        if self.is_withheld:
            return "hidden"
        if self.sort:
            return self.sort
        length = len(self.value or "")
        if length == 1:
            return "1 character"
        return f"{length} characters"


def withheld(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields for people who may not reveal: nothing is left of a masked value."""
    return tuple(_withheld(field) for field in fields)


def _withheld(field: Field) -> Field:
    if not field.masked:
        return field
    return replace(field, value="", sort="", is_withheld=True)


@dataclass(frozen=True)
class Reading:
    """What some readers make of a secret: its fields, or why they can't read it.

    A reading that `differs` has only the fields that differ from the first reading. People who may
    not reveal get the `coarse_error`, where the error says too much of what is masked.
    """

    label: str = EVERYBODY
    fields: tuple[Field, ...] = ()
    error: str = ""
    coarse_error: str = ""
    differs: bool = False

    @property
    def outline(self) -> "Reading":
        """The same for whoever may not reveal."""
        return replace(self, fields=withheld(self.fields), error=self.coarse_error or self.error)


@dataclass(frozen=True)
class Opened:
    """A secret's value, taken apart by the app that knows its kind.

    `type` is the type that the value names. People who may not reveal get the `coarse_readings` and
    the `coarse_notes`, where the others say too much of what is masked.
    """

    fields: tuple[Field, ...]
    readings: tuple[Reading, ...] = ()
    format: str = ""
    type: str = ""
    notes: tuple[Note, ...] = ()
    coarse_readings: tuple[Reading, ...] | None = None
    coarse_notes: tuple[Note, ...] | None = None

    @property
    def outline(self) -> "Opened":
        """The same for whoever may not reveal."""
        readings = self.readings
        if self.coarse_readings is not None:
            readings = self.coarse_readings
        notes = self.notes
        if self.coarse_notes is not None:
            notes = self.coarse_notes
        return replace(
            self,
            fields=withheld(self.fields),
            readings=tuple(reading.outline for reading in readings),
            notes=notes,
            coarse_readings=None,
            coarse_notes=None,
        )


class Usage(NamedTuple):
    """A piece of code that uses a secret, ready to copy."""

    title: str
    code: str


def template_name(accessor: str, name: str) -> str:
    """How a template asks Airflow's accessor for an entry.

    An entry that is named like an attribute of the accessor needs the accessor's `get`.

    Source: airflow/sdk/execution_time/context.py, ConnectionAccessor and VariableAccessor. Those of
    Airflow 2 have the attribute `var`, too.
    """
    if name in ("get", "var") or name.startswith("_"):
        return f"{accessor}.get({json.dumps(name)})"
    if name.isidentifier():
        return f"{accessor}.{name}"
    return f"{accessor}[{json.dumps(name)}]"


@dataclass(frozen=True)
class Named:
    """A secret as code asks for it.

    `format` is the spelling of its value, such as json, and `airflow` the release in which the code
    runs, where these are known.
    """

    kind: "Kind"
    id: str
    type: str = ""
    format: str = ""
    airflow: str = ""

    @property
    def is_for_airflow_2(self) -> bool:
        return self.airflow.startswith("2.")


class SuggestedType(NamedTuple):
    """A type of a kind that has types; `query` is what the address of its form ends with."""

    name: str
    icon: str
    query: str


class Copy(NamedTuple):
    """A spelling in which a whole secret can be copied.

    `key` names it in forms and in the audit log.
    """

    key: str
    title: str
    hint: str = ""


@dataclass(frozen=True)
class Kind:
    """One of the three kinds of secret that Airflow looks up.

    `name` is its word in URLs, audit actions and Airflow's backend kwargs (`connections_prefix`).
    `about` tells a newcomer what such a secret is. `contents` and `part` are what pages call its
    value and a piece of that. `used_in` is where people write its id. `loss` says what a deletion
    breaks for those who ask for `{id}`. A kind that `has_types` lists its secrets with them, and
    people who create one choose a type first.
    """

    name: str
    singular: str
    title: str
    id_label: str
    icon: str
    about: str
    loss: str
    contents: str = "value"
    part: str = "part"
    used_in: str = "a DAG"
    has_types: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def plural(self) -> str:
        return f"{self.singular}s"

    @property
    def has_fields(self) -> bool:
        """Whether a value is made of fields that have names of their own."""
        return self.contents == "fields"

    def counted(self, number: int) -> str:
        """A number of secrets in words, such as `1 connection`."""
        if number == 1:
            return f"1 {self.singular}"
        return f"{number} {self.plural}"


CONNECTIONS = Kind(
    "connections",
    "connection",
    "Connections",
    "Connection id",
    "plug",
    about=(
        "A connection is how a task finds an account: where it is, who signs in, and with what. "
        "Tasks ask for it by its id."
    ),
    loss="Tasks that ask for the connection {id} fail, at once, with “The conn_id isn’t defined”.",
    contents="fields",
    part="field",
    has_types=True,
)
VARIABLES = Kind(
    "variables",
    "variable",
    "Variables",
    "Variable key",
    "list",
    about="A variable is a piece of text that tasks ask for by its key.",
    loss="Tasks that ask for the variable {id} fail, at once, or get their default.",
)
CONFIG = Kind(
    "config",
    "config option",
    "Config",
    "Option",
    "settings",
    about=(
        "A config option that Airflow flags sensitive can be read from here instead of from "
        "airflow.cfg."
    ),
    loss="Airflow’s components no longer find the option {id} when they start.",
    used_in="airflow.cfg",
)
KINDS = (CONNECTIONS, VARIABLES, CONFIG)
BY_NAME = {kind.name: kind for kind in KINDS}
