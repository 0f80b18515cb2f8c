"""The worker that gunicorn runs: nobody's slowness holds a thread, whether it is meant or not.

Tornado reads a request whole before a thread gets it, and sends the answer when the thread is done with it. A request
that takes too long to arrive, and an answer that takes too long to be read, cost a socket for a while and no more.
"""

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple, cast
from urllib.parse import unquote_to_bytes

from django.conf import settings
from gunicorn.workers.base import Worker as GunicornWorker
from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError

# The head of a request has to be there after so long, idle time included, and its body after as long again.
SECONDS_TO_ASK = 15
SECONDS_TO_READ_AN_ANSWER = 30
MAX_HEAD = 16 * 1024
PIECE = 64 * 1024
# Of the length of a body. Python reads no number of more than 4,300 digits.
MOST_DIGITS = 18
HEARTBEAT = 0.5

Headers = list[tuple[str, str]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
log = logging.getLogger(__name__)


class Answer(NamedTuple):
    status: int
    reason: str
    headers: Headers
    body: bytes


BROKEN = Answer(500, "Internal Server Error", [("Content-Type", "text/plain")], b"Something went wrong here.\n")


class Worker(GunicornWorker):  # type: ignore[misc] # gunicorn has no types.
    """A process that gunicorn starts, watches and ends."""

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        del log
        if cfg.is_ssl:
            sys.exit("TLS ends at a proxy or a load balancer here: leave out certfile and keyfile.")

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        service = Service(self.wsgi, threads=self.cfg.threads, connections=self.cfg.worker_connections)
        service.listen([listener.sock for listener in self.sockets])
        while self.alive and self.ppid == os.getppid():
            self.notify()
            await asyncio.sleep(HEARTBEAT)
        await self._end(service)

    async def _end(self, service: "Service") -> None:
        """What has begun is done to its end."""
        until = time.monotonic() + self.cfg.graceful_timeout
        service.stop_listening()
        while service.exchanges and time.monotonic() < until:
            self.notify()
            await asyncio.sleep(HEARTBEAT / 10)
        await service.close()


class Service(HTTPServerConnectionDelegate):
    """The connections of a worker, the requests on them, and the threads that answer them."""

    def __init__(self, application: Application, *, threads: int, connections: int) -> None:
        self.application = application
        self.most_threads, self.most_connections = threads, connections
        self.threads = ThreadPoolExecutor(threads)
        self.busy = 0
        self.listeners: list[socket.socket] = []
        self.is_accepting = self.is_ending = False
        self.connections: set[HTTP1ServerConnection] = set()
        # Those that somebody else keeps waiting, with a request or with reading an answer: for the longest time first.
        self.waiting: dict[HTTP1ServerConnection, None] = {}
        self.exchanges: set[Exchange] = set()
        self.parameters = HTTP1ConnectionParameters(
            max_header_size=MAX_HEAD,
            header_timeout=SECONDS_TO_ASK,
            max_body_size=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            body_timeout=SECONDS_TO_ASK,
            chunk_size=PIECE,
        )

    def listen(self, listeners: list[socket.socket]) -> None:
        self.listeners = listeners
        for listener in listeners:
            listener.settimeout(0)
        self.settle()

    def stop_listening(self) -> None:
        self.is_ending = True
        self.settle()
        for listener in self.listeners:
            listener.close()

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.close()

    def settle(self) -> None:
        """A worker whose threads are all busy leaves new connections to the others."""
        has_room = len(self.connections) < self.most_connections or bool(self.waiting)
        accepts = has_room and self.busy < self.most_threads and not self.is_ending
        if accepts == self.is_accepting:
            return
        self.is_accepting = accepts
        loop = asyncio.get_running_loop()
        for listener in self.listeners:
            if accepts:
                loop.add_reader(listener, self.accept, listener)
            else:
                loop.remove_reader(listener)

    def accept(self, listener: socket.socket) -> None:
        """Take one connection, and leave the next to whichever worker is free."""
        try:
            accepted, address = listener.accept()
        except OSError:
            # Another worker was faster, or whoever asked has gone.
            return
        # Whoever comes by a socket in the file system is on this machine.
        peer = address[0] if isinstance(address, tuple) else "127.0.0.1"
        stream = IOStream(accepted, max_buffer_size=4 * PIECE, read_chunk_size=PIECE)
        connection = HTTP1ServerConnection(stream, self.parameters, peer)
        self.connections.add(connection)
        if len(self.connections) > self.most_connections:
            self.send_one_away()
        connection.start_serving(self)
        self.settle()

    def send_one_away(self) -> None:
        """Whoever has kept us waiting for the longest time makes room: many who do so keep nobody else out."""
        if longest := next(iter(self.waiting), None):
            self.on_close(longest)
            longest.stream.close()

    def wait_for(self, connection: HTTP1ServerConnection) -> None:
        self.waiting.pop(connection, None)
        self.waiting[connection] = None
        self.settle()

    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        connection = cast("HTTP1ServerConnection", server_conn)
        self.wait_for(connection)
        return Exchange(self, request_conn, connection)

    def on_close(self, server_conn: object) -> None:
        connection = cast("HTTP1ServerConnection", server_conn)
        self.connections.discard(connection)
        self.waiting.pop(connection, None)
        self.settle()

    async def ask(self, environ: dict[str, Any]) -> Answer:
        """What the application answers, in one of the threads."""
        self.busy += 1
        self.settle()
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, ask, self.application, environ)
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for an answer.
            log.error("unanswered", extra={"error": type(error).__name__})
            return BROKEN
        finally:
            self.busy -= 1
            self.settle()


class Exchange(HTTPMessageDelegate):
    """One request and its answer."""

    begun: RequestStartLine
    headers: HTTPHeaders
    task: asyncio.Task[None]

    def __init__(self, service: Service, connection: HTTP1Connection, line: HTTP1ServerConnection) -> None:
        self.service, self.connection, self.line = service, connection, line
        self.body = bytearray()
        self.is_too_large = False

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> None:
        if start_line.version == "HTTP/1.0" and "Transfer-Encoding" in headers:
            # A proxy of that age passes it on without reading it, and sees another end of the request than we do.
            raise HTTPInputError("HTTP/1.0 has no Transfer-Encoding")
        self.begun, self.headers = start_line, headers
        self.service.exchanges.add(self)
        if _is_too_large(headers.get("Content-Length", "")):
            # It is read to its end and forgotten, so that its sender stays to hear that it is too large.
            self.is_too_large = True
            self.connection.set_max_body_size(sys.maxsize)

    def data_received(self, chunk: bytes) -> None:
        if not self.is_too_large:
            self.body += chunk

    def finish(self) -> None:
        self.service.waiting.pop(self.line, None)
        self.task = asyncio.get_running_loop().create_task(self._answer())

    def on_connection_close(self) -> None:
        """The request never came whole."""
        self.service.exchanges.discard(self)

    async def _answer(self) -> None:
        try:
            await self._send(await self.service.ask(self._environ()))
        except (StreamClosedError, TimeoutError):
            self.connection.close()
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it, and the connection stay open.
            log.error("unsent", extra={"error": type(error).__name__})
            self.connection.close()
        finally:
            self.service.exchanges.discard(self)

    def _environ(self) -> dict[str, Any]:
        path, _, query = _origin_form(self.begun.path).partition("?")
        # A name with an underscore would count as the one with a hyphen, which a proxy guards.
        sent = {name.upper().replace("-", "_"): text for name, text in self.headers.items() if "_" not in name}
        length = sent.pop("CONTENT_LENGTH", "") if self.is_too_large else str(len(self.body))
        special = {"CONTENT_TYPE": sent.pop("CONTENT_TYPE", ""), "CONTENT_LENGTH": length}
        # Whoever reads the answer slowly isn't to hold what they sent as well.
        body, self.body = self.body, bytearray()
        return {
            **{f"HTTP_{name}": text for name, text in sent.items() if name not in _OF_THE_CONNECTION},
            **special,
            "REQUEST_METHOD": self.begun.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
            "QUERY_STRING": query,
            "REMOTE_ADDR": self.connection.context,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": self.begun.version,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }

    async def _send(self, answer: Answer) -> None:
        headers = HTTPHeaders()
        for name, text in answer.headers:
            # Django writes a cookie with a space in front.
            headers.add(name, text.strip())
        headers["Date"] = formatdate(usegmt=True)
        if self.service.is_ending:
            headers["Connection"] = "close"
        body = answer.body
        if self.begun.method == "HEAD" or answer.status in _WITHOUT_BODY:
            body = b""
        else:
            headers["Content-Length"] = str(len(body))
        first = ResponseStartLine("HTTP/1.1", answer.status, answer.reason)
        sent = self.connection.write_headers(first, headers, body)
        self.connection.finish()
        # The connection has a copy of it, for as long as somebody takes to read that.
        del answer, body
        if self.line in self.service.connections:
            self.service.wait_for(self.line)
        await asyncio.wait_for(sent, SECONDS_TO_READ_AN_ANSWER)


_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_OF_THE_CONNECTION = frozenset({"CONTENT_LENGTH", "TRANSFER_ENCODING"})


def _is_too_large(length: str) -> bool:
    """A length that no sender can mean is left to Tornado, which refuses it."""
    if not length.isdecimal() or len(length) > MOST_DIGITS:
        return False
    return int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _origin_form(target: str) -> str:
    """A path and a query; proxies may send the whole address in its place."""
    if target.startswith("/"):
        return target
    return "/" + target.partition("://")[2].partition("/")[2]


def ask(application: Application, environ: dict[str, Any]) -> Answer:
    """The application's whole answer."""
    begun: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], None]:
        del exc_info
        begun.append((status, headers))
        return written.append

    pieces = application(environ, start_response)
    try:
        written.extend(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    status, headers = begun[-1]
    code, _, reason = status.partition(" ")
    return Answer(int(code), reason, headers, b"".join(written))
