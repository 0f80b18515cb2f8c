"""A page says of its lists ... (each test finishes the sentence)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from secretsadmin.kinds import CONNECTIONS, VARIABLES
from secretsadmin.pages.polling import Age, Ages, poll_of
from secretsadmin.pages.problems import Problem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=5)
AGE = Age(CONNECTIONS, NOW)
PROBLEM = Problem(503, "AWS doesn't answer", "AWS doesn't answer.")


@dataclass(frozen=True)
class Page:
    """The least that a page shows."""

    ages: Ages
    shown: object = ("rows",)


def test_of_when_they_are() -> None:
    assert "2026-03-01T12:00:00" in AGE.as_of_text
    assert AGE.as_of_text.endswith("</time>")
    assert replace(AGE, is_asking=True).as_of_text.endswith("</time>, being read anew")


def test_of_when_the_oldest_is() -> None:
    ages = Ages((AGE, Age(VARIABLES, EARLIER, is_asking=True)))

    assert ages.as_of == EARLIER
    assert ages.is_asking
    assert "11:55:00" in ages.as_of_text


def test_no_time_while_none_is_whole() -> None:
    cold = Age(CONNECTIONS, None, is_asking=True)

    assert cold.is_cold
    assert Ages((cold,)).as_of is None


def test_when_aws_was_asked_in_vain() -> None:
    failed = replace(AGE, problem=PROBLEM, failed=EARLIER)

    assert failed.failed_text.endswith("</time>.")
    assert replace(failed, is_asking=True).failed_text.endswith("; it is being asked again.")


def test_that_the_person_has_seen_a_newer_one() -> None:
    behind = replace(AGE, as_of=EARLIER, newer=NOW)

    assert behind.is_behind
    assert behind.behind_notice().text.startswith("You have seen a newer list, as of <time")
    assert behind.behind_notice("Variables: you").text.startswith("Variables: you have seen")
    assert not AGE.is_behind


def test_that_it_asks_again_while_another_follows() -> None:
    passing = Page(Ages((replace(AGE, is_asking=True),)))

    assert poll_of(passing, until=10, now=9).goes_on
    assert not poll_of(passing, until=10, now=10).goes_on
    assert poll_of(Page(Ages((replace(AGE, problem=PROBLEM),))), until=10, now=9).goes_on
    assert not poll_of(Page(Ages((AGE,))), until=10, now=9).goes_on


def test_their_rows_apart_from_their_age() -> None:
    poll = poll_of(Page(Ages((AGE,))), until=10, now=9)
    older = poll_of(Page(Ages((replace(AGE, as_of=EARLIER),))), until=10, now=9)
    changed = poll_of(Page(Ages((AGE,)), ("other rows",)), until=10, now=9)

    assert poll.rows == older.rows != changed.rows
    assert poll.age == changed.age != older.age
    assert poll.shown == f"{poll.rows}.{poll.age}.10"
