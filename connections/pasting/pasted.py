"""What a pasted text becomes, and what its readers share.

No sentence here quotes a text. It names a key only in our own spelling of a key that we know,
because a raw & or ; in a password turns the password's pieces into keys. JSON is the exception:
there it is certain what a key is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from connections.catalog import search
from connections.providers import catalogue
from connections.providers.types import ConnectionType
from connections.value.agreeing import SharedReading, readings_of
from connections.value.clarity import DRIVERS_KEYS, has_certain_keys, is_clear
from connections.value.connection import Connection, differing_among
from connections.value.dropped import ignored_keys
from connections.value.errors import UnreadableSecret
from connections.value.readers import everybody
from connections.value.reading import EXTRA, FIELDS, format_of, normal_type
from connections.value.stored_json import ConnWords

# Names of Airflow's types elsewhere: SQLAlchemy's dialects, JDBC's subprotocols, engines of RDS.
_TYPES = {
    "aurora": "mysql",
    "aurora_mysql": "mysql",
    "aurora_postgresql": "postgres",
    "awsathena": "athena",
    "bigquery": "gcpbigquery",
    "clickhousedb": "clickhouse",
    "cockroachdb": "postgres",
    "db2": "ibmdb2",
    "exa": "exasol",
    "hive": "hiveserver2",
    "hive2": "hiveserver2",
    "https": "http",
    "ibm_db_sa": "ibmdb2",
    "mariadb": "mysql",
    "mongodb": "mongo",
    "sqlserver": "mssql",
    "teradatasql": "teradata",
}
NO_CERTAIN_KEYS = (
    "It isn't certain where a secret ends in the URL. In values behind its ?, write %26 for &."
)
_PLAIN_KEY = re.compile(r"[\w.-]{1,64}", re.ASCII)
_ID = re.compile(r"[\w.-]{1,200}", re.ASCII)


class UnreadablePaste(Exception):
    """No connection can be made of the text. The sentence says what to do."""


@dataclass(frozen=True)
class Terms:
    """What words mean where a text is pasted: the environment's for fields, the site's types."""

    words: ConnWords | None
    types: catalogue.Types

    def get(self, conn_type: str) -> ConnectionType:
        return search.get(conn_type, self.types)

    def type_of(self, name: str) -> str:
        """Airflow's type for somebody else's name of it."""
        plain = normal_type(name.lower())
        if plain in self.types:
            return plain
        return _TYPES.get(plain, plain)

    def names_of(self, keys: Iterable[str]) -> str:
        """Keys of a URL: the known ones by name, and how many others there are."""
        return _joined([self._spellings.get(key.casefold(), "") for key in keys])

    @cached_property
    def _spellings(self) -> dict[str, str]:
        spellings = {}
        for connection_type in self.types.values():
            for extra_field in connection_type.extra_fields:
                spellings[extra_field.name.casefold()] = extra_field.name
        for name in (*DRIVERS_KEYS, *FIELDS):
            spellings[name.casefold()] = name
        return spellings


@dataclass(frozen=True)
class Pasted:
    """A connection, and how the text was taken for it.

    `source` is how a page names the text's syntax. `notes` tell what was left out, or taken
    otherwise than it stands there.
    """

    connection: Connection
    source: str
    conn_id: str = ""
    description: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()

    def noting(self, *notes: str) -> Self:
        """The same with these notes, but for empty ones."""
        return replace(self, notes=(*self.notes, *filter(None, notes)))

    def named(self, conn_id: str) -> Self:
        """Under the id that the text has for it, if Airflow's import would take that id."""
        if _ID.fullmatch(conn_id):
            return replace(self, conn_id=conn_id)
        return self.noting(
            "The text's own id was left out: an id is made of letters, digits, _ . and - alone."
        )


def readable(text: str, terms: Terms) -> Pasted:
    """A text that Airflow itself reads. Raises UnreadablePaste and UnreadableSecret."""
    newest, *others = readings_of(text, everybody(), terms.words).readings
    connection = _read(newest)
    is_json = format_of(text) == "json"
    if is_json:
        _require_type(connection, 'Add one, as in {"conn_type": "postgres"}.')
    else:
        _require_type(connection, "A URI begins with it, as in postgres://host.")
        _require_certainty(text)
    pasted = Pasted(connection, "JSON" if is_json else "a URI")
    differing = differing_among(connection, map(_read, others))
    if differing:
        keys = [name.removeprefix(EXTRA) for name in differing]
        names = listed(keys) if is_json else terms.names_of(keys)
        pasted = pasted.noting(
            "Airflow's releases read these differently; what the newest tasks read was taken: "
            f"{names}."
        )
    return pasted.noting(left_out(ignored_keys(text, terms.words)))


def _require_type(connection: Connection, example: str) -> None:
    if not connection.conn_type:
        raise UnreadablePaste(f"This has no connection type. {example}")


def _require_certainty(uri: str) -> None:
    if not has_certain_keys(uri):
        raise UnreadablePaste(NO_CERTAIN_KEYS)
    if not is_clear(uri):
        raise UnreadablePaste(
            "There is an @ behind the host. Write %2F for / in a password, and %40 for @ elsewhere."
        )


def _read(reading: SharedReading) -> Connection:
    """Raises UnreadableSecret."""
    if isinstance(reading.made, UnreadableSecret):
        raise reading.made
    return reading.made


def left_out(keys: Iterable[str]) -> str:
    """A note on keys of a JSON object; none for no key."""
    names = listed(keys)
    if not names:
        return ""
    return f"Left out, as Airflow reads none of these keys: {names}."


def listed(keys: Iterable[str]) -> str:
    """Keys of a JSON object: those with plain names by name, and how many others there are."""
    names = []
    for key in keys:
        is_plain = _PLAIN_KEY.fullmatch(key) is not None
        if is_plain:
            names.append(key)
        else:
            names.append("")
    return _joined(names)


def _joined(names: list[str]) -> str:
    unnamed = names.count("")
    shown = list(dict.fromkeys(filter(None, names)))
    if unnamed and shown:
        shown.append(f"{unnamed} more")
    elif unnamed:
        shown.append(f"{unnamed} with a name that is not shown")
    return ", ".join(shown)
