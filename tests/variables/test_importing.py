"""A variable of a file ... (each test finishes the sentence)."""

import pytest

from secretsadmin.adapter import CannotImport
from secretsadmin.kinds import Source
from tests.support.site import BACKEND
from variables.adapter import ADAPTER


@pytest.mark.parametrize(("text", "written"), [('{"a": 1.50}', "json"), (" x\n", "text")])
def test_is_stored_as_it_stands_there(text: str, written: str) -> None:
    draft = ADAPTER.from_file(text, BACKEND).draft

    assert (draft.text, draft.format, draft.holds) == (text, written, ("value",))


def test_says_where_it_is_no_json_although_it_begins_so() -> None:
    notes = ADAPTER.from_file('{"a": hunter2', BACKEND).notes

    assert "isn't" in notes[0]
    assert "hunter2" not in "".join(notes)


@pytest.mark.parametrize("source", ["", "x" * 70_000, "\ud800", {"host": "x"}])
def test_is_refused_if_it_can_not_be_stored(source: Source) -> None:
    with pytest.raises(CannotImport) as caught:
        ADAPTER.from_file(source, BACKEND)

    assert caught.value.field == "value"
