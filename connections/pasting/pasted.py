"""What a pasted text becomes, and what its readers share.

No sentence here quotes a text. It names a key only in our own spelling of a key that we know, because a raw & or ;
in a password turns the password's pieces into keys. JSON is the exception: there it is certain what a key is.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from connections import catalog
from connections.agreeing import Reading, readings_of
from connections.clarity import DRIVERS_KEYS, has_certain_keys, is_clear
from connections.connection import Connection, UnreadableSecret, differing_among, form_of
from connections.connection_type import ConnectionType
from connections.dropped import ignored_keys
from connections.readers import everybody
from connections.reading import EXTRA, FIELDS, ConnWords, normal_type

# Other people's names for Airflow's types: SQLAlchemy's dialects, JDBC's subprotocols, engines of RDS.
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
NO_CERTAIN_KEYS = "It isn't certain where a secret ends in the URL. In values behind its ?, write %26 for &."
_PLAIN_KEY = re.compile(r"[\w.-]{1,64}", re.ASCII)
_ID = re.compile(r"[\w.-]{1,200}", re.ASCII)


class UnreadablePaste(Exception):
    """No connection can be made of the text. The sentence says what to do."""


@dataclass(frozen=True)
class Terms:
    """What the words of a text mean where it is pasted: the environment's names of fields, the site's types."""

    words: ConnWords | None
    types: catalog.Types

    def get(self, conn_type: str) -> ConnectionType:
        return catalog.get(conn_type, self.types)

    def type_of(self, name: str) -> str:
        """Airflow's type for somebody else's name of it."""
        plain = normal_type(name.lower())
        return plain if plain in self.types else _TYPES.get(plain, plain)

    def known(self, keys: Iterable[str]) -> str:
        """Keys of a URL, by their names where we know them, and otherwise by their number."""
        return _joined([self._spellings.get(key.casefold(), "") for key in keys])

    @cached_property
    def _spellings(self) -> dict[str, str]:
        extras = (field.name for one in self.types.values() for field in one.extra_fields)
        return {name.casefold(): name for name in (*extras, *DRIVERS_KEYS, *FIELDS)}


@dataclass(frozen=True)
class Pasted:
    """The source is how a page names the text's form; the notes tell what was left out or taken otherwise."""

    connection: Connection
    source: str
    conn_id: str = ""
    description: str = field(default="", repr=False)
    notes: tuple[str, ...] = ()

    def noting(self, *notes: str) -> Self:
        return replace(self, notes=(*self.notes, *(note for note in notes if note)))

    def named(self, conn_id: str) -> Self:
        """Under the id that stands beside the connection in the text, if Airflow's import would take that id."""
        if _ID.fullmatch(conn_id):
            return replace(self, conn_id=conn_id)
        return self.noting("The text's own id was left out: an id is made of letters, digits, _ . and - alone.")


def readable(text: str, terms: Terms) -> Pasted:
    """A text in Airflow's own form. Raises UnreadablePaste and UnreadableSecret."""
    readings = readings_of(text, everybody(), terms.words)
    newer = _read(readings.readings[0])
    is_json = form_of(text) == "json"
    if not newer.conn_type:
        example = (
            'Add one, as in {"conn_type": "postgres"}.' if is_json else "A URI begins with it, as in postgres://host."
        )
        raise UnreadablePaste(f"This has no connection type. {example}")
    if not is_json and not has_certain_keys(text):
        raise UnreadablePaste(NO_CERTAIN_KEYS)
    if not is_clear(text):
        raise UnreadablePaste("There is an @ behind the host. Write %2F for / in a password, and %40 for @ elsewhere.")
    others = [_read(each) for each in readings.readings[1:]]
    pasted = Pasted(newer, "JSON" if is_json else "a URI")
    differing = [name.removeprefix(EXTRA) for name in differing_among(newer, others)]
    names = listed(differing) if is_json else terms.known(differing)
    taken = f"Airflow's releases read these differently; what the newest tasks read was taken: {names}."
    dropped = left_out(ignored_keys(text, terms.words))
    return pasted.noting(taken if differing else "", dropped)


def _read(reading: Reading) -> Connection:
    """Raises UnreadableSecret."""
    if isinstance(reading.made, UnreadableSecret):
        raise reading.made
    return reading.made


def left_out(keys: Iterable[str]) -> str:
    """A note on keys of a JSON object; none for no key."""
    names = listed(keys)
    return f"Left out, as Airflow reads none of these keys: {names}." if names else ""


def listed(keys: Iterable[str]) -> str:
    """Keys of a JSON object, by their names where those are as plain as names of keys are."""
    return _joined([key if _PLAIN_KEY.fullmatch(key) else "" for key in keys])


def _joined(names: list[str]) -> str:
    unnamed = names.count("")
    shown = [*dict.fromkeys(name for name in names if name)]
    if unnamed:
        shown.append(f"{unnamed} more" if shown else f"{unnamed} with a name that is not shown")
    return ", ".join(shown)
