"""Environments side by side ... (each test finishes the sentence)."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.demo.emulator import Emulator
from tests.conftest import begin_cold
from tests.secretsadmin.transfer.sides import NAMES, call, configure_three, seed
from tests.support.canaries import collecting, kept, raised
from tests.support.faults import FaultProxy
from tests.support.people import somebody
from tests.support.site import words
from tests.support.sweeps import end_of_sweeps
from tests.support.wire import counting

URL = "/compare/"
CANARY = f"canary{uuid4().hex}"
ALL = {"kind": "connections", "in": list(NAMES)}


def browser(role: str = "admin", **person: bool) -> Client:
    client = Client()
    groups = () if person else (f"{role}s",)
    client.force_login(somebody(role, *groups, **person))
    return client


def uri(password: str = CANARY, host: str = "db") -> str:
    return f"postgres://svc:{password}@{host}:5432/app"


def as_json(password: str = CANARY, host: str = "db") -> str:
    fields = {"login": "svc", "password": password, "host": host, "port": 5432, "schema": "app"}
    return json.dumps({"conn_type": "postgres", **fields})


def cells(response: Any) -> dict[str, list[str]]:
    """What stands in each row's cells, without dates."""
    html = response.content.decode()
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)[1:]:
        key = re.search(r'class="id">([^<]*)<', row)
        texts = re.findall(r'<(?:a class="badge|span class="muted)[^>]*>([^<]*)<', row)
        assert key
        rows[key[1]] = [unescape(text).strip() for text in texts]
    return rows


def compared(client: Client, **more: Any) -> Any:
    """The answer with values, once the lists are known."""
    client.get(URL, ALL | more)
    end_of_sweeps()
    return client.post(URL, ALL | more)


def test_tell_by_the_lists_what_is_where(three: Emulator) -> None:
    seed(three, "dev/connections/orders", uri(), "postgres")
    seed(three, "dev/connections/new", uri(), "postgres")
    seed(three, "prod/connections/orders", uri(), "mysql")
    client = browser("viewer")
    client.get(URL, ALL)
    end_of_sweeps()

    with counting(three) as calls:
        answers = {
            show: cells(client.get(URL, ALL | {"show": show}))
            for show in ("", "missing:prod", "only:dev", "type")
        }

    assert not calls
    assert answers[""] == {
        "new": ["present", "absent", "absent"],
        "orders": ["present", "absent", "present"],
    }
    assert set(answers["missing:prod"]) == {"new"}
    assert set(answers["only:dev"]) == {"new"}
    assert set(answers["type"]) == {"orders"}


def shows(client: Client) -> dict[str, set[str]]:
    """The ids that each filter shows that the page offers without values."""
    page = client.get(URL, ALL).content.decode()
    select = page.partition('aria-label="Which ids"')[2].partition("</select>")[0]
    filters = re.findall(r'<option value="([^"]*)"', select)
    return {show: set(cells(client.get(URL, ALL | {"show": show}))) for show in filters}


def test_tell_where_an_id_changed_later_by_the_lists(three: Emulator) -> None:
    start = datetime.now(UTC)
    for days, name in enumerate(("prod/connections/a", "dev/connections/a", "dev/connections/b")):
        with travel(start - timedelta(days=9 - days), tick=False):
            seed(three, name, uri(), "postgres")
    with travel(start, tick=False):
        seed(three, "prod/connections/b", uri(), "postgres")
        for name in NAMES:
            seed(three, f"{name}/connections/same", uri(), "postgres")
    client = browser("viewer")
    client.get(URL, ALL)
    end_of_sweeps()

    with counting(three) as calls:
        shown = shows(client)

    assert not calls
    assert {show: ids for show, ids in shown.items() if show.startswith("later")} == {
        "later:dev:test": set(),
        "later:dev:prod": {"a"},
        "later:test:dev": set(),
        "later:test:prod": set(),
        "later:prod:dev": {"b"},
        "later:prod:test": set(),
    }
    assert "Changed later in Dev than in Prod" in words(client.get(URL, ALL))
    assert client.post(URL, ALL).status_code == 403


@pytest.mark.parametrize(
    "show", ["differs", "same", "differs:dev:prod", "later:dev", "later:dev:nowhere", "nonsense"]
)
def test_claim_nothing_of_values_that_nobody_compared(three: Emulator, show: str) -> None:
    for name in ("dev/connections/orders", "dev/connections/new", "prod/connections/orders"):
        seed(three, name, uri(), "postgres")
    client = browser("viewer")
    client.get(URL, ALL)
    end_of_sweeps()

    answer = client.get(URL, ALL | {"show": show})

    assert set(cells(answer)) == {"new", "orders"}
    assert "1 of 2 ids" not in words(answer)


def test_offer_all_filters_once_values_are_compared(three: Emulator) -> None:
    for name in NAMES[:2]:
        seed(three, f"{name}/connections/orders", uri(), "postgres")
    seed(three, "test/connections/new", uri(), "postgres")

    answer = compared(browser(), show="missing:dev")

    assert set(cells(answer)) == {"new"}
    page = answer.content.decode()
    select = page.partition('id="show-values"')[2].partition("</select>")[0]
    filters = re.findall(r'<option value="([^"]*)"', select)
    assert len(filters) == len(set(filters))
    assert {"differs", "differs:dev:prod", "same", "", "type", "later:prod:dev"} <= set(filters)
    assert '<option value="missing:dev" selected>' in select
    assert cells(compared(browser(), show="only:test")) == {"new": ["absent", "present", "absent"]}


def test_compare_values_beside_a_name_that_no_id_makes(three: Emulator) -> None:
    for name in ("dev", "prod"):
        seed(three, f"{name}/connections/a//b", uri(), "postgres")
        seed(three, f"{name}/connections/orders", uri(), "postgres")

    answer = compared(browser())

    assert answer.status_code == 200
    assert cells(answer)["orders"] == ["reference", "absent", "same"]
    unnamed = "can’t tell: no id makes its name"
    assert unescape(answer.content.decode()).count(f">{unnamed}<") == 2
    assert "/a//b/" not in answer.content.decode()


def fill(emulator: Emulator, number: int) -> dict[str, set[str]]:
    """Many ids in all three environments, and how some of them differ."""
    differing: dict[str, set[str]] = {"password": set(), "host": set(), "gone": set()}
    for place in range(number):
        key = f"team/service_{place:04}"
        texts = {name: uri() for name in NAMES}
        if place % 100 == 1:
            texts["prod"] = uri(f"{CANARY}2")
            differing["password"].add(key)
        if place % 100 == 2:
            texts["test"] = as_json(host="other")
            differing["host"].add(key)
        if place % 100 == 3:
            # The same connection in another spelling.
            texts["dev"] = as_json()
        if place % 100 == 4:
            del texts["test"]
            differing["gone"].add(key)
        for name, text in texts.items():
            seed(emulator, f"{name}/connections/{key}", text, "postgres")
    return differing


def test_tell_all_differences_of_three_thousand_values_and_none_else(three: Emulator) -> None:
    differing = fill(three, 1_000)
    client = browser()
    client.get(URL, ALL)
    end_of_sweeps()

    with counting(three) as calls, collecting() as logged, raised() as texts:
        answer = client.post(URL, ALL | {"show": "differs"})

    # The ids that are missing in `test` make fifty calls there, too.
    assert dict(calls) == {"BatchGetSecretValue": 150}
    rows = cells(answer)
    assert set(rows) == differing["password"] | differing["host"]
    for key in differing["password"]:
        assert rows[key] == ["reference", "same", "differs: password"]
    for key in differing["host"]:
        assert rows[key] == ["reference", "differs: host", "same"]
    assert "20 differ, 980 are the same" in words(answer)
    assert "no-store" in answer.headers["Cache-Control"]
    for place in (answer.content.decode(), "".join(logged.raw), "".join(texts), kept()):
        assert CANARY not in place
    scans = Event.objects.filter(action="connections.scan", begins=False)
    assert scans.count() == 2_990
    assert set(scans.values_list("outcome", flat=True)) == {Outcome.SUCCEEDED}


def test_ask_to_filter_first_where_there_are_too_many(
    three: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secretsadmin.pages.side_by_side.MOST_SECRETS", 3)
    fill(three, 3)

    with counting(three) as calls:
        answer = compared(browser())

    assert answer.status_code == 422
    assert "Filter the ids first" in words(answer)
    assert "BatchGetSecretValue" not in calls


def test_show_the_others_where_one_is_down(
    three: Emulator, settings: Settings, tmp_path: Path
) -> None:
    seed(three, "dev/connections/orders", uri(), "postgres")
    seed(three, "prod/connections/orders", uri("other"), "postgres")
    with FaultProxy(three.endpoint) as proxy:
        endpoints = {"dev": three.endpoint, "test": proxy.endpoint, "prod": three.endpoint}
        configure_three(settings, tmp_path, endpoints)
        proxy.when("ListSecrets").expire_credentials()

        answer = compared(browser())

        assert cells(answer)["orders"] == ["reference", "not known yet", "differs: password"]
        assert "credentials are missing, expired or wrong" in words(answer)
        begin_cold()


def test_tell_of_a_value_that_nobody_can_read(three: Emulator) -> None:
    for name in NAMES:
        seed(three, f"{name}/connections/orders", uri(), "postgres")
    call(three, "DeleteSecret", {"SecretId": "prod/connections/orders"})

    answer = compared(browser(), show="")

    assert cells(answer)["orders"] == ["reference", "same", "scheduled for deletion"]


GRANTS = """
[[grants]]
group = "scanners"
role = "viewer"
actions = ["scan"]

[[grants]]
group = "analysts"
role = "editor"
environments = ["dev", "test"]
ids = ["a_*"]
"""


@pytest.mark.parametrize("guess", ["right", "wrong"])
def test_tell_nobody_whether_a_guess_is_right(
    three: Emulator, settings: Settings, tmp_path: Path, guess: str
) -> None:
    configure_three(settings, tmp_path, dict.fromkeys(NAMES, three.endpoint), GRANTS)
    seed(three, "dev/connections/orders", uri(guess), "postgres")
    seed(three, "prod/connections/orders", uri("right"), "postgres")
    client = Client()
    client.force_login(somebody("sam", "scanners"))

    answer = compared(client, show="")

    # They may compare values, and may not reveal what is masked.
    assert cells(answer)["orders"] == ["reference", "absent", "same, as far as you may see"]


def test_show_nothing_that_is_out_of_sight(
    three: Emulator, settings: Settings, tmp_path: Path
) -> None:
    configure_three(settings, tmp_path, dict.fromkeys(NAMES, three.endpoint), GRANTS)
    for name in NAMES:
        for key in ("a_1", "secret_project"):
            seed(three, f"{name}/connections/{key}", uri(), "postgres")
    client = Client()
    client.force_login(somebody("ann", "analysts"))

    answer = client.get(URL, {"kind": "connections"})

    assert set(cells(answer)) == {"a_1"}
    assert "Prod" not in words(answer)
    assert "1 id" in words(answer)
    for name in ("prod", "nowhere"):
        assert client.get(URL, {"in": name}).status_code == 404
        assert client.get(f"{URL}connections/dev/{name}/a_1/").status_code == 404


def test_compare_the_fields_of_two(three: Emulator) -> None:
    seed(three, "dev/connections/orders", uri(host="one"), "postgres")
    seed(three, "prod/connections/orders", as_json(f"{CANARY}2", host="two"), "postgres")
    client = browser()
    url = f"{URL}connections/dev/prod/orders/"

    page, answer = client.get(url), client.post(url)

    assert "Compare Dev and Prod" in words(page)
    text = words(answer)
    assert "2 differences" in text
    assert "one" in text
    assert "two" in text
    assert "/dev/connections/reveal/orders/" in answer.content.decode()
    assert "/prod/connections/reveal/orders/" in answer.content.decode()
    assert CANARY not in answer.content.decode()
    acts = Event.objects.filter(action="connections.compare", begins=False)
    assert set(acts.values_list("environment", flat=True)) == {"dev", "prod"}


def test_say_what_they_are_for_to_whoever_sees_one(secrets_manager: Emulator, db: None) -> None:
    answer = browser("viewer").get(URL)

    assert "there is nothing to compare it with" in words(answer)
    assert 'href="/compare/"' not in answer.content.decode()
