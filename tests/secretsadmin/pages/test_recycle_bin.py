"""The recycle bin says in words ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta

import pytest

from secretsadmin.audit.deletions import Deletion
from secretsadmin.kinds import CONFIG, CONNECTIONS, VARIABLES
from secretsadmin.pages.polling import Age, Ages
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.recycle_bin import Binned, RecycleBinPage, time_left

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROBLEM = Problem(503, "", "AWS refused.", next="Try again.")


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(0), "any moment now"),
        (timedelta(hours=-1), "any moment now"),
        (timedelta(hours=23), "in less than a day"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=2, hours=23), "in 2 days"),
    ],
)
def test_how_long_a_secret_can_be_restored(time: timedelta, words: str) -> None:
    assert time_left(NOW + time, NOW) == words


def test_when_a_secret_is_gone() -> None:
    later = NOW + timedelta(days=23)

    exact = Binned(VARIABLES, "x", "", Deletion(NOW, NOW), "", "")
    between = Binned(VARIABLES, "x", "", Deletion(NOW, later), "", "")

    assert exact.gone.count("<time") == 1
    assert "</time> – <time" in between.gone


def page(*ages: Age) -> RecycleBinPage:
    return RecycleBinPage(Ages(ages), (), None, 0, "")  # type: ignore[arg-type] # It isn't asked.


def test_what_may_be_missing() -> None:
    failed = Age(CONNECTIONS, None, problem=PROBLEM, failed=NOW)
    older = Age(VARIABLES, NOW, problem=PROBLEM, failed=NOW)
    cold = Age(CONFIG, None, is_asking=True)

    nothing, something, reading = page(failed, older, cold).notices

    assert nothing.title == "Connections: AWS refused."
    assert nothing.advice == "So some may be missing here. Try again."
    assert something.advice.startswith("What is shown of them is as of <time")
    assert reading.tone == "info"
    assert reading.text.startswith("Config: the list is still being read from Secrets Manager")


def test_nothing_of_lists_that_are_whole() -> None:
    whole = page(Age(CONNECTIONS, NOW), Age(VARIABLES, NOW))

    assert whole.notices == ()
    assert whole.is_whole
    assert not page(Age(CONNECTIONS, None)).is_whole
