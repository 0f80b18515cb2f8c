"""People behind slow lines, or attackers who pretend to be: many sockets that do little."""

import selectors
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

CROWD = 64
# Small segments and a small window, so that little of an answer waits in the kernels on the way.
SEGMENT, WINDOW = 536, 2048
ESTABLISHED = "01"
TICK = 1
PATIENCE = 300


class Crowd:
    """Connections that send how a request begins, and then one byte of the rest each second."""

    def __init__(self, url: str, begin: str, drip: str = "") -> None:
        self.host, self.port = urlsplit(url).hostname or "", urlsplit(url).port or 0
        self.drip = drip.encode()
        self.open = selectors.DefaultSelector()
        self.stack = ExitStack()
        for _ in range(CROWD):
            self._join(begin.encode())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.open.close()
        self.stack.close()

    def _join(self, begin: bytes) -> None:
        somebody = self.stack.enter_context(socket.socket())
        somebody.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        somebody.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        somebody.connect((self.host, self.port))
        somebody.sendall(begin)
        self.open.register(somebody, selectors.EVENT_READ)

    def size(self) -> int:
        return len(self.open.get_map())

    def wait_until_all_are_sent_away(self) -> None:
        """Send each request on, byte by byte, until the other side ends the connection."""
        for _ in self._seconds():
            for key in [*self.open.get_map().values()]:
                self._go_on(key.fileobj)  # type: ignore[arg-type] # All of them are sockets.
            if not self.size():
                return
        raise AssertionError(f"{self.size()} are still served")

    def wait_until_none_is_waited_for(self) -> None:
        """Nobody reads anything. The connections last, at this end; at the other they are over."""
        for _ in self._seconds():
            if not established(self.port):
                return
        raise AssertionError("somebody is still waited for")

    def _seconds(self) -> Iterator[None]:
        with selectors.DefaultSelector() as nothing:
            for _ in range(PATIENCE):
                yield
                nothing.select(TICK)

    def _go_on(self, somebody: socket.socket) -> None:
        somebody.setblocking(False)
        try:
            somebody.send(self.drip)
            is_over = not somebody.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            is_over = True
        if is_over:
            self.open.unregister(somebody)


def established(port: int) -> int:
    """Connections that a server on this machine hasn't ended."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(line[1].endswith(f":{port:04X}") and line[3] == ESTABLISHED for line in lines)


@contextmanager
def crowd(url: str, begin: str, drip: str = "") -> Iterator[Crowd]:
    with Crowd(url, begin.replace("\n", "\r\n"), drip) as people:
        yield people
