"""AUDIT_STREAM ... (each test finishes the sentence)."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.config.streams import Stream, stream_of
from tests.secretsadmin.config.test_checks import problems


@pytest.mark.parametrize(
    ("text", "stream"),
    [
        ("none", Stream("none")),
        ("stdout", Stream("stdout")),
        ("file:/var/log/audit.jsonl", Stream("file", Path("/var/log/audit.jsonl"))),
        ("syslog:/dev/log", Stream("syslog", Path("/dev/log"))),
        ("syslog:logs:514", Stream("syslog", host="logs", port=514)),
        ("syslog:tcp:logs:601", Stream("syslog", host="logs", port=601, is_tcp=True)),
        ("syslog:[fd00::1]:514", Stream("syslog", host="fd00::1", port=514)),
    ],
)
def test_names_a_place(text: str, stream: Stream) -> None:
    assert stream_of(text) == stream


@pytest.mark.parametrize(
    "text",
    [
        *("", "stderr", "stdout:", "none:x", "file:", "file:audit.jsonl", "file", "syslog"),
        *("syslog:", "syslog:logs", "syslog::514", "syslog:logs:0", "syslog:logs:65536"),
        *("syslog:logs:x", "syslog:tcp:601", "syslog:logs:99999999999", "http://logs"),
    ],
)
def test_that_names_none_keeps_the_site_from_starting(settings: Settings, text: str) -> None:
    assert stream_of(text) is None

    (told,) = problems(settings, AUDIT_STREAM=text)

    assert told.startswith("AUDIT_STREAM names no place")
    assert "syslog:/dev/log" in told


def test_names_a_folder_that_is_there(settings: Settings, tmp_path: Path) -> None:
    (told,) = problems(settings, AUDIT_STREAM=f"file:{tmp_path / 'none' / 'audit.jsonl'}")
    assert "a folder that isn't there" in told

    assert problems(settings, AUDIT_STREAM=f"file:{tmp_path / 'audit.jsonl'}") == []
