"""What the site does by itself ... (each test finishes the sentence)."""

import json
import math
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Signal
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.bookkeeping import Lease
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.demo import site
from secretsadmin.housekeeping import LEASE, TASKS, Housekeeping, Task
from tests.support.record import add_line

SECONDS = 60
CONFIGURATION = "[environments.dev]\ntitle = 'dev'\nbackend_kwargs = '{}'\n"
GRANT = "[[grants]]\ngroup = 'ops'\nrole = 'viewer'\n"
pytestmark = pytest.mark.usefixtures("shared_database")


class Work:
    """A task's work: it counts its runs, and lets a test wait for as many as it wants."""

    def __init__(self, wanted: int = 1) -> None:
        self.runs = 0
        self._wanted = wanted
        self._is_done = Signal()

    def __call__(self) -> None:
        self.runs += 1
        if self.runs == self._wanted:
            self._is_done.set()

    def is_done(self) -> bool:
        return self._is_done.wait(SECONDS)


def break_off() -> None:
    raise ValueError


def test_begins_at_once_and_is_repeated() -> None:
    often, once = Work(3), Work()
    tasks = [Task("often", 0, often), Task("once", math.inf, once)]
    housekeeping = Housekeeping(tasks)

    housekeeping.start()
    assert often.is_done()
    housekeeping.stop()

    assert once.runs == 1


def test_goes_on_where_a_task_breaks_off(caplog: pytest.LogCaptureFixture) -> None:
    other = Work(2)
    tasks = [Task("broken", 0, break_off, last=break_off), Task("other", 0, other, last=other)]
    housekeeping = Housekeeping(tasks)

    housekeeping.start()
    assert other.is_done()
    housekeeping.stop()

    assert other.runs > 2
    broken = [record for record in caplog.records if record.message == "a task broke off"]
    assert {(vars(record)["task"], vars(record)["error"]) for record in broken} == {
        ("broken", "ValueError")
    }


def test_ends_with_the_last_things_and_gives_its_lease_back() -> None:
    first, last = Work(), Work(2)
    housekeeping = Housekeeping(
        [Task("first", math.inf, first), Task("last", math.inf, last, last=last)]
    )
    housekeeping.start()
    assert first.is_done()

    housekeeping.stop()

    assert (first.runs, last.runs) == (1, 2)
    assert not Lease.objects.exists()


def test_is_done_by_one_process_for_all() -> None:
    mine, theirs = Work(3), Work()
    Lease.objects.create(name=LEASE, holder="another", until=datetime.now(UTC) - timedelta(hours=1))
    first = Housekeeping([Task("mine", 0, mine)])
    second = Housekeeping([Task("theirs", 0, theirs, last=theirs)])
    first.start()
    while not Lease.objects.filter(holder=first.holder).exists():
        assert first.is_working
    second.start()
    assert mine.is_done()

    second.stop()
    first.stop()

    assert not theirs.runs


def test_notices_a_changed_configuration_once(settings: Settings, tmp_path: Path) -> None:
    (task,) = (task for task in TASKS if task.name == "configuration")
    assert task.seconds == 60
    path = tmp_path / "site.toml"
    path.write_text(CONFIGURATION)
    settings.SECRETSADMIN_CONFIG = str(path)
    housekeeping = Housekeeping([replace(task, seconds=0)])

    housekeeping.start()
    wait_for_lines(1, housekeeping)
    path.write_text(CONFIGURATION.replace("'dev'", "'Development'") + GRANT)
    wait_for_lines(2, housekeeping)
    housekeeping.stop()
    task.run()

    _, line = Event.objects.order_by("id")
    assert (line.action, line.user, line.outcome) == ("site.configure", "", "succeeded")
    assert line.fields == ["environments.dev", "grants"]


def wait_for_lines(count: int, housekeeping: Housekeeping) -> None:
    while Event.objects.count() < count:
        assert housekeeping.is_working


@pytest.fixture
def served(shared_database: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The site with two workers, in which an act was interrupted five minutes ago."""
    with travel(datetime.now(UTC) - timedelta(minutes=5)):
        add_line(act=uuid4(), outcome=Outcome.STARTED, action="connections.reveal")
    environment = {
        **os.environ,
        **shared_database,
        "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps({"region_name": "eu-central-1"}),
    }
    with socket.create_server(("127.0.0.1", 0)) as listener, (tmp_path / "log").open("w") as log:
        number = listener.fileno()
        with subprocess.Popen(
            site.command(f"fd://{number}"),
            env=environment,
            cwd=site.ROOT,
            pass_fds=(number,),
            stdout=log,
            stderr=log,
        ) as process:
            yield process
            process.kill()


def test_begins_with_a_worker_and_ends_with_it(served: subprocess.Popen[bytes]) -> None:
    while not Event.objects.filter(begins=False).exists():
        assert served.poll() is None
    end = Event.objects.get(begins=False)
    assert (end.outcome, end.error) == (Outcome.UNKNOWN, "Interrupted")
    assert Lease.objects.exists()

    served.send_signal(signal.SIGTERM)
    assert served.wait(SECONDS) == 0

    assert not Lease.objects.exists()
