"""What the environment `default` takes for AWS, behind a proxy that can be told to fail."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from secretsadmin.store import aws
from tests.conftest import begin_cold, use
from tests.support.faults import FaultProxy


@pytest.fixture
def proxy(settings: Settings, empty_emulator: Emulator, db: None) -> Iterator[FaultProxy]:
    with FaultProxy(empty_emulator.endpoint) as running:
        use(settings, running.endpoint)
        yield running
        begin_cold()
        aws.forget_clients()
