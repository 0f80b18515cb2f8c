"""Environments, kinds and ids that somebody may not view answer like what isn't there."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple, cast

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from secretsadmin.audit.models import Event
from secretsadmin.audit.refusals import Refusals
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import KINDS
from tests.secretsadmin.access.test_requests import (
    INPUT,
    SITE,
    WITHOUT_ID,
    is_of_environment,
    served,
    table,
)
from tests.secretsadmin.conftest import As, Configure
from tests.support.people import somebody
from tests.support.wire import connected, counting

GRANTS = """
[[grants]]
group = "admins"
role = "admin"
[[grants]]
group = "auditors"
role = "auditor"
[[grants]]
group = "data"
role = "editor"
environments = ["dev"]
kinds = ["variables"]
"""
SWITCHED_OFF = """
[environments.off]
backend_kwargs = '{"connections_prefix": null, "config_prefix": null, "variables_prefix": "off"}'
"""
# The form that signs out has another token each time.
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
HTMX = {"HX-Request": "true"}


class Page(NamedTuple):
    name: str
    method: str
    args: tuple[str, ...]
    sent: dict[str, str]


@pytest.fixture
def emulator(configure: Configure) -> Emulator:
    emulator = configure(GRANTS)
    with connected(emulator.endpoint) as client:
        for environment, kind in product(("dev", "prod"), KINDS):
            client.create_secret(
                Name=f"{environment}/{kind.name}/x", SecretString="postgres://login:password@host"
            )
    return emulator


@pytest.fixture
def analyst(emulator: Emulator, db: None) -> Client:
    """Somebody who may do a lot with the variables of `dev`, and knows of nothing else."""
    client = Client()
    client.force_login(somebody("analyst", "data"))
    # The first request writes to the session.
    client.get("/")
    return client


def pages() -> Iterator[Page]:
    """Every page below an environment."""
    for kind in KINDS:
        for name, method, *_ in served(kind):
            args = ("{}",) if name in WITHOUT_ID else ("{}", "x")
            yield Page(f"{kind.name}:{name.rstrip('+')}", method, args, INPUT.get(name, {}))
    for name, method, *_ in table(SITE):
        if is_of_environment(name):
            yield Page(name, method, ("{}",), INPUT.get(name, {}))


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    # How often the database was asked to do what, since that is what takes time.
    statements: Counter[str]


def answer(
    client: Client,
    page: Page,
    environment: str,
    id_: str = "x",
    headers: dict[str, str] | None = None,
) -> Answer:
    # Each is the first of a minute, of which the first ones are recorded and others are counted.
    Refusals.objects.all().delete()
    args = [environment, id_][: len(page.args)]
    url = reverse(page.name, args=args)
    with CaptureQueriesContext(connection) as asked:
        ask = client.get if page.method == "GET" else client.post
        response = cast("HttpResponse", ask(url, page.sent, headers=headers or {}))
    statements = Counter(query["sql"].partition(" ")[0] for query in asked.captured_queries)
    body = TOKEN.sub(b"", response.content)
    headers = dict(response.headers)
    # Each answer has an id of its own.
    assert headers.pop("X-Request-ID")
    return Answer(response.status_code, headers, body, statements)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "a fragment"])
def test_is_an_environment_as_one_that_is_not_there(
    emulator: Emulator, analyst: Client, headers: dict[str, str]
) -> None:
    with counting(emulator) as calls:
        for page in pages():
            hidden, missing = (
                answer(analyst, page, name, headers=headers) for name in ("prod", "none")
            )
            assert hidden == missing, page
            assert hidden.status == 404
    assert not calls


def test_is_an_id_of_a_kind_as_one_that_is_not_there(emulator: Emulator, analyst: Client) -> None:
    hidden = [
        page
        for page in pages()
        if page.name.startswith(("connections:", "config:")) and len(page.args) > 1
    ]
    with counting(emulator) as calls:
        for page in hidden:
            answers = [
                answer(analyst, page, "dev", id_)
                for id_ in ("x", "other", "..", "dev/connections/x")
            ]
            assert [each.status for each in answers] == [404] * 4, page
            assert [each[2:] for each in answers] == [answers[0][2:]] * 4, page
    assert not calls


@pytest.mark.parametrize("kind", ["connections", "config"])
def test_is_a_kind_whether_airflow_looks_it_up_or_not(
    configure: Configure, analyst: Client, kind: str
) -> None:
    configure(SWITCHED_OFF + GRANTS.replace('["dev"]', '["dev", "off"]'))
    index = Page(f"{kind}:index", "GET", ("{}",), {})

    looked_up, switched_off = (answer(analyst, index, name) for name in ("dev", "off"))

    assert looked_up.status == switched_off.status == 404
    assert looked_up.statements == switched_off.statements
    # The page around it is of the environment, whose variables they may view.
    one, other = (told.body.partition(b"<main")[2] for told in (looked_up, switched_off))
    assert one.replace(b"/dev/", b"/off/").replace(b"Development", b"off") == other


def test_is_recorded_all_the_same(as_role: As, analyst: Client) -> None:
    for environment in ("prod", "none"):
        analyst.post(f"/{environment}/connections/reveal/x/")
    analyst.post("/dev/connections/reveal/x/")
    denied = Event.objects.filter(outcome="denied").order_by("id")

    assert [(event.environment, event.action, event.secret) for event in denied] == [
        ("prod", "connections.reveal", "x"),
        ("none", "connections.reveal", "x"),
        ("dev", "connections.reveal", "x"),
    ]
    seen = as_role("auditor").get("/audit/").content.decode()
    places = ("in Production", "in none", "in Development")
    assert [seen.count(f"</a> {place}\n") for place in places] == [1, 1, 1]
    own = analyst.get("/audit/").content.decode()
    assert "prod" not in own
    assert " in none" not in own


def test_is_told_as_it_was_tried_and_disguises_nothing(as_role: As, analyst: Client) -> None:
    """A name that isn't there can be any text, also one that turns its direction."""
    analyst.post("/prod/connections/reveal/x%E2%80%AE/")

    pages = [as_role("auditor").get(url).content.decode() for url in ("/audit/", "/prod/")]

    assert all("x[U+202E]" in page and ">x\u202e" not in page for page in pages)


def test_is_no_record_of_what_could_not_be_a_name(analyst: Client) -> None:
    for environment in ("a" * 65, "a%20b", "%00", "login"):
        assert analyst.post(f"/{environment}/connections/reveal/x/").status_code == 404

    assert not Event.objects.exists()


def test_is_no_choice_of_a_filter(analyst: Client) -> None:
    hidden, missing = (analyst.get("/audit/", {"environment": name}) for name in ("prod", "none"))

    assert hidden.status_code == missing.status_code == 422
    assert TOKEN.sub(b"", hidden.content).replace(b"prod", b"none") == TOKEN.sub(
        b"", missing.content
    )
    assert b"Production" not in hidden.content
