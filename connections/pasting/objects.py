"""Pasted JSON: the backend's own, Airflow's exports and print-outs, secrets that RDS manages, Google's key files."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connections.connection import Connection
from connections.pasting.pasted import Pasted, Terms, UnreadablePaste, left_out, readable
from connections.reading import WORDS, is_too_deep

_WORDS = {word for words in WORDS.values() for word in words}
# What Airflow prints or exports of a connection, beside its fields, that is no part of it.
_BESIDE = (
    *("conn_id", "connection_id", "description", "id"),
    *("is_encrypted", "is_extra_encrypted", "get_uri", "team_name"),
)
_ONE = "There are several connections in this. Paste one of them."
# airflow/cli/utils.py, SENSITIVE_PLACEHOLDER.
_MASKED = "***"
_VARIABLE = re.compile(r"AIRFLOW_CONN_(\w+)", re.ASCII)


def from_json(text: str, terms: Terms) -> Pasted | None:
    """None for text that doesn't begin as JSON does."""
    if text[:1] not in ("{", "["):
        return None
    stored = _parsed(text)
    if isinstance(stored, list):
        stored, text = _only(stored), ""
    if stored.get("type") == "service_account" and "private_key" in stored:
        return _key_file(text or json.dumps(stored), stored)
    if _is_export(stored):
        return _export(stored, terms)
    if "extra_dejson" in stored or ({"conn_id", "connection_id"} & {*stored} and "conn_type" in stored):
        return entry(stored, terms)
    if "dbname" in stored:
        return _database_secret(stored, terms)
    return _renamed(stored, terms) or readable(text or json.dumps(stored), terms)


def _parsed(text: str) -> Any:
    """Nothing but the place where it breaks off is said, and the parser's error is let go of."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"it breaks off at line {error.lineno}, column {error.colno}"
    except (ValueError, RecursionError):
        where = "a number is too long or the nesting too deep"
    else:
        if not is_too_deep(value):
            return value
        where = "it is nested too deep"
    raise UnreadablePaste(f"This begins as JSON does, but can't be read as JSON: {where}.")


def _only(stored: list[Any]) -> dict[str, Any]:
    if len(stored) == 1 and isinstance(stored[0], dict):
        return stored[0]
    raise UnreadablePaste(_ONE if len(stored) > 1 else "There is no connection in this list. Paste one.")


def _key_file(text: str, stored: Mapping[str, Any]) -> Pasted:
    extra = {"keyfile_dict": text}
    if isinstance(stored.get("project_id"), str):
        extra = {"project": stored["project_id"], **extra}
    pasted = Pasted(Connection("google_cloud_platform", extra=extra), "a Google key file")
    return pasted.noting("The whole key file goes into the extra as keyfile_dict, where all of Google's hooks read it.")


# --- Airflow's own ---


def _is_export(stored: Mapping[str, Any]) -> bool:
    """Ids with a connection each; a single connection has at least one key that the backend knows."""
    return bool(stored) and not _WORDS & {*stored} and all(_is_entry(value) for value in stored.values())


def _is_entry(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and _is_entry(value[0])
    return "://" in value if isinstance(value, str) else isinstance(value, dict) and bool(_WORDS & {*value})


def _export(stored: Mapping[str, Any], terms: Terms) -> Pasted:
    if len(stored) > 1:
        raise UnreadablePaste(_ONE)
    ((conn_id, value),) = stored.items()
    if isinstance(value, list):
        if len(value) > 1:
            raise UnreadablePaste(_ONE)
        value = value[0]
    pasted = entry(value, terms) if isinstance(value, dict) else readable(value, terms)
    variable = _VARIABLE.fullmatch(conn_id)
    return replace(pasted, source="an airflow export").named(variable[1].lower() if variable else conn_id)


def entry(stored: Mapping[str, Any], terms: Terms) -> Pasted:
    """A connection as Airflow's commands print and export it, which name its id beside its type."""
    fields = {name: value for name, value in stored.items() if name not in _BESIDE}
    if "extra_dejson" in fields:
        fields.setdefault("extra", fields.pop("extra_dejson"))
    masked = [name for name, value in fields.items() if value == _MASKED]
    kept = {name: value for name, value in fields.items() if name not in masked}
    if "conn_type" not in kept and "conn_id" in stored and not {"connection_type", "engine"} & {*kept}:
        kept["conn_type"] = stored["conn_id"]
    pasted = readable(json.dumps(kept), terms)
    conn_id = stored.get("conn_id") if "conn_type" in stored else None
    conn_id = conn_id or stored.get("connection_id")
    pasted = pasted.named(conn_id) if isinstance(conn_id, str) else pasted
    return _described(pasted, stored).noting(
        f"Airflow masked these, so they were left out: {', '.join(sorted({*masked} & _WORDS))}." if masked else ""
    )


def _described(pasted: Pasted, stored: Mapping[str, Any]) -> Pasted:
    description = stored.get("description")
    return replace(pasted, description=description) if isinstance(description, str) else pasted


# --- Secrets of databases ---


def _database_secret(stored: Mapping[str, Any], terms: Terms) -> Pasted:
    """RDS keeps the database as dbname, which Airflow doesn't read: what is pasted may know better."""
    fields = {name: value for name, value in stored.items() if name != "dbname"}
    fields = {"schema": stored["dbname"]} | fields if not {"schema", "database"} & {*fields} else fields
    pasted = _renamed(fields, terms) or readable(json.dumps(fields), terms)
    if "schema" in stored or "database" in stored:
        return pasted.noting(left_out(["dbname"]))
    return pasted.noting("Airflow itself would leave dbname out. It was taken as the schema.")


def _renamed(stored: Mapping[str, Any], terms: Terms) -> Pasted | None:
    """None where the engine is called as Airflow's type is, or is no text."""
    engine = stored.get("engine")
    if not isinstance(engine, str) or (name := terms.type_of(engine)) == engine or name not in terms.types:
        return None
    pasted = readable(json.dumps(dict(stored) | {"engine": name}), terms)
    return pasted.noting(f"Airflow calls this engine {name}.") if pasted.connection.conn_type == name else pasted
