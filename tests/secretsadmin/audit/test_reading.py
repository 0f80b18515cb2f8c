"""Reading the record ... (each test finishes the sentence)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from time_machine import travel

from secretsadmin.audit import reading
from secretsadmin.audit.bookkeeping import Bookmark
from secretsadmin.audit.models import Event
from secretsadmin.audit.reading import NEWEST, Asked, Scope, walk
from tests.secretsadmin.conftest import As
from tests.support.record import add_line

pytestmark = pytest.mark.django_db
EVERYTHING = Scope(is_everything=True)


def act(secret: str, *outcomes: str, **columns: Any) -> Event:
    """An act with these lines."""
    start = add_line(secret=secret, outcome=outcomes[0], begins=True, **columns)
    for outcome in outcomes[1:]:
        add_line(secret=secret, outcome=outcome, act=start.act, begins=False, **columns)
    return start


def ids(size: int = 50, **asked: Any) -> list[str]:
    steps = walk(Asked(**asked), EVERYTHING).steps(size)
    return [met.id for stretch in steps for met in stretch.acts]


def test_goes_by_the_last_outcome_of_an_act() -> None:
    act("done", "started", "succeeded")
    act("settled", "started", "unknown", "succeeded")
    act("open", "started")
    act("at_once", "succeeded")
    act("lost", "started", "unknown")

    assert ids(outcome="succeeded") == ["at_once", "settled", "done"]
    assert ids(outcome="unknown") == ["lost"]
    assert ids(outcome="started") == ["open"]


@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize("step", [1, 2, 3, 1000])
@pytest.mark.parametrize(
    "asked",
    [{}, {"user": "ben"}, {"outcome": "failed"}, {"secret": "*x*"}, {"kind": "connections"}],
)
def test_meets_every_act_once_however_small_the_steps(
    monkeypatch: pytest.MonkeyPatch, asked: dict[str, str], step: int, size: int
) -> None:
    monkeypatch.setattr(reading, "STEP", step)
    for number in range(5):
        act(f"x{number}", "started", "failed")
        act(f"y{number}", "succeeded", user="ada", kind="variables")

    assert [id_ for id_ in ids(size, **asked) if "x" in id_] == ["x4", "x3", "x2", "x1", "x0"]


def test_says_how_far_it_looked_where_that_is_not_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "STEP", 4)
    with travel(datetime(2026, 5, 3, tzinfo=UTC), tick=False):
        act("old", "succeeded")
        for _ in range(6):
            act("new", "succeeded")

    way = walk(Asked(secret="*old*"), EVERYTHING)
    stretch = way.step(NEWEST, 50)

    assert (stretch.acts, stretch.next) == ((), 4)
    assert stretch.looked_back_to == datetime(2026, 5, 3, tzinfo=UTC)
    assert stretch.next
    assert [met.id for met in way.step(stretch.next, 50).acts] == ["old"]


def test_takes_a_name_that_is_there_as_a_whole_and_others_as_parts() -> None:
    act("orders", "succeeded")
    act("orders_2", "succeeded")

    assert ids(secret="orders") == ["orders"]
    assert ids(secret="order") == ["orders_2", "orders"]
    assert ids(secret="*orders*") == ["orders_2", "orders"]


def test_tells_nobody_else_which_names_there_are_as_a_whole() -> None:
    act("orders", "succeeded")

    for scope in (Scope(own="ada"), Scope()):
        asked = Asked(user="ben", secret="orders", request="c" * 36)
        assert walk(asked, scope).exact in ("", "user")


def test_finds_a_request_by_our_id_and_by_that_of_aws() -> None:
    act("first", "started", "succeeded", correlation="c" * 36)
    act("second", "succeeded", correlation="c" * 36)
    act("third", "started", "succeeded", request_id="aws-1")

    assert ids(request="c" * 36) == ["second", "first"]
    assert ids(request="aws-1") == ["third"]
    assert ids(request="aws-1", outcome="succeeded") == ["third"]
    assert ids(request="aws") == []


def test_keeps_to_the_days() -> None:
    for day in (1, 2, 3):
        with travel(datetime(2026, 3, day, 23, 59, tzinfo=UTC), tick=False):
            act(f"on_{day}", "succeeded")

    assert ids(since=date(2026, 3, 2), until=date(2026, 3, 2)) == ["on_2"]
    assert ids(since=date(2026, 3, 4)) == []
    assert ids(until=date(2026, 2, 28)) == []


@pytest.mark.parametrize(
    ("problem", "told"),
    [("", "Verified up to event 7"), ("Line 8 was changed <b>", "Line 8 was changed &lt;b&gt;")],
)
@pytest.mark.usefixtures("two_environments")
def test_tells_whether_the_record_is_whole(as_role: As, problem: str, told: str) -> None:
    Bookmark.objects.create(
        name="verified", number=7, at=datetime(2026, 5, 3, tzinfo=UTC), problem=problem
    )

    assert told in as_role("auditor").get("/audit/").content.decode()
    assert told not in as_role("editor").get("/audit/").content.decode()
