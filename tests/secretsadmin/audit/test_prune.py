"""Pruning the audit log ... (each test finishes the sentence)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit import stream
from secretsadmin.audit.models import Event
from tests.support import tampering
from tests.support.audit_command import Ran, audit, checkpoint
from tests.support.broken import refusing
from tests.support.record import add_line

pytestmark = pytest.mark.usefixtures("old_log")
FIRST_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAYS = 10


@pytest.fixture
def old_log(db: None, settings: Settings) -> None:
    """A line a day."""
    settings.AUDIT_STREAM = "none"
    for day in range(DAYS):
        with travel(FIRST_DAY + timedelta(days=day), tick=False):
            add_line(secret=f"orders{day + 1}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "old.jsonl"


def prune(file: Path, before: str = "2026-01-05") -> Ran:
    return audit("prune", "--before", before, "--to", file)


def numbers() -> list[int]:
    return list(Event.objects.order_by("id").values_list("id", flat=True))


def lines(file: Path) -> Iterator[dict[str, object]]:
    for text in file.read_text().splitlines():
        yield json.loads(text)


def is_append_only() -> bool:
    for statement in ("UPDATE audit_event SET reason = 'none'", "DELETE FROM audit_event"):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError:
            continue
        return False
    return True


def test_moves_lines_to_a_file_that_its_owner_alone_reads(file: Path) -> None:
    ran = prune(file)

    assert ran.status == 0
    assert "4 lines, up to line 4" in ran.output
    assert numbers() == [5, 6, 7, 8, 9, 10, 11]
    *moved, signed = lines(file)
    assert [line["secret"] for line in moved] == ["orders1", "orders2", "orders3", "orders4"]
    assert (signed["checkpoint"], signed["mac"]) == (4, moved[-1]["mac"])
    assert file.stat().st_mode & 0o777 == 0o600


def test_leaves_a_log_that_verifies(file: Path, tmp_path: Path) -> None:
    head = checkpoint(tmp_path / "head")

    prune(file)

    ran = audit("verify", "--archive", file, "--checkpoint", head)
    assert ran.status == 0
    assert "Lines 1 to 4 are as they were sealed." in ran.output
    assert "Lines 5 to 11 are as they were sealed." in ran.output
    assert is_append_only()


def test_is_a_line_of_the_log(file: Path) -> None:
    prune(file)

    line = Event.objects.latest("id")
    assert (line.action, line.outcome, line.count) == ("audit.prune-log", "succeeded", 4)
    # An account may have the name that somebody has on this machine.
    assert line.user.endswith(" (at the command line)")
    assert line.details is not None
    assert line.details["up_to"] == 4
    assert line.details["sha256"] == sha256(file.read_bytes()).hexdigest()


def test_may_be_done_again(file: Path, tmp_path: Path) -> None:
    prune(file)
    second = tmp_path / "second.jsonl"
    assert prune(second, "2026-01-08").status == 0

    assert next(lines(second))["checkpoint"] == 4
    ran = audit("verify", "--archive", second, "--archive", file)
    assert ran.status == 0
    assert "Lines 5 to 7 are" in ran.output
    assert audit("verify", "--archive", second).status == 0
    missing = audit("verify", "--archive", file)
    assert (missing.status, "Line 5 is missing" in missing.errors) == (1, True)


def test_outlives_the_record_of_an_earlier_time(file: Path, tmp_path: Path) -> None:
    prune(file)
    with travel(FIRST_DAY + timedelta(days=400), tick=False):
        add_line()

    assert prune(tmp_path / "second.jsonl", "2027-12-31").status == 0

    assert numbers() == [12, 13]
    assert audit("verify").status == 0


def test_never_removes_the_newest_line(file: Path) -> None:
    assert prune(file, "2030-01-01").status == 0

    assert numbers() == [10, 11]


def test_cuts_no_act_in_two(file: Path) -> None:
    act = uuid4()
    with travel(FIRST_DAY + timedelta(days=20), tick=False):
        add_line(act=act, outcome="started")
        add_line()
    with travel(FIRST_DAY + timedelta(days=30), tick=False):
        add_line(act=act)

    assert prune(file, "2026-01-25").status == 0

    assert numbers()[0] == 11


def test_leaves_an_act_that_is_not_over(file: Path) -> None:
    with travel(FIRST_DAY + timedelta(days=20), tick=False):
        add_line(outcome="started")
        add_line()

    assert prune(file, "2026-01-25").status == 0

    assert numbers()[0] == 11


@pytest.mark.parametrize("before", ["2026-01-01", "2020-01-01"])
def test_refuses_where_nothing_is_as_old(file: Path, before: str) -> None:
    ran = prune(file, before)

    assert (ran.status, "No act that is over is as old" in ran.errors) == (2, True)
    assert not file.exists()


def test_refuses_a_log_that_is_not_as_it_was_sealed(file: Path) -> None:
    tampering.lift_triggers()
    tampering.change(8, user="mallory")

    ran = prune(file)

    assert (ran.status, "Line 8 isn't what was sealed" in ran.errors) == (1, True)
    assert not file.exists()
    assert len(numbers()) == DAYS


def test_refuses_a_file_that_is_there(file: Path) -> None:
    file.write_text("somebody's")

    assert prune(file).status == 2

    assert file.read_text() == "somebody's"
    assert len(numbers()) == DAYS


def test_waits_for_the_stream(file: Path, tmp_path: Path, settings: Settings) -> None:
    settings.AUDIT_STREAM = f"file:{tmp_path / 'stream'}"
    assert (prune(file).status, file.exists()) == (2, False)

    stream.run()

    assert prune(file).status == 0


@pytest.mark.parametrize("start", ["DELETE", 'INSERT INTO "audit_event"'])
def test_that_fails_leaves_all_as_it_was(file: Path, start: str) -> None:
    with refusing(start):
        assert prune(file).status == 2

    assert len(numbers()) == DAYS
    assert not file.exists()
    assert is_append_only()
    assert audit("verify").status == 0


def test_hides_no_other_line_that_is_gone(file: Path) -> None:
    prune(file)
    tampering.lift_triggers()
    tampering.delete(5)

    ran = audit("verify")

    assert (ran.status, "Line 1 is missing: the log begins at line 6" in ran.errors) == (1, True)


def test_cannot_be_pretended(file: Path) -> None:
    mac = Event.objects.get(id=3).mac
    tampering.lift_triggers()
    tampering.delete(1, 2, 3)
    tampering.forge(
        11,
        action="audit.prune-log",
        **dict.fromkeys(("environment", "kind", "secret"), ""),
        details={"up_to": 3, "mac": mac, "count": 3},
    )

    ran = audit("verify")

    assert (ran.status, "Line 11 isn't what was sealed" in ran.errors) == (1, True)


def changed(file: Path, place: int, **parts: object) -> None:
    texts = file.read_text().splitlines()
    texts[place] = json.dumps(json.loads(texts[place]) | parts)
    file.write_text("\n".join(texts) + "\n")


@pytest.mark.parametrize(
    "parts",
    [
        {"user": "mallory"},
        {"at": "2026-01-03T12:00:01Z"},
        {"fields": ["x"]},
        {"act": "00000000-0000-4000-8000-000000000000"},
        {"act": 5},
        {"begins": True},
        {"mac": "0" * 64},
        {"id": 99},
    ],
    ids=repr,
)
def test_leaves_a_file_in_which_a_change_shows(file: Path, parts: dict[str, object]) -> None:
    prune(file)

    changed(file, 2, **parts)

    ran = audit("verify", "--archive", file)
    assert ran.status == 1
    assert ran.errors.startswith(f"{file}: ")


@pytest.mark.parametrize("place", range(5))
def test_leaves_a_file_in_which_a_missing_line_shows(file: Path, place: int) -> None:
    prune(file)
    texts = file.read_text().splitlines(keepends=True)
    file.write_text("".join(texts[:place] + texts[place + 1 :]))

    assert audit("verify", "--archive", file).status == 1


@pytest.mark.parametrize("text", ["", "nonsense\n", "[]\n", "{}\n"])
def test_leaves_a_file_that_another_cannot_stand_in_for(file: Path, text: str) -> None:
    prune(file)
    file.write_text(text)

    assert audit("verify", "--archive", file).status == 1


def test_shows_against_a_log_restored_from_before_it(file: Path) -> None:
    backup = tampering.copy()
    prune(file)
    tampering.lift_triggers()

    tampering.restore(backup)
    assert audit("verify", "--archive", file).status == 0

    tampering.delete(*range(3, DAYS + 1))
    assert audit("verify", "--archive", file).status == 1


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", ""])
def test_asks_for_a_day(file: Path, day: str) -> None:
    assert "write a day as 2026-01-31" in prune(file, day).errors
