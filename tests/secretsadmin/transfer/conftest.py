"""Runs against an empty Secrets Manager behind a proxy, with a database that really commits."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from secretsadmin.transfer import pace, running
from tests.conftest import begin_cold, use
from tests.secretsadmin.transfer.sides import NAMES, configure_three
from tests.support.faults import FaultProxy


@pytest.fixture
def proxy(
    settings: Settings, empty_emulator: Emulator, shared_database: dict[str, str]
) -> Iterator[FaultProxy]:
    """What the environment `default` takes for AWS; it takes any number of calls."""
    settings.BATCH_CALLS_PER_SECOND = 10_000
    pace.forget()
    with FaultProxy(empty_emulator.endpoint) as proxy:
        use(settings, proxy.endpoint)
        yield proxy
        begin_cold()
    pace.forget()


@pytest.fixture
def three(
    settings: Settings,
    tmp_path: Path,
    empty_emulator: Emulator,
    shared_database: dict[str, str],
) -> Iterator[Emulator]:
    """The environments `dev`, `test` and `prod`; runs take any number of calls."""
    settings.BATCH_CALLS_PER_SECOND = 10_000
    pace.forget()
    configure_three(settings, tmp_path, dict.fromkeys(NAMES, empty_emulator.endpoint))
    yield empty_emulator
    running.stop_all()
    begin_cold()
    pace.forget()
