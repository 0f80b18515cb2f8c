"""Pasted URLs that aren't Airflow's: SQLAlchemy's, and those of https and MongoDB.

The forms are those of sqlalchemy/engine/url.py and of each dialect's own documentation. Where a dialect puts
something elsewhere than Airflow's hook looks for it, a function of PLACES moves it there.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote

from connections.clarity import has_certain_keys
from connections.connection import MAX_BYTES, Connection
from connections.connection_type import ExtraField
from connections.pasting.pasted import NO_CERTAIN_KEYS, Pasted, Terms, UnreadablePaste
from connections.reading import EXTRA_KEY, normal_type, split

_URL = re.compile(r"([a-z][a-z0-9_-]*)(?:\+([a-z0-9_]+))?://(.*)", re.IGNORECASE | re.DOTALL)
# Before them stands either a host with its port, or a login with the beginning of a password.
_BEHIND_HOST = re.compile(r"[/?#]")
# Their hooks hand on to the driver what they don't know themselves.
_HANDING_ON = ("mongo", "postgres", "redshift")
_DRIVER = "The driver in the URL was left out: Airflow's hook brings its own."
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


@dataclass
class Url:
    """A URL taken apart and decoded. What a reader places leaves the options, so what stays there has no place."""

    login: str = ""
    password: str = ""
    host: str = ""
    port: int | None = None
    path: str = ""
    options: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    has_certain_keys: bool = True

    def take(self, *names: str) -> str:
        """The option that has one of these names, in whatever case."""
        found = [name for name in self.options if name.casefold() in names]
        return [self.options.pop(name) for name in found][-1] if found else ""

    def move(self, option: str, to: str) -> None:
        if value := self.take(option.casefold()):
            self.extra[to] = value

    def say(self, note: str) -> None:
        self.notes.append(note)


def sqlalchemy(text: str, terms: Terms) -> Pasted | None:
    """None for a URL that Airflow reads as it stands."""
    match = _URL.match(text)
    if not match:
        return None
    scheme, driver, rest = match[1].lower(), (match[2] or "").lower(), match[3]
    conn_type = terms.type_of(scheme)
    if conn_type not in terms.types or not (driver or scheme in _PECULIAR or conn_type != normal_type(scheme)):
        return None
    url = split_url(rest)
    if not driver and (EXTRA_KEY in url.options or not _PECULIAR.get(scheme, _always)(url)):
        return None
    is_plain = driver == "srv" or scheme in ("https", "mongodb")
    if driver == "srv":
        url.extra["srv"] = True
    elif driver:
        url.say(_DRIVER)
    source = "a URI" if is_plain else "a SQLAlchemy URL"
    return place(conn_type, url, terms, source=source, hands_on=conn_type in _HANDING_ON)


def split_url(rest: str) -> Url:
    """What stands behind the scheme and its slashes."""
    if len(rest) > MAX_BYTES:
        raise UnreadablePaste("This is longer than any secret can be. Paste the URL of one connection.")
    credentials, address = _credentials(rest)
    login, _, password = credentials.partition(":")
    # Neither SQLAlchemy nor JDBC knows fragments, so a # belongs to the value in which it stands.
    address = address.replace("#", "%23")
    parts = split(f"//{address}")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    url = Url(unquote(login), unquote(password), _host(parts), port_of(parts), unquote(parts.path[1:]), options)
    url.has_certain_keys = has_certain_keys(address)
    return url


def _credentials(rest: str) -> tuple[str, str]:
    """SQLAlchemy takes a raw / or ? in a password, and a raw @ in none; what can be read in two ways is refused."""
    before, at, after = rest.rpartition("@")
    login, colon, password = before.partition(":")
    is_host = not colon or _BEHIND_HOST.search(login) or _BEHIND_HOST.split(password)[0].isdecimal()
    if "@" in before or (_BEHIND_HOST.search(before) and is_host):
        raise UnreadablePaste(
            "It isn't certain where the password ends. In login and password, write %40 for @, %2F for /, %3F for ? "
            "and %23 for #."
        )
    return (before, after) if at else ("", rest)


def _host(parts: SplitResult) -> str:
    """The library writes a host in lower case, which isn't the same to a data source's name."""
    host = parts.hostname or ""
    return unquote(host if parts.netloc.startswith("[") else parts.netloc[: len(host)])


def port_of(parts: SplitResult) -> int | None:
    with suppress(ValueError):
        return parts.port
    raise UnreadablePaste(
        "The port is not a number from 0 to 65535. If there is a /, ? or # in the password, percent-encode it."
    )


def place(conn_type: str, url: Url, terms: Terms, *, source: str, hands_on: bool) -> Pasted:
    """Put all parts of a URL where the hook of this type looks for them, and say which have no place."""
    for option, name in _LIFTED.items():
        if value := url.take(option):
            setattr(url, name, value)
    _lift_port(url)
    _PLACES.get(conn_type, _as_it_is)(url)
    _place_extras(terms.get(conn_type).extra_fields, url)
    if hands_on and not url.has_certain_keys:
        raise UnreadablePaste(NO_CERTAIN_KEYS)
    if hands_on:
        url.extra |= url.options
    elif url.options:
        url.say(f"Left out, as no Airflow hook of this type is known to read them: {terms.known(url.options)}.")
    connection = Connection(conn_type, url.host, url.login, url.password, url.path, url.port, url.extra)
    return Pasted(connection, source, notes=tuple(url.notes))


def _lift_port(url: Url) -> None:
    if port := url.take("port", "portnumber"):
        url.port = port_of(split(f"//host:{port}"))


def _place_extras(fields: Iterable[ExtraField], url: Url) -> None:
    for one in fields:
        if one.name not in url.extra and (value := url.take(one.name.casefold())):
            url.extra[one.name] = _typed(one, value)


def _typed(one: ExtraField, value: str) -> Any:
    """A URL holds texts alone; the extra's JSON tells numbers and truths from them."""
    if one.kind == "integer" and value.isascii() and value.isdecimal() and len(value) < len(str(MAX_BYTES)):
        return int(value)
    if one.kind == "boolean" and value.lower() in ("true", "false", "1", "0"):
        return value.lower() in ("true", "1")
    return value


# --- Dialects of which some part has another place ---


def _as_it_is(_: Url) -> None:
    pass


def _snowflake(url: Url) -> None:
    database, _, schema = url.path.partition("/")
    account = url.host.lower().removesuffix(".snowflakecomputing.com")
    found = {"account": url.take("account") or account, "database": url.take("db") or database}
    placed = {name: value for name, value in found.items() if value}
    url.extra |= placed
    url.host, url.port, url.path = "", None, url.take("schema") or schema
    if placed:
        url.say(f"For Airflow's Snowflake hook, these go into the extra: {', '.join(placed)}.")


def _bigquery(url: Url) -> None:
    if url.host:
        url.extra["project"] = url.host
    url.move("projectid", "project")
    url.move("credentials_path", "key_path")
    if url.path or url.login:
        url.say("Left out: the dataset, and whatever else stands beside the project. A task names its dataset itself.")
    url.host, url.port, url.path, url.login, url.password = "", None, "", "", ""


def _catalog_and_schema(url: Url) -> None:
    catalog_name, _, schema = url.path.partition("/")
    if catalog_name:
        url.extra["catalog"] = catalog_name
        url.say("The first part of the path is the catalog, which Airflow's hook reads in the extra.")
    url.path = url.take("schema") or schema
    url.move("http_scheme", "protocol")
    if url.take("ssl").lower() == "true":
        url.extra["protocol"] = "https"


def _oracle(url: Url) -> None:
    """Oracle's dialect takes the database of a URL for a SID."""
    url.move("service_name", "service_name")
    if url.path and "service_name" not in url.extra:
        url.extra["sid"] = url.path
        url.say("The path is Oracle's SID, which Airflow's hook reads in the extra.")
    url.path = ""


def _databricks(url: Url) -> None:
    for option, name in (("httppath", "http_path"), ("http_path", "http_path"), ("conncatalog", "catalog")):
        url.move(option, name)
    url.move("catalog", "catalog")
    url.path = url.take("connschema", "schema") or url.path
    url.password = url.take("auth_accesstoken") or url.password
    if client_secret := url.take("oauth2secret"):
        url.login, url.password = url.take("oauth2clientid"), client_secret
        url.extra["service_principal_oauth"] = True
    if url.login == "token":
        url.login = ""
        url.say("The login was left out: Airflow's hook takes a password without a login for an access token.")


def _athena(url: Url) -> None:
    _, _, region = url.host.removesuffix(".amazonaws.com").rpartition("athena.")
    if region and "." not in region:
        url.extra["region_name"] = region
        url.say("The region in the host's name goes into the extra.")
    url.move("catalog_name", "catalog")
    url.host, url.port = "", None


def _file(url: Url) -> None:
    """Airflow's hooks take the host for the path of the file."""
    url.host, url.path = url.path, ""
    url.say("The path is in the host, where Airflow's hook looks for it.")


def _https(url: Url) -> None:
    """The hook takes a host with a protocol as it stands, but puts a port behind all of it."""
    path = f"/{url.path}" if url.path and url.port is None else ""
    if url.path and not path:
        url.say("The path behind the port was left out: a task names its endpoint itself.")
    url.host, url.path = f"https://{url.host}{path}", ""
    url.say("Airflow has one type for http and https. The host says which.")


_PLACES: dict[str, Callable[[Url], None]] = {
    "athena": _athena,
    "databricks": _databricks,
    "duckdb": _file,
    "gcpbigquery": _bigquery,
    "http": _https,
    "oracle": _oracle,
    "presto": _catalog_and_schema,
    "snowflake": _snowflake,
    "sqlite": _file,
    "trino": _catalog_and_schema,
}


def _always(_: Url) -> bool:
    return True


def _names_account_or_database(url: Url) -> bool:
    """Airflow's hook reads both in the extra, under an older name too; SQLAlchemy has them as host and path."""
    names = {name.removeprefix("extra__snowflake__") for name in url.options}
    return not names.isdisjoint(("account", "database"))


# Types of Airflow whose URL, although it names no driver, isn't Airflow's when this holds.
_PECULIAR: dict[str, Callable[[Url], bool]] = {
    "databricks": lambda url: url.login == "token",
    "duckdb": lambda url: not url.host,
    "presto": lambda url: "/" in url.path,
    "snowflake": lambda url: bool(url.host) and not _names_account_or_database(url),
    "sqlite": lambda url: not url.host,
    "trino": lambda url: "/" in url.path,
}
