"""The site as it is deployed, on a port of its own: gunicorn with two workers, in front of an emulator."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.error import URLError

from secretsadmin.demo import site
from secretsadmin.demo.emulator import Emulator, fill_with_history, serve
from secretsadmin.demo.site import Person
from tests.wire import connected

HOSTILE_NAME = "<img src=x onerror=alert(1)>"
PEOPLE = (
    Person("editor", "editors"),
    Person("colleague", "editors"),
    Person("admin", "admins"),
    Person("viewer", "viewers"),
    Person("auditor", "auditors"),
    Person(HOSTILE_NAME, "editors"),
)
# Beside the demo's two: one with 150 connections and nothing else, which a single test is the first to ask for,
# one that is named to do harm, and those that are empty, each of which serves one newcomer.
MORE_ENVIRONMENTS = """
[environments.many]
title = "Many"
backend_kwargs = '{many}'

[environments.hostile]
title = "<script>alert(1)</script>"
backend_kwargs = '{hostile}'
"""
EMPTY = tuple(f"new{number}" for number in range(1, 9))
EMPTY_ENVIRONMENT = """
[environments.{name}]
title = "New"
backend_kwargs = '{kwargs}'
"""
# A busy machine takes its time.
SECONDS_TO_START = 120
SECONDS_FOR_AWS = "60"


class SecretsManager(Protocol):
    """The emulator, or another one, over HTTP."""

    @property
    def endpoint(self) -> str: ...


@dataclass(frozen=True)
class Site:
    url: str
    emulator: SecretsManager
    people: Mapping[str, Person]
    process: subprocess.Popen[bytes]
    settings: Mapping[str, str] = field(repr=False)

    def kwargs(self, environment: str = "dev") -> dict[str, str]:
        """What an Airflow of this environment has in AIRFLOW__SECRETS__BACKEND_KWARGS."""
        return _below(environment, site.KWARGS | {"endpoint_url": self.emulator.endpoint})

    def empty(self) -> str:
        """An environment in which nothing was ever stored."""
        with connected(self.emulator.endpoint) as client:
            stored = (client.list_secrets(Filters=[{"Key": "name", "Values": [f"{name}/"]}]) for name in EMPTY)
            return next(name for name, found in zip(EMPTY, stored, strict=True) if not found["SecretList"])

    def store(self, name: str, text: str, **given: Any) -> None:
        """Made outside the dashboard, by a script of somebody's own."""
        with connected(self.emulator.endpoint) as client:
            client.create_secret(Name=name, SecretString=text, **given)

    def tell_story(self) -> None:
        """Let sample people have done in the last weeks what they do in a demo."""
        assert isinstance(self.emulator, Emulator)
        command = [sys.executable, "-m", "secretsadmin.demo.acts", self.emulator.endpoint]
        with self.emulator.believing_clients():
            subprocess.run(command, env=self.settings, cwd=site.ROOT, check=True)


@contextmanager
def serving(folder: Path, people: Iterable[Person] = PEOPLE) -> Iterator[Site]:
    """A site with the demo's sample data."""
    with serve() as emulator:
        fill_with_history(emulator)
        with serving_from(emulator, folder, people) as running:
            yield running


@contextmanager
def serving_from(
    emulator: SecretsManager, folder: Path, people: Iterable[Person] = PEOPLE, more: str = ""
) -> Iterator[Site]:
    """A site of this emulator's secrets; `more` is configuration beside that of its own environments."""
    # The socket listens before gunicorn runs, so no other process can take the port in between.
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = site.settings(folder, url, _config(emulator.endpoint) + more)
    environment = os.environ | settings | {"AWS_SECONDS": SECONDS_FOR_AWS}
    _settle(environment, people)
    with (folder / "site.log").open("w") as log:
        process = _start(listener, environment, log.fileno())
    try:
        _wait_until_ready(process, url)
        yield Site(url, emulator, {person.name: person for person in people}, process, environment)
    finally:
        process.terminate()
        process.wait()


def _config(endpoint: str) -> str:
    kwargs = site.KWARGS | {"endpoint_url": endpoint}
    without: dict[str, str | None] = {"variables_prefix": None, "config_prefix": None}
    many = {**kwargs, **without, "connections_prefix": "many/airflow/connections"}
    hostile = kwargs | {"connections_prefix": "hostile/airflow/connections"}
    more = MORE_ENVIRONMENTS.format(many=json.dumps(many), hostile=json.dumps(hostile))
    empty = (EMPTY_ENVIRONMENT.format(name=name, kwargs=json.dumps(_below(name, kwargs))) for name in EMPTY)
    return "".join((site.config(endpoint), more, *empty))


def _below(environment: str, kwargs: Mapping[str, str]) -> dict[str, str]:
    prefixes = {f"{kind}_prefix": f"{environment}/airflow/{kind}" for kind in ("connections", "variables", "config")}
    return {**kwargs, **prefixes}


def _settle(environment: Mapping[str, str], people: Iterable[Person]) -> None:
    written = json.dumps([asdict(person) for person in people])
    command = [sys.executable, "-m", "secretsadmin.demo.site"]
    subprocess.run(command, env=environment, cwd=site.ROOT, input=written, text=True, check=True)


def _start(listener: socket.socket, environment: Mapping[str, str], log: int) -> subprocess.Popen[bytes]:
    with listener:
        number = listener.fileno()
        command = site.command(f"fd://{number}")
        return subprocess.Popen(command, env=environment, cwd=site.ROOT, pass_fds=(number,), stdout=log, stderr=log)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    """Connections queue at the socket until a worker takes them; gunicorn's end refuses them."""
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=SECONDS_TO_START):
                return
        except (URLError, ConnectionError):
            if process.poll() is not None or time.monotonic() > until:
                raise
