"""A value ends with its request: no object of a worker holds it afterwards."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.cookiejar import CookieJar
from pathlib import Path
from secrets import token_hex
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from secretsadmin.demo import site
from secretsadmin.demo.emulator import serve
from secretsadmin.demo.site import Person
from tests.support.faults import FaultProxy
from tests.support.wire import connected

EDITOR = Person("editor", "editors")
STORED = "dev/airflow/connections/stored"
# A busy machine takes its time.
SECONDS = 300


class NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Worker:
    """A worker of the site, and a browser in which somebody is signed in to it."""

    def __init__(self, port: int, proxy: FaultProxy) -> None:
        self.url, self.proxy = f"http://127.0.0.1:{port}", proxy
        self.cookies = CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.cookies), NoRedirects
        )
        self.get("/login/")
        assert self.post("/login/", username=EDITOR.name, password=EDITOR.password)[0] == 302

    def get(self, path: str) -> tuple[int, str]:
        return self._send(urllib.request.Request(self.url + path))

    def post(self, path: str, **data: str) -> tuple[int, str]:
        token = next(cookie.value for cookie in self.cookies if cookie.name.endswith("csrftoken"))
        body = urlencode(data | {"csrfmiddlewaretoken": token or ""}).encode()
        return self._send(urllib.request.Request(self.url + path, body))

    def holders(self, text: str) -> list[str]:
        """What in the worker still holds the text."""
        _, found = self.get(f"/-/holders/{text.encode().hex()}")
        return list(json.loads(found))

    def _send(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=SECONDS) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@contextmanager
def working(folder: Path, proxy: FaultProxy) -> Iterator[Worker]:
    settings = site.settings(folder, "http://127.0.0.1", site.config(proxy.endpoint))
    environment = os.environ | settings | {"AWS_SECONDS": "60"}
    command = [sys.executable, "-m", "tests.support.worker"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, cwd=site.ROOT, **pipes) as process:
        assert process.stdin
        assert process.stdout
        json.dump([asdict(EDITOR)], process.stdin)
        process.stdin.close()
        yield Worker(int(process.stdout.readline()), proxy)
        process.terminate()


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    folder = tmp_path_factory.mktemp("worker")
    with (
        serve() as emulator,
        FaultProxy(emulator.endpoint) as proxy,
        working(folder, proxy) as running,
        connected(emulator.endpoint) as client,
    ):
        client.create_secret(Name=STORED, SecretString="postgres://u:p@h")
        yield running


class Step(NamedTuple):
    """What is sent, with a canary for the password and for CANARY; `status` is the answer's."""

    path: str
    status: int
    sent: dict[str, str] = {}
    # An operation of AWS, and what becomes of it.
    fault: tuple[str, str] = ("", "")


def created(conn_id: str, **more: str) -> dict[str, str]:
    return {"conn_id": conn_id, "conn_type": "postgres", **more}


PASTE = {"conn_id": "x", "entry": "paste", "fill": "1"}
STALE = {"version": "0" * 32, "conn_type": "postgres"}
STEPS = {
    "a save": Step("create/", 302, created("saved")),
    "a preview": Step("create/", 200, created("x", preview="1")),
    "a form that is refused": Step("create/", 422, created("x", port="none")),
    "a name that is taken": Step("create/", 422, created("stored")),
    "a conflict": Step("update/stored/", 409, STALE),
    "a paste": Step("create/", 200, PASTE | {"secret": "postgres://u:CANARY@h"}),
    "a paste that can't be read": Step(
        "create/", 422, PASTE | {"secret": "postgres://u:CANARY/w@h"}
    ),
    "a paste for the command line": Step(
        "create/", 200, PASTE | {"secret": "airflow connections add x --conn-uri p://u:CANARY@h"}
    ),
    "a lost answer": Step("create/", 503, created("x"), ("CreateSecret", "reset_before")),
    "throttling": Step("create/", 503, created("x"), ("CreateSecret", "throttle")),
    "versions that are used up": Step(
        "create/", 503, created("x"), ("CreateSecret", "reach_limit")
    ),
    "a policy that is missing": Step("create/", 502, created("x"), ("CreateSecret", "deny")),
    "garbage": Step("create/", 503, created("x"), ("CreateSecret", "garbage")),
}


def save(worker: Worker, step: Step) -> str:
    """Send it, with a new canary, which is returned."""
    canary = f"c{token_hex(10)}"
    operation, fault = step.fault
    worker.proxy.clear()
    if operation:
        getattr(worker.proxy.when(operation), fault)()
    sent = {
        "password": canary,
        **{name: text.replace("CANARY", canary) for name, text in step.sent.items()},
    }
    status, _ = worker.post(f"/dev/connections/{step.path}", **sent)
    worker.proxy.clear()
    assert status == step.status
    return canary


@pytest.mark.parametrize("name", STEPS)
def test_of_a_worker_holds_nothing_that_was_typed(worker: Worker, name: str) -> None:
    canary = save(worker, STEPS[name])

    assert worker.holders(canary) == []


@pytest.mark.parametrize("verb", ["open", "reveal", "copy", "edit", "compare"])
def test_of_a_worker_holds_nothing_that_was_read(worker: Worker, verb: str) -> None:
    canary, key = f"c{token_hex(10)}", f"k{token_hex(4)}"
    with connected(worker.proxy.endpoint) as client:
        version = client.create_secret(
            Name=f"dev/airflow/connections/{key}", SecretString=f"postgres://u:{canary}@h"
        )["VersionId"]

    status, page = worker.post(
        f"/dev/connections/{verb}/{key}/", format="uri", one=version, other=version
    )

    assert status == 200
    assert (canary in page) == (verb in ("reveal", "copy"))
    assert worker.holders(canary) == []


def test_of_a_worker_holds_nothing_for_a_list_that_could_not_be_read(worker: Worker) -> None:
    """A list keeps its last error, and an error can keep the frames that raised it."""
    lost = f"k{token_hex(4)}"
    worker.proxy.clear()
    worker.proxy.when("CreateSecret").reset_after()
    worker.proxy.when("DescribeSecret").deny()
    assert worker.post("/dev/connections/create/", **created(lost, password="x"))[0] == 504
    canary = f"c{token_hex(10)}"

    status, _ = worker.post(f"/dev/connections/update/{lost}/", password=canary, **STALE)

    worker.proxy.clear()
    assert status == 502
    assert worker.holders(canary) == []


def test_of_a_worker_holds_what_it_is_to_remember(worker: Worker) -> None:
    """Or else this file would look for nothing."""
    word = f"w{token_hex(10)}"

    assert (
        worker.post("/dev/connections/create/", **created(f"k{word}", description=word))[0] == 302
    )

    assert worker.holders(word)
