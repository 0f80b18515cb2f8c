"""Over four worker processes, each of which knows only its own ... (as the tests say)."""

import http.client
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from secretsadmin.demo.emulator import serve
from secretsadmin.demo.site import Person
from tests.browser.sites import Site, serving_from

WORKERS = 4
PATIENCE = 60
PEOPLE = (Person("ada", "editors"), Person("ben", "editors"), Person("cleo", "viewers"))
LIST, REVEAL = "/dev/variables/", "/dev/variables/reveal/x/"
WRONG = "wrong"


BUDGET = {"REVEALS_PER_MINUTE": "20", "REVEALS_PER_HOUR": "100"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    options = ["--workers", str(WORKERS)]
    with (
        serve() as emulator,
        serving_from(emulator, folder, PEOPLE, options=options, more_settings=BUDGET) as running,
    ):
        running.store("dev/airflow/variables/x", "radioactive")
        yield running


@dataclass
class Line:
    """A connection that one worker has taken. It is never opened again, maybe to another one."""

    site: Site
    connection: http.client.HTTPConnection
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: str = "", address: str = "") -> int:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": self.site.url,
        }
        if address:
            headers["X-Forwarded-For"] = address
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status

    def get(self, path: str) -> int:
        return self.ask("GET", path)

    def post(self, path: str, address: str = "", **data: str) -> int:
        data["csrfmiddlewaretoken"] = self.cookies["csrftoken"]
        return self.ask("POST", path, urlencode(data), address)

    def sign_in(self, name: str, password: str = "", address: str = "") -> int:
        """With the person's own password, unless another one is given."""
        if "csrftoken" not in self.cookies:
            self.get("/login/")
        password = password or self.site.people[name].password
        return self.post("/login/", address, username=name, password=password)


@contextmanager
def lines_to_each_worker(site: Site, to_each: int = 1) -> Iterator[list[Line]]:
    """As many lines to each worker; those to the first one are the first ones."""
    workers = workers_of(site)
    with ExitStack() as stack:
        lines = []
        for worker in sorted(workers):
            with stopped(workers - {worker}):
                lines += [line_to(site, stack) for _ in range(to_each)]
        yield lines


def line_to(site: Site, stack: ExitStack) -> Line:
    address = urlsplit(site.url).netloc
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    connection.connect()
    connection.auto_open = 0
    stack.enter_context(closing(connection))
    line = Line(site, connection)
    # Only when it is answered has somebody taken it.
    assert line.get("/health/live") == 200
    return line


def workers_of(site: Site) -> set[int]:
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children")
    workers: set[int] = set()
    while len(workers) < WORKERS:
        assert site.process.poll() is None
        workers = {int(number) for number in children.read_text().split()}
    return workers


@contextmanager
def stopped(processes: set[int]) -> Iterator[None]:
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def signed_in(lines: Sequence[Line], name: str) -> None:
    """The person signs in at one worker, and goes on at all of them with the same session."""
    assert lines[0].sign_in(name) == 302
    for line in lines:
        line.cookies |= lines[0].cookies


def in_database(site: Site, sql: str, *given: str) -> list[Any]:
    path = site.settings["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=PATIENCE)) as connection, connection:
        return connection.execute(sql, given).fetchall()


def test_ten_wrong_passwords_lock_a_name_from_their_address(site: Site) -> None:
    with lines_to_each_worker(site) as lines, ThreadPoolExecutor(WORKERS) as pool:

        def fail(line: Line, times: int) -> list[int]:
            return [line.sign_in("cleo", WRONG, "198.51.100.7") for _ in range(times)]

        assert list(pool.map(fail, lines, (3, 3, 2, 2))) == [[200] * 3] * 2 + [[200] * 2] * 2
        right = [line.sign_in("cleo", address="198.51.100.7") for line in lines]
        elsewhere = lines[1].sign_in("cleo", address="198.51.100.8")

    assert right == [429] * WORKERS
    assert elsewhere == 302
    locks = in_database(
        site,
        "SELECT user, address, outcome FROM audit_event WHERE action = ?",
        "session.lock-out",
    )
    assert locks == [("cleo", "198.51.100.7", "denied")]


def test_twenty_masked_values_are_shown_in_a_minute_and_no_more(site: Site) -> None:
    with lines_to_each_worker(site, 2) as lines, ThreadPoolExecutor(len(lines)) as pool:
        signed_in(lines, "ada")

        def reveal(line: Line) -> list[int]:
            return [line.post(REVEAL, field="value") for _ in range(3)]

        answers = Counter(status for statuses in pool.map(reveal, lines) for status in statuses)

    assert answers == {200: 20, 429: 4}
    told = in_database(
        site,
        "SELECT outcome, error FROM audit_event WHERE action = ? AND user = ?",
        *("variables.reveal", "ada"),
    )
    assert Counter(told) == {
        ("started", ""): 20,
        ("succeeded", ""): 20,
        ("started", "budget"): 4,
        ("denied", "budget"): 4,
    }


def test_a_group_that_is_taken_away_is_gone_at_the_next_request(site: Site) -> None:
    with lines_to_each_worker(site) as lines:
        signed_in(lines, "ben")
        before = [(line.get(LIST), line.post(REVEAL, field="value")) for line in lines]
        in_database(
            site,
            "DELETE FROM auth_user_groups WHERE user_id = "
            "(SELECT id FROM auth_user WHERE username = ?)",
            "ben",
        )
        after = [(line.get(LIST), line.post(REVEAL, field="value")) for line in lines]

    assert before == [(200, 200)] * WORKERS
    assert after == [(404, 404)] * WORKERS
