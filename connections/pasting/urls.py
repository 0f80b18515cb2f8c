"""Pasted URLs that aren't Airflow's: SQLAlchemy's, and those of https and MongoDB.

Their syntax is that of sqlalchemy/engine/url.py and of each dialect's own documentation. Where a
dialect puts something elsewhere than Airflow's hook looks for it, a function of dialects.py moves
it there.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from connections.pasting.dialects import MOVES, PECULIAR
from connections.pasting.pasted import NO_CERTAIN_KEYS, Pasted, Terms, UnreadablePaste
from connections.pasting.url import Url
from connections.providers.types import ExtraField
from connections.value.clarity import has_certain_keys
from connections.value.connection import Connection
from connections.value.reading import EXTRA_KEY, normal_type, split
from secretsadmin.kinds import MAX_BYTES

_URL = re.compile(r"([a-z][a-z0-9_-]*)(?:\+([a-z0-9_]+))?://(.*)", re.IGNORECASE | re.DOTALL)
# What ends a host and its port. A login and a password may hold these characters, too.
_BEHIND_HOST = re.compile(r"[/?#]")
# Their hooks hand on to the driver each option that they don't know themselves.
_HANDING_ON = ("mongo", "postgres", "redshift")
_DRIVER = "The driver in the URL was left out: Airflow's hook brings its own."
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
# A number that is longer stays a text.
_MOST_DIGITS = len(str(MAX_BYTES)) - 1
# Options that have a part of the URL as their place.
_LIFTED = {
    "user": "login",
    "username": "login",
    "uid": "login",
    "password": "password",
    "pwd": "password",
    "database": "path",
    "databasename": "path",
    "dbname": "path",
    "host": "host",
    "server": "host",
    "servername": "host",
}


def sqlalchemy(text: str, terms: Terms) -> Pasted | None:
    """None for a URL that Airflow reads as it stands. Raises UnreadablePaste, UnreadableSecret."""
    match = _URL.match(text)
    if not match:
        return None
    scheme = match[1].lower()
    driver = (match[2] or "").lower()
    conn_type = terms.type_of(scheme)
    if conn_type not in terms.types:
        return None
    is_airflows_name = scheme not in PECULIAR and conn_type == normal_type(scheme)
    if is_airflows_name and not driver:
        return None
    url = split_url(match[3])
    if not driver and not _is_foreign(scheme, url):
        return None
    if driver == "srv":
        url.extra["srv"] = True
    elif driver:
        url.say(_DRIVER)
    source = "a SQLAlchemy URL"
    if driver == "srv" or scheme in ("https", "mongodb"):
        source = "a URI"
    return place(conn_type, url, terms, source=source, hands_on=conn_type in _HANDING_ON)


def _is_foreign(scheme: str, url: Url) -> bool:
    """Whether a URL that names no driver isn't Airflow's."""
    if EXTRA_KEY in url.options:
        return False
    return scheme not in PECULIAR or PECULIAR[scheme](url)


def split_url(rest: str) -> Url:
    """What stands behind the scheme and its slashes. Raises UnreadablePaste, UnreadableSecret."""
    if len(rest) > MAX_BYTES:
        raise UnreadablePaste(
            "This is longer than any secret can be. Paste the URL of one connection."
        )
    credentials, address = _credentials(rest)
    login, _, password = credentials.partition(":")
    # Neither SQLAlchemy nor JDBC knows fragments, so a # belongs to the value in which it stands.
    address = address.replace("#", "%23")
    parts = split(f"//{address}")
    return Url(
        login=unquote(login),
        password=unquote(password),
        host=_host(parts),
        port=port_of(parts),
        path=unquote(parts.path[1:]),
        options=dict(parse_qsl(parts.query, keep_blank_values=True)),
        has_certain_keys=has_certain_keys(address),
    )


def _credentials(rest: str) -> tuple[str, str]:
    """Login and password, and what stands behind their @.

    SQLAlchemy takes a raw / or ? in a password, but no raw @. Raises UnreadablePaste for what can
    be read in two ways.
    """
    before, at, after = rest.rpartition("@")
    if not at:
        return "", rest
    if "@" in before or _may_begin_with_host(before):
        raise UnreadablePaste(
            "It isn't certain where the password ends. In login and password, write %40 for @, "
            "%2F for /, %3F for ? and %23 for #."
        )
    return before, after


def _may_begin_with_host(text: str) -> bool:
    """Whether a text with a raw /, ? or # may be a host, its port and a path."""
    if not _BEHIND_HOST.search(text):
        return False
    host, colon, port_and_path = text.partition(":")
    if not colon or _BEHIND_HOST.search(host):
        return True
    return _BEHIND_HOST.split(port_and_path)[0].isdecimal()


def _host(parts: SplitResult) -> str:
    """The host as it is written. The library's is in lower case, but a data source's name isn't."""
    host = parts.hostname or ""
    if not parts.netloc.startswith("["):
        host = parts.netloc[: len(host)]
    return unquote(host)


def port_of(parts: SplitResult) -> int | None:
    """The port of a URL's parts, if there is one. Raises UnreadablePaste, which quotes nothing."""
    with suppress(ValueError):
        return parts.port
    raise UnreadablePaste(
        "The port is not a number from 0 to 65535. If there is a /, ? or # in the password, "
        "percent-encode it."
    )


def place(conn_type: str, url: Url, terms: Terms, *, source: str, hands_on: bool) -> Pasted:
    """Put the parts of a URL where the hook of this type looks for them, and say what has no place.

    A hook that `hands_on` options gives those that it doesn't know to its driver. Raises
    UnreadablePaste and UnreadableSecret.
    """
    for option, part in _LIFTED.items():
        if value := url.take(option):
            setattr(url, part, value)
    if port := url.take("port", "portnumber"):
        url.port = port_of(split(f"//host:{port}"))
    if conn_type in MOVES:
        MOVES[conn_type](url)
    _place_extras(terms.get(conn_type).extra_fields, url)
    if hands_on:
        if not url.has_certain_keys:
            raise UnreadablePaste(NO_CERTAIN_KEYS)
        url.extra |= url.options
    elif url.options:
        url.say(
            "Left out, as no Airflow hook of this type is known to read them: "
            f"{terms.names_of(url.options)}."
        )
    connection = Connection(
        conn_type, url.host, url.login, url.password, url.path, url.port, url.extra
    )
    return Pasted(connection, source, notes=tuple(url.notes))


def _place_extras(fields: Iterable[ExtraField], url: Url) -> None:
    for field in fields:
        if field.name in url.extra:
            continue
        if value := url.take(field.name.casefold()):
            url.extra[field.name] = _typed(field, value)


def _typed(field: ExtraField, value: str) -> Any:
    """A URL holds texts alone; the extra's JSON tells numbers and truths from them."""
    is_number = value.isascii() and value.isdecimal()
    is_short = len(value) <= _MOST_DIGITS
    if field.kind == "integer" and is_number and is_short:
        return int(value)
    if field.kind == "boolean":
        return _BOOLEANS.get(value.lower(), value)
    return value
