"""The overview tells of the last week ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.support.record import add_line
from tests.support.site import words

URL = "/default/"
DAY = timedelta(days=1)


def add(days: float, verb: str = "reveal", user: str = "ben", **columns: Any) -> None:
    """A line of so many days ago."""
    with travel(datetime.now(UTC) - days * DAY):
        add_line(action=f"connections.{verb}", user=user, **columns)


def observe(days: float, what: str) -> None:
    add(days, "observe", "", outcome="observed", begins=True, details={"what": what})


@pytest.fixture
def auditor(signed_in: As, secrets_manager: Emulator) -> Client:
    return signed_in("auditor")


def insights(client: Client) -> Any:
    return client.get(URL).context["page"].insights


def lines(client: Client) -> list[str]:
    return [line.text for line in insights(client).lines]


def people(client: Client) -> dict[str, tuple[str, str]]:
    return {person.name: (person.text, person.unusual) for person in insights(client).people}


def test_with_changes_refusals_and_what_was_seen_outside(auditor: Client) -> None:
    add(8, "update")
    observe(8, "vanished")
    add(3, "update")
    add(2, "create", "ada")
    add(1, "update", outcome="failed")
    add(1, "open", outcome="denied")
    observe(2, "appeared")
    observe(1, "made")
    observe(1, "named")
    observe(1, "made")

    assert lines(auditor) == [
        "2 changes by 2 people",
        "Outside the dashboard: 1 appeared, 2 saved",
        "1 attempt denied",
    ]
    links = [line.url for line in insights(auditor).lines]
    assert "action=observe" in links[1]
    assert "outcome=denied" in links[2]
    for url in filter(None, links):
        assert auditor.get(url).status_code == 200


@pytest.mark.parametrize(
    ("before", "now", "unusual"),
    [
        ([10, 10, 30], 5, "more than twice their busiest of the 8 weeks before, which had 2"),
        ([10, 10, 30], 4, ""),
        ([10, 10, 11], 6, ""),
        ([10, 10, 11], 7, "more than twice their busiest of the 8 weeks before, which had 3"),
        ([100], 4, ""),
        ([100], 5, "more than twice their busiest of the 8 weeks before, which had 0"),
        ([], 1, "for the first time here"),
    ],
)
def test_with_what_is_unusual_for_a_person(
    auditor: Client, before: list[int], now: int, unusual: str
) -> None:
    add(101, "create", "somebody")
    for days in sorted(before, reverse=True):
        add(days)
    for number in range(now):
        add(1, "copy" if number % 2 else "reveal")

    assert people(auditor) == {"ben": (f"{now} time{'s' if now > 1 else ''}", unusual)}


def test_without_first_times_while_the_record_is_young(auditor: Client) -> None:
    add(1)

    assert people(auditor) == {"ben": ("1 time", "")}


def test_with_ones_own_reveals_alone_where_others_acts_are_not_ones_own_to_read(
    editor: Client, secrets_manager: Emulator
) -> None:
    observe(1, "appeared")
    add(1)
    add(1, "update", "ben")
    add(1, "reveal", "editor")
    add(1, "open", "ben", outcome="denied")

    assert people(editor) == {"editor": ("1 time", "")}
    page = editor.get(URL)
    assert "What you revealed or copied" in words(page)
    assert lines(editor) == ["You changed nothing here", "Outside the dashboard: 1 appeared"]
    assert [line.url for line in insights(editor).lines] == ["", ""]


def test_with_the_busiest_people_alone(auditor: Client) -> None:
    for number in range(10):
        add(1, user=f"p{number}")

    told = insights(auditor)

    assert len(told.people) == 8
    assert "and 2 more" in words(auditor.get(URL))


def test_in_few_questions(auditor: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(10):
        add(1, user=f"p{number}")
    auditor.get(URL)

    # Four of them are those of the week, and one is how old the record is.
    with django_assert_max_num_queries(18):
        auditor.get(URL)
