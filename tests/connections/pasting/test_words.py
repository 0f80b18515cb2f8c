"""A shell's line ... (each test finishes the sentence)."""

import shlex
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from connections.pasting.words import shell_words

LINES = st.text(st.sampled_from("ab='\"\\ \t\n\r\x0b#é$`-"), max_size=30)


def by_shlex(text: str) -> list[str] | None:
    with suppress(ValueError):
        return shlex.split(text)
    return None


@settings(max_examples=500)
@given(LINES)
def test_is_taken_apart_as_shlex_does(text: str) -> None:
    assert shell_words(text) == by_shlex(text)
