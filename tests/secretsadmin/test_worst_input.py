"""While somebody sends the worst that a form takes, the deployed site still serves others."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
import requests

from secretsadmin.demo.emulator import serve
from secretsadmin.demo.site import Person
from tests.browser.sites import Site, serving_from

# A pattern that takes quadratic time over one of these holds a worker for longer than this, and
# eight hold both.
PATIENCE = 120
LOOKS = 5
PEOPLE = (Person("attacker", "editors"), Person("colleague", "viewers"))
SPACES = " " * 65_000 + "x"
CREATE_CONNECTION = "/dev/connections/create/"
CREATE_VARIABLE = "/dev/variables/create/"
WORST = {
    "spaces in a variable": (CREATE_VARIABLE, {"value": SPACES}),
    "nesting in a variable": (CREATE_VARIABLE, {"value": "[" * 65_000}),
    "a token in a host": (CREATE_CONNECTION, {"conn_type": "http", "host": "eyJ-" * 16_000}),
    "colons in a host": (CREATE_CONNECTION, {"conn_type": "http", "host": "//" + ":" * 64_000}),
    "nesting in an extra": (CREATE_CONNECTION, {"conn_type": "http", "extra": '{"a":' * 20_000}),
    "keys in an extra": (
        CREATE_CONNECTION,
        {"conn_type": "http", "extra": "{" + '"a": 1,' * 15_000 + '"a": 1}'},
    ),
    "a paste": (CREATE_CONNECTION, {"entry": "paste", "secret": "export A='" * 12_000}),
    "what is stored": ("/dev/variables/open/spaces/", {}),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    with serve() as emulator, serving_from(emulator, folder, PEOPLE) as running:
        running.store("dev/airflow/variables/spaces", SPACES)
        yield running


def signed_in(site: Site, name: str) -> requests.Session:
    session = requests.Session()
    session.headers["Referer"] = site.url
    # A connection that nothing is sent on for a moment is closed, and a busy machine leaves such
    # moments.
    session.headers["Connection"] = "close"
    session.get(f"{site.url}/login/", timeout=PATIENCE)
    answer = post(session, f"{site.url}/login/", username=name, password=site.people[name].password)
    assert answer.status_code == 302
    return session


def post(session: requests.Session, url: str, **data: str) -> requests.Response:
    data["csrfmiddlewaretoken"] = session.cookies.get("csrftoken") or ""
    return session.post(url, data=data, allow_redirects=False, timeout=PATIENCE)


def send_again_and_again(
    session: requests.Session, site: Site, name: str, begun: Barrier, over: Event
) -> set[int]:
    """The statuses of one kind of request, sent until the others have seen enough."""
    path, worst = WORST[name]
    begun.wait(PATIENCE)
    statuses = set()
    while not over.is_set():
        statuses.add(post(session, site.url + path, preview="1", **worst).status_code)
    return statuses


def test_health_and_a_colleagues_list_answer_meanwhile(
    site: Site, record_property: Callable[[str, object], None]
) -> None:
    colleague = signed_in(site, "colleague")
    # One after the other, as no more than two passwords are checked at once.
    sessions = {name: signed_in(site, "attacker") for name in WORST}
    begun, over = Barrier(len(WORST) + 1), Event()
    slowest = 0.0

    with ThreadPoolExecutor(len(WORST)) as threads:
        sending: dict[str, Future[set[int]]] = {
            name: threads.submit(send_again_and_again, session, site, name, begun, over)
            for name, session in sessions.items()
        }
        try:
            begun.wait(PATIENCE)
            for path in ("/health/live", "/dev/variables/") * LOOKS:
                start = time.perf_counter()
                answer = colleague.get(site.url + path, timeout=PATIENCE)
                slowest = max(slowest, time.perf_counter() - start)
                assert answer.status_code == 200
        finally:
            over.set()

    record_property("slowest answer in seconds", round(slowest, 2))
    assert all(statuses.result() == {200} for statuses in sending.values())


def test_a_preview_of_the_worst_is_answered(site: Site) -> None:
    session = signed_in(site, "attacker")

    answers = {
        name: post(session, site.url + path, preview="1", **worst)
        for name, (path, worst) in WORST.items()
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        WORST, 200
    )
