"""The stream of the audit log ... (each test finishes the sentence)."""

import json
import os
import socket
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit import health, stream
from secretsadmin.audit.bookkeeping import Bookmark
from secretsadmin.audit.models import Event
from tests.secretsadmin.audit.conftest import LINES
from tests.support import tampering
from tests.support.audit_command import audit
from tests.support.record import add_line

pytestmark = pytest.mark.usefixtures("log")


@pytest.fixture
def file(settings: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    settings.AUDIT_STREAM = f"file:{path}"
    return path


@pytest.fixture
def gone(settings: Settings, tmp_path: Path) -> Path:
    """A folder that isn't there, in which the file should be."""
    folder = tmp_path / "mounted"
    settings.AUDIT_STREAM = f"file:{folder / 'audit.jsonl'}"
    return folder


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def ids(text: str) -> list[int]:
    return [line["id"] for line in lines_of(text) if "id" in line]


def ready() -> tuple[int, str]:
    health.forget()
    response = Client().get("/health/ready")
    return response.status_code, response.text


def test_has_each_line_whole_and_in_order(file: Path) -> None:
    stream.run()

    lines = lines_of(file.read_text())
    assert [line["id"] for line in lines] == [1, 2, 3, 4, 5, 6]
    for line, event in zip(lines, Event.objects.order_by("id"), strict=True):
        assert line["act"] == str(event.act)
        assert line["at"] == event.at.isoformat().replace("+00:00", "Z")
        for name in set(line) - {"act", "at"}:
            assert line[name] == getattr(event, name), name
    assert file.stat().st_mode & 0o777 == 0o600


def test_goes_on_where_it_was(file: Path) -> None:
    stream.run()
    add_line()
    stream.run()
    stream.run()

    assert ids(file.read_text()) == [1, 2, 3, 4, 5, 6, 7]


def test_writes_nothing_to_the_database_where_there_is_nothing_new(file: Path) -> None:
    stream.run()
    before = Bookmark.objects.values().get(name="stream")

    stream.run()

    assert Bookmark.objects.values().get(name="stream") == before


def test_ends_with_a_checkpoint_that_verifies(file: Path) -> None:
    stream.finish()

    assert lines_of(file.read_text())[-1]["checkpoint"] == LINES
    assert audit("verify", "--checkpoint", file).status == 0
    tampering.lift_triggers()
    tampering.delete(LINES)
    assert audit("verify", "--checkpoint", file).status == 1


def test_has_a_checkpoint_after_each_thousand_lines(file: Path) -> None:
    for _ in range(1_000 - LINES + 2):
        add_line()

    stream.run()

    text = file.read_text()
    assert ids(text) == list(range(1, 1_003))
    signed = [line["checkpoint"] for line in lines_of(text) if "checkpoint" in line]
    assert signed == [1_000]


def test_goes_to_standard_output(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    settings.AUDIT_STREAM = "stdout"

    stream.run()

    assert ids(capfd.readouterr().out) == [1, 2, 3, 4, 5, 6]


def test_may_be_none(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    settings.AUDIT_STREAM = "none"

    stream.run()
    stream.finish()

    assert capfd.readouterr().out == ""
    assert not Bookmark.objects.filter(name="stream").exists()


def test_catches_up_once_it_can(gone: Path) -> None:
    stream.run()
    add_line()
    stream.run()
    assert Bookmark.objects.get(name="stream").problem == "FileNotFoundError ENOENT"

    gone.mkdir()
    stream.run()

    assert ids((gone / "audit.jsonl").read_text()) == [1, 2, 3, 4, 5, 6, 7]
    assert Bookmark.objects.get(name="stream").problem == ""


def test_that_fails_is_told_once_and_keeps_nobody_from_working(
    gone: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert ready() == (200, "ready")

    stream.run()
    stream.finish()

    assert [record.message for record in caplog.records] == [
        "the stream of the audit log takes no lines"
    ]
    status, text = ready()
    assert (status, "degraded" in text, "ENOENT" in text) == (200, True, True)
    gone.mkdir()
    stream.run()
    assert ready() == (200, "ready")


def test_to_a_pipe_that_nobody_reads_any_more_catches_up(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.AUDIT_STREAM = "stdout"
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe, redirect_stdout(pipe):
        stream.run()
    assert Bookmark.objects.get(name="stream").problem == "BrokenPipeError EPIPE"

    stream.run()

    # What was written before may have ended in the middle of a line.
    begun, *lines = capfd.readouterr().out.splitlines()
    assert begun == ""
    assert ids("\n".join(lines)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="This system has no /dev/full")
def test_to_a_disk_that_is_full_catches_up(settings: Settings, file: Path) -> None:
    before = settings.AUDIT_STREAM
    settings.AUDIT_STREAM = "file:/dev/full"
    stream.run()
    assert Bookmark.objects.get(name="stream").problem == "OSError ENOSPC"

    settings.AUDIT_STREAM = before
    stream.run()

    assert ids(file.read_text()) == [1, 2, 3, 4, 5, 6]


def test_goes_to_syslog_at_a_socket(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "log"
    settings.AUDIT_STREAM = f"syslog:{path}"
    stream.run()
    assert Bookmark.objects.get(name="stream").problem == "FileNotFoundError ENOENT"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as daemon:
        daemon.bind(str(path))
        stream.run()
        received = [daemon.recv(100_000).decode() for _ in range(LINES)]

    assert all(text.startswith("<86>secretsadmin: {") for text in received)
    texts = [text.partition(" ")[2] for text in received]
    assert ids("\n".join(texts)) == [1, 2, 3, 4, 5, 6]


def test_goes_to_syslog_at_a_port(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as daemon:
        settings.AUDIT_STREAM = f"syslog:tcp:127.0.0.1:{daemon.getsockname()[1]}"
        stream.run()
        connected, _ = daemon.accept()
        with connected, connected.makefile(encoding="utf-8") as received:
            texts = [text.partition(" ")[2] for text in received]

    assert ids("".join(texts)) == [1, 2, 3, 4, 5, 6]


def test_goes_to_syslog_by_datagrams_and_shortens_what_no_datagram_holds(
    settings: Settings,
) -> None:
    add_line(fields=["x" * 300] * 300)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        settings.AUDIT_STREAM = f"syslog:127.0.0.1:{daemon.getsockname()[1]}"
        stream.run()
        received = [daemon.recv(100_000).decode() for _ in range(LINES + 1)]

    texts = [text.partition(" ")[2] for text in received]
    assert ids("\n".join(texts)) == [1, 2, 3, 4, 5, 6, 7]
    assert lines_of(texts[-1])[0]["left_out"] == ["fields", "holds", "details"]


def test_has_what_somebody_changed_as_it_stands(file: Path) -> None:
    tampering.lift_triggers()
    tampering.change(3, fields="no list", details="no object")

    stream.run()

    assert ids(file.read_text()) == [1, 2, 3, 4, 5, 6]
