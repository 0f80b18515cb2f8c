"""Pasted JDBC URLs. Each driver has a form of its own; these follow the drivers' documentation.

What no reader here knows becomes a connection of Airflow's type jdbc, whose hook takes the whole URL as its host.
"""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, unquote

from connections.connection import MAX_BYTES, Connection, is_sensitive_extra
from connections.pasting.pasted import Pasted, Terms, UnreadablePaste
from connections.pasting.urls import Url, place, split_url

_SOURCE = "a JDBC URL"
# Behind //host:port/ these have their database. The spark of old was Databricks' own driver.
_WITH_AUTHORITY = (
    *("clickhouse", "databricks", "hive2", "impala", "mariadb", "mysql", "postgresql", "presto", "redshift"),
    *("snowflake", "spark", "sqlserver", "trino", "vertica"),
)
_AMBIGUOUS = "It isn't certain where the password ends. Paste the URL without it, and type it into its own field."
_ORACLE_ADDRESS = re.compile(r"(?://)?([^:/?(),\s]+)(?::([0-9]{1,5}))?([:/])([^:/?(),\s]+)(?::\w+)?")
_USERINFO = re.compile(r"//([^/?#;@:]*):([^/?#;@]*)@")
# What stands before the name of a property, and its value up to the next one.
_CREDENTIALS = tuple(
    re.compile(rf"([{marks}])(user|username|uid|password|pwd)=({value})", re.IGNORECASE)
    for marks, value in ((";", r"\{[^{}]*\}|[^;]*"), ("?&", "[^&]*"), (",/:", "[^,;]*"))
)
# Java's drivers have more names for secrets than Airflow masks, such as OAuthPvtKey.
_TELLING = re.compile("key|pass|pwd|secret|token", re.IGNORECASE)
_OPTION = re.compile(r"[;?&]([\w.-]{1,64})=")


def jdbc(text: str, terms: Terms) -> Pasted | None:
    if text[:5].lower() != "jdbc:":
        return None
    if len(text) > MAX_BYTES:
        raise UnreadablePaste("This is longer than any secret can be. Paste the URL of one connection.")
    subprotocol, _, rest = text[5:].partition(":")
    name = subprotocol.lower()
    if name == "oracle":
        return _oracle(rest, terms)
    iam = name == "redshift" and rest.lower().startswith("iam:")
    address = rest[4:] if iam else rest
    if name not in _WITH_AUTHORITY or not address.startswith("//"):
        return _whole(text, terms)
    url = _url(name, address[2:])
    if iam:
        url.extra["iam"] = True
    return _placed("databricks" if name == "spark" else terms.type_of(name), url, terms)


def _placed(conn_type: str, url: Url, terms: Terms) -> Pasted:
    _RENAMED.get(conn_type, _as_they_are)(url)
    return place(conn_type, url, terms, source=_SOURCE, hands_on=False)


def _url(name: str, rest: str) -> Url:
    match = re.search("[;?]", rest)
    address, options = (rest[: match.start()], rest[match.end() :]) if match else (rest, "")
    url = split_url(address)
    if match and match[0] == "?":
        url.options = dict(parse_qsl(options, keep_blank_values=True))
    else:
        url.options = dict(_properties(options, braces=name == "sqlserver"))
    if any("@" in option for option in url.options) or ("@" in address and "@" in options):
        raise UnreadablePaste(_AMBIGUOUS)
    return url


def _properties(text: str, *, braces: bool) -> Iterator[tuple[str, str]]:
    """key=value;key=value, where SQL Server puts a value with a semicolon in braces."""
    pieces = iter(text.split(";"))
    for piece in pieces:
        name, _, value = piece.partition("=")
        if braces and value.startswith("{"):
            value = _in_braces(value[1:], pieces)
        if name.strip():
            yield name.strip(), value


def _in_braces(value: str, pieces: Iterator[str]) -> str:
    """Up to a brace that isn't doubled: a doubled one belongs to the value."""
    whole = [value]
    while (len(whole[-1]) - len(whole[-1].rstrip("}"))) % 2 == 0:
        piece = next(pieces, None)
        if piece is None:
            raise UnreadablePaste("A brace in the JDBC URL is not closed. Close it, or type the password by itself.")
        whole.append(piece)
    return ";".join(whole)[:-1].replace("}}", "}")


# --- Properties of the Java drivers that Airflow's hooks know under another name ---


def _as_they_are(_: Url) -> None:
    pass


def _postgres(url: Url) -> None:
    url.move("ApplicationName", "application_name")
    url.move("connectTimeout", "connect_timeout")
    url.move("sslmode", "sslmode")
    if url.take("ssl").lower() == "true" and "sslmode" not in url.extra:
        url.extra["sslmode"] = "require"
        url.say("ssl was taken as sslmode require. The Java driver checks the certificate, too: that is verify-full.")


def _mysql(url: Url) -> None:
    url.move("sslMode", "ssl_mode")


_RENAMED: dict[str, Callable[[Url], None]] = {"mysql": _mysql, "postgres": _postgres}


# --- Oracle's thin driver ---


def _oracle(rest: str, terms: Terms) -> Pasted:
    """thin:login/password@ and then //host:port/service, host:port:sid, a name, or a whole descriptor."""
    _, _, form = rest.partition(":")
    credentials, at, address = form.rpartition("@")
    if not at or "@" in credentials:
        raise UnreadablePaste(_AMBIGUOUS)
    login, _, password = credentials.partition("/")
    address, _, options = address.partition("?")
    url = Url(login, password.strip('"'), options=dict(parse_qsl(options, keep_blank_values=True)))
    if match := _ORACLE_ADDRESS.fullmatch(address):
        url.host, url.port = match[1], _port(match[2])
        url.extra["service_name" if match[3] == "/" else "sid"] = match[4]
        url.say("The service or SID goes into the extra, where Airflow's hook reads it.")
    else:
        url.extra["dsn"] = address
        url.say("The address goes into the extra as dsn, which Airflow's hook hands on as it is.")
    return _placed("oracle", url, terms)


def _port(digits: str | None) -> int | None:
    return split_url(f"host:{digits}").port if digits else None


# --- Any other driver ---


def _whole(text: str, terms: Terms) -> Pasted:
    found: dict[str, str] = {}
    host = _without_credentials(text, found)
    is_cut = "password" in found and any("=" not in piece for piece in re.split("[;?&]", host)[1:])
    if "@" in host or is_cut:
        raise UnreadablePaste(_AMBIGUOUS)
    pasted = Pasted(Connection("jdbc", host, found.get("login", ""), found.get("password", "")), _SOURCE)
    sensitive = [name for name in _OPTION.findall(host) if is_sensitive_extra(name) or _TELLING.search(name)]
    may_be_secret = terms.known(sensitive)
    return pasted.noting(
        "Airflow's JDBC hook takes the whole URL as its host. It needs the driver's class and path, too.",
        "Login and password were taken out of the URL, into their own fields." if found else "",
        f"The host, which is not masked, still holds what may be secret: {may_be_secret}." if sensitive else "",
    )


def _without_credentials(text: str, found: dict[str, str]) -> str:
    def lift_userinfo(match: re.Match[str]) -> str:
        found.update(login=unquote(match[1]), password=unquote(match[2]))
        return "//"

    def lift(match: re.Match[str]) -> str:
        mark, name, value = match.groups()
        field = "password" if name.lower() in ("password", "pwd") else "login"
        found[field] = unquote(value) if mark in "?&" else value
        return mark if mark in "?/:" else ""

    host = _USERINFO.sub(lift_userinfo, text, count=1)
    for credential in _CREDENTIALS:
        host = credential.sub(lift, host)
    # A property that went away leaves the mark of the next one behind.
    return re.sub(r"([?/:])[&;,](?=[\w.-]+=)", r"\1", host).rstrip("?&;,")
