"""What the site is configured with, as fingerprints: the record says when that has changed."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings

from secretsadmin.audit import chain
from secretsadmin.audit.models import Event
from secretsadmin.audit.recording import NOBODY, Act, note
from secretsadmin.config.site import configured_site
from secretsadmin.noted import CONFIGURE

SETTINGS = (
    *("PUBLIC_URL", "TRUSTED_PROXIES", "AWS_SECONDS", "DEBUG"),
    *("SESSION_IDLE_AGE", "SESSION_COOKIE_AGE", "AUDIT_STREAM"),
    *("REVEALS_PER_MINUTE", "REVEALS_PER_HOUR"),
    *("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_SCOPES", "OIDC_GROUPS_CLAIM", "OIDC_GROUPS"),
    *("OIDC_CREATE_ACCOUNTS", "REMOTE_USER_HEADER", "REMOTE_USER_PEERS"),
    "REMOTE_USER_CREATE_ACCOUNTS",
)


def remember() -> None:
    """Record it if the site runs with another configuration than the record says.

    Raises NotRecorded and DatabaseError, and ImproperlyConfigured where there is none.
    """
    before = _last()
    parts = fingerprints(_key_of(before))
    if before.get("parts") == parts:
        return
    changed = tuple(sorted(_changed(before.get("parts", {}), parts)))
    ring = chain.keys()
    details = {"key": ring.current, "parts": fingerprints(ring.by_id[ring.current])}
    note(CONFIGURE.audit_name, actor=NOBODY, act=Act(fields=changed, details=details))


def fingerprints(key: bytes) -> dict[str, str]:
    """A keyed fingerprint of each part, by its name: nobody learns a part by guessing at it."""
    return {name: chain.sign(key, "configuration", _text(part)) for name, part in _parts().items()}


def _parts() -> dict[str, Any]:
    site = configured_site()
    parts: dict[str, Any] = {}
    for name in SETTINGS:
        parts[name] = getattr(settings, name, None)
    for environment in site.environments.values():
        parts[f"environments.{environment.name}"] = asdict(environment)
    parts["grants"] = [asdict(grant) for grant in site.grants]
    parts["connection_types"] = site.connection_types
    return parts


def _text(part: Any) -> str:
    return json.dumps(part, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    """What JSON has no word for: sets, in one order, and frozen mappings."""
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _last() -> Mapping[str, Any]:
    """The details of the last line that told of a configuration; empty where there is none."""
    # These columns have an index together, and few lines are about no secret.
    of_site = Event.objects.filter(environment="", kind="", secret="")
    last = of_site.filter(action=CONFIGURE.audit_name).order_by("-id").first()
    if last is None:
        return {}
    return last.details or {}


def _key_of(before: Mapping[str, Any]) -> bytes:
    """The key of the fingerprints before: with a new key they would all differ."""
    ring = chain.keys()
    return ring.by_id.get(before.get("key", ""), ring.by_id[ring.current])


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The names of the parts that were added, removed or changed."""
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != after.get(name)}
