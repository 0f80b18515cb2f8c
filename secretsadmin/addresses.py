"""Addresses from the environment, taken apart. They may hold passwords, so no error quotes them."""

import re
import warnings
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import environ

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORTS = {"http": 80, "https": 443}
ENGINES = ("django.db.backends.sqlite3", "django.db.backends.postgresql")
# Django takes this for a database that refuses everything, so the system checks still run and name the setting.
NO_DATABASE = {"ENGINE": "django.db.backends.dummy"}

# Django reads a leading dot or an asterisk in ALLOWED_HOSTS as a wildcard, so neither is part of a host here.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f.]*+:[0-9a-f:.]*+")


EVERYBODY = "*"


def ip_of(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a peer or a proxy has, or None for what is none."""
    try:
        # A zone names an interface of this machine, and PostgreSQL takes none in an address.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A socket that takes both kinds tells IPv4 in this way.
    return getattr(address, "ipv4_mapped", None) or address


class Endpoint(NamedTuple):
    """Where a service is reached; this machine has one name, whichever was written."""

    scheme: str
    host: str
    port: int


def endpoint_of(url: str) -> Endpoint | None:
    """None for what is no address of a service, and for nothing."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    is_here = parts.hostname in (*LOOPBACK, "::1")
    return Endpoint(parts.scheme, "localhost" if is_here else parts.hostname, port)


def is_among(peer: str, allowed: Iterable[str]) -> bool:
    """Whether a peer has one of these addresses, or is in one of these networks."""
    address = ip_of(peer)
    return any(
        text == EVERYBODY or (address is not None and address in ip_network(text, strict=False)) for text in allowed
    )


def is_address_or_network(text: str) -> bool:
    if text == EVERYBODY:
        return True
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


class PublicAddress(NamedTuple):
    """Where people reach the site; `host` and `origin` as browsers send them."""

    scheme: str
    host: str
    origin: str

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that the site answers to; a machine's own address has several names."""
        return LOOPBACK if self.host in LOOPBACK else (self.host,)


def public_address(url: str) -> PublicAddress | None:
    """The parts of a site's address, or None for what is none."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    is_more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in DEFAULT_PORTS or is_more or not _HOST.fullmatch(name):
        return None
    host = f"[{name}]" if ":" in name else name
    is_default = port in (None, DEFAULT_PORTS[parts.scheme])
    return PublicAddress(parts.scheme, host, f"{parts.scheme}://{host}" + ("" if is_default else f":{port}"))


def database(url: str) -> dict[str, Any]:
    """Django's settings of a database, or NO_DATABASE for an address of none that this site works with."""
    try:
        # The parser's warnings quote what they were given.
        with warnings.catch_warnings(action="ignore"):
            found: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError:
        return dict(NO_DATABASE)
    # With two slashes a part of SQLite's path counts as a host, which would be left out without a word.
    is_misread = found.get("ENGINE") == ENGINES[0] and found.get("HOST")
    return found if found.get("ENGINE") in ENGINES and found.get("NAME") and not is_misread else dict(NO_DATABASE)
