"""What Airflow read from when to when ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsadmin.diff.timeline import Move, Period, periods

HOURS = [datetime(2026, 11, 3, hour, tzinfo=UTC) for hour in range(24)]


def period(hour: int, version: str, end: int | None = None, *, is_now: bool = False) -> Period:
    return Period(Move(HOURS[hour], version), None if end is None else HOURS[end], is_now)


def moves(*versions: str) -> list[Move]:
    return [Move(HOURS[hour], version) for hour, version in enumerate(versions)]


def test_ends_for_a_version_where_it_begins_for_the_next() -> None:
    assert periods(moves("a", "b"), "b") == {
        "a": [period(0, "a", 1)],
        "b": [period(1, "b", is_now=True)],
    }


def test_begins_again_with_a_roll_back() -> None:
    assert periods(moves("a", "b", "a"), "a")["a"] == [
        period(0, "a", 1),
        period(2, "a", is_now=True),
    ]


def test_goes_on_while_only_something_else_was_changed() -> None:
    assert periods(moves("a", "a", "b"), "b")["a"] == [period(0, "a", 2)]


def test_has_a_gap_while_the_secret_was_scheduled_for_deletion() -> None:
    assert periods(moves("a", "", "a"), "a") == {
        "a": [period(0, "a", 1), period(2, "a", is_now=True)]
    }
    assert periods(moves("a", ""), "") == {"a": [period(0, "a", 1)]}


@pytest.mark.parametrize("current", ["b", ""])
def test_ends_nobody_knows_when_where_another_hand_moved_it(current: str) -> None:
    found = periods(moves("a"), current)

    assert found.pop("a") == [period(0, "a")]
    assert found == ({"b": [Period(None, is_now=True)]} if current else {})


def test_ends_nobody_knows_when_where_the_next_move_found_another_version() -> None:
    found = periods([*moves("a"), Move(HOURS[5], "c", after="b")], "c")

    assert found["a"] == [period(0, "a")]
    assert found["b"] == [Period(None, HOURS[5])]
    assert [one.start for one in found["c"]] == [HOURS[5]]


def test_goes_back_to_the_same_version_where_another_hand_had_moved_it() -> None:
    found = periods([*moves("a"), Move(HOURS[5], "a", "anna", after="b")], "a")

    assert [(one.start, one.end) for one in found["a"]] == [(HOURS[0], None), (HOURS[5], None)]
    assert found["b"] == [Period(None, HOURS[5])]


def test_is_not_guessed_where_the_next_move_or_the_present_refutes_it() -> None:
    guess = Move(HOURS[3], "x", is_guess=True)

    assert "x" not in periods([*moves("a"), guess, Move(HOURS[5], "c", after="a")], "c")
    assert "x" not in periods([*moves("a"), guess], "a")
    assert (
        periods([*moves("a"), guess, Move(HOURS[5], "c", after="x")], "c")["x"][0].end == HOURS[5]
    )
    assert periods([*moves("a"), guess], "x")["x"][0].is_now


def test_is_told_in_order_whatever_order_the_moves_are_known_in() -> None:
    assert periods(reversed(moves("a", "b", "c")), "c") == periods(moves("a", "b", "c"), "c")


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=24), st.sampled_from(["a", "b", ""]))
def test_never_overlaps_and_tells_the_current_one_once(versions: list[str], current: str) -> None:
    found = [
        (version, one)
        for version, each in periods(moves(*versions), current).items()
        for one in each
    ]

    assert [version for version, one in found if one.is_now] == [current] * bool(current)
    known = sorted((one.start, one.end) for _, one in found if one.start and one.end)
    assert all(end - start >= timedelta(hours=1) for start, end in known)
    assert all(before[1] <= after[0] for before, after in pairwise(known))
