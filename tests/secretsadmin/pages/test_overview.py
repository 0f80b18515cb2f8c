"""The overview says in words ... (each test finishes the sentence)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from secretsadmin.audit.acts import Activity
from secretsadmin.audit.models import Event
from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import CONNECTIONS, VARIABLES
from secretsadmin.pages.insights import Insights
from secretsadmin.pages.overview import OverviewPage, Tile
from secretsadmin.pages.polling import Age
from secretsadmin.pages.problems import Problem

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEV = Environment("dev", "Development", BackendConfig.from_kwargs({}))
EMPTY = OverviewPage(
    DEV,
    (),
    [],
    [],
    is_changed_elsewhere=False,
    prefixes=(),
    insights=Insights((), (), more_people=0, is_own=False),
)
LOOK = Activity(Event(action="connections.open", kind="connections"), None)
ELSEWHERE = " What changed in the last 7 days was changed elsewhere."


@pytest.mark.parametrize(
    ("looks", "elsewhere", "sentence"),
    [
        ([], False, "Nobody has done anything through this dashboard yet."),
        ([], True, f"Nobody has done anything through this dashboard yet.{ELSEWHERE}"),
        ([LOOK], False, "Those who came last only looked."),
        ([LOOK], True, f"Those who came last only looked.{ELSEWHERE}"),
    ],
)
def test_that_nothing_was_changed(looks: list[Activity], elsewhere: bool, sentence: str) -> None:  # noqa: FBT001 - a case.
    page = replace(EMPTY, looks=looks, is_changed_elsewhere=elsewhere)

    assert page.no_activity == sentence


def test_how_many_were_changed_lately() -> None:
    assert Tile(CONNECTIONS, "/").changed_text == "none changed in the last 7 days"
    assert Tile(CONNECTIONS, "/", changed=2).changed_text == "2 changed in the last 7 days"


def test_of_when_its_lists_are() -> None:
    known = Tile(CONNECTIONS, "/", age=Age(CONNECTIONS, NOW))
    cold = Tile(VARIABLES, "/", age=Age(VARIABLES, None, is_asking=True))

    assert replace(EMPTY, tiles=(known, cold)).status.startswith("as of <time")
    reading = "The lists are still being read from Secrets Manager."
    assert replace(EMPTY, tiles=(cold,)).status == reading
    assert EMPTY.status == ""


def test_the_first_trouble_and_the_first_newer_list_alone() -> None:
    problem = Problem(503, "", "AWS refused.", next="Try again.")
    failed = Age(CONNECTIONS, NOW, problem=problem, failed=NOW, newer=NOW)
    tiles = (Tile(CONNECTIONS, "/", age=failed), Tile(VARIABLES, "/", age=failed))

    trouble, newer = replace(EMPTY, tiles=tiles).notices

    assert (trouble.tone, trouble.title, trouble.advice) == (
        "caution",
        "AWS refused.",
        "Try again.",
    )
    assert newer.text.startswith("Connections: you have seen a newer list")
