"""Whatever takes texts apart ... (each test finishes the sentence)."""

import pytest

from tests.linear.cost import Function, counted, slow_shapes_of_a_value
from tests.linear.parsers import PARSERS, parsers, run_by
from tests.linear.shapes import GENERAL, STRUCTURED

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
