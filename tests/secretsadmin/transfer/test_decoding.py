"""The bytes of a file ... (each test finishes the sentence)."""

import pytest

from secretsadmin.transfer.files import UnreadableFile, decode
from tests.secretsadmin.transfer.files import MOST

TEXT = '{"a": "Grüße"}\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_become_the_same_text(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), MOST).text == TEXT


def test_in_utf_16_are_told() -> None:
    assert decode(TEXT.encode("utf-16"), MOST).notes == ("The file is in UTF-16.",)
    assert decode(TEXT.encode(), MOST).notes == ()


def test_may_be_as_many_as_the_setting_says() -> None:
    assert decode(b"abc", 3).text == "abc"
    with pytest.raises(UnreadableFile, match="at most 3 are read"):
        decode(b"abcd", 3)
