"""A regular expression of the product ... (each test finishes the sentence)."""

import re
from typing import Any

import pytest

from tests.support.linear_cost import Function, counted, slow_shapes
from tests.support.linear_shapes import GENERAL
from tests.support.linear_sites import Site, sites
from tests.support.linear_weaknesses import weaknesses

# These are given to us, and by whom they may be slow.
GIVEN = {
    "re.match(pattern, id, re.IGNORECASE)": (
        "an operator's own lookup pattern, which Airflow matches with the same ids"
    ),
    "re.match(value, PROBE, re.IGNORECASE)": "the same, in the script that runs where Airflow does",
    "re.fullmatch(shape.metadata['pattern'], value)": "AWS's own patterns, in the emulator alone",
}
SITES = sites()
USES = list({(site.pattern, site.method): site for site in SITES if site.pattern}.values())


def use(pattern: re.Pattern[str], method: str) -> Function:
    def run(text: str) -> Any:
        return (
            pattern.sub("", text) if method in ("sub", "subn") else getattr(pattern, method)(text)
        )

    return run


def named(site: Site) -> str:
    return f"{site.where} {site.method}"


@pytest.mark.parametrize("site", USES, ids=named)
def test_takes_time_that_grows_as_its_text_does(site: Site) -> None:
    assert site.pattern

    with counted():
        slow = slow_shapes(use(site.pattern, site.method), [*weaknesses(site.pattern), *GENERAL])

    assert slow == {}


def test_is_found_by_this_test_wherever_it_is_used() -> None:
    unknown = {site.source: site.where for site in SITES if site.pattern is None}

    assert unknown.keys() == GIVEN.keys()


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\s*\ufeff?\s*x", "match"),
        (r"\beyJ[\w-]{8,}\.", "search"),
        (r"(\w+\.?)*@", "fullmatch"),
        (r"[a-z]+:", "findall"),
    ],
)
def test_would_fail_here_if_it_were_slow(pattern: str, method: str) -> None:
    compiled = re.compile(pattern)

    with counted():
        assert slow_shapes(use(compiled, method), weaknesses(compiled))
