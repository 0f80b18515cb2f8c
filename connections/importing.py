"""What an entry of a file becomes: a connection, in the text that all readers read back whole.

No error here has a cause or a context: those of the standard library hold on to what they were
given.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from connections.inspection import types
from connections.pasting.pasted import Terms, UnreadablePaste, readable
from connections.providers.types import TYPE
from connections.value.connection import MAX_PORT, Connection, Encoded, changed_fields
from connections.value.depth import MAX_DEPTH
from connections.value.errors import NotRepresentable, UnreadableSecret
from connections.value.reading import normal_type
from secretsadmin.adapter import CannotImport, Imported
from secretsadmin.config.backend import BackendConfig
from secretsadmin.kinds import Source
from secretsadmin.store.writes import Draft
from secretsadmin.transfer.files.strict_json import fault_of

Made = tuple[Connection, tuple[str, ...]]


def from_file(source: Source, backend: BackendConfig) -> Imported:
    """What is stored of a URI or of fields. Raises CannotImport."""
    if isinstance(source, str):
        connection, notes = _of_uri(source)
    else:
        connection, notes = _of_fields(source)
    if not connection.conn_type:
        raise CannotImport("conn_type", "It has no connection type, so no hook can use it.")
    encoded = _encoded(connection, backend)
    filled = changed_fields(None, connection)
    tag = connection.conn_type if TYPE.fullmatch(connection.conn_type) else ""
    draft = Draft(encoded.text, tag, filled, format=encoded.format, holds=filled)
    return Imported(draft, notes)


def _encoded(connection: Connection, backend: BackendConfig) -> Encoded:
    try:
        return connection.encode(extra_conn_words=backend.extra_conn_words, release=backend.airflow)
    except NotRepresentable as error:
        field, sentence = error.field, str(error)
    raise CannotImport(field, sentence)


# --- A URI ---


def _of_uri(uri: str) -> Made:
    try:
        pasted = readable(uri, Terms(None, types()))
    except UnreadablePaste as error:
        field, sentence = "conn_type", str(error)
    except UnreadableSecret as error:
        field, sentence = error.field, str(error)
    else:
        return pasted.connection, (*pasted.notes, *_losses(uri, pasted.connection.host))
    raise CannotImport(field, sentence)


def _losses(uri: str, host: str) -> tuple[str, ...]:
    """What Airflow loses of a URI, too."""
    notes = []
    plain = unquote(uri)
    if host not in plain and host in plain.lower():
        notes.append("The host was taken in lower case, as Airflow reads it in a URI.")
    if "#" in uri:
        notes.append("What stands behind # in the URI was left out, as Airflow doesn't read it.")
    return tuple(notes)


# --- Fields ---


def _of_fields(fields: Mapping[str, str]) -> Made:
    notes = []
    written = fields.get("conn_type", "").strip()
    conn_type = normal_type(written)
    if conn_type != written:
        notes.append(f"Airflow's name of its type is {conn_type}.")
    port, is_nothing = _port(fields.get("port", "").strip())
    if is_nothing:
        notes.append("Port 0 counts as none.")
    connection = Connection(
        conn_type=conn_type,
        host=fields.get("host", ""),
        login=fields.get("login", ""),
        password=fields.get("password", ""),
        schema=fields.get("schema", ""),
        port=port,
        extra=_extra(fields.get("extra", "").strip()),
    )
    return connection, tuple(notes)


def _port(text: str) -> tuple[int | None, bool]:
    """The port, and whether it was written as 0: Go's tools write that where there is none."""
    if not text:
        return None, False
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(MAX_PORT))
    if not is_number or int(text) > MAX_PORT:
        raise CannotImport("port", f"The port is not a whole number from 0 to {MAX_PORT}.")
    return int(text) or None, not int(text)


def _extra(text: str) -> dict[str, Any]:
    if not text:
        return {}
    fault = fault_of(text)
    if fault:
        raise CannotImport("extra", f"The extra {fault.reason}.")
    value = _parsed(text)
    if not isinstance(value, dict):
        raise CannotImport("extra", "The extra is not a JSON object.")
    return value


def _parsed(text: str) -> Any:
    """Python writes no number with more than 4,300 digits, and Airflow is Python."""
    with suppress(ValueError, RecursionError):
        value = json.loads(text)
        json.dumps(value, allow_nan=False)
        return value
    raise CannotImport(
        "extra", f"A number in the extra is too long, or it is deeper than {MAX_DEPTH} levels."
    )
