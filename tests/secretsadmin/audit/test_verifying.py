"""While it runs, the site verifies its log, and ... (each test finishes the sentence)."""

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.audit import verifying
from secretsadmin.audit.models import Event
from tests.secretsadmin.audit.conftest import LINES
from tests.support import tampering
from tests.support.audit_command import audit
from tests.support.record import add_line

pytestmark = pytest.mark.usefixtures("log")


def problem() -> str:
    verifying.go_on()
    verified = verifying.last_verified()
    assert verified
    return verified.problem


def test_has_nothing_to_tell_before_it_began() -> None:
    assert verifying.last_verified() is None


def test_tells_how_far_it_came() -> None:
    assert problem() == ""

    add_line()
    assert problem() == ""

    verified = verifying.last_verified()
    assert verified
    assert verified.number == LINES + 1


def test_finds_what_is_done_to_new_lines(caplog: pytest.LogCaptureFixture) -> None:
    verifying.go_on()
    add_line()
    tampering.lift_triggers()
    tampering.change(LINES + 1, user="mallory")

    assert problem().startswith("Line 7 isn't what was sealed")
    assert problem().startswith("Line 7 isn't what was sealed")

    assert [record.message for record in caplog.records] == ["the audit log isn't as it was sealed"]
    verified = verifying.last_verified()
    assert verified
    assert verified.number == LINES


def test_finds_what_is_done_later_to_old_lines() -> None:
    assert problem() == ""
    tampering.lift_triggers()

    tampering.change(2, user="mallory")

    assert problem().startswith("Line 2 isn't what was sealed")
    verified = verifying.last_verified()
    assert verified
    assert verified.number == 1


@pytest.mark.parametrize("numbers", [(6,), (4, 5, 6), (1, 2, 3, 4, 5, 6)])
def test_misses_the_last_lines(numbers: tuple[int, ...]) -> None:
    verifying.go_on()
    tampering.lift_triggers()

    tampering.delete(*numbers)

    assert problem().startswith("Line 6 is missing: it was there")


def test_knows_another_line_in_the_place_of_the_last() -> None:
    verifying.go_on()
    backup = tampering.copy()
    tampering.lift_triggers()
    tampering.restore(backup[:-1])

    add_line()

    assert problem().startswith("Line 6 isn't what was sealed")


def test_has_no_problem_any_more_once_a_key_is_there(settings: Settings) -> None:
    key = settings.AUDIT_KEY
    settings.AUDIT_KEY = "another-" + "0123456789" * 4
    assert problem().startswith("Line 1 names a key")

    settings.AUDIT_KEYS_BEFORE = [key]

    assert problem() == ""


def test_goes_on_after_lines_were_pruned(settings: Settings, tmp_path: object) -> None:
    settings.AUDIT_STREAM = "none"
    verifying.go_on()
    audit("prune", "--before", "2100-01-01", "--to", f"{tmp_path}/old")
    assert Event.objects.count() == 2

    assert problem() == ""

    verified = verifying.last_verified()
    assert verified
    assert verified.number == LINES + 1
