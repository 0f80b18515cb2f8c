"""Pasted JDBC URLs. Each driver has a syntax of its own, taken from the drivers' documentation.

What no reader here knows becomes a connection of Airflow's type jdbc, whose hook takes the whole
URL as its host.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qsl, unquote

from connections.pasting.pasted import Pasted, Terms, UnreadablePaste
from connections.pasting.url import Url
from connections.pasting.urls import place, split_url
from connections.value.connection import Connection
from connections.value.credentials import is_sensitive_extra
from secretsadmin.kinds import MAX_BYTES

_SOURCE = "a JDBC URL"
_PREFIX = "jdbc:"
_IAM_PREFIX = "iam:"
# Their URLs begin with //host:port/database. Databricks' own driver was once called spark.
_WITH_AUTHORITY = (
    "clickhouse",
    "databricks",
    "hive2",
    "impala",
    "mariadb",
    "mysql",
    "postgresql",
    "presto",
    "redshift",
    "snowflake",
    "spark",
    "sqlserver",
    "trino",
    "vertica",
)
_AMBIGUOUS = (
    "It isn't certain where the password ends. Paste the URL without it, and type it "
    "into its own field."
)
_WHOLE_URL = (
    "Airflow's JDBC hook takes the whole URL as its host. It needs the driver's class and path, "
    "too."
)
_ORACLE_ADDRESS = re.compile(
    r"(?://)?([^:/?(),\s]+)(?::([0-9]{1,5}))?([:/])([^:/?(),\s]+)(?::\w+)?"
)
_USERINFO = re.compile(r"//([^/?#;@:]*):([^/?#;@]*)@")
# For each way to separate properties: the mark before a name, and the pattern of a value.
_CREDENTIALS = tuple(
    re.compile(rf"([{marks}])(user|username|uid|password|pwd)=({value})", re.IGNORECASE)
    for marks, value in ((";", r"\{[^{}]*\}|[^;]*"), ("?&", "[^&]*"), (",/:", "[^,;]*"))
)
# Java's drivers have more names for secrets than Airflow masks, such as OAuthPvtKey.
_TELLING = re.compile("key|pass|pwd|secret|token", re.IGNORECASE)
_OPTION = re.compile(r"[;?&]([\w.-]{1,64})=")


def jdbc(text: str, terms: Terms) -> Pasted | None:
    """None for a text that is no JDBC URL. Raises UnreadablePaste and UnreadableSecret."""
    if text[: len(_PREFIX)].lower() != _PREFIX:
        return None
    if len(text) > MAX_BYTES:
        raise UnreadablePaste(
            "This is longer than any secret can be. Paste the URL of one connection."
        )
    subprotocol, _, address = text[len(_PREFIX) :].partition(":")
    name = subprotocol.lower()
    if name == "oracle":
        return _oracle(address, terms)
    has_iam = name == "redshift" and address.lower().startswith(_IAM_PREFIX)
    if has_iam:
        address = address[len(_IAM_PREFIX) :]
    if name not in _WITH_AUTHORITY or not address.startswith("//"):
        return _whole(text, terms)
    url = _url(name, address[2:])
    if has_iam:
        url.extra["iam"] = True
    conn_type = "databricks" if name == "spark" else terms.type_of(name)
    return _placed(conn_type, url, terms)


def _placed(conn_type: str, url: Url, terms: Terms) -> Pasted:
    if conn_type in _RENAMES:
        _RENAMES[conn_type](url)
    return place(conn_type, url, terms, source=_SOURCE, hands_on=False)


def _url(name: str, rest: str) -> Url:
    mark = re.search("[;?]", rest)
    if not mark:
        return split_url(rest)
    address, properties = rest[: mark.start()], rest[mark.end() :]
    url = split_url(address)
    if mark[0] == "?":
        url.options = dict(parse_qsl(properties, keep_blank_values=True))
    else:
        url.options = dict(_properties(properties, braces=name == "sqlserver"))
    is_in_both = "@" in address and "@" in properties
    is_in_a_name = any("@" in option for option in url.options)
    if is_in_both or is_in_a_name:
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
            raise UnreadablePaste(
                "A brace in the JDBC URL is not closed. Close it, or type the password by itself."
            )
        whole.append(piece)
    return ";".join(whole)[:-1].replace("}}", "}")


# --- Properties of the Java drivers that Airflow's hooks know under another name ---


def _postgres(url: Url) -> None:
    url.move("ApplicationName", "application_name")
    url.move("connectTimeout", "connect_timeout")
    url.move("sslmode", "sslmode")
    if url.take("ssl").lower() == "true" and "sslmode" not in url.extra:
        url.extra["sslmode"] = "require"
        url.say(
            "ssl was taken as sslmode require. The Java driver checks the certificate, too: that "
            "is verify-full."
        )


def _mysql(url: Url) -> None:
    url.move("sslMode", "ssl_mode")


_RENAMES: Mapping[str, Callable[[Url], None]] = {"mysql": _mysql, "postgres": _postgres}


# --- Oracle's thin driver ---


def _oracle(rest: str, terms: Terms) -> Pasted:
    """thin:login/password@ and an address: //host:port/service, host:port:sid, or a descriptor."""
    _, _, url_of_driver = rest.partition(":")
    credentials, at, address = url_of_driver.rpartition("@")
    if not at or "@" in credentials:
        raise UnreadablePaste(_AMBIGUOUS)
    login, _, password = credentials.partition("/")
    address, _, options = address.partition("?")
    url = Url(login, password.strip('"'), options=dict(parse_qsl(options, keep_blank_values=True)))
    match = _ORACLE_ADDRESS.fullmatch(address)
    if match:
        url.host = match[1]
        if match[2]:
            url.port = split_url(f"host:{match[2]}").port
        key = "service_name" if match[3] == "/" else "sid"
        url.extra[key] = match[4]
        url.say("The service or SID goes into the extra, where Airflow's hook reads it.")
    else:
        url.extra["dsn"] = address
        url.say("The address goes into the extra as dsn, which Airflow's hook hands on as it is.")
    return _placed("oracle", url, terms)


# --- Any other driver ---


def _whole(text: str, terms: Terms) -> Pasted:
    lifted: dict[str, str] = {}
    host = _without_credentials(text, lifted)
    if "@" in host:
        raise UnreadablePaste(_AMBIGUOUS)
    _, *options = re.split("[;?&]", host)
    has_bare_option = any("=" not in option for option in options)
    if "password" in lifted and has_bare_option:
        # An option without a value may be the end of the password.
        raise UnreadablePaste(_AMBIGUOUS)
    connection = Connection("jdbc", host, lifted.get("login", ""), lifted.get("password", ""))
    notes = [_WHOLE_URL]
    if lifted:
        notes.append("Login and password were taken out of the URL, into their own fields.")
    sensitive = []
    for name in _OPTION.findall(host):
        if is_sensitive_extra(name) or _TELLING.search(name):
            sensitive.append(name)
    if sensitive:
        listed = terms.names_of(sensitive)
        notes.append(f"The host, which is not masked, still holds what may be secret: {listed}.")
    return Pasted(connection, _SOURCE, notes=tuple(notes))


def _without_credentials(text: str, lifted: dict[str, str]) -> str:
    """The URL without its login and password, which go into `lifted`."""

    def lift_userinfo(match: re.Match[str]) -> str:
        lifted.update(login=unquote(match[1]), password=unquote(match[2]))
        return "//"

    def lift_property(match: re.Match[str]) -> str:
        mark, name, value = match.groups()
        if mark in "?&":
            value = unquote(value)
        if name.lower() in ("password", "pwd"):
            lifted["password"] = value
        else:
            lifted["login"] = value
        if mark in "?/:":
            return mark
        return ""

    host = _USERINFO.sub(lift_userinfo, text, count=1)
    for credential in _CREDENTIALS:
        host = credential.sub(lift_property, host)
    # Behind a property that was taken out, the mark of the next one is left over.
    return re.sub(r"([?/:])[&;,](?=[\w.-]+=)", r"\1", host).rstrip("?&;,")
