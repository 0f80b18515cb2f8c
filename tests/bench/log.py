"""What a long audit log costs its page: the first page, filters, and the hundredth page.

Each is measured on a log of 10,000 lines and on one of a million, and may take twice as long at
most. The lines aren't sealed, because nothing here reads the seals.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.support.databases import using

SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 15
MOST = 2.0
# A line begins an act or ends it. The acts are by 40 people, on 2,000 secrets, a minute apart.
FILL = """
INSERT INTO audit_event (
    id, act, outcome, begins, at, "user", address, environment, kind, secret, action, reason,
    fields, version, previous, refusal, request_id, error, correlation, key, mac
)
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {lines})
SELECT
    n,
    printf('%032x', (n + 1) / 2),
    CASE
        WHEN n % 2 = 1 THEN 'started' WHEN n % 100 = 0 THEN 'denied' ELSE 'succeeded'
    END,
    n % 2,
    datetime('2026-01-01', '-' || (({lines} - n) / 2) || ' minutes'),
    'person' || (n / 2 * 7 % 40),
    '10.0.0.1', 'default', CASE WHEN n / 2 % 3 = 0 THEN 'variables' ELSE 'connections' END,
    CASE WHEN (n + 1) / 2 % 50 = 0 THEN 'main' ELSE 'secret_' || (n / 2 * 13 % 2000) END,
    CASE WHEN n / 2 % 3 = 0 THEN 'variables.reveal' ELSE 'connections.update' END,
    'because it is so', '["password", "host"]', printf('%032x', n), printf('%032x', n - 2),
    NULL, 'aws-' || n, '', printf('%036x', n / 4), '12345678', printf('%064x', n)
FROM numbers
"""


def measure() -> list[str]:
    """Prints the times. Returns what takes too long."""
    with TemporaryDirectory() as folder:
        logs = {
            lines: _filled(Path(folder) / f"{lines}.sqlite3", lines) for lines in (SMALL, LARGE)
        }
        times = _times(logs)
    print(f"\n{'The audit log, ms':32} {SMALL:>9,} {LARGE:>10,} {'ratio':>6}")
    slow = []
    for page, small in times[SMALL].items():
        large = times[LARGE][page]
        print(f"{page:32} {small * 1000:9.1f} {large * 1000:10.1f} {large / small:6.2f}")
        if large > MOST * small:
            slow.append(f"the audit log's {page} takes too long in a long log")
    return slow


def _filled(path: Path, lines: int) -> Path:
    with using(f"sqlite:///{path}"):
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(FILL.format(lines=lines))
        User.objects.create_superuser("bench")
    return path


def _times(logs: Mapping[int, Path]) -> dict[int, dict[str, float]]:
    """Medians. The logs take turns, so that a slow moment of the machine is nobody's alone."""
    taken: dict[int, dict[str, list[float]]] = {lines: defaultdict(list) for lines in logs}
    for _ in range(ROUNDS):
        for lines, path in logs.items():
            with using(f"sqlite:///{path}"):
                _take_a_turn(lines, taken[lines])
    return {
        lines: {name: statistics.median(times) for name, times in pages.items()}
        for lines, pages in taken.items()
    }


def _take_a_turn(lines: int, taken: dict[str, list[float]]) -> None:
    client = Client()
    client.force_login(User.objects.get(username="bench"))
    client.get("/audit/")
    for name, page in _pages(client, lines).items():
        start = time.perf_counter()
        page()
        taken[name].append(time.perf_counter() - start)


def _pages(client: Client, lines: int) -> dict[str, Callable[[], Any]]:
    asked = {
        "first page": {},
        "page 100": {"before": str(lines - 100 * 99)},
        "filter by action": {"action": "reveal"},
        "filter by kind and days": {"kind": "variables", "since": "2025-12-28"},
        "filter by person": {"user": "person7"},
        "filter by a part of an id": {"secret": "*cret_7*"},
        "filter by id": {"secret": "main"},
        "filter by outcome": {"outcome": "denied"},
        "filter by request": {"request": f"{lines // 8:036x}"},
        "filter by a request of AWS": {"request": f"aws-{lines - 10}"},
        "filter that fits nothing": {"secret": "*no such thing*"},
    }
    return {name: _page(client, filters) for name, filters in asked.items()}


def _page(client: Client, filters: dict[str, str]) -> Callable[[], Any]:
    def get() -> None:
        assert client.get("/audit/", filters).status_code == 200

    return get
