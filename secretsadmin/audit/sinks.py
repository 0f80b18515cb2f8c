"""What takes the lines of the audit log beside the database. Each raises OSError if it can't."""

import errno
import json
import os
import select
import socket
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from secretsadmin.config.streams import FILE, STDOUT, Stream

# How long a sink may keep us waiting.
SECONDS = 5
_PRIVATE = 0o600
# Severity “informational” of the facility for what concerns security.
_PRIORITY = "<86>secretsadmin: "
# What is left out of a line that is too long for a datagram. All else in a line is short.
_LONG = ("fields", "holds", "details")


class _StandardOutput:
    # The last line isn't whole, because the reader went away in the middle of it.
    is_torn = False


def write(stream: Stream, lines: Sequence[str]) -> None:
    if stream.kind == STDOUT:
        _to_standard_output(lines)
    elif stream.kind == FILE and stream.path:
        _to_file(stream.path, lines)
    else:
        _to_syslog(stream, lines)


def _text_of(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _to_standard_output(lines: Sequence[str]) -> None:
    text = _text_of(lines)
    if _StandardOutput.is_torn:
        text = b"\n" + text
    # What Python's own stream couldn't write, it would keep and write twice.
    output = sys.stdout.fileno()
    _StandardOutput.is_torn = True
    # A pipe that is ready takes a piece of this size without keeping us waiting.
    while text:
        _, ready, _ = select.select([], [output], [], SECONDS)
        if not ready:
            raise TimeoutError
        text = text[os.write(output, text[: select.PIPE_BUF]) :]
    _StandardOutput.is_torn = False


def _to_file(path: Path, lines: Sequence[str]) -> None:
    """Append all of the lines or none. The file is opened anew, because it may have been moved."""
    text = _text_of(lines)
    # Without O_NONBLOCK a named pipe that nobody reads would keep us waiting.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
    file = os.open(path, flags, _PRIVATE)
    try:
        _append(file, text)
    finally:
        os.close(file)


def _append(file: int, text: bytes) -> None:
    before = os.fstat(file)
    is_on_disk = stat.S_ISREG(before.st_mode)
    try:
        while text:
            text = text[os.write(file, text) :]
        if is_on_disk:
            os.fsync(file)
    except OSError:
        if is_on_disk:
            os.ftruncate(file, before.st_size)
        raise


def _to_syslog(stream: Stream, lines: Sequence[str]) -> None:
    with _connected(stream) as daemon:
        for line in lines:
            if stream.is_tcp:
                daemon.sendall(f"{_PRIORITY}{line}\n".encode())
            else:
                _send(daemon, line)


def _send(daemon: socket.socket, line: str) -> None:
    try:
        daemon.send(f"{_PRIORITY}{line}".encode())
    except OSError as error:
        if error.errno != errno.EMSGSIZE:
            raise
        short = json.loads(line)
        for name in _LONG:
            short.pop(name, None)
        short["left_out"] = list(_LONG)
        daemon.send(f"{_PRIORITY}{json.dumps(short)}".encode())


@contextmanager
def _connected(stream: Stream) -> Iterator[socket.socket]:
    if stream.is_tcp:
        with socket.create_connection((stream.host, stream.port), SECONDS) as daemon:
            yield daemon
        return
    family, address = _datagram_address(stream)
    with socket.socket(family, socket.SOCK_DGRAM) as daemon:
        daemon.settimeout(SECONDS)
        daemon.connect(address)
        yield daemon


def _datagram_address(stream: Stream) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    if stream.path:
        return socket.AF_UNIX, str(stream.path)
    family, *_, address = socket.getaddrinfo(stream.host, stream.port, type=socket.SOCK_DGRAM)[0]
    return family, (str(address[0]), int(address[1]))
