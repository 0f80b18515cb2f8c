"""An AWS whose list is five minutes behind, and time that passes when a test says so."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from time_machine import travel

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import watching
from tests.secretsadmin.store.acts import default
from tests.support.faults import FaultProxy

PASS = timedelta(minutes=5)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with serve(listing_lag=300) as running:
        yield running


class Passing:
    """The time, which stands still between the steps of a test."""

    def __init__(self, traveller: Any) -> None:
        self._traveller = traveller

    def wait(self, time: timedelta = 2 * PASS) -> None:
        self._traveller.shift(time)


@pytest.fixture
def time(proxy: FaultProxy, emulator: Emulator) -> Iterator[Passing]:
    emulator.begin_anew()
    emulator.world.listing_lag = 300
    with travel(datetime.now(UTC), tick=False) as traveller:
        yield Passing(traveller)


def look() -> None:
    watching.look(default(), VARIABLES)


def seen() -> list[tuple[str, str]]:
    """What was observed: the secret, and the word for what happened."""
    observed = Event.objects.filter(outcome=Outcome.OBSERVED).order_by("id")
    words = []
    for event in observed:
        assert event.details is not None
        words.append((event.secret, event.details["what"]))
    return words
