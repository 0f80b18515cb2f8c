"""System checks of how people sign in: an identity provider, a proxy's header, the shared cache."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from secretsadmin.config.addresses import (
    EVERYBODY,
    LOOPBACK,
    NO_CACHE,
    endpoint_of,
    is_address_or_network,
)
from secretsadmin.config.people import groups_by_claim

# The column that holds the issuer of an account has room for so much.
LONGEST_ISSUER = 200
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@register
def check_provider(**_: Any) -> list[CheckMessage]:
    if not settings.OIDC_ISSUER:
        return []
    return list(_provider_problems())


def _provider_problems() -> Iterator[CheckMessage]:
    endpoint = endpoint_of(settings.OIDC_ISSUER)
    is_private = endpoint and (endpoint.scheme == "https" or endpoint.host in LOOPBACK)
    if not is_private or len(settings.OIDC_ISSUER) > LONGEST_ISSUER:
        title = "OIDC_ISSUER is no https address of up to 200 characters."
        hint = "Write it as the provider's configuration has it, such as https://idp.example.com/realm."
        yield Error(title, hint=hint, id="secretsadmin.E040")
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        if not getattr(settings, name):
            title = f"{name} is missing, and OIDC_ISSUER is there."
            hint = "Write what the provider gave you for this site."
            yield Error(title, hint=hint, id="secretsadmin.E041")
    if "openid" not in settings.OIDC_SCOPES:
        title = "OIDC_SCOPES doesn't ask for openid."
        hint = 'Write the scopes with spaces between them, such as "openid profile groups".'
        yield Error(title, hint=hint, id="secretsadmin.E042")
    try:
        groups_by_claim(settings.OIDC_GROUPS)
    except ValueError:
        title = "OIDC_GROUPS holds something that is no pair."
        hint = 'Write pairs of a group there and a group here: "idp-admins=admins idp-ops=editors".'
        yield Error(title, hint=hint, id="secretsadmin.E043")


@register
def check_proxy_header(**_: Any) -> list[CheckMessage]:
    if not settings.REMOTE_USER_HEADER:
        return []
    return list(_header_problems())


def _header_problems() -> Iterator[CheckMessage]:
    if not _HEADER.fullmatch(settings.REMOTE_USER_HEADER):
        title = "REMOTE_USER_HEADER is no name of a header."
        hint = "Write it as the proxy sends it, such as X-Forwarded-User."
        yield Error(title, hint=hint, id="secretsadmin.E044")
    peers = settings.REMOTE_USER_PEERS
    if not peers or EVERYBODY in peers or not all(map(is_address_or_network, peers)):
        title = "REMOTE_USER_PEERS doesn't say which proxies may name a person."
        hint = (
            "Write their addresses or networks, such as 10.0.3.4,10.0.8.0/24. "
            "Whoever connects from there is whoever they say."
        )
        yield Error(title, hint=hint, id="secretsadmin.E045")


@register
def check_cache(**_: Any) -> list[CheckMessage]:
    if settings.CACHES["default"]["BACKEND"] != NO_CACHE["BACKEND"]:
        return []
    title = "CACHE_URL is no address of Redis."
    hint = "Write redis://host:6379/0, or leave it out: the database then holds the cache."
    return [Error(title, hint=hint, id="secretsadmin.E046")]
