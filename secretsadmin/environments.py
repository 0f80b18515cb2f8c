"""The Airflow deployments that this site serves, from SECRETSADMIN_CONFIG or from Airflow's own variables."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from secretsadmin import airflow_variables
from secretsadmin.backend import BackendConfig, InvalidBackend, SecretId
from secretsadmin.kinds import Kind

COLORS = ("", "green", "blue", "violet", "amber", "red")
ROLES = ("viewer", "editor", "admin", "auditor")
# Paths that the site itself takes; an environment of such a name would never be reached.
RESERVED_NAMES = frozenset({"audit", "setup", "login", "logout", "health", "metrics", "static"})
# The audit log keeps 64 characters of it.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ACCOUNT = re.compile(r"[0-9]{12}")
_NUMBER = r"(0|[1-9][0-9]{0,2})"
_RELEASE = re.compile(rf"{_NUMBER}\.{_NUMBER}(\.{_NUMBER})?")
_OLDEST_RELEASE = (2, 9)
_NEWEST_MAJOR = 3


@dataclass(frozen=True)
class Environment:
    """One Airflow deployment: how it is named here, and where it looks its secrets up."""

    name: str
    title: str
    backend: BackendConfig
    protected: bool = False
    color: str = ""
    # The twelve digits of the AWS account that it is in, as far as that is known.
    account: str = ""


@dataclass(frozen=True)
class Grant:
    """A group's role, in all environments and kinds unless some are named."""

    group: str
    role: str
    environments: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Site:
    """All that the configuration says."""

    environments: Mapping[str, Environment]
    grants: tuple[Grant, ...]
    # The path of a catalogue that was made of the site's own Airflow, or nothing.
    connection_types: str = ""


@dataclass(frozen=True)
class Ref:
    """One secret of one environment. `key` is its id in URLs and in the audit log; `name` is its name in AWS."""

    environment: Environment
    kind: Kind
    id: str
    team: str | None = None

    @property
    def name(self) -> str:
        """Raises InvalidId and KindDisabled."""
        return self.environment.backend.secret_name(self.kind.name, self.id, self.team)

    @property
    def new_name(self) -> str:
        """Raises InvalidId and KindDisabled."""
        return self.environment.backend.new_secret_name(self.kind.name, self.id, self.team)

    @property
    def key(self) -> str:
        return f"{self.team}--{self.id}" if self.team else self.id

    @classmethod
    def from_key(cls, environment: Environment, kind: Kind, key: str) -> "Ref":
        return cls.of(environment, kind, environment.backend.split_key(kind.name, key))

    @classmethod
    def of(cls, environment: Environment, kind: Kind, secret: SecretId) -> "Ref":
        return cls(environment, kind, secret.id, secret.team)


DEFAULT_GRANTS = tuple(Grant(f"{role}s", role) for role in ROLES)


def site() -> Site:
    """The site's configuration. Raises ImproperlyConfigured with the setting's name; checks.py reports it at start."""
    if settings.SECRETSADMIN_CONFIG:
        return _site_of_file(settings.SECRETSADMIN_CONFIG)
    variables = {**settings.AIRFLOW_VARIABLES, airflow_variables.SECRETS_KWARGS: settings.AIRFLOW_BACKEND_KWARGS}
    return _site_of_airflow(tuple(variables.items()), settings.AIRFLOW_RELEASE)


def get(name: str) -> Environment | None:
    return site().environments.get(name)


def is_name(name: str) -> bool:
    """Whether an environment could be called so."""
    return name not in RESERVED_NAMES and _NAME.fullmatch(name) is not None


@lru_cache(maxsize=8)
def _site_of_airflow(variables: tuple[tuple[str, str], ...], release: str) -> Site:
    airflow = _release(release, "AIRFLOW_RELEASE")
    try:
        backend = airflow_variables.read(dict(variables), airflow)
    except InvalidBackend as error:
        raise ImproperlyConfigured(str(error)) from None
    environment = Environment("default", "Airflow", backend, account=backend.role_account)
    return Site({"default": environment}, DEFAULT_GRANTS)


@lru_cache(maxsize=8)
def _site_of_file(name: str) -> Site:
    path = Path(name)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        # Who wrote the configuration itself in place of its path needn't find it in a log.
        where = "" if {"\n", "="} & set(str(path)) else f" ({path})"
        raise ImproperlyConfigured(
            f"SECRETSADMIN_CONFIG can't be read: {error.strerror}{where}. Write the path of a TOML file."
        ) from None
    except (ValueError, RecursionError) as error:
        raise ImproperlyConfigured(f"SECRETSADMIN_CONFIG is no TOML{_position(error)}.") from None
    _refuse_unknown(data, {"environments", "grants", "connection_types"}, "SECRETSADMIN_CONFIG")
    tables = data.get("environments")
    if not isinstance(tables, dict) or not tables:
        raise ImproperlyConfigured("SECRETSADMIN_CONFIG names no environment. Write a table [environments.NAME].")
    environments = {name: _environment(name, table, f"environments.{name}") for name, table in tables.items()}
    return Site(environments, _grants(data.get("grants"), environments), _connection_types(data, path))


def _connection_types(data: Mapping[str, Any], path: Path) -> str:
    """A relative path counts from the configuration's own folder."""
    given = data.get("connection_types", "")
    if not isinstance(given, str):
        raise ImproperlyConfigured("connection_types must be the path of a file.")
    return str(path.parent / given) if given else ""


def _position(error: Exception) -> str:
    # The rest of the parser's message may quote what it stumbled over.
    found = re.search(r"at line \d+, column \d+|at end of document", str(error))
    return f" {found[0]}" if found else ""


def _environment(name: str, table: Any, where: str) -> Environment:
    kwargs = _kwargs(table, where)
    if not is_name(name):
        raise ImproperlyConfigured(
            f"environments: none can be named {name[:64]!r}. Use up to 64 letters, digits, - and _, "
            f"and none of {', '.join(sorted(RESERVED_NAMES))}."
        )
    _refuse_unknown(table, {"title", "protected", "color", "account", "airflow", "teams", "backend_kwargs"}, where)
    if table.get("color", "") not in COLORS:
        raise ImproperlyConfigured(f"{where}.color must be one of {', '.join(COLORS[1:])}.")
    if not isinstance(table.get("protected", False), bool):
        raise ImproperlyConfigured(f"{where}.protected must be true or false.")
    airflow = _release(table.get("airflow", ""), f"{where}.airflow")
    try:
        backend = BackendConfig.from_kwargs(kwargs, _texts(table, "teams", where), airflow)
    except InvalidBackend as error:
        raise ImproperlyConfigured(f"{where}: {error}") from None
    return Environment(
        name=name,
        title=str(table.get("title") or name),
        backend=backend,
        protected=table.get("protected", False),
        color=table.get("color", ""),
        account=_account(table, backend, where),
    )


def _release(given: Any, where: str) -> str:
    if given == "":
        return ""
    numbers = _RELEASE.fullmatch(given) if isinstance(given, str) else None
    if not numbers or int(numbers[1]) > _NEWEST_MAJOR:
        raise ImproperlyConfigured(f'{where} must be a release of Airflow 2 or 3 as text, such as "3.1" or "2.11.2".')
    if (int(numbers[1]), int(numbers[2])) < _OLDEST_RELEASE:
        raise ImproperlyConfigured(f"{where} is too old: the oldest supported is 2.9.")
    return str(given)


def _account(table: Mapping[str, Any], backend: BackendConfig, where: str) -> str:
    """What the table says, or the role that is taken there."""
    named = table.get("account", "")
    if named and not (isinstance(named, str) and _ACCOUNT.fullmatch(named)):
        raise ImproperlyConfigured(f'{where}.account must be the twelve digits of an AWS account, as "123456789012".')
    if named and backend.role_account and named != backend.role_account:
        raise ImproperlyConfigured(f"{where}.account is another one than that of its role_arn.")
    return named or backend.role_account


def _kwargs(table: Any, where: str) -> dict[str, Any]:
    """A table, or the JSON text that Airflow itself takes: TOML has no null, by which a kind is switched off."""
    given = table.get("backend_kwargs", {}) if isinstance(table, dict) else None
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise ImproperlyConfigured(f"{where}.backend_kwargs is text that is no JSON.") from None
    if not isinstance(given, dict):
        raise ImproperlyConfigured(f"{where} must be a table (a JSON object) of backend kwargs.")
    return given


def _grants(tables: Any, environments: Mapping[str, Environment]) -> tuple[Grant, ...]:
    if tables is None:
        return DEFAULT_GRANTS
    if not isinstance(tables, list):
        raise ImproperlyConfigured("grants must be written as [[grants]] tables.")
    return tuple(_grant(table, environments) for table in tables)


def _grant(table: Any, environments: Mapping[str, Environment]) -> Grant:
    if not isinstance(table, dict):
        raise ImproperlyConfigured("grants must be written as [[grants]] tables.")
    _refuse_unknown(table, {"group", "role", "environments", "kinds"}, "grants")
    grant = Grant(
        group=str(table.get("group", "")),
        role=str(table.get("role", "")),
        environments=frozenset(_texts(table, "environments", "grants")),
        kinds=frozenset(_texts(table, "kinds", "grants")),
    )
    if not grant.group or grant.role not in ROLES:
        raise ImproperlyConfigured(f"A grant needs a group, and a role that is one of {', '.join(ROLES)}.")
    if unknown := grant.environments - set(environments):
        raise ImproperlyConfigured(f"A grant names an environment that isn't there: {', '.join(sorted(unknown))}.")
    if unknown := grant.kinds - {"connections", "variables", "config"}:
        raise ImproperlyConfigured(f"A grant names a kind that isn't there: {', '.join(sorted(unknown))}.")
    return grant


def _texts(table: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """A list that may be left out. An empty one is refused: it reads like nothing, and would count as everything."""
    if name not in table:
        return ()
    texts = table[name]
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise ImproperlyConfigured(f'{where}.{name} must be a list of names, such as ["one", "two"]. Or leave it out.')
    return tuple(texts)


def _refuse_unknown(table: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := set(table) - known:
        raise ImproperlyConfigured(f"{where} has an unknown entry: {', '.join(sorted(unknown))}.")
