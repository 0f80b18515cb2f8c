"""What hides in a text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secretsadmin.texts import hidden, hides


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("plain text", ""),
        (" x", "begins with 1 space"),
        ("x\n", "ends with 1 line break"),
        ("x\r\n\r\n  ", "ends with 2 carriage returns, 2 line breaks and 2 spaces"),
        (
            "\tx\xa0\u2003\u2003",
            "begins with 1 tab and ends with 1 no-break space and 2 em spaces (U+2003)",
        ),
        (" \n", "holds nothing but 1 space and 1 line break"),
        ("\ufeff{}", "hides a byte-order mark at character 1"),
        ("ab\u200bc", "hides a zero-width space (U+200B) at character 3"),
        ("a\x00b", "hides a control character (U+0000) at character 2"),
        (
            "a\u202eb\u200e",
            "hides 2 characters that can't be seen, the first a right-to-left override (U+202E)",
        ),
        (" a\u200d", "begins with 1 space and hides a zero-width joiner (U+200D) at character 3"),
    ],
)
def test_is_named_by_what_it_is_and_where(text: str, told: str) -> None:
    assert hides(text).startswith(told)
    assert bool(hides(text)) == bool(told)


@pytest.mark.parametrize(
    "text", ["\u0645\u06cc\u200c\u062e\u0648", "👩\u200d💻 on call", "Ünïcödé", "a  b"]
)
def test_is_nothing_that_a_script_or_an_emoji_needs(text: str) -> None:
    assert hides(text) == ""


@settings(max_examples=300)
@given(st.text(st.characters() | st.sampled_from(" \n\t\u200b\u200d\ufeff\ud800")))
def test_quotes_nothing_and_can_be_shown(text: str) -> None:
    told = hides(text)

    assert told.isprintable()
    assert told.isascii()
    assert bool(hidden(text)) <= bool(told)
