"""The worker that gunicorn runs, in which no slow client holds a thread.

Tornado reads a request whole before a thread gets it, and sends the answer when the thread is done
with it. A request that takes too long to arrive, and an answer that takes too long to be read, cost
a socket for a while and no more.

An answer that is made piece by piece is sent so: a thread makes the next piece when the client has
read the one before, and is free meanwhile.
"""

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http import HTTPStatus
from io import BytesIO
from typing import Any, TypeVar, cast
from urllib.parse import unquote_to_bytes

from django.conf import settings
from gunicorn.workers.base import Worker as GunicornWorker
from tornado.http1connection import (
    HTTP1Connection,
    HTTP1ConnectionParameters,
    HTTP1ServerConnection,
)
from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError

from secretsadmin.server.application import BROKEN, Answer, Application, Pieces, ask
from secretsadmin.server.bodies import most_bytes

# A client has so long to send the head of a request, idle time included, and as long again to send
# its body.
SECONDS_TO_ASK = 15
SECONDS_TO_READ_AN_ANSWER = 30
MAX_HEAD = 16 * 1024
PIECE = 64 * 1024
# Of a Content-Length. Python reads no number of more than 4,300 digits.
MOST_DIGITS = 18
HEARTBEAT = 0.5

T = TypeVar("T")
log = logging.getLogger(__name__)


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
        service = Service(
            self.wsgi, threads=self.cfg.threads, connections=self.cfg.worker_connections
        )
        service.listen([listener.sock for listener in self.sockets])
        while self.alive and self.ppid == os.getppid():
            self.notify()
            await asyncio.sleep(HEARTBEAT)
        await self._end(service)

    async def _end(self, service: "Service") -> None:
        """Take no new requests, and finish those that have begun."""
        deadline = time.monotonic() + self.cfg.graceful_timeout
        service.stop_listening()
        while service.exchanges and time.monotonic() < deadline:
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
        # The connections whose clients keep us waiting, to send a request or to read an answer.
        # Those that have done so for longest come first.
        self.waiting: dict[HTTP1ServerConnection, None] = {}
        self.exchanges: set[Exchange] = set()
        self.parameters = HTTP1ConnectionParameters(
            max_header_size=MAX_HEAD,
            header_timeout=SECONDS_TO_ASK,
            max_body_size=settings.BODY_BYTES,
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
        """Accept connections or not: a worker whose threads are all busy leaves them to others."""
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
            # Another worker was faster, or the client has gone.
            return
        # A client at a socket in the file system is on this machine.
        peer = address[0] if isinstance(address, tuple) else "127.0.0.1"
        stream = IOStream(accepted, max_buffer_size=4 * PIECE, read_chunk_size=PIECE)
        connection = HTTP1ServerConnection(stream, self.parameters, peer)
        self.connections.add(connection)
        if len(self.connections) > self.most_connections:
            self.send_one_away()
        connection.start_serving(self)
        self.settle()

    def send_one_away(self) -> None:
        """Close the connection that has kept us waiting for the longest time, if any does."""
        if not self.waiting:
            return
        longest = next(iter(self.waiting))
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
        """What the application answers."""
        try:
            return await self.in_thread(ask, self.application, environ)
        except Exception as error:  # noqa: BLE001 - somebody waits for an answer.
            log.error("unanswered", extra={"error": type(error).__name__})
            return BROKEN

    async def in_thread(self, function: Callable[..., T], *arguments: Any) -> T:
        self.busy += 1
        self.settle()
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.threads, function, *arguments)
        finally:
            self.busy -= 1
            self.settle()


class Exchange(HTTPMessageDelegate):
    """One request and its answer."""

    begun: RequestStartLine
    headers: HTTPHeaders
    task: asyncio.Task[None]

    def __init__(
        self, service: Service, connection: HTTP1Connection, line: HTTP1ServerConnection
    ) -> None:
        self.service, self.connection, self.line = service, connection, line
        self.body = bytearray()
        self.is_too_large = False

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> None:
        if start_line.version == "HTTP/1.0" and "Transfer-Encoding" in headers:
            # A proxy that only knows HTTP/1.0 passes this header on without reading it. So it and
            # we would see the request end at different places.
            raise HTTPInputError("HTTP/1.0 has no Transfer-Encoding")
        self.begun, self.headers = start_line, headers
        self.service.exchanges.add(self)
        most = most_bytes(_origin_form(start_line.path))
        self.connection.set_max_body_size(most)
        if _is_too_large(headers.get("Content-Length", ""), most):
            # The body is read to its end and dropped: a client that is still sending would never
            # read our answer.
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
        except Exception as error:  # noqa: BLE001 - else the connection would stay open.
            log.error("unsent", extra={"error": type(error).__name__})
            self.connection.close()
        finally:
            self.service.exchanges.discard(self)

    def _environ(self) -> dict[str, Any]:
        path, _, query = _origin_form(self.begun.path).partition("?")
        # A slow client may take long to read the answer. The body isn't held for that time.
        body, self.body = self.body, bytearray()
        return {
            **self._header_variables(len(body)),
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

    def _header_variables(self, body_length: int) -> dict[str, str]:
        """The request's headers by their names in WSGI."""
        length = str(body_length)
        if self.is_too_large:
            length = self.headers.get("Content-Length", "")
        content_type = self.headers.get("Content-Type", "")
        variables = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": length}
        for name, text in self.headers.items():
            # WSGI would take a name with an underscore for the one with a hyphen, which a proxy
            # guards.
            if "_" not in name and name.lower() not in _NO_VARIABLES:
                variables[f"HTTP_{name.upper().replace('-', '_')}"] = text
        return variables

    async def _send(self, answer: Answer) -> None:
        headers = self._headers(answer)
        first = ResponseStartLine("HTTP/1.1", answer.status, answer.reason)
        if answer.pieces:
            await self._send_pieces(first, headers, answer.pieces)
            return
        body = answer.body
        if self.begun.method == "HEAD" or answer.status in _WITHOUT_BODY:
            body = b""
        else:
            headers["Content-Length"] = str(len(body))
        sent = self.connection.write_headers(first, headers, body)
        self.connection.finish()
        # The connection has its own copy, and a slow client may take long to read it.
        del answer, body
        await self._until_read(sent)

    def _headers(self, answer: Answer) -> HTTPHeaders:
        headers = HTTPHeaders()
        for name, text in answer.headers:
            # Django writes a cookie with a space in front.
            headers.add(name, text.strip())
        headers["Date"] = formatdate(usegmt=True)
        if self.service.is_ending:
            headers["Connection"] = "close"
        return headers

    async def _send_pieces(
        self, first: ResponseStartLine, headers: HTTPHeaders, pieces: Pieces
    ) -> None:
        """Send each piece when the one before it was read, and close what makes them in any case.

        HTTP/1.1 says where the last piece ends. To an older client, the end of the connection does.
        """
        try:
            await self._until_read(self.connection.write_headers(first, headers))
            while (piece := await self.service.in_thread(pieces.next)) is not None:
                if piece:
                    await self._until_read(self.connection.write(piece))
                # Now the client waits for us.
                self.service.waiting.pop(self.line, None)
        finally:
            await self.service.in_thread(pieces.close)
        self.connection.finish()
        if self.begun.version == "HTTP/1.0":
            self.connection.close()
        elif self.line in self.service.connections:
            self.service.wait_for(self.line)

    async def _until_read(self, sent: "asyncio.Future[None]") -> None:
        if self.line in self.service.connections:
            self.service.wait_for(self.line)
        await asyncio.wait_for(sent, SECONDS_TO_READ_AN_ANSWER)


_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_NO_VARIABLES = frozenset({"content-type", "content-length", "transfer-encoding"})


def _is_too_large(length: str, most: int) -> bool:
    """Tornado refuses a length that no client can mean."""
    if not length.isdecimal() or len(length) > MOST_DIGITS:
        return False
    return int(length) > most


def _origin_form(target: str) -> str:
    """The path and query of a request's target; a proxy may have sent the whole address."""
    if target.startswith("/"):
        return target
    _, _, host_and_path = target.partition("://")
    _, _, path = host_and_path.partition("/")
    return f"/{path}"
