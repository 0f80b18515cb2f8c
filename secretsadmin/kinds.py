"""What connections, variables and config options have in common, and what an app adds to them."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from secretsadmin.backend import BackendConfig

# What keeps Airflow from reading a version, by its word in the audit log (16 characters at most).
UNREADABLE, UNREADABLE_BY_SOME = "unreadable", "unreadable-some"
BROKEN_JSON, BINARY = "broken-json", "binary"
TROUBLES = {
    UNREADABLE: "Airflow cannot read it",
    UNREADABLE_BY_SOME: "Some releases or processes of Airflow cannot read it",
    BROKEN_JSON: "It begins like JSON and isn't, so whatever reads it as JSON fails",
    BINARY: "It holds no text, so Airflow finds nothing",
}

# Words of older lines in the log.
OLDER_WORDS = dict.fromkeys(("unreadable-in-2", "unreadable-in-3"), UNREADABLE_BY_SOME)
# Who reads, where all do so alike.
EVERYBODY = "Airflow 2 and 3"

Tone = Literal["ok", "caution", "danger", "info", "neutral"]


class Note(NamedTuple):
    """A sentence about a secret, for people."""

    text: str
    tone: Tone = "caution"


@dataclass(frozen=True)
class Field:
    """One part of a secret's value. A masked field's value leaves the server by a reveal alone.

    `sort` says what a value is whose length would give it away, as that of true does. One that `is_withheld` has
    left all of this behind: it says that there is something, and no more.
    """

    name: str
    label: str
    value: str | None = field(repr=False)
    masked: bool = True
    sort: str = ""
    is_withheld: bool = False

    @property
    def hint(self) -> str:
        """What a reader is told in the value's place: its sort, or its length in characters."""
        if self.is_withheld:
            return "hidden"
        if self.sort:
            return self.sort
        length = len(self.value or "")
        return f"{length} character{'' if length == 1 else 's'}"


def withheld(fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields as somebody may know them who may not reveal: of what is masked, there is nothing left to tell."""
    return tuple(map(_withheld, fields))


def _withheld(of: Field) -> Field:
    return replace(of, value="", sort="", is_withheld=True) if of.masked else of


@dataclass(frozen=True)
class Reading:
    """What some or all of those who read a secret make of it: its fields, or why they can't read it.

    One that `differs` has only the fields that are read otherwise than in the first. A `coarse_error` takes the place
    of one that says more of what is masked than whoever may not reveal is told.
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
    """A secret's value, taken apart by the app that knows its kind; `type` is what it says of itself.

    `coarse_readings` and `coarse_notes` take the place of those that say more of what is masked than
    whoever may not reveal is told.
    """

    fields: tuple[Field, ...]
    readings: tuple[Reading, ...] = ()
    form: str = ""
    type: str = ""
    notes: tuple[Note, ...] = ()
    coarse_readings: tuple[Reading, ...] | None = None
    coarse_notes: tuple[Note, ...] | None = None

    @property
    def outline(self) -> "Opened":
        """The same for whoever may not reveal."""
        told = self.readings if self.coarse_readings is None else self.coarse_readings
        readings = tuple(reading.outline for reading in told)
        notes = self.notes if self.coarse_notes is None else self.coarse_notes
        told_less = replace(self, fields=withheld(self.fields), readings=readings, notes=notes)
        return replace(told_less, coarse_readings=None, coarse_notes=None)


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
    """A secret as code asks for it.

    `form` is the spelling of its value, such as json, and `airflow` the release in which the code runs, where these are
    known.
    """

    kind: "Kind"
    id: str
    type: str = ""
    form: str = ""
    airflow: str = ""

    @property
    def is_for_airflow_2(self) -> bool:
        return self.airflow.startswith("2.")


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

    `open` takes a secret's text and the back end that reads it, and never raises: what can't be read comes back as a
    reading with an error. `judge` takes the same and never raises either: it names one of TROUBLES, or the form of a
    text that Airflow reads. `parts` takes two texts and that back end, and never raises either: it takes both apart in
    the same way, so that what has one name in both can be compared; `outline` does so for whoever may not reveal,
    without a trace of what is masked, the names of its parts included. `part` finds one of those parts again in a text,
    by its name. `whole` is what the record calls all of a text. `use` writes code that asks for a secret. `secret` is
    the field that a reveal means when it names none. `label` names a type, `icon` draws it. An app with `copies` has a
    page named `copy`.
    """

    open: Callable[[str, BackendConfig], Opened]
    judge: Callable[[str, BackendConfig], str]
    parts: Callable[[str, str, BackendConfig], tuple[tuple[Field, ...], tuple[Field, ...]]]
    outline: Callable[[str, str, BackendConfig], tuple[tuple[Field, ...], tuple[Field, ...]]]
    use: Callable[[Named], tuple[Usage, ...]]
    part: Callable[[str, str, BackendConfig], Field | None]
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
