"""The page on Airflow's releases says what they answered last."""

import json

from connections.value.readers import NEWEST_RELEASE, RELEASES
from tests.conformance import matrix

RESULTS = json.loads(matrix.RESULTS.read_text(encoding="utf-8"))


def test_is_made_of_the_last_answers() -> None:
    assert matrix.PAGE.read_text(encoding="utf-8") == matrix.page(RESULTS), (
        "Run: make conformance-all"
    )


def test_says_that_each_was_right() -> None:
    assert [told["release"] for told in RESULTS if not matrix.is_right(told)] == []


def test_has_every_row_of_the_table_of_readers() -> None:
    """Each release that reads otherwise was asked: its server and, of Airflow 3, its tasks."""
    asked = {(told["release"].rpartition(".")[0], told["who"]) for told in RESULTS}

    assert {(f"2.{minor}", "server") for minor in (9, 10, 11)} <= asked
    assert {(f"3.{minor}", who) for minor in range(4) for who in ("server", "task", "api")} <= asked
    assert {"3.1.5", "3.1.6", "3.1.8"} <= {told["release"] for told in RESULTS}
    assert (
        RELEASES[-1].last
        == NEWEST_RELEASE
        == max(told["release"] for told in RESULTS).rpartition(".")[0]
    )
