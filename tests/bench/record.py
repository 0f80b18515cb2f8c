"""How long it takes to verify an audit log of 200,000 lines, beside only reading its lines."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from secretsadmin.audit import chain, verifying
from secretsadmin.audit.models import Event
from tests.support.databases import empty_database, using

LINES, BATCH = 200_000, 5_000
ROUNDS = 3


def measure() -> None:
    with TemporaryDirectory() as folder, empty_database(Path(folder)) as url, using(url):
        call_command("migrate", verbosity=0)
        _fill()
        reading = _median(_read)
        verified = _median(_verify)
    print(f"\n{f'Audit log of {LINES:,} lines':28} {'s':>7} {'x reading':>14}")
    print(f"{'read':28} {reading:7.2f} {1:14.1f}")
    print(f"{'verify':28} {verified:7.2f} {verified / reading:14.1f}")


def _fill() -> None:
    ring = chain.keys()
    mac = chain.NOTHING
    for first in range(1, LINES + 1, BATCH):
        lines = []
        for number in range(first, first + BATCH):
            line = _line(number)
            line.key = ring.current
            mac = line.mac = chain.seal(ring.by_id[ring.current], mac, chain.canonical(line))
            lines.append(line)
        with transaction.atomic():
            Event.objects.bulk_create(lines)


def _line(number: int) -> Event:
    act = uuid4()
    return Event(
        id=number,
        act=act,
        outcome="succeeded",
        begins=False,
        at=timezone.now(),
        user="ada",
        address="203.0.113.9",
        environment="prod",
        kind="connections",
        secret=f"team{number % 40}/service_{number % 2_000}",
        action="connections.update",
        reason="The service has moved to its new host",
        fields=["host", "password"],
        version=str(act),
        previous=str(uuid4()),
        format="uri",
        holds=["host", "login", "password"],
        request_id=str(uuid4()),
        correlation=str(uuid4()),
    )


def _read() -> None:
    for _ in chain.rows():
        pass


def _verify() -> None:
    assert verifying.verify().end.number == LINES


def _median(act: Callable[[], None]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
