"""The deployed site waits for slow people for a limited time and without a thread."""

import asyncio
import http.client
import re
import signal
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from secrets import token_bytes
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
import requests

from secretsadmin.demo.emulator import serve
from secretsadmin.demo.site import Person
from secretsadmin.server.worker import Service
from tests.browser.sites import Site, serving_from
from tests.support.crowds import crowd
from tests.support.faults import FaultProxy
from tests.support.wire import connected
from tests.support.worker import holders

T = TypeVar("T")

PATIENCE = 60
# Of an answer that is made while it is sent, and how much of it may be made before it is read: a
# piece, and what the sockets of this machine hold.
LARGE_PIECE, MANY_PIECES = 256 * 1024, 100
MOST_AHEAD = 10_000_000
PEOPLE = (Person("editor", "editors"),)
SLOW_HEAD = ("GET /login/ HTTP/1.1\nHost: 127.0.0.1\nX-Slow: ", "x")
SLOW_BODY = ("POST /login/ HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 5000\n\nx", "x")
SLOW_CHUNK = ("POST /login/ HTTP/1.1\nHost: 127.0.0.1\nTransfer-Encoding: chunked\n\n1000\nx", "x")
NO_READER = "GET {} HTTP/1.1\nHost: 127.0.0.1\n\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def proxy() -> Iterator[FaultProxy]:
    with serve() as emulator, FaultProxy(emulator.endpoint) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(proxy: FaultProxy, home: Path, folder: Path) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HOME", str(home))
        environment.setenv("XDG_RUNTIME_DIR", str(home))
        with serving_from(proxy, folder, PEOPLE) as running:
            yield running


@pytest.fixture
def editor(site: Site) -> Iterator[requests.Session]:
    with signed_in(site) as session:
        yield session


@contextmanager
def signed_in(site: Site) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Referer"] = site.url
        session.get(f"{site.url}/login/", timeout=PATIENCE)
        answer = post(
            session,
            f"{site.url}/login/",
            username="editor",
            password=site.people["editor"].password,
        )
        assert answer.status_code == 302
        yield session


def post(session: requests.Session, url: str, **data: str) -> requests.Response:
    token = session.cookies.get("csrftoken") or ""
    data["csrfmiddlewaretoken"] = token
    return session.post(url, data=data, allow_redirects=False, timeout=PATIENCE)


def static(site: Site, name: str) -> str:
    page = requests.get(f"{site.url}/login/", timeout=PATIENCE).text
    folder = re.search(r'href="(/static/[^"]*)css/base\.css"', page)
    assert folder
    return f"{folder[1]}{name}"


def others_are_served(site: Site, editor: requests.Session) -> None:
    for path in ("/health/live", "/login/", "/dev/connections/"):
        answer = editor.get(site.url + path, timeout=PATIENCE, headers={"Connection": "close"})
        assert answer.status_code == 200


def test_sends_away_whoever_asks_slowly(site: Site, editor: requests.Session) -> None:
    with ExitStack() as stack:
        crowds = [
            stack.enter_context(crowd(site.url, *slow))
            for slow in (SLOW_HEAD, SLOW_BODY, SLOW_CHUNK)
        ]

        others_are_served(site, editor)
        assert all(people.size() for people in crowds)
        for people in crowds:
            people.wait_until_all_are_sent_away()


def test_gives_up_whoever_does_not_read_the_answer(site: Site, editor: requests.Session) -> None:
    with crowd(site.url, NO_READER.format(static(site, "django_htmx/htmax-4.js"))) as slow:
        others_are_served(site, editor)

        editor.close()
        slow.wait_until_none_is_waited_for()


def test_holds_nothing_of_a_form_whose_answer_is_not_read() -> None:
    sent, is_answered = token_bytes(16), threading.Event()

    def answer_at_length(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> list[bytes]:
        environ["wsgi.input"].read()
        start_response("200 OK", [])
        is_answered.set()
        return [b"x" * 8_000_000]

    async def ask() -> list[str]:
        with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as somebody:
            service = Service(answer_at_length, threads=1, connections=1)
            service.listen([listener])
            somebody.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            await asyncio.to_thread(somebody.connect, listener.getsockname())
            somebody.sendall(
                b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 32\r\n\r\n" + sent.hex().encode()
            )
            await asyncio.to_thread(is_answered.wait)
            [exchange] = service.exchanges
            await asyncio.wait([exchange.task], timeout=1)
            service.stop_listening()
            assert service.exchanges == {exchange}
            del exchange
            return holders(sent.hex())

    assert _run(ask()) == []


class Stream:
    """An answer that is made piece by piece, and how far it was ever ahead of its reader."""

    streaming = True

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.read = self.made = self.most_ahead = 0
        self.is_begun, self.is_closed = threading.Event(), threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self.pieces):
            self.made += LARGE_PIECE
            self.most_ahead = max(self.most_ahead, self.made - self.read)
            self.is_begun.set()
            yield bytes([number % 256]) * LARGE_PIECE

    def close(self) -> None:
        self.is_closed.set()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> "Stream | list[bytes]":
        start_response("200 OK", [("Content-Type", "text/csv")])
        return [b"ok"] if environ["PATH_INFO"] == "/other" else self


async def asking(stack: ExitStack, stream: Stream, version: str = "1.1") -> socket.socket:
    """Somebody who has asked for it, at a service with one thread, and doesn't read yet."""
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    # Else the kernel holds as much of the answer as it likes.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LARGE_PIECE)
    service = Service(stream, threads=1, connections=2)
    service.listen([listener])
    stack.callback(service.stop_listening)
    begin = f"GET / HTTP/{version}\r\nHost: h\r\n\r\n".encode()
    return await _joining(stack, listener, begin)


def read_to_end(somebody: socket.socket, stream: Stream, end: bytes = b"") -> bytes:
    text = b""
    while piece := somebody.recv(LARGE_PIECE):
        text += piece
        stream.read = len(text)
        if end and text.endswith(end):
            break
    return text


def test_makes_no_more_of_a_long_answer_than_is_read() -> None:
    stream = Stream(MANY_PIECES)

    async def ask() -> bytes:
        with ExitStack() as stack:
            somebody = await asking(stack, stream)
            await asyncio.to_thread(stream.is_begun.wait, PATIENCE)
            answer = await asyncio.to_thread(read_to_end, somebody, stream, b"0\r\n\r\n")
            await asyncio.to_thread(stream.is_closed.wait, PATIENCE)
            return answer

    answer = _run(ask())

    assert b"Transfer-Encoding: chunked" in answer
    assert len(answer) > MANY_PIECES * LARGE_PIECE
    assert stream.most_ahead < MOST_AHEAD
    assert stream.is_closed.is_set()


def test_holds_no_thread_for_a_long_answer_that_is_not_read() -> None:
    stream = Stream(MANY_PIECES)

    async def ask() -> bytes:
        with ExitStack() as stack:
            somebody = await asking(stack, stream)
            await asyncio.to_thread(stream.is_begun.wait, PATIENCE)
            other = stack.enter_context(socket.create_connection(somebody.getpeername(), PATIENCE))
            other.sendall(b"GET /other HTTP/1.1\r\nHost: h\r\n\r\n")
            return await asyncio.to_thread(other.recv, LARGE_PIECE)

    assert _run(ask()).endswith(b"ok")
    assert stream.read == 0
    assert stream.made < MANY_PIECES * LARGE_PIECE


def test_ends_a_long_answer_to_an_older_client_by_closing_the_connection() -> None:
    stream = Stream(3)

    async def ask() -> bytes:
        with ExitStack() as stack:
            somebody = await asking(stack, stream, "1.0")
            return await asyncio.to_thread(read_to_end, somebody, stream)

    head, _, body = _run(ask()).partition(b"\r\n\r\n")

    assert b"chunked" not in head
    assert len(body) == 3 * LARGE_PIECE


def test_closes_a_long_answer_whose_reader_is_gone() -> None:
    stream = Stream(MANY_PIECES)

    async def ask() -> bool:
        with ExitStack() as stack:
            somebody = await asking(stack, stream)
            await asyncio.to_thread(stream.is_begun.wait, PATIENCE)
            somebody.close()
            return await asyncio.to_thread(stream.is_closed.wait, PATIENCE)

    assert _run(ask())
    assert stream.made < MANY_PIECES * LARGE_PIECE


def test_sends_away_who_keeps_it_waiting_for_the_longest_time_when_it_is_full() -> None:
    def say_ok(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"ok"]

    async def ask() -> tuple[list[bytes], bytes]:
        with ExitStack() as stack:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            service = Service(say_ok, threads=1, connections=3)
            service.listen([listener])
            silent = []
            for number in range(1, 4):
                silent.append(await _joining(stack, listener, b"GET / HTTP/1.1\r\n"))
                while len(service.waiting) < number:  # noqa: ASYNC110 - The service tells nobody.
                    await asyncio.sleep(0)
            last = await _joining(stack, listener, b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            answer = await asyncio.to_thread(last.recv, 4096)
            for somebody in silent:
                somebody.setblocking(False)
            service.stop_listening()
            return [_sent_to(somebody) for somebody in silent], answer

    silent, answer = _run(ask())

    assert answer.endswith(b"ok")
    assert silent == [b"", b"nothing yet", b"nothing yet"]


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it in a thread of its own: a browser's event loop may be running in this one."""
    with ThreadPoolExecutor(max_workers=1) as threads:
        return threads.submit(asyncio.run, coroutine).result()


async def _joining(stack: ExitStack, listener: socket.socket, begin: bytes) -> socket.socket:
    somebody = stack.enter_context(socket.socket())
    somebody.settimeout(PATIENCE)
    await asyncio.to_thread(somebody.connect, listener.getsockname())
    somebody.sendall(begin)
    return somebody


def _sent_to(somebody: socket.socket) -> bytes:
    try:
        return somebody.recv(4096)
    except BlockingIOError:
        return b"nothing yet"


def test_leaves_nothing_where_two_sites_of_one_user_would_meet(site: Site, home: Path) -> None:
    assert requests.get(f"{site.url}/health/live", timeout=PATIENCE).text == "ok"
    assert list(home.iterdir()) == []


def test_hears_out_whoever_sends_too_much(site: Site) -> None:
    with requests.Session() as session:
        answer = session.post(f"{site.url}/login/", data=b"x" * 5_000_000, timeout=PATIENCE)

        assert answer.status_code == 413
        assert "That is too large" in answer.text
        assert session.get(f"{site.url}/health/live", timeout=PATIENCE).text == "ok"


@pytest.mark.parametrize("length", ["9" * 20, "9" * 5_000, "0" * 5_000, "-1", "1e3"])
def test_refuses_a_length_that_nobody_can_mean(site: Site, length: str) -> None:
    head = f"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
    address = urlsplit(site.url)

    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(head.encode())

        assert connection.recv(4096).startswith(b"HTTP/1.1 400 ")
        assert connection.recv(4096) == b""


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "identity", ""])
@pytest.mark.parametrize("length", ["", "Content-Length: 3\r\n"])
def test_refuses_an_older_request_in_chunks(site: Site, coding: str, length: str) -> None:
    """HTTP/1.0 has none: a proxy may take what follows for another person's request."""
    head = "POST /login/ HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n"
    body = "3\r\na=1\r\n0\r\n\r\n"
    address = urlsplit(site.url)

    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall(f"{head}Transfer-Encoding: {coding}\r\n{length}\r\n{body}".encode())
        with connection.makefile("rb") as answer:
            assert answer.read() == b"HTTP/1.1 400 Bad Request\r\n\r\n"


@pytest.mark.parametrize(
    "named", ["charset=zlib", "charset=rot13", "charset=utf-7", "a*=nobody-knows''x"]
)
def test_refuses_another_encoding_whatever_the_query(site: Site, named: str) -> None:
    sent = {"Content-Type": f"application/x-www-form-urlencoded; {named}"}

    answer = requests.post(
        f"{site.url}/login/?next=%FF", data=b"x=+2AA-", headers=sent, timeout=PATIENCE
    )

    assert answer.status_code == 415
    assert "Content-Security-Policy" in answer.headers


def test_refuses_what_it_cannot_read(site: Site) -> None:
    for begin in (
        "GET / HTTP/1.1\nno header\n\n",
        "GET /\n\n",
        "POST / HTTP/1.1\nContent-Length: x\n\n",
    ):
        with crowd(site.url, begin) as people:
            people.wait_until_all_are_sent_away()


def test_answers_several_requests_on_one_connection(site: Site) -> None:
    script = static(site, "js/main.js")
    with closing(
        http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=PATIENCE)
    ) as connection:
        connection.connect()
        line = connection.sock
        for method, path, status in (
            ("HEAD", "/login/", 200),
            ("GET", "/login/?next=%2F", 200),
            ("GET", "/nowhere", 301),
            ("HEAD", script, 200),
            ("GET", f"{site.url}/health/live", 200),
            ("POST", "/login/", 403),
        ):
            connection.request(method, path, body=b"a=1" if method == "POST" else None)
            answer = connection.getresponse()
            length = int(answer.headers["Content-Length"])
            assert answer.status == status
            assert len(answer.read()) == (0 if method == "HEAD" else length)
            assert answer.headers["Date"]
            assert "Server" not in answer.headers
        assert connection.sock is line


@pytest.mark.parametrize(
    ("header", "address"), [("X-Forwarded-For", "203.0.113.9"), ("X_Forwarded_For", "127.0.0.1")]
)
def test_takes_a_name_with_an_underscore_for_no_other(
    site: Site, folder: Path, editor: requests.Session, header: str, address: str
) -> None:
    editor.headers[header] = "203.0.113.9"

    created = post(editor, f"{site.url}/dev/variables/create/", key=header, value="x")

    assert created.status_code == 302
    with closing(sqlite3.connect(folder / "site.sqlite3")) as database:
        rows = database.execute("SELECT address FROM audit_event WHERE instr(secret, ?)", [header])
        assert {found for (found,) in rows} == {address}


def test_finishes_a_write_that_is_under_way_when_it_is_told_to_end(
    proxy: FaultProxy, tmp_path: Path
) -> None:
    with (
        serving_from(proxy, tmp_path, PEOPLE) as ending,
        signed_in(ending) as editor,
        ThreadPoolExecutor() as pool,
    ):
        held = proxy.when("CreateSecret").hold(PATIENCE)
        url = f"{ending.url}/dev/variables/create/"
        answer = pool.submit(post, editor, url, key="at_the_end", value="kept")
        assert held.arrived.wait(PATIENCE)

        ending.process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            ending.process.wait(2)
        held.release()

        assert answer.result().status_code == 302
        assert ending.process.wait(PATIENCE) == 0
    with connected(proxy.endpoint) as client:
        assert (
            client.get_secret_value(SecretId="dev/airflow/variables/at_the_end")["SecretString"]
            == "kept"
        )
