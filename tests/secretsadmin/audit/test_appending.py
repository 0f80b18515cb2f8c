"""Processes that add to the audit log at once ... (each test finishes the sentence)."""

from pathlib import Path

import pytest

from secretsadmin.audit import verifying
from secretsadmin.audit.models import Event
from tests.support.appending import at_once, manage
from tests.support.databases import empty_database, using

pytestmark = pytest.mark.django_db
PROCESSES, LINES = 4, 50


def test_leave_no_gap_and_no_fork(tmp_path: Path) -> None:
    with empty_database(tmp_path) as url:
        assert manage(url, "migrate").returncode == 0

        at_once(url, PROCESSES, LINES)

        with using(url):
            assert verifying.verify().end.number == Event.objects.count() == PROCESSES * LINES
        assert manage(url, "audit", "verify").returncode == 0
