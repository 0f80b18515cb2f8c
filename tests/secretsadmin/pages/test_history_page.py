"""A period says when a version was current, as far as that is known, and who rolled back to it."""

from datetime import timedelta

import pytest

from secretsadmin.diff.timeline import Move, Period
from secretsadmin.pages.history import time_of
from tests.support.heads import AT, OLD, words_of

LATER = AT + timedelta(hours=1)
MOVE = Move(AT, OLD)
START, END = "1 Mar 2020 12:30", "1 Mar 2020 13:30"


def words(period: Period, *, is_readable: bool = True, is_deleted: bool = False) -> str:
    return words_of(time_of(period, is_readable=is_readable, is_deleted=is_deleted))


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        (Period(MOVE, is_now=True), f"Airflow reads it since {START}"),
        (
            Period(None, is_now=True),
            "Airflow reads it: it was made current outside the dashboard",
        ),
        (Period(MOVE, LATER), f"Airflow read it {START} – {END}"),
        (Period(None, LATER), f"Airflow read it until {END}; since when isn’t known"),
        (Period(None), "Airflow read it for a while; when isn’t known"),
        (
            Period(MOVE),
            f"Airflow read it from {START} until another was made current outside the dashboard",
        ),
    ],
)
def test_is_said_as_far_as_it_is_known(period: Period, sentence: str) -> None:
    assert words(period) == sentence


def test_claims_no_reading_that_nobody_has_seen() -> None:
    assert words(Period(MOVE, is_now=True), is_readable=False) == f"It is current since {START}"
    assert words(Period(MOVE, LATER), is_readable=False) == f"It was current {START} – {END}"


def test_of_a_secret_that_was_deleted_outside_ends_with_that() -> None:
    assert words(Period(MOVE), is_deleted=True).endswith(
        "until its deletion was asked for outside the dashboard"
    )


def test_that_a_roll_back_began_names_who_and_why() -> None:
    move = Move(AT, OLD, rolled_back_by="ben")
    why = Move(AT, OLD, rolled_back_by="ben", reason="<new> host")

    assert words(Period(move, LATER)).endswith(", rolled back by ben")
    assert words(Period(why, LATER)).endswith(", rolled back by ben: “<new> host”")
