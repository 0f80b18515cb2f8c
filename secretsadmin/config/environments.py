"""The Airflow deployments that a site serves, and who may do what in them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from secretsadmin.action import ROLES
from secretsadmin.actions import BY_VERB
from secretsadmin.config.backend import BackendConfig

COLORS = ("", "green", "blue", "violet", "amber", "red")
# Paths that the site itself takes; an environment of such a name would never be reached.
RESERVED_NAMES = frozenset(
    {
        *("audit", "setup", "login", "logout", "health", "metrics", "static"),
        *("account", "admin", "compare", "people", "rights", "search"),
    }
)
# The audit log keeps 64 characters of it.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Environment:
    """One Airflow deployment: how it is named here, and where it looks its secrets up."""

    name: str
    title: str
    backend: BackendConfig
    protected: bool = False
    color: str = ""
    # The twelve digits of its AWS account; empty where nothing names it.
    account: str = ""
    # The ARN of the customer's own KMS key that encrypts its secrets; empty where AWS's key does.
    kms_key: str = ""
    # Whether the dashboard also tells STS who acts by SourceIdentity, which a role has to allow.
    source_identity: bool = False
    # Whether a change needs somebody's approval, or the right to break the glass.
    approvals: bool = False
    # Whether nobody gets in without a second factor.
    second_factor: bool = False
    # How old a sign-in may be for a reveal or a write, in seconds; 0 where its age doesn't matter.
    reauthenticate_seconds: int = 0
    # How many masked values a person may be shown in a minute, and in an hour; None where the
    # site's own settings say it.
    reveals_per_minute: int | None = None
    reveals_per_hour: int | None = None


class Identified(Protocol):
    """A secret as Airflow knows it: its id, and its team if it has one."""

    @property
    def id(self) -> str: ...

    @property
    def team(self) -> str | None: ...


@dataclass(frozen=True)
class Grant:
    """What a group may do: a role, some actions, or both.

    It holds everywhere and for every secret, unless it names environments, kinds, ids or teams.
    `ids` are patterns in which * stands for any characters and ? for any single one.
    """

    group: str
    role: str = ""
    actions: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    ids: tuple[str, ...] = ()
    teams: frozenset[str] = frozenset()
    # Where it stands in the configuration's file; 0 where no file names it.
    line: int = 0

    @property
    def is_limited(self) -> bool:
        """Whether it holds for some secrets of a kind and not for others."""
        return bool(self.ids or self.teams)

    @property
    def title(self) -> str:
        """What people call it: the group, and the line that they can look up."""
        if self.line:
            return f"the grant of {self.group} at line {self.line}"
        return f"the grant of {self.group}"

    def covers(self, environment: str, kind: str | None, secret: Identified | None) -> bool:
        """Whether it holds there. Without a kind or a secret: whether it holds for any."""
        if self.environments and environment not in self.environments:
            return False
        if self.kinds and kind is not None and kind not in self.kinds:
            return False
        return secret is None or self._covers_secret(secret)

    def allows(self, verb: str, *, is_protected: bool) -> bool:
        """Whether it names the action, or its role includes it.

        In a protected environment a role includes what is guarded for admins alone; an action that
        a grant names by itself was meant.
        """
        if verb in self.actions:
            return True
        action = BY_VERB.get(verb)
        if action is None:
            return False
        if is_protected and action.is_guarded:
            return self.role == "admin"
        return self.role in action.roles

    def _covers_secret(self, secret: Identified) -> bool:
        if self.teams and (secret.team or "") not in self.teams:
            return False
        return not self.ids or any(fnmatchcase(secret.id, pattern) for pattern in self.ids)


@dataclass(frozen=True)
class Site:
    """All that the configuration says."""

    environments: Mapping[str, Environment]
    grants: tuple[Grant, ...]
    # The path of a catalogue that was made from the site's own Airflow; empty without one.
    connection_types: str = ""


DEFAULT_GRANTS = tuple(Grant(f"{role}s", role) for role in ROLES)


def is_name(name: str) -> bool:
    """Whether an environment can have this name."""
    return name not in RESERVED_NAMES and _NAME.fullmatch(name) is not None
