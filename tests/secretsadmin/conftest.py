"""Two environments on one Secrets Manager, one of them protected, and people of every role."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import begin_cold
from tests.support.canaries import Watch, collecting, kept, raised
from tests.support.people import somebody
from tests.support.taken_along import taken_along

CONFIG = """
[environments.{name}]
title = "{title}"
protected = {protected}
{more}
[environments.{name}.backend_kwargs]
endpoint_url = "{endpoint}"
region_name = "eu-central-1"
connections_prefix = "{name}/connections"
variables_prefix = "{name}/variables"
config_prefix = "{name}/config"
"""
Configure = Callable[..., Emulator]
As = Callable[[str], Client]


@pytest.fixture
def configure(settings: Settings, tmp_path: Path, empty_emulator: Emulator) -> Configure:
    """Serves the environments `dev` and `prod`, with grants as the configuration writes them.

    An environment's own name takes further entries of its table.
    """

    def write(grants: str = "", endpoint: str = "", **entries: str) -> Emulator:
        tables = [
            CONFIG.format(
                name=name,
                title=title,
                protected=protected,
                endpoint=endpoint or empty_emulator.endpoint,
                more=entries.get(name, ""),
            )
            for name, title, protected in (
                ("dev", "Development", "false"),
                ("prod", "Production", "true"),
            )
        ]
        # Each configuration is another file, because a running site never reads one twice.
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.toml"
        path.write_text("\n".join([*tables, grants]), encoding="utf-8")
        settings.SECRETSADMIN_CONFIG = str(path)
        begin_cold()
        return empty_emulator

    return write


@pytest.fixture
def two_environments(configure: Configure) -> Emulator:
    return configure()


@pytest.fixture
def as_role(db: None) -> As:
    """A browser of `anonymous`, `nobody` (who has no group), `superuser`, or a member."""

    def browser(role: str) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(person(role))
        return client

    return browser


@pytest.fixture(params=[False, True], ids=["", "DEBUG"])
def watch(
    request: Any,
    settings: Settings,
    two_environments: Emulator,
    as_role: As,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Watch]:
    """An editor's browser; in the end, nothing that came out or stayed behind holds a canary."""
    settings.DEBUG = request.param
    watch = Watch(as_role("editor"))
    with collecting() as logged, raised() as texts:
        yield watch
    assert watch.canaries
    assert not watch.within(repr(watch.outside)), "a canary is in an address, a header or a cookie"
    assert not watch.within("".join(logged.raw)), "a canary is in the log"
    assert not watch.within("".join(texts)), "a canary is in an exception"
    assert not watch.within(kept()), "a canary is in the database, a session or a cache"
    taken = taken_along(tmp_path_factory.mktemp("taken"), settings)
    assert not watch.within(taken), "a canary left with the audit log"


@pytest.fixture
def shared_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[dict[str, str]]:
    """A database that other processes share, which have these environment variables."""
    shared = connections["default"]
    if connection.vendor == "sqlite":
        name = str(tmp_path / "shared.sqlite3")
        url = f"sqlite:///{name}"
    else:
        name = f"shared_{uuid4().hex}"
        url = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
        _run_on_cluster(f"CREATE DATABASE {name}")
    before = connections.settings["default"]
    monkeypatch.setitem(connections.settings, "default", before | {"NAME": name})
    del connections["default"]
    call_command("migrate", verbosity=0)
    yield {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    connections["default"].close()
    connections["default"] = shared
    if connection.vendor == "postgresql":
        _run_on_cluster(f"DROP DATABASE {name} WITH (FORCE)")


def _run_on_cluster(sql: str) -> None:
    with connection._nodb_cursor() as cursor:  # noqa: SLF001 - as Django makes its own test database.
        cursor.execute(sql)


def person(role: str) -> User:
    if role in ("nobody", "superuser"):
        return somebody(role, is_superuser=role == "superuser")
    return somebody(role, f"{role}s")
