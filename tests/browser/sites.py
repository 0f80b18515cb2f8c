"""The site as it is deployed: gunicorn with two workers on a port, in front of an emulator."""

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
from tests.support.wire import connected

HOSTILE_NAME = "<img src=x onerror=alert(1)>"
PEOPLE = (
    Person("editor", "editors"),
    Person("colleague", "editors"),
    Person("admin", "admins"),
    Person("viewer", "viewers"),
    Person("auditor", "auditors"),
    Person(HOSTILE_NAME, "editors"),
)
# Beside the demo's two: one with 150 connections and nothing else, which a single test is the first
# to ask for, one that is named to do harm, and those that are empty, each of which serves one
# newcomer.
MORE_ENVIRONMENTS = """
[environments.many]
title = "Many"
reveals_per_minute = 20
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
# Another site of the same secrets, where more is asked of people: a second factor, approvals, and
# grants of single rights, whose names and patterns are long. Auditors may do nothing there.
STRICT = """
[environments.guarded]
title = "Guarded"
protected = true
second_factor = true
approvals = true
backend_kwargs = '{guarded}'

[environments.long]
title = "{long}"
color = "violet"
backend_kwargs = '{kwargs}'

[[grants]]
group = "admins"
role = "admin"

[[grants]]
group = "editors"
role = "editor"
environments = ["dev"]

[[grants]]
group = "editors"
actions = ["view", "open", "propose", "reveal"]
environments = ["prod", "guarded"]
kinds = ["connections"]
ids = ["reports_*", "{long}*"]

[[grants]]
group = "viewers"
role = "viewer"
"""
LONG_TITLE = "The deployment of the department for reports and forecasts " * 3
STRICT_SETTINGS = {
    "OIDC_ISSUER": "https://id.example.com",
    "OIDC_CLIENT_ID": "secretsadmin",
    "OIDC_CLIENT_SECRET": "of-nobody",
    "OIDC_NAME": "Example ID",
}
STRICT_PEOPLE = (
    Person("admin", "admins"),
    Person("editor", "editors"),
    Person("viewer", "viewers"),
    Person("newcomer", "auditors"),
)
# Runs within the site's own settings, as time can't be made to pass from outside.
AGE = """
import sys
import django
django.setup()
from importlib import import_module
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
user = str(User.objects.get(username=sys.argv[1]).pk)
store = import_module(settings.SESSION_ENGINE).SessionStore()
for row in Session.objects.all():
    data = row.get_decoded()
    if data.get("_auth_user_id") == user:
        data["authenticated"] -= 11 * 60 * 60
        Session.objects.filter(pk=row.pk).update(session_data=store.encode(data))
"""
# A busy machine takes its time.
SECONDS_TO_START = 120
SECONDS_FOR_AWS = "60"
# Tests reveal more in a minute than a person may.
MUCH_REVEALED = dict.fromkeys(("REVEALS_PER_MINUTE", "REVEALS_PER_HOUR"), "1000000")
PROTECTED = "protected = true"


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
            stored = (
                client.list_secrets(Filters=[{"Key": "name", "Values": [f"{name}/"]}])
                for name in EMPTY
            )
            return next(
                name for name, found in zip(EMPTY, stored, strict=True) if not found["SecretList"]
            )

    def store(self, name: str, text: str, **given: Any) -> None:
        """Made outside the dashboard, by a script of somebody's own."""
        with connected(self.emulator.endpoint) as client:
            client.create_secret(Name=name, SecretString=text, **given)

    def let_sign_in_age(self, name: str) -> None:
        """Let this person's sign-in be eleven hours old, in all of their sessions."""
        command = [sys.executable, "-c", AGE, name]
        subprocess.run(command, env=self.settings, cwd=site.ROOT, check=True)

    def make_superuser(self, person: Person) -> None:
        """As whoever installs the dashboard makes the first one."""
        command = [sys.executable, "manage.py", "createsuperuser", "--no-input", "--email", ""]
        given = {"DJANGO_SUPERUSER_PASSWORD": person.password}
        subprocess.run(
            [*command, "--username", person.name],
            env={**self.settings, **given},
            cwd=site.ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )

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
    emulator: SecretsManager,
    folder: Path,
    people: Iterable[Person] = PEOPLE,
    more: str = "",
    more_settings: Mapping[str, str] | None = None,
    options: Iterable[str] = (),
) -> Iterator[Site]:
    """A site of this emulator's secrets; `more` is added to its configuration.

    `options` are gunicorn's.
    """
    # The socket listens before gunicorn runs, so no other process can take the port in between.
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = site.settings(folder, url, _config(emulator.endpoint) + more)
    settings |= {"AWS_SECONDS": SECONDS_FOR_AWS, **MUCH_REVEALED, **(more_settings or {})}
    environment = os.environ | settings
    settle(environment, people)
    with (folder / "site.log").open("w") as log:
        process = _start(listener, environment, log.fileno(), options)
    try:
        _wait_until_ready(process, url)
        yield Site(url, emulator, {person.name: person for person in people}, process, environment)
    finally:
        process.terminate()
        process.wait()


@contextmanager
def serving_strictly(emulator: SecretsManager, folder: Path) -> Iterator[Site]:
    """Another site of these secrets, where more is asked of people."""
    kwargs = site.KWARGS | {"endpoint_url": emulator.endpoint}
    more = STRICT.format(
        guarded=json.dumps(_below("guarded", kwargs)),
        kwargs=json.dumps(_below("long", kwargs)),
        long=LONG_TITLE.strip(),
    )
    with serving_from(emulator, folder, STRICT_PEOPLE, more, STRICT_SETTINGS) as running:
        yield running


def _config(endpoint: str) -> str:
    kwargs = site.KWARGS | {"endpoint_url": endpoint}
    without: dict[str, str | None] = {"variables_prefix": None, "config_prefix": None}
    many = {**kwargs, **without, "connections_prefix": "many/airflow/connections"}
    hostile = kwargs | {"connections_prefix": "hostile/airflow/connections"}
    more = MORE_ENVIRONMENTS.format(many=json.dumps(many), hostile=json.dumps(hostile))
    empty = (
        EMPTY_ENVIRONMENT.format(name=name, kwargs=json.dumps(_below(name, kwargs)))
        for name in EMPTY
    )
    # People sign in once for all tests, which may take hours.
    ours = site.config(endpoint).replace(PROTECTED, f"{PROTECTED}\nreauthenticate_minutes = 600")
    return "".join((ours, more, *empty))


def _below(environment: str, kwargs: Mapping[str, str]) -> dict[str, str]:
    prefixes = {
        f"{kind}_prefix": f"{environment}/airflow/{kind}"
        for kind in ("connections", "variables", "config")
    }
    return {**kwargs, **prefixes}


def settle(environment: Mapping[str, str], people: Iterable[Person]) -> None:
    written = json.dumps([asdict(person) for person in people])
    command = [sys.executable, "-m", "secretsadmin.demo.site"]
    subprocess.run(command, env=environment, cwd=site.ROOT, input=written, text=True, check=True)


def _start(
    listener: socket.socket, environment: Mapping[str, str], log: int, options: Iterable[str]
) -> subprocess.Popen[bytes]:
    with listener:
        number = listener.fileno()
        command = [*site.command(f"fd://{number}"), *options]
        return subprocess.Popen(
            command, env=environment, cwd=site.ROOT, pass_fds=(number,), stdout=log, stderr=log
        )


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
