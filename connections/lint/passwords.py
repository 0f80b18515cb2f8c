"""The secret parts of a connection that are worth comparing with those of others."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connections.catalog.guard import SECRET_ALONE
from connections.value.agreeing import readings_by
from connections.value.clarity import is_clear
from secretsadmin.config.backend import BackendConfig

# Shorter ones, and what stands in for a secret, are the same in many places without meaning it.
SHORTEST = 6
_PLACEHOLDER = re.compile(
    r"[*x•.-]+|<[^<>]*>|\$?\{[^{}]*\}|\{\{[^{}]*\}\}"
    r"|change[_ -]?me|(your|my)[_ -]?password|password",
    re.IGNORECASE,
)
_PATH = re.compile(r"[.~]{0,2}/|[A-Za-z]:\\|[a-z0-9]+://")


def passwords(text: str, backend: BackendConfig) -> tuple[str, ...]:
    """The password and the secrets of the extra, in the clear. Never raises.

    None where it isn't certain what is what. Whoever calls this compares them in memory, and keeps
    none.
    """
    connection = readings_by(text, backend).best
    if connection is None or not is_clear(text):
        return ()
    secrets = [connection.password, *_secrets(connection.extra)]
    return tuple(dict.fromkeys(filter(_is_worth_comparing, secrets)))


def _secrets(extra: Mapping[str, Any]) -> Iterator[str]:
    """The texts whose keys say that they are nothing but a secret, however deep they stand."""
    waiting = list(extra.items())
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.items())
        elif isinstance(value, list):
            waiting.extend((key, item) for item in value)
        elif isinstance(value, str) and SECRET_ALONE.search(key.lower()):
            yield value


def _is_worth_comparing(secret: str) -> bool:
    """A path says where a secret is, and many share one."""
    if len(secret.strip()) < SHORTEST or _PATH.match(secret):
        return False
    return _PLACEHOLDER.fullmatch(secret.strip()) is None
