"""The command lint --values ... (each test finishes the sentence)."""

import json
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.demo.emulator import Emulator
from secretsadmin.transfer import pace
from tests.conftest import use
from tests.support.faults import FaultProxy
from tests.support.site import put
from tests.support.wire import counting

SHARED = "kept-by-two-of-them"


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stored(
    settings: Settings, shared_database: dict[str, str], secrets_manager: Emulator
) -> Iterator[Emulator]:
    settings.BATCH_CALLS_PER_SECOND = 10_000
    pace.forget()
    for key, text in {
        "spaced": " http://h",
        "one": f"http://u:{SHARED}@h",
        "two": f"https://u:{SHARED}@h",
    }.items():
        put(secrets_manager, f"airflow/connections/{key}", text)
    put(secrets_manager, "airflow/variables/broken", '{"broken')
    yield secrets_manager
    pace.forget()


def test_tells_what_is_wrong_with_each_value(stored: Emulator) -> None:
    out, terminal = StringIO(), Terminal()

    with counting(stored) as calls, pytest.raises(SystemExit) as failed:
        call_command("lint", "--values", "--format", "json", stdout=out, stderr=terminal)

    assert failed.value.code == 1
    assert calls["BatchGetSecretValue"] == 1
    told = {(row["id"], row["rule"]): row["sentence"] for row in json.loads(out.getvalue())}
    assert told["broken", "broken-json"] == "It begins like JSON, but can’t be read as JSON."
    assert told["spaced", "space-around-text"] == "White space stands before the text."
    assert told["one", "shared-password"] == "It has a password in common with two."
    assert told["two", "shared-password"] == "It has a password in common with one."
    assert SHARED not in out.getvalue()
    assert terminal.getvalue().endswith("] 4 of 4\n")


def test_is_recorded_as_one_scan_and_as_each_reading(stored: Emulator) -> None:
    with pytest.raises(SystemExit):
        call_command("lint", "--values", stdout=StringIO())

    run = Event.objects.get(action="batch.run", begins=False)
    assert run.outcome == Outcome.SUCCEEDED
    assert run.user.endswith("(at the command line)")
    assert run.details
    assert run.details["shared"] == [["connections/one", "connections/two"]]
    scanned = Event.objects.filter(correlation=str(run.act), action__endswith=".scan", begins=False)
    assert {event.secret for event in scanned} == {"spaced", "one", "two", "broken"}


def test_passes_nobody_where_aws_gives_no_values(stored: Emulator, settings: Settings) -> None:
    with FaultProxy(stored.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("BatchGetSecretValue").deny()
        with pytest.raises(CommandError, match="Only 0 of 4 values") as failed:
            call_command("lint", "--values", stdout=StringIO())

    assert failed.value.returncode == 2
