"""A stored text with all that the checks ask of it, read once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from connections.catalog import search
from connections.form.hints import told
from connections.providers.catalogue import Types
from connections.providers.types import ConnectionType
from connections.value.agreeing import Readings, readings_by
from connections.value.clarity import is_clear
from connections.value.connection import Connection
from connections.value.reading import format_of
from secretsadmin.config.backend import BackendConfig
from secretsadmin.rules import Fault


@dataclass(frozen=True)
class Subject:
    """A text in an environment.

    `is_clear`: it is certain which part of it is the password, and what is a key.
    """

    text: str = field(repr=False)
    backend: BackendConfig
    types: Types = field(repr=False)
    type_tag: str
    readings: Readings = field(repr=False)
    is_clear: bool

    @property
    def release(self) -> str:
        """The Airflow that reads here, or nothing where it may be any."""
        return self.backend.airflow

    @property
    def bare(self) -> str:
        """The text as Airflow begins to read it."""
        return self.text.strip()

    @property
    def is_json(self) -> bool:
        return format_of(self.text) == "json"

    @cached_property
    def connection(self) -> Connection | None:
        """What hooks see of it; where the newest tasks can't read it, what the next newest read."""
        return self.readings.best

    @cached_property
    def connection_type(self) -> ConnectionType:
        name = self.connection.conn_type if self.connection else ""
        return search.get(name, self.types)

    @cached_property
    def hints(self) -> tuple[tuple[str, str], ...]:
        """What a form would hint at, each behind the word for what it is about."""
        return tuple(told(self.connection or Connection(), self.connection_type, "", self.types))


def subject_of(text: str, backend: BackendConfig, types: Types, type_tag: str = "") -> Subject:
    readings = readings_by(text, backend)
    return Subject(text, backend, types, type_tag, readings, is_clear(text))


Check = Callable[[Subject], Iterator[Fault]]
