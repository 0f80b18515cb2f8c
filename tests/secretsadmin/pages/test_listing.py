"""A list says in words ... (each test finishes the sentence)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.core.paginator import Paginator

from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import CONNECTIONS, VARIABLES
from secretsadmin.pages.filters import Filter, Listed
from secretsadmin.pages.listing import IndexPage
from secretsadmin.pages.nothing_found import why_nothing_fits
from secretsadmin.pages.polling import Age
from secretsadmin.pages.problems import Problem
from secretsadmin.store.marks import Marks
from secretsadmin.store.reads import Secret

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEV = Environment("dev", "Development", BackendConfig.from_kwargs({}))
PROBLEM = Problem(503, "", "AWS refused.", next="Try again.")
COLD = Age(CONNECTIONS, None, is_asking=True)
PAGE = IndexPage(
    kind=CONNECTIONS,
    prefix="",
    age=Age(CONNECTIONS, NOW),
    filter=Filter(),
    rows=(),
    columns=(),
    types=(),
    states=(),
    paginated=Paginator([], 1).get_page(1),
    total=3,
    matched=3,
    nothing_found=None,
    refresh_url="/refresh/",
    create_url="",
    export_url="",
    import_url="",
    missing_rights="",
)


@pytest.mark.parametrize(
    ("total", "matched", "age", "status"),
    [
        (3, 3, PAGE.age, "3 connections"),
        (1, 1, PAGE.age, "1 connection"),
        (1, 0, PAGE.age, "0 of 1 connection"),
        (3, 2, PAGE.age, "2 of 3 connections"),
        (
            3,
            3,
            COLD,
            "3 connections so far. The list is still being read from Secrets Manager.",
        ),
    ],
)
def test_how_many_it_shows(total: int, matched: int, age: Age, status: str) -> None:
    assert replace(PAGE, total=total, matched=matched, age=age).status == status


@pytest.mark.parametrize(
    ("total", "as_of", "advice"),
    [
        (0, None, "So there is no list to show. Try again."),
        (3, None, "The list below may lack some. Try again."),
        (3, NOW, "The list below is as of <time"),
    ],
)
def test_what_it_is_worth_when_aws_failed(total: int, as_of: datetime | None, advice: str) -> None:
    age = Age(CONNECTIONS, as_of, problem=PROBLEM, failed=NOW)

    page = replace(PAGE, total=total, age=age)

    (notice,) = page.notices
    assert notice.title == "AWS refused."
    assert notice.advice.startswith(advice)
    assert page.again_url == ("" if total else "/refresh/")


def test_that_somebody_has_seen_a_newer_one() -> None:
    (notice,) = replace(PAGE, age=Age(CONNECTIONS, NOW, newer=NOW)).notices

    assert notice.text.startswith("You have seen a newer list")
    assert PAGE.notices == ()


def test_what_its_filter_looks_at() -> None:
    variables = replace(PAGE, kind=VARIABLES)

    assert PAGE.filter_label == "Filter by connection id, type or description"
    assert PAGE.filter_hint == "Filter by id, type, description"
    assert variables.filter_label == "Filter by variable key or description"
    assert variables.filter_hint == "Filter by id, description"


def test_a_short_status_beside_the_filter_alone() -> None:
    asking = replace(PAGE, age=Age(CONNECTIONS, NOW, is_asking=True))

    assert PAGE.is_status_short
    assert asking.is_status_short
    assert not replace(asking, filter=Filter(state="empty")).is_status_short
    assert not replace(PAGE, age=COLD).is_status_short


def test_that_it_is_empty_once_that_is_sure() -> None:
    empty = replace(PAGE, total=0, matched=0)

    assert empty.is_empty
    assert not replace(empty, age=COLD).is_empty
    assert not replace(empty, age=Age(CONNECTIONS, NOW, problem=PROBLEM)).is_empty
    assert not empty.has_filter
    assert replace(empty, filter=Filter(query="x")).has_filter


def listed(*types: str) -> Listed:
    secrets = [
        Secret(Ref.from_key(DEV, CONNECTIONS, f"eu{number}"), tags={"airflow:conn-type": name})
        for number, name in enumerate(types)
    ]
    labels = {name: name.capitalize() for name in (*types, "http", "")}
    return Listed(tuple(secrets), labels, Marks())


@pytest.mark.parametrize(
    ("selection", "types", "sentence", "wider"),
    [
        (
            Filter(query="<b>"),
            ("mysql",),
            "None of the 1 connection in Development fits “<bdi>&lt;b&gt;</bdi>”.",
            "",
        ),
        (Filter(type="http"), ("mysql",), "There is no connection of the type Http.", ""),
        (
            Filter(state="deleted"),
            ("mysql",),
            "There is no connection in the state “Scheduled for deletion”.",
            "",
        ),
        (
            Filter(query="us", type="http"),
            ("mysql",),
            "No connection of the type Http fits “<bdi>us</bdi>”.",
            "",
        ),
        (
            Filter(query="eu", type="http", state="deleted"),
            ("mysql",),
            (
                "No connection of the type Http in the state “Scheduled for deletion” fits "
                "“<bdi>eu</bdi>”. 1 other does."
            ),
            "Show it",
        ),
        (
            Filter(query="eu", type="http"),
            ("mysql", "ssh"),
            "No connection of the type Http fits “<bdi>eu</bdi>”. 2 others do.",
            "Show those 2",
        ),
    ],
)
def test_why_nothing_fits(
    selection: Filter, types: tuple[str, ...], sentence: str, wider: str
) -> None:
    nothing = why_nothing_fits(DEV, CONNECTIONS, selection, listed(*types))

    assert (nothing.sentence, nothing.wider) == (sentence, wider)
    assert bool(nothing.wider_url) == bool(wider)
