"""A Secrets Manager for each test, because a listing is of all that there is."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator, serve
from tests.conftest import begin_cold, use
from tests.support.faults import FaultProxy
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with serve() as running:
        yield running


@pytest.fixture
def proxy(emulator: Emulator, settings: Settings, db: None) -> Iterator[FaultProxy]:
    with FaultProxy(emulator.endpoint) as running:
        use(settings, running.endpoint)

        yield running
        running.clear()
        begin_cold()


@pytest.fixture
def outside(emulator: Emulator) -> "Iterator[Client]":
    with connected(emulator.endpoint) as client:
        yield client
