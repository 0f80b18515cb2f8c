"""Addresses from the environment, taken apart. They may hold passwords, so no error quotes them."""

import re
import warnings
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import environ

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# Behind an address below these, which account answers depends on who asks.
OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
DEFAULT_PORTS = {"http": 80, "https": 443}
SQLITE = "django.db.backends.sqlite3"
ENGINES = (SQLITE, "django.db.backends.postgresql")
# Django takes this for a database that refuses everything, so the system checks still run and name
# the setting.
NO_DATABASE = {"ENGINE": "django.db.backends.dummy"}

# Django reads a leading dot or an asterisk in ALLOWED_HOSTS as a wildcard, so neither is part of a
# host here.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f.]*+:[0-9a-f:.]*+")
_LOOPBACK_ADDRESSES = (*LOOPBACK, "::1")

EVERYBODY = "*"
# How many bits of an address of IPv6 name a client's network; in it the client picks any address.
NETWORK_OF_A_CLIENT = 64


def ip_of(text: str) -> IPv4Address | IPv6Address | None:
    """The address of a peer or a proxy; None for a text that is no address."""
    try:
        # A zone names an interface of this machine, and PostgreSQL takes none in an address.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A socket that takes both kinds writes an IPv4 address in this way.
    return getattr(address, "ipv4_mapped", None) or address


def network_of(address: str) -> str:
    """The addresses that one client has at its choice: all of a network of IPv6, by its first."""
    ip = ip_of(address)
    if not isinstance(ip, IPv6Address):
        return address
    return str(ip_network(f"{ip}/{NETWORK_OF_A_CLIENT}", strict=False).network_address)


class Endpoint(NamedTuple):
    """Where a service is reached. This machine is always called localhost."""

    scheme: str
    host: str
    port: int


def endpoint_of(url: str) -> Endpoint | None:
    """Where an address leads; None for a text that is no address of a service."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None:
        return None
    if parts.hostname in _LOOPBACK_ADDRESSES:
        return Endpoint(parts.scheme, "localhost", port)
    return Endpoint(parts.scheme, parts.hostname, port)


def is_of_aws(url: str) -> bool:
    """Whether an address leads to one of AWS's own services."""
    endpoint = endpoint_of(url)
    return endpoint is not None and endpoint.host.endswith(OF_AWS)


def is_among(peer: str, allowed: Iterable[str]) -> bool:
    """Whether a peer has one of these addresses, or is in one of these networks.

    EVERYBODY among them lets everybody in. Raises ValueError for a text that is neither an address
    nor a network.
    """
    address = ip_of(peer)
    for text in allowed:
        if text == EVERYBODY:
            return True
        if address is not None and address in ip_network(text, strict=False):
            return True
    return False


def client_of(peer: str, forwarded: str, trusted: Iterable[str]) -> str:
    """The address of the client; empty where the peer has none.

    `forwarded` is what X-Forwarded-For says. Each proxy adds at its right end whom it was asked by,
    so the addresses count from there, as long as a trusted proxy wrote them. EVERYBODY trusts the
    peer alone: nobody knows the proxies behind it. Raises as `is_among` does.
    """
    address = ip_of(peer)
    if address is None:
        return ""
    trusted = tuple(trusted)
    if not is_among(peer, trusted):
        return str(address)
    proxies = [text for text in trusted if text != EVERYBODY]
    for text in reversed(forwarded.split(",")):
        hop = ip_of(text.strip())
        if hop is None:
            break
        address = hop
        if not is_among(str(hop), proxies):
            break
    return str(address)


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
        if self.host in LOOPBACK:
            return LOOPBACK
        return (self.host,)


def public_address(url: str) -> PublicAddress | None:
    """The parts of a site's address; None for a text that is no such address."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    is_more = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in DEFAULT_PORTS or is_more or not _HOST.fullmatch(name):
        return None
    host = f"[{name}]" if ":" in name else name
    origin = f"{parts.scheme}://{host}"
    if port not in (None, DEFAULT_PORTS[parts.scheme]):
        origin = f"{origin}:{port}"
    return PublicAddress(parts.scheme, host, origin)


def database(url: str) -> dict[str, Any]:
    """Django's settings of a database; NO_DATABASE where this site can't work with the address."""
    try:
        # The parser's warnings quote what they were given.
        with warnings.catch_warnings(action="ignore"):
            database_settings: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError:
        return dict(NO_DATABASE)
    engine = database_settings.get("ENGINE")
    if engine not in ENGINES or not database_settings.get("NAME"):
        return dict(NO_DATABASE)
    # With two slashes a part of SQLite's path counts as a host, and would be dropped silently.
    if engine == SQLITE and database_settings.get("HOST"):
        return dict(NO_DATABASE)
    return database_settings


CACHE_TABLE = "secretsadmin_cache"
# Beyond so many Django's table drops some, whichever they are: marks of codes that were used, and
# counts of wrong ones. Without a number it does so beyond 300, which are few addresses.
MOST_CACHED = 20_000
NO_CACHE = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}


def cache(url: str) -> dict[str, Any]:
    """Django's settings of the cache that all workers share: Redis, or else a table."""
    if not url:
        backend = "django.core.cache.backends.db.DatabaseCache"
        options = {"MAX_ENTRIES": MOST_CACHED}
        return {"BACKEND": backend, "LOCATION": CACHE_TABLE, "OPTIONS": options}
    if url.partition("://")[0] not in ("redis", "rediss"):
        return dict(NO_CACHE)
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
