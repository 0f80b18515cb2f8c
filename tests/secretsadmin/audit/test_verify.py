"""Verifying the audit log ... (each test finishes the sentence)."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from tests.support import tampering
from tests.support.audit_command import audit, checkpoint
from tests.support.record import add_line

pytestmark = pytest.mark.usefixtures("log")
OTHER_KEY = "tests-other-" + "0246813579" * 4
OTHERS: dict[str, Any] = {
    "act": uuid4(),
    "begins": True,
    "at": timezone.now() - timedelta(days=1),
    "address": "203.0.113.8",
    "fields": ["host"],
    "holds": [],
    "refusal": 4,
    "count": None,
    "details": {"keys": [1, None, "y"], "\u00e4": True},
    "outcome": "failed",
    "key": "00000000",
    "mac": "0" * 64,
}
COLUMNS = [field.name for field in Event._meta.get_fields() if field.name != "id"]  # noqa: SLF001 - Django's own.


def broken(*arguments: str | Path) -> str:
    ran = audit("verify", *arguments)
    assert ran.status == 1, ran
    return ran.errors


def test_finds_nothing_wrong_with_a_log_that_nobody_touched(tmp_path: Path) -> None:
    head = checkpoint(tmp_path / "head")

    for ran in (audit("verify"), audit("verify", "--checkpoint", head)):
        assert (ran.status, ran.errors) == (0, "")
        assert "Lines 1 to 6 are as they were sealed." in ran.output


def test_says_what_nothing_shows_without_a_checkpoint(tmp_path: Path) -> None:
    assert "Without a checkpoint" in audit("verify").output
    assert (
        "the last of line 6" in audit("verify", "--checkpoint", checkpoint(tmp_path / "h")).output
    )


@pytest.mark.parametrize("column", COLUMNS)
def test_names_the_line_in_which_a_column_was_changed(column: str) -> None:
    tampering.lift_triggers()

    tampering.change(3, **{column: OTHERS.get(column, "other")})

    assert broken().startswith("Line 3 ")


def test_knows_a_change_to_each_column() -> None:
    event = Event.objects.get(id=3)
    for column in COLUMNS:
        assert getattr(event, column) != OTHERS.get(column, "other")


def delete_without_a_gap() -> None:
    tampering.delete(3)
    tampering.renumber(6, 3)


def put_in() -> None:
    tampering.renumber(6, 7)
    tampering.forge(6)


TAMPERING: dict[str, tuple[Callable[[], None], str]] = {
    "first deleted": (partial(tampering.delete, 1), "Line 1 is missing"),
    "two first deleted": (partial(tampering.delete, 1, 2), "Line 1 is missing"),
    "one in the middle deleted": (partial(tampering.delete, 3), "Line 3 is missing"),
    "renumbered": (partial(tampering.renumber, 3, 99), "Line 3 is missing"),
    "deleted without a gap": (delete_without_a_gap, "Line 3 isn't what was sealed"),
    "put in": (put_in, "Line 6 isn't what was sealed"),
    "put before the first": (partial(tampering.forge, 0), "After line 0 stands a line"),
    "swapped": (partial(tampering.swap, 2, 5), "Line 2 isn't what was sealed"),
    "forged": (partial(tampering.forge, 7), "Line 7 isn't what was sealed"),
    "forged with another key": (
        partial(tampering.forge, 7, key="11111111"),
        "Line 7 names a key that is neither",
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_names_the_first_line_that_is(how: str) -> None:
    tamper, problem = TAMPERING[how]
    tampering.lift_triggers()

    tamper()

    assert broken().startswith(problem)


@pytest.mark.parametrize("numbers", [[6], [4, 5, 6], [1, 2, 3, 4, 5, 6]])
def test_misses_the_last_lines_by_a_checkpoint(tmp_path: Path, numbers: list[int]) -> None:
    head = checkpoint(tmp_path / "head")
    tampering.lift_triggers()

    tampering.delete(*numbers)

    assert audit("verify").status == 0
    assert f"Line {numbers[0]} is missing" in broken("--checkpoint", head)


def test_knows_an_older_copy_by_a_checkpoint(tmp_path: Path) -> None:
    backup = tampering.copy()
    add_line()
    head = checkpoint(tmp_path / "head")
    tampering.lift_triggers()

    tampering.restore(backup)

    assert audit("verify").status == 0
    assert "this is an older copy" in broken("--checkpoint", head)

    # The site goes on, and its new lines are sealed rightly.
    add_line()
    add_line()
    assert audit("verify").status == 0
    assert broken("--checkpoint", head).startswith("Line 7 has another seal than in its checkpoint")


def test_compares_every_checkpoint_of_a_file(tmp_path: Path) -> None:
    heads = tmp_path / "heads"
    backup = tampering.copy()
    add_line()
    first = audit("checkpoint").output
    tampering.lift_triggers()
    tampering.restore(backup)
    add_line()
    add_line()

    heads.write_text(first + "\n" + audit("checkpoint").output)

    assert "Line 7 has another seal" in broken("--checkpoint", heads)


@pytest.mark.parametrize("part", ["checkpoint", "mac", "at", "key", "signature"])
def test_refuses_a_checkpoint_that_is_not_ours(tmp_path: Path, part: str) -> None:
    head = checkpoint(tmp_path / "head")
    parts = json.loads(head.read_text())
    parts[part] = 5 if part == "checkpoint" else "0" * len(parts[part])
    head.write_text(json.dumps(parts))

    assert "Line 1 of the file" in broken("--checkpoint", head)


@pytest.mark.parametrize("text", ["", "\n", "nonsense", "[]", "{}", "1"])
def test_refuses_a_file_without_checkpoints(tmp_path: Path, text: str) -> None:
    (tmp_path / "head").write_text(text)

    assert "checkpoint" in broken("--checkpoint", tmp_path / "head")


def test_is_something_else_than_not_to_find_a_file(tmp_path: Path) -> None:
    for option in ("--checkpoint", "--archive"):
        assert audit("verify", option, tmp_path / "none").status == 2


def test_holds_over_a_change_of_keys(settings: Settings, tmp_path: Path) -> None:
    head = checkpoint(tmp_path / "head")
    settings.AUDIT_KEYS_BEFORE = [settings.AUDIT_KEY]
    settings.AUDIT_KEY = OTHER_KEY

    add_line()

    assert len(set(Event.objects.values_list("key", flat=True))) == 2
    assert audit("verify", "--checkpoint", head).status == 0
    settings.AUDIT_KEYS_BEFORE = []
    assert broken().startswith("Line 1 names a key that is neither AUDIT_KEY")
    assert "signed with a key that is neither" in broken("--checkpoint", head)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL holds columns to their types")
@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("id", "'abc'"),
        ("id", "2.5"),
        ("user", "CAST(x'ff' AS TEXT)"),
        ("user", "x'616461'"),
        ("begins", "'x'"),
        ("count", "'many'"),
    ],
)
def test_reads_what_a_column_should_not_hold(column: str, text: str) -> None:
    tampering.lift_triggers()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE audit_event SET "{column}" = {text} WHERE id = 3')  # noqa: S608 - our own.

    assert "ine 3 " in broken() or "After line 2 " in broken()
