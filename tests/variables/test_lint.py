"""What is wrong with a variable ... (each test finishes the sentence)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from variables.lint import RULES, faults


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('{"a": 1,}', ["broken-json"]),
        ('{"a": 1}\n', []),
        ("{{ ds }}", []),
        ("[default]", []),
        ("[1, 2", ["broken-json"]),
        ("text\n", ["space-around-value"]),
        (" text", ["space-around-value"]),
        ("two words", []),
        (" \n ", ["space-around-value"]),
        ("te\u200bxt", ["hidden-characters"]),
        ("emoji \U0001f469\u200d\U0001f4bb", []),
        ('"quoted" ', []),
        ("", []),
    ],
)
def test_is_told_by_its_rules(text: str, rules: list[str]) -> None:
    assert [fault.rule.name for fault in faults(text)] == rules


def test_says_where_white_space_stands_and_not_how_much() -> None:
    assert [faults(text)[0].sentence for text in ("a  ", "  a", " a ", "  ")] == [
        "It ends with white space.",
        "It begins with white space.",
        "It begins and ends with white space.",
        "It holds nothing but white space.",
    ]


@given(st.text())
def test_is_something_or_nothing_for_any_text(text: str) -> None:
    assert all(fault.rule in RULES for fault in faults(text))
