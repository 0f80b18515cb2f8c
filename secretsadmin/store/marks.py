"""What is unusual about secrets beside AWS's own metadata: what the record knows of their current versions."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from secretsadmin.audit.models import CLOCKS
from secretsadmin.audit.standing import Standing
from secretsadmin.kinds import BINARY
from secretsadmin.store.reads import Secret


class Change(Protocol):
    """An act here that put a value in place."""

    @property
    def version(self) -> str: ...

    @property
    def user(self) -> str: ...

    @property
    def at(self) -> datetime: ...


class Marks:
    """The secrets that have a mark, by its name. What waits for its deletion has no other one."""

    def __init__(self, keys: Mapping[str, frozenset[str]] = MappingProxyType({})) -> None:
        self._keys = keys

    def of(self, mark: str) -> frozenset[str]:
        """The keys of the secrets."""
        return self._keys.get(mark, frozenset())


def marks_of(secrets: Mapping[str, Secret], standing: Standing) -> Marks:
    used = {key: secret for key, secret in secrets.items() if not secret.deleted}
    found = [(key, each.trouble) for (key, version), each in standing.findings() if _is_current(used, key, version)]
    changes = [(key, change) for key, change in standing.changes() if key in used]
    return Marks(
        {
            "deleted": frozenset(secrets.keys() - used.keys()),
            "empty": frozenset(key for key, secret in used.items() if not secret.current),
            "unreadable": frozenset(key for key, trouble in found if trouble != BINARY),
            "textless": frozenset(key for key, trouble in found if trouble == BINARY),
            "outside": frozenset(key for key, change in changes if changed_outside(used[key], change)),
        }
    )


def changed_outside(secret: Secret, change: Change | None) -> bool:
    """Whether another hand than ours has put a value over one of ours."""
    return change is not None and bool(secret.current) and not put_in_place(secret, change)


def put_in_place(secret: Secret, change: Change | None) -> bool:
    """Whether what is current was put there by this act, and not in an older secret of the same name."""
    if change is None or change.version != secret.current:
        return False
    return secret.created is None or change.at > secret.created - CLOCKS


def _is_current(secrets: Mapping[str, Secret], key: str, version: str) -> bool:
    return key in secrets and secrets[key].current == version
