"""Whatever takes texts apart ... (each test finishes the sentence)."""

import pytest

from tests.support.linear_cost import Function, counted, slow_shapes_of_a_value
from tests.support.linear_parsers import PARSERS, parsers, run_by
from tests.support.linear_shapes import GENERAL, STRUCTURED

SMALL = 40


def named(function: Function) -> str:
    return function.__name__


@pytest.mark.parametrize("parser", PARSERS, ids=named)
def test_takes_time_that_grows_as_its_text_does(parser: Function) -> None:
    with counted():
        slow = slow_shapes_of_a_value(parser, GENERAL)

    assert slow == {}


def test_is_found_by_this_test_wherever_it_is() -> None:
    """Shapes are small here, and one has more lines than are compared by line."""
    texts = [*(shape.text(SMALL) for shape in STRUCTURED), "\n" * 400]

    run = {name for parser in PARSERS for name in run_by(parser, texts)}

    assert sorted(parsers() - run) == []


def test_would_fail_here_if_it_were_slow() -> None:
    def each_after_the_others(text: str) -> list[str]:
        pieces = text.split("&")
        return [piece for place, piece in enumerate(pieces) if piece not in pieces[:place]]

    with counted():
        assert slow_shapes_of_a_value(each_after_the_others, STRUCTURED)


def test_would_miss_here_what_it_does_not_run() -> None:
    assert "connections.value.reading.split" in parsers()
    assert "connections.value.reading.split" not in run_by(str.strip, ["http://h"])
