"""Pasted JSON: the backend's own, Airflow's exports, RDS's secrets, Google's key files."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connections.pasting.pasted import Pasted, Terms, UnreadablePaste, left_out, readable
from connections.value.connection import Connection
from connections.value.depth import is_too_deep
from connections.value.stored_json import WORDS

_WORDS = {word for words in WORDS.values() for word in words}
# What Airflow prints or exports of a connection, beside its fields, that is no part of it.
_BESIDE = (
    "conn_id",
    "connection_id",
    "description",
    "id",
    "is_encrypted",
    "is_extra_encrypted",
    "get_uri",
    "team_name",
)
_SEVERAL = "There are several connections in this. Paste one of them."
# airflow/cli/utils.py, SENSITIVE_PLACEHOLDER.
_MASKED = "***"
_VARIABLE = re.compile(r"AIRFLOW_CONN_(\w+)", re.ASCII)


def from_json(text: str, terms: Terms) -> Pasted | None:
    """None for text that doesn't begin as JSON does. Raises UnreadablePaste, UnreadableSecret."""
    if text[:1] not in ("{", "["):
        return None
    stored = _parsed(text)
    if isinstance(stored, list):
        stored = _only(stored)
        text = json.dumps(stored)
    if stored.get("type") == "service_account" and "private_key" in stored:
        return _key_file(text, stored)
    if _is_export(stored):
        return _export(stored, terms)
    if _is_entry_of_a_command(stored):
        return entry(stored, terms)
    if "dbname" in stored:
        return _database_secret(stored, terms)
    return _renamed(stored, terms) or readable(text, terms)


def _parsed(text: str) -> Any:
    """The sentence says where the text breaks off, and nothing else. No error holds on to it."""
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
    if len(stored) > 1:
        raise UnreadablePaste(_SEVERAL)
    if not stored or not isinstance(stored[0], dict):
        raise UnreadablePaste("There is no connection in this list. Paste one.")
    return stored[0]


def _key_file(text: str, stored: Mapping[str, Any]) -> Pasted:
    extra = {}
    if isinstance(stored.get("project_id"), str):
        extra["project"] = stored["project_id"]
    extra["keyfile_dict"] = text
    pasted = Pasted(Connection("google_cloud_platform", extra=extra), "a Google key file")
    return pasted.noting(
        "The whole key file goes into the extra as keyfile_dict, "
        "where all of Google's hooks read it."
    )


# --- Airflow's own ---


def _is_export(stored: Mapping[str, Any]) -> bool:
    """Ids with a connection each; a single connection has a key that the backend knows."""
    if not stored or _WORDS & stored.keys():
        return False
    return all(_is_entry(value) for value in stored.values())


def _is_entry(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and _is_entry(value[0])
    if isinstance(value, str):
        return "://" in value
    return isinstance(value, dict) and bool(_WORDS & value.keys())


def _is_entry_of_a_command(stored: Mapping[str, Any]) -> bool:
    if "extra_dejson" in stored:
        return True
    return "conn_type" in stored and ("conn_id" in stored or "connection_id" in stored)


def _export(stored: Mapping[str, Any], terms: Terms) -> Pasted:
    if len(stored) > 1:
        raise UnreadablePaste(_SEVERAL)
    ((conn_id, value),) = stored.items()
    if isinstance(value, list):
        if len(value) > 1:
            raise UnreadablePaste(_SEVERAL)
        value = value[0]
    if isinstance(value, dict):
        pasted = entry(value, terms)
    else:
        pasted = readable(value, terms)
    if variable := _VARIABLE.fullmatch(conn_id):
        conn_id = variable[1].lower()
    return replace(pasted, source="an airflow export").named(conn_id)


def entry(stored: Mapping[str, Any], terms: Terms) -> Pasted:
    """A connection as Airflow's commands print and export it, with its id beside its type.

    Raises UnreadablePaste and UnreadableSecret.
    """
    fields = {name: value for name, value in stored.items() if name not in _BESIDE}
    if "extra_dejson" in fields:
        fields.setdefault("extra", fields.pop("extra_dejson"))
    masked = {name for name, value in fields.items() if value == _MASKED}
    for name in masked:
        del fields[name]
    if "conn_id" in stored and fields.keys().isdisjoint(WORDS["conn_type"]):
        # Airflow's backend takes a conn_id for the type where nothing else names one.
        fields["conn_type"] = stored["conn_id"]
    pasted = readable(json.dumps(fields), terms)
    conn_id = _conn_id(stored)
    if isinstance(conn_id, str):
        pasted = pasted.named(conn_id)
    description = stored.get("description")
    if isinstance(description, str):
        pasted = replace(pasted, description=description)
    if not masked:
        return pasted
    names = ", ".join(sorted(masked & _WORDS))
    return pasted.noting(f"Airflow masked these, so they were left out: {names}.")


def _conn_id(stored: Mapping[str, Any]) -> Any:
    """The id of an entry. Without a `conn_type`, its `conn_id` is a type."""
    if "conn_type" in stored and stored.get("conn_id"):
        return stored["conn_id"]
    return stored.get("connection_id")


# --- Secrets of databases ---


def _database_secret(stored: Mapping[str, Any], terms: Terms) -> Pasted:
    """RDS keeps the database as dbname, which Airflow doesn't read. This takes it as the schema."""
    fields = {name: value for name, value in stored.items() if name != "dbname"}
    has_schema = not fields.keys().isdisjoint(WORDS["schema"])
    if not has_schema:
        fields = {"schema": stored["dbname"], **fields}
    pasted = _renamed(fields, terms) or readable(json.dumps(fields), terms)
    if has_schema:
        return pasted.noting(left_out(["dbname"]))
    return pasted.noting("Airflow itself would leave dbname out. It was taken as the schema.")


def _renamed(stored: Mapping[str, Any], terms: Terms) -> Pasted | None:
    """None where the engine is called as Airflow's type is, or is no text."""
    engine = stored.get("engine")
    if not isinstance(engine, str):
        return None
    conn_type = terms.type_of(engine)
    if conn_type == engine or conn_type not in terms.types:
        return None
    pasted = readable(json.dumps({**stored, "engine": conn_type}), terms)
    if pasted.connection.conn_type != conn_type:
        return pasted
    return pasted.noting(f"Airflow calls this engine {conn_type}.")
