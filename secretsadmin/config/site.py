"""The site's configuration, from SECRETSADMIN_CONFIG or from Airflow's own variables."""

import logging
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from secretsadmin.config import airflow_variables
from secretsadmin.config.backend import InvalidBackend
from secretsadmin.config.environments import DEFAULT_GRANTS, Environment, Site
from secretsadmin.config.file import InvalidFile, read_file
from secretsadmin.config.overlaps import overlaps, shared_kinds
from secretsadmin.config.release import check_release

log = logging.getLogger(__name__)

# What tells a file that was written anew: its number, its size, and when it was changed.
Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _Read:
    """What a file said when it was read last, and what is wrong with it since."""

    stamp: Stamp | None
    site: Site
    problem: str = ""


_files: dict[str, _Read] = {}
_reading = Lock()


def configured_site() -> Site:
    """The site, as the settings and the file that they name describe it.

    A file is read again when it has changed. One that can't be used leaves the site as it was.
    Raises ImproperlyConfigured, whose message names the setting; checks.py reports it at start.
    """
    if settings.SECRETSADMIN_CONFIG:
        return _site_of_file(settings.SECRETSADMIN_CONFIG)
    variables = {
        **settings.AIRFLOW_VARIABLES,
        airflow_variables.SECRETS_KWARGS: settings.AIRFLOW_BACKEND_KWARGS,
    }
    return _site_of_airflow(tuple(variables.items()), settings.AIRFLOW_RELEASE)


def says_where() -> bool:
    """Whether any setting says where Airflow looks secrets up. Its own defaults hold otherwise."""
    return bool(
        settings.SECRETSADMIN_CONFIG
        or settings.AIRFLOW_BACKEND_KWARGS
        or settings.AIRFLOW_VARIABLES
    )


def find_environment(name: str) -> Environment | None:
    """The environment of this name. Raises as `configured_site` does."""
    return configured_site().environments.get(name)


@lru_cache(maxsize=8)
def _site_of_airflow(variables: tuple[tuple[str, str], ...], release: str) -> Site:
    if release:
        try:
            check_release(release)
        except ValueError as error:
            raise ImproperlyConfigured(f"AIRFLOW_RELEASE {error}") from None
    try:
        backend = airflow_variables.read(dict(variables), release)
    except InvalidBackend as error:
        raise ImproperlyConfigured(str(error)) from None
    environment = Environment("default", "Airflow", backend, account=backend.role_account)
    return Site({"default": environment}, DEFAULT_GRANTS)


def problem_of_file() -> str:
    """What is wrong with the file since it was read last; empty where nothing is."""
    read = _files.get(settings.SECRETSADMIN_CONFIG)
    if read is None:
        return ""
    return read.problem


def _site_of_file(path: str) -> Site:
    stamp = _stamp(path)
    read = _files.get(path)
    if read is None or read.stamp != stamp:
        with _reading:
            read = _files[path] = _read_again(path, stamp, _files.get(path))
    return read.site


def _read_again(path: str, stamp: Stamp | None, before: _Read | None) -> _Read:
    if before and before.stamp == stamp:
        # Another thread was faster.
        return before
    try:
        site = read_file(Path(path))
        if before:
            _check_apart(site)
    except InvalidFile as error:
        if before is None:
            raise ImproperlyConfigured(str(error)) from None
        log.error("the changed configuration can't be used, so the one before holds")
        return replace(before, stamp=stamp, problem=str(error))
    if before is None:
        return _Read(stamp, site)
    log.warning("the configuration has changed")
    return _Read(stamp, _with_what_stayed(site, before.site))


def _check_apart(site: Site) -> None:
    """What the system checks refuse at a start. Raises InvalidFile."""
    for environment in site.environments.values():
        if environment.backend.aws.get("assume_role_method", "assume_role") != "assume_role":
            raise InvalidFile(f"{environment.name}: this assume_role_method isn't supported here.")
    if any(overlap.is_breach for overlap in overlaps(site)) or shared_kinds(site):
        raise InvalidFile(
            "Two environments or kinds share names that have to be apart. "
            "manage.py check says which."
        )


def _with_what_stayed(site: Site, before: Site) -> Site:
    """The site with the environments that are the same as before, whose lists are known."""
    environments = {}
    for name, environment in site.environments.items():
        old = before.environments.get(name)
        environments[name] = environment
        if old == environment:
            environments[name] = old
    return replace(site, environments=environments)


def _stamp(path: str) -> Stamp | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - it is asked many times a request.
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
