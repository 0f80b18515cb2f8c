"""Reads the TOML file that SECRETSADMIN_CONFIG names: environments, grants and a catalogue."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from secretsadmin.action import ROLES
from secretsadmin.actions import BY_VERB
from secretsadmin.config.backend import BackendConfig, InvalidBackend
from secretsadmin.config.environments import (
    COLORS,
    DEFAULT_GRANTS,
    RESERVED_NAMES,
    Environment,
    Grant,
    Site,
    is_name,
)
from secretsadmin.config.lines import line_of
from secretsadmin.config.release import check_release
from secretsadmin.kinds import BY_NAME

_ACCOUNT = re.compile(r"[0-9]{12}")
_KMS_KEY = re.compile(r"arn:[a-z-]+:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+")
_POSITION = re.compile(r"at line \d+, column \d+|at end of document")
_FILE_ENTRIES = {"environments", "grants", "connection_types"}
_ENVIRONMENT_ENTRIES = {
    *("title", "protected", "color", "account", "airflow", "teams", "backend_kwargs"),
    *("approvals", "second_factor", "reauthenticate_minutes"),
    *("reveals_per_minute", "reveals_per_hour"),
    *("kms_key", "source_identity"),
}
_GRANT_ENTRIES = {"group", "role", "actions", "environments", "kinds", "ids", "teams"}
# For a reveal or a write in a protected environment.
_REAUTHENTICATE_MINUTES = 5
_MOST_MINUTES, _MOST_REVEALS = 24 * 60, 1_000_000
# fnmatch knows more, which the audit log's database doesn't.
_NO_PATTERN = re.compile(r"[\[\]]")


class InvalidFile(ValueError):
    """The configuration's file can't be used. The message names the entry, and quotes no kwarg."""


@dataclass(frozen=True)
class _At:
    """A place in the file. Errors there name it with its line."""

    text: str = field(repr=False)
    path: tuple[str | int, ...] = ()

    def __truediv__(self, entry: str | int) -> "_At":
        return replace(self, path=(*self.path, entry))

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.path if isinstance(part, str))

    @property
    def line(self) -> int:
        return line_of(self.text, self.path)

    def error(self, problem: str) -> InvalidFile:
        """The problem as a sentence, with the line before it where the entry stands on one."""
        line = self.line
        if not line:
            return InvalidFile(problem)
        return InvalidFile(f"SECRETSADMIN_CONFIG, line {line}: {problem}")


def read_file(path: Path) -> Site:
    """The site that a file describes. Raises InvalidFile."""
    text = _read_text(path)
    data = _parse(text)
    top = _At(text)
    _refuse_unknown(data, _FILE_ENTRIES, top, "SECRETSADMIN_CONFIG")
    tables = data.get("environments")
    if not isinstance(tables, dict) or not tables:
        raise InvalidFile(
            "SECRETSADMIN_CONFIG names no environment. Write a table [environments.NAME]."
        )
    environments = {}
    for name, table in tables.items():
        environments[name] = _read_environment(name, table, top / "environments" / name)
    grants = _read_grants(data.get("grants"), environments, top / "grants")
    return Site(environments, grants, _read_connection_types(data, path.parent))


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        # Somebody may write the configuration itself in place of its path. It mustn't get into a
        # log.
        is_path = not {"\n", "="} & set(str(path))
        where = f" ({path})" if is_path else ""
        raise InvalidFile(
            f"SECRETSADMIN_CONFIG can't be read: {error.strerror}{where}. "
            "Write the path of a TOML file."
        ) from None
    except ValueError:
        raise InvalidFile("SECRETSADMIN_CONFIG is no TOML.") from None


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # The rest of the parser's message may quote what it stumbled over.
        position = _POSITION.search(str(error))
        where = f" {position[0]}" if position else ""
        raise InvalidFile(f"SECRETSADMIN_CONFIG is no TOML{where}.") from None


def _read_connection_types(data: Mapping[str, Any], folder: Path) -> str:
    """The catalogue's path; a relative one counts from the configuration's own folder."""
    path = data.get("connection_types", "")
    if not isinstance(path, str):
        raise InvalidFile("connection_types must be the path of a file.")
    if not path:
        return ""
    return str(folder / path)


def _read_environment(name: str, table: Any, at: _At) -> Environment:
    kwargs = _read_kwargs(table, at)
    if not is_name(name):
        raise at.error(
            f"environments: none can be named {name[:64]!r}. "
            "Use up to 64 letters, digits, - and _, "
            f"and none of {', '.join(sorted(RESERVED_NAMES))}."
        )
    _refuse_unknown(table, _ENVIRONMENT_ENTRIES, at, str(at))
    if table.get("color", "") not in COLORS:
        raise (at / "color").error(f"{at}.color must be one of {', '.join(COLORS[1:])}.")
    is_protected = _read_switch(table, "protected", at)
    release = _read_release(table, at)
    try:
        backend = BackendConfig.from_kwargs(kwargs, _read_names(table, "teams", at), release)
    except InvalidBackend as error:
        raise at.error(f"{at}: {error}") from None
    default_minutes = _REAUTHENTICATE_MINUTES if is_protected else 0
    minutes = _read_number(table, "reauthenticate_minutes", at, default_minutes, _MOST_MINUTES)
    return Environment(
        name=name,
        title=str(table.get("title") or name),
        backend=backend,
        protected=is_protected,
        color=table.get("color", ""),
        account=_read_account(table, backend, at),
        approvals=_read_switch(table, "approvals", at),
        second_factor=_read_switch(table, "second_factor", at),
        reauthenticate_seconds=minutes * 60,
        reveals_per_minute=_read_budget(table, "reveals_per_minute", at),
        reveals_per_hour=_read_budget(table, "reveals_per_hour", at),
        kms_key=_read_kms_key(table, backend, at / "kms_key"),
        source_identity=_read_switch(table, "source_identity", at),
    )


def _read_switch(table: Mapping[str, Any], entry: str, at: _At) -> bool:
    value = table.get(entry, False)
    if not isinstance(value, bool):
        raise (at / entry).error(f"{at}.{entry} must be true or false.")
    return value


def _read_budget(table: Mapping[str, Any], entry: str, at: _At) -> int | None:
    if entry not in table:
        return None
    return _read_number(table, entry, at, 0, _MOST_REVEALS)


def _read_number(
    table: Mapping[str, Any], entry: str, at: _At, otherwise: int, highest: int
) -> int:
    value = table.get(entry, otherwise)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= highest:
        raise (at / entry).error(f"{at}.{entry} must be a whole number, 0 to {highest:,}.")
    return int(value)


def _read_kwargs(table: Any, at: _At) -> dict[str, Any]:
    """A table, or the JSON text that Airflow itself takes.

    TOML has no null, by which a kind is switched off.
    """
    message = f"{at} must be a table (a JSON object) of backend kwargs."
    if not isinstance(table, dict):
        raise at.error(message)
    kwargs = table.get("backend_kwargs", {})
    if isinstance(kwargs, str):
        try:
            kwargs = json.loads(kwargs)
        except ValueError:
            problem = f"{at}.backend_kwargs is text that is no JSON."
            raise (at / "backend_kwargs").error(problem) from None
    if not isinstance(kwargs, dict):
        raise (at / "backend_kwargs").error(message)
    return kwargs


def _read_release(table: Mapping[str, Any], at: _At) -> str:
    release = table.get("airflow", "")
    if release == "":
        return ""
    try:
        check_release(release)
    except ValueError as error:
        raise (at / "airflow").error(f"{at}.airflow {error}") from None
    return str(release)


def _read_account(table: Mapping[str, Any], backend: BackendConfig, at: _At) -> str:
    """The account that the table names; where it names none, that of its role."""
    account = table.get("account", "")
    if not account:
        return backend.role_account
    if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
        raise (at / "account").error(
            f'{at}.account must be the twelve digits of an AWS account, as "123456789012".'
        )
    if backend.role_account and account != backend.role_account:
        raise (at / "account").error(f"{at}.account differs from the account in its role_arn.")
    return account


def _read_kms_key(table: Mapping[str, Any], backend: BackendConfig, at: _At) -> str:
    """The key's ARN: a policy takes no alias, and a key is of the region of what it encrypts."""
    text = table.get("kms_key", "")
    if text == "":
        return ""
    key = _KMS_KEY.fullmatch(text) if isinstance(text, str) else None
    if not key:
        raise at.error(
            f"{at} must be the ARN of a key and no alias, such as "
            '"arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab".'
        )
    if backend.region and key["region"] != backend.region:
        raise at.error(f"{at} is of another region than its secrets.")
    return key[0]


def _read_grants(
    tables: Any, environments: Mapping[str, Environment], at: _At
) -> tuple[Grant, ...]:
    if tables is None:
        return DEFAULT_GRANTS
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise at.error("grants must be written as [[grants]] tables.")
    return tuple(
        _read_grant(table, environments, at / number) for number, table in enumerate(tables)
    )


def _read_grant(
    table: Mapping[str, Any], environments: Mapping[str, Environment], at: _At
) -> Grant:
    _refuse_unknown(table, _GRANT_ENTRIES, at, "grants")
    grant = Grant(
        group=str(table.get("group", "")),
        role=str(table.get("role", "")),
        actions=frozenset(_read_names(table, "actions", at)),
        environments=frozenset(_read_names(table, "environments", at)),
        kinds=frozenset(_read_names(table, "kinds", at)),
        ids=_read_names(table, "ids", at),
        teams=frozenset(_read_names(table, "teams", at)),
        line=at.line,
    )
    _check_rights(grant, at)
    _check_names(grant, environments, at)
    return grant


def _check_rights(grant: Grant, at: _At) -> None:
    if not grant.group or not (grant.role or grant.actions):
        raise at.error(
            f"A grant needs a group, and a role or actions. The roles are {', '.join(ROLES)}."
        )
    if grant.role and grant.role not in ROLES:
        raise (at / "role").error(f"A grant's role is one of {', '.join(ROLES)}.")
    if unknown := grant.actions - set(BY_VERB):
        raise (at / "actions").error(
            f"A grant names an action that isn't there: {_listed(unknown)}. "
            f"The actions are {', '.join(BY_VERB)}."
        )


def _check_names(grant: Grant, environments: Mapping[str, Environment], at: _At) -> None:
    if unknown := grant.environments - set(environments):
        raise (at / "environments").error(
            f"A grant names an environment that isn't there: {_listed(unknown)}."
        )
    if unknown := grant.kinds - set(BY_NAME):
        raise (at / "kinds").error(f"A grant names a kind that isn't there: {_listed(unknown)}.")
    if wrong := {pattern for pattern in grant.ids if _NO_PATTERN.search(pattern)}:
        raise (at / "ids").error(
            f"A grant's ids know * and ? alone, and no brackets: {_listed(wrong)}."
        )
    teams: set[str] = set()
    for name, environment in environments.items():
        if not grant.environments or name in grant.environments:
            teams.update(environment.backend.teams)
    if unknown := grant.teams - teams:
        raise (at / "teams").error(
            f"A grant names a team that none of its environments has: {_listed(unknown)}."
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _read_names(table: Mapping[str, Any], entry: str, at: _At) -> tuple[str, ...]:
    """A list that may be left out.

    An empty list is refused: it looks like nothing, and would count as everything.
    """
    if entry not in table:
        return ()
    names = table[entry]
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise (at / entry).error(
            f'{at}.{entry} must be a list of names, such as ["one", "two"]. Or leave it out.'
        )
    return tuple(names)


def _refuse_unknown(
    table: Mapping[str, Any], entries: Collection[str], at: _At, where: str
) -> None:
    for entry in sorted(set(table) - set(entries)):
        raise (at / entry).error(f"{where} has an unknown entry: {entry}.")
