"""A malformed file ... (each test finishes the sentence)."""

import traceback

import pytest

from secretsadmin.transfer.files import UnreadableFile
from tests.support.malformed_files import FILES, SECRET, Malformed, answers, read_file


def named(malformed: Malformed) -> str:
    return malformed.name


def test_is_one_of_many() -> None:
    assert len(FILES) >= 60
    assert len({malformed.name for malformed in FILES}) == len(FILES)


@pytest.mark.parametrize("malformed", FILES, ids=named)
def test_gets_an_answer_with_its_line_that_quotes_no_value(malformed: Malformed) -> None:
    told = answers(malformed)

    sentences = [sentence for line, sentence in told if line == malformed.line]
    assert any(malformed.says in sentence for sentence in sentences), told
    assert not any(SECRET in sentence for _, sentence in told)


@pytest.mark.parametrize("malformed", FILES, ids=named)
def test_is_in_no_text_of_what_was_read_or_raised(malformed: Malformed) -> None:
    try:
        text = repr(read_file(malformed.data, malformed.format))
        held: list[object] = []
    except UnreadableFile as error:
        text = "".join(traceback.format_exception_only(error))
        held = [error.__cause__, error.__context__]

    assert SECRET not in text
    assert not any(held)
