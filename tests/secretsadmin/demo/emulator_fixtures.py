"""One emulator for all tests of a module, whose secrets have names of their own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from secretsadmin.demo.emulator import Emulator, serve
from tests.secretsadmin.demo.emulated import Clock
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def emulator(clock: Clock) -> Iterator[Emulator]:
    with serve(clock=clock) as running:
        yield running


@pytest.fixture(scope="module")
def aws(emulator: Emulator) -> "Iterator[Client]":
    with connected(emulator.endpoint, parameter_validation=False) as client:
        yield client


@pytest.fixture(scope="module")
def impatient(emulator: Emulator) -> "Iterator[Client]":
    """boto3's standard mode takes LimitExceededException for throttling, and pauses."""
    with connected(
        emulator.endpoint, retries={"mode": "standard", "total_max_attempts": 1}
    ) as client:
        yield client


@pytest.fixture
def name() -> str:
    return f"test/{uuid4().hex}/secret"
