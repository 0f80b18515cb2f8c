"""What is wrong with the fields that Airflow reads of a text that is clear."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from connections.catalog import search
from connections.form.hints import DRIVERS_OWN, HEADERS, MOST_KEYS, meant_key
from connections.lint import rules
from connections.lint.names import is_name, listed
from connections.lint.subject import Check, Subject
from connections.pasting.pasted import Terms
from connections.providers.types import STANDARD_FIELDS, TYPE
from connections.value.clarity import DRIVERS_KEYS
from connections.value.connection import Connection
from connections.value.credentials import holds_credentials, is_sensitive_extra
from connections.value.reading import normal_type
from secretsadmin.rules import Fault, Rule
from secretsadmin.texts import hides

# Airflow masks no such key by its name. What begins as a path is where a secret is, and not it.
_SECRET_KEY = re.compile(
    r"(pass|pwd|passcode|jwt|sas|(account|shared|storage|secret)_?key)$", re.IGNORECASE
)
_PATH = re.compile(r"[.~]{0,2}/|[A-Za-z]:\\|[a-z0-9]+://")
_RULES_OF_HINTS: dict[str, Rule] = {
    "host": rules.ODD_HOST,
    "http": rules.PLAIN_HTTP,
    "unused": rules.UNUSED_FIELD,
    "value": rules.ODD_VALUE,
    "key": rules.BROKEN_KEY,
}


# --- The type ---


def _type(subject: Subject) -> Iterator[Fault]:
    connection = _connection(subject)
    conn_type = connection.conn_type
    if not conn_type or conn_type in subject.types:
        return
    shown = f"the type {conn_type}" if _is_type(conn_type) else "its type"
    meant = _meant_type(subject, conn_type)
    if meant:
        yield Fault(rules.MISSPELT_TYPE, f"No provider has {shown}. Is {meant} meant?")
    else:
        yield Fault(rules.UNKNOWN_TYPE, f"No provider has {shown}.")


def _meant_type(subject: Subject, conn_type: str) -> str | None:
    """The name that Airflow has for what others call so, or a name that is nearly the same."""
    known = Terms(None, subject.types).type_of(conn_type)
    if known in subject.types:
        return known
    return search.nearest_type(conn_type, subject.types)


def _tag(subject: Subject) -> Iterator[Fault]:
    conn_type = _connection(subject).conn_type
    # A tag holds no other type.
    if not TYPE.fullmatch(conn_type):
        return
    if not subject.type_tag:
        yield Fault(rules.TYPE_TAG_MISSING, "The tag airflow:conn-type is missing.")
    elif normal_type(subject.type_tag) != conn_type:
        yield Fault(rules.TYPE_TAG_OUTDATED, _outdated(subject.type_tag, conn_type))


def _outdated(type_tag: str, conn_type: str) -> str:
    if _is_type(type_tag) and _is_type(conn_type):
        return f"The tag airflow:conn-type says {type_tag}, and the value says {conn_type}."
    return "The tag airflow:conn-type says another type than the value."


def _is_type(text: str) -> bool:
    return TYPE.fullmatch(text) is not None and is_name(text)


# --- Secrets, and what nobody sees ---


def _unmasked(subject: Subject) -> Iterator[Fault]:
    connection = _connection(subject)
    hints = [text for about, text in subject.hints if about == "secret"]
    yield from (Fault(rules.UNMASKED_SECRET, text) for text in hints)
    for name in ("host", "schema", "login"):
        label = _label(subject, name)
        is_told = any(text.startswith(f"{label}:") for text in hints)
        if holds_credentials(getattr(connection, name)) and not is_told:
            yield Fault(rules.UNMASKED_SECRET, f"{label}: it seems to hold a secret.")
    keys = [key for key, value in connection.extra.items() if _is_unmasked(key, value)]
    if keys:
        yield Fault(
            rules.UNMASKED_SECRET,
            f"Airflow doesn’t mask these keys of the extra by their names: {listed(keys)}.",
        )


def _is_unmasked(key: str, value: Any) -> bool:
    """Whether a text in it seems to be a secret, and no key on the way to it says so to Airflow."""
    waiting = [(key, value)]
    while waiting:
        name, item = waiting.pop()
        if is_sensitive_extra(name):
            continue
        if isinstance(item, dict):
            waiting.extend(item.items())
        elif isinstance(item, list):
            waiting.extend((name, one) for one in item)
        elif isinstance(item, str) and _seems_secret(name, item):
            return True
    return False


def _seems_secret(name: str, text: str) -> bool:
    if holds_credentials(text):
        return True
    return bool(text) and _SECRET_KEY.search(name) is not None and not _PATH.match(text)


def _unseen(subject: Subject) -> Iterator[Fault]:
    connection = _connection(subject)
    names = [
        _label(subject, name)
        for name in ("host", "schema", "login", "password")
        if hides(getattr(connection, name))
    ]
    if names:
        yield Fault(
            rules.UNSEEN_CHARACTERS,
            "White space stands around the value, or characters that draw nothing stand in it: "
            f"{', '.join(names)}.",
        )


# --- What a form would hint at ---


def _hints(subject: Subject) -> Iterator[Fault]:
    for about, text in subject.hints:
        if about in _RULES_OF_HINTS:
            yield Fault(_RULES_OF_HINTS[about], text)


def _extras(subject: Subject) -> Iterator[Fault]:
    connection_type = subject.connection_type
    unknown, misspelt = [], []
    for key in islice(_connection(subject).extra, MOST_KEYS):
        meant = meant_key(connection_type, key)
        if meant and is_name(key):
            misspelt.append(f"{key} is nearly {meant}")
        elif meant:
            misspelt.append(f"A key is nearly {meant}")
        elif _is_unknown(subject, key):
            unknown.append(key)
    if misspelt:
        yield Fault(rules.MISSPELT_EXTRA, f"{', '.join(misspelt)}.")
    if unknown:
        yield Fault(
            rules.UNKNOWN_EXTRA,
            f"The hook of {connection_type.name} doesn’t know: {listed(unknown)}.",
        )


def _is_unknown(subject: Subject, key: str) -> bool:
    """Whether the hook of a type that has keys doesn't know this one, nor does any driver.

    A field that stands in the extra is told of as a field.
    """
    connection_type = subject.connection_type
    conn_type = connection_type.conn_type
    if not connection_type.extra_fields or conn_type in HEADERS:
        return False
    if key in DRIVERS_KEYS or key in DRIVERS_OWN.get(conn_type, ()) or key in STANDARD_FIELDS:
        return False
    return connection_type.extra_field(key) is None


def _label(subject: Subject, name: str) -> str:
    return subject.connection_type.standard_field(name).label


def _connection(subject: Subject) -> Connection:
    """The checks of fields are only for a text that somebody reads."""
    return subject.connection or Connection()


CHECKS: tuple[Check, ...] = (_unmasked, _unseen)
# By what its type has, where that is the type that is meant.
CHECKS_BY_TYPE: tuple[Check, ...] = (_type, _tag, _hints, _extras)
