"""The store between a database and the emulator, behind a proxy that can be told to fail."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.audit.refusals import Refusals
from secretsadmin.config.ref import Ref
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.store import aws
from tests.conftest import begin_cold, use
from tests.secretsadmin.store.acts import ref_to
from tests.support.faults import FaultProxy
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


# Threads wait for each other, however busy the machine is, and not for the disk.
DURABLE_ENOUGH = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with serve() as running:
        yield running
    aws.forget_clients()


@pytest.fixture(scope="module")
def module_proxy(emulator: Emulator) -> Iterator[FaultProxy]:
    with FaultProxy(emulator.endpoint) as running:
        yield running


@pytest.fixture
def proxy(module_proxy: FaultProxy, settings: Settings, db: None) -> Iterator[FaultProxy]:
    """What the environment `default` takes for AWS."""
    module_proxy.clear()
    use(settings, module_proxy.endpoint)
    yield module_proxy
    module_proxy.clear()
    begin_cold()


@pytest.fixture(scope="module")
def outside(emulator: Emulator) -> "Iterator[Client]":
    """Somebody else, who goes past the dashboard and the proxy."""
    with connected(emulator.endpoint) as client:
        yield client


@pytest.fixture
def ref(proxy: FaultProxy) -> Ref:
    return ref_to(uuid4().hex)


@pytest.fixture
def version(outside: "Client", ref: Ref) -> str:
    """The secret is there, in its first version, made outside."""
    return outside.create_secret(Name=ref.name, SecretString="first")["VersionId"]


@pytest.fixture
def own_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[sqlite3.Connection]:
    """The record in a file that threads share, and a connection that can lock it."""
    file = tmp_path / "record.sqlite3"
    shared = connections["default"]
    options = {"timeout": 60, "transaction_mode": "IMMEDIATE", "init_command": DURABLE_ENOUGH}
    engine = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file), "OPTIONS": options}
    monkeypatch.setitem(connections.settings, "default", connections.settings["default"] | engine)
    del connections["default"]
    with connections["default"].schema_editor() as editor:
        editor.create_model(Event)
        editor.create_model(Refusals)
    other = sqlite3.connect(file, isolation_level=None)
    yield other
    other.close()
    connections["default"].close()
    connections["default"] = shared
