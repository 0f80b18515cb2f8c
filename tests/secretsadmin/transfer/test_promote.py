"""A promotion ... (each test finishes the sentence)."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from connections.value.connection import Connection
from secretsadmin.audit import batches
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.demo.emulator import Emulator
from secretsadmin.transfer import running
from tests.conftest import begin_cold
from tests.secretsadmin.transfer.sides import NAMES, call, configure_three, seed
from tests.secretsadmin.views.planned import form_in
from tests.support.canaries import collecting, kept, raised
from tests.support.faults import FaultProxy
from tests.support.people import somebody
from tests.support.site import field, overwrite, stored, words
from tests.support.sweeps import end_of_sweeps

URL = "/compare/promote/"
CANARY = f"canary{uuid4().hex}"


def uri(host: str, password: str = CANARY, schema: str = "app", query: str = "") -> str:
    return f"postgres://svc:{password}@{host}:5432/{schema}{query}"


def browser(role: str = "admin", *groups: str) -> Client:
    client = Client()
    client.force_login(somebody(role, *(groups or (f"{role}s",))))
    return client


def known(client: Client, kind: str = "connections") -> None:
    """All lists are known."""
    client.get("/compare/", {"kind": kind, "in": list(NAMES)})
    end_of_sweeps()


def plan(client: Client, *ids: str, to: str = "prod", **more: Any) -> Any:
    sent = {"kind": "connections", "from": "dev", "to": to, "id": list(ids), **more}
    known(client, sent["kind"])
    response = client.post(URL, sent, follow=True)
    assert "rule-" in response.request["QUERY_STRING"]
    return response


def hidden(response: Any) -> dict[str, list[str]]:
    """The form of a plan, as a browser would send it."""
    html = response.content.decode()
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html):
        sent.setdefault(name, []).append(value)
    sent["chosen"] = sent.get("offered", [])
    return sent


def run(client: Client, planned: Any, **more: Any) -> Any:
    """The run of a plan, once it has ended."""
    url = f"{planned.request['PATH_INFO']}?{planned.request['QUERY_STRING']}"
    response = client.post(url, {**hidden(planned), "run": "1", **more})
    for run in list(running._runs.values()):  # noqa: SLF001 - there is no other way to wait.
        run.has_ended.wait(60)
    return response


def counts(response: Any) -> dict[str, int]:
    assert response.status_code == 302, words(response)
    batch = batches.batch(UUID(response["Location"].rstrip("/").rpartition("/")[2]))
    assert batch
    return dict(batch.counts)


def connection(emulator: Emulator, name: str) -> Connection:
    return Connection.from_secret(stored(emulator, name)["SecretString"])


def test_keeps_what_is_the_targets_own(three: Emulator) -> None:
    extra = "?sslmode=require&api_token=theirs"
    seed(three, "dev/connections/a", uri("dev", schema="new", query="?sslmode=allow"), "postgres")
    seed(three, "prod/connections/a", uri("prod", "secret", query=extra), "postgres", "old")
    client = browser()

    planned = plan(client, "a")
    text = words(planned)
    response = run(client, planned, reason="release 7")

    assert "schema" in text
    assert "extra.sslmode" in text
    assert counts(response) == {Outcome.SUCCEEDED: 1}
    now = connection(three, "prod/connections/a")
    assert (now.host, now.password, now.schema) == ("prod", "secret", "new")
    assert now.extra == {"sslmode": "allow", "api_token": "theirs"}
    assert not stored(three, "prod/connections/a").get("Description")
    end = Event.objects.get(action="connections.update", begins=False)
    assert (end.environment, end.reason) == ("prod", "release 7")
    assert set(end.fields) == {"schema", "extra.sslmode", "description"}
    read = Event.objects.get(action="connections.promote", begins=False)
    assert (read.environment, read.outcome, read.correlation) == (
        *("dev", Outcome.SUCCEEDED),
        end.correlation,
    )


def test_overwrites_nothing_that_somebody_made_in_the_target_since_the_plan(
    three: Emulator,
) -> None:
    seed(three, "dev/connections/a", uri("dev"), "postgres")
    client = browser()
    planned = plan(client, "a")
    typed = {f"choice:connections:a:{part}": "take" for part in ("host", "port", "login")}
    typed["choice:connections:a:password"] = "take"
    seed(three, "prod/connections/a", uri("theirs", "theirs"), "postgres")
    client.post("/prod/connections/refresh/")

    response = run(client, planned, **typed)

    assert counts(response) == {Outcome.CONFLICT: 1}
    assert connection(three, "prod/connections/a").host == "theirs"


def test_takes_a_password_along_and_shows_it_to_nobody(three: Emulator) -> None:
    seed(three, "dev/connections/a", uri("dev"), "postgres")
    seed(three, "prod/connections/a", uri("prod", "old"), "postgres")
    client = browser()
    with collecting() as logged, raised() as texts:
        planned = plan(client, "a", **{"rule-password": "take"})
        response = run(client, planned)
        page = client.get(response["Location"])

    assert connection(three, "prod/connections/a").password == CANARY
    assert connection(three, "prod/connections/a").host == "prod"
    places = (planned.content.decode(), page.content.decode(), str(response.headers))
    for place in (*places, "".join(logged.raw), "".join(texts), kept()):
        assert CANARY not in place


def test_asks_for_what_a_new_one_needs(three: Emulator) -> None:
    seed(three, "dev/connections/a", uri("dev"), "postgres", "about it")
    client = browser()
    planned = plan(client, "a")
    key = "connections:a"

    refused = run(client, planned, **{f"typed:{key}:host": "prod", f"typed:{key}:port": "x"})

    assert refused.status_code == 422
    text = words(refused)
    assert "leave it empty" in text
    assert "A port is a whole number" in text
    assert field(refused, f"typed:{key}:host") == "prod"
    assert not Event.objects.filter(action="batch.run").exists()

    answers = {
        f"typed:{key}:host": "prod",
        f"choice:{key}:port": "take",
        f"choice:{key}:login": "take",
        f"typed:{key}:password": "typed",
    }
    assert counts(run(client, planned, **answers)) == {Outcome.SUCCEEDED: 1}
    now = connection(three, "prod/connections/a")
    assert (now.host, now.port, now.login, now.password) == ("prod", 5432, "svc", "typed")
    secret = stored(three, "prod/connections/a")
    assert secret["Description"] == "about it"


def test_says_why_one_cannot_be_promoted(
    three: Emulator, settings: Settings, tmp_path: Path
) -> None:
    kwargs = {"prod": 'connections_lookup_pattern = "^(a|same|waits)"'}
    configure_three(settings, tmp_path, dict.fromkeys(NAMES, three.endpoint), kwargs=kwargs)
    for key in ("same", "waits", "unasked"):
        seed(three, f"dev/connections/{key}", uri("dev"), "postgres")
        seed(three, f"prod/connections/{key}", uri("prod"), "postgres")
    call(three, "DeleteSecret", {"SecretId": "prod/connections/waits"})
    client = browser()

    planned = plan(client, "same", "waits", "unasked", "nowhere")

    text = words(planned)
    assert "It is scheduled for deletion in Prod. Restore it first." in text
    assert "lookup pattern excludes the id" in text
    assert "There is none of this id in Dev." in text
    assert "3 can’t be done" in text
    assert "1 is the same" in text
    assert hidden(planned)["chosen"] == []


def test_changes_nothing_that_changed_since_the_plan(three: Emulator) -> None:
    for key in ("a", "b"):
        seed(three, f"dev/connections/{key}", uri("dev", schema="new"), "postgres")
        seed(three, f"prod/connections/{key}", uri("prod"), "postgres")
    client = browser()
    planned = plan(client, "a", "b")
    overwrite(three, "prod/connections/a", uri("theirs"))
    overwrite(three, "dev/connections/b", uri("dev", schema="newer"))

    response = run(client, planned)

    assert counts(response) == {Outcome.CONFLICT: 1, Outcome.SUCCEEDED: 1}
    assert connection(three, "prod/connections/a").host == "theirs"
    # What was planned is what was promoted.
    assert connection(three, "prod/connections/b").schema == "new"


def test_tells_a_lost_answer_from_a_failure(
    three: Emulator, settings: Settings, tmp_path: Path
) -> None:
    for key in ("a", "b", "c"):
        seed(three, f"dev/connections/{key}", uri("dev", schema="new"), "postgres")
        seed(three, f"prod/connections/{key}", uri("prod"), "postgres")
    with FaultProxy(three.endpoint) as proxy:
        endpoints = {"dev": three.endpoint, "test": three.endpoint, "prod": proxy.endpoint}
        configure_three(settings, tmp_path, endpoints)
        client = browser()
        planned = plan(client, "a", "b", "c")
        proxy.when("PutSecretValue", call=2).reset_after()

        assert counts(run(client, planned)) == {Outcome.SUCCEEDED: 3}

        begin_cold()
    assert [connection(three, f"prod/connections/{key}").schema for key in "abc"] == ["new"] * 3


def test_tells_of_a_source_that_cannot_be_read_without_naming_it(
    three: Emulator, settings: Settings, tmp_path: Path
) -> None:
    grants = '[[grants]]\ngroup = "admins"\nrole = "admin"\n'
    grants += '[[grants]]\ngroup = "auditors"\nrole = "auditor"\nenvironments = ["prod"]\n'
    for name in ("dev", "prod"):
        seed(three, f"{name}/connections/a", uri(name, schema=name), "postgres")
    with FaultProxy(three.endpoint) as proxy:
        endpoints = {"dev": proxy.endpoint, "test": three.endpoint, "prod": three.endpoint}
        configure_three(settings, tmp_path, endpoints, grants)
        client = browser()
        planned = plan(client, "a")
        proxy.when("GetSecretValue").deny()

        response = run(client, planned)

        begin_cold()
    assert counts(response) == {Outcome.DENIED: 1}
    page = browser("auditor").get(response["Location"])
    assert "denied" in words(page)
    assert "/prod/connections/detail/a/" in page.content.decode()
    assert "dev" not in page.content.decode().lower().replace("device-width", "")


GRANTS = """
[[grants]]
group = "movers"
actions = ["view", "promote", "create", "update"]

[[grants]]
group = "team"
role = "editor"
environments = ["dev", "test"]

[[grants]]
group = "team"
role = "viewer"
environments = ["prod"]

[[grants]]
group = "half"
role = "editor"

[[grants]]
group = "one-way"
actions = ["view", "promote", "create", "update"]

[[grants]]
group = "one-way"
actions = ["reveal"]
environments = ["test"]
"""


@pytest.fixture
def granted(three: Emulator, settings: Settings, tmp_path: Path) -> Emulator:
    configure_three(settings, tmp_path, dict.fromkeys(NAMES, three.endpoint), GRANTS)
    for name in NAMES:
        seed(three, f"{name}/connections/a", uri(name, f"{CANARY}{name}"), "postgres")
    return three


def test_is_refused_without_the_right_in_both(granted: Emulator) -> None:
    client = browser("ann", "team")

    refused = client.get(URL, {"kind": "connections", "from": "dev", "to": "prod"})
    hidden_ = client.get(URL, {"kind": "connections", "from": "dev", "to": "nowhere"})

    assert (refused.status_code, hidden_.status_code) == (403, 404)
    denied = Event.objects.get(action="connections.promote", environment="prod", begins=False)
    assert denied.outcome == Outcome.DENIED


def test_sends_no_unseen_secret_elsewhere(granted: Emulator) -> None:
    client = browser("mo", "movers")
    # The host of the source would get the password of the target.
    planned = plan(client, "a", to="test", **{"rule-host": "take"})
    response = run(client, planned)
    # The host of the target would get the password of the source.
    other = run(client, plan(client, "a", to="test", **{"rule-password": "take"}))

    assert counts(response) == counts(other) == {Outcome.FAILED: 1}
    failed = Event.objects.filter(action="connections.update", begins=False)
    assert list(failed.values_list("error", flat=True)) == ["SentElsewhere"] * 2
    assert connection(granted, "test/connections/a").password == f"{CANARY}test"


def test_needs_to_see_nothing_where_all_goes_along(granted: Emulator) -> None:
    client = browser("mo", "movers")
    rules = {f"rule-{part}": "take" for part in ("host", "port", "login", "password")}

    planned = plan(client, "a", to="test", **rules, **{"rule-masked-extra": "take"})

    assert counts(run(client, planned)) == {Outcome.SUCCEEDED: 1}
    assert connection(granted, "test/connections/a") == connection(granted, "dev/connections/a")


def test_shows_nobody_elsewhere_what_they_may_not_see(granted: Emulator) -> None:
    client = browser("olga", "one-way")
    rules = {f"rule-{part}": "take" for part in ("host", "port", "login", "password")}

    response = run(client, plan(client, "a", to="test", **rules))

    assert counts(response) == {Outcome.FAILED: 1}
    assert Event.objects.filter(error="ShownElsewhere").exists()
    assert connection(granted, "test/connections/a").password == f"{CANARY}test"


@pytest.mark.parametrize("guess", [f"{CANARY}test", "wrong"], ids=["right", "wrong"])
def test_tells_nobody_whether_a_guess_is_right(granted: Emulator, guess: str) -> None:
    overwrite(granted, "dev/connections/a", uri("test", guess))
    client = browser("mo", "movers")
    rules = {f"rule-{part}": "take" for part in ("host", "port", "login", "password")}

    response = run(client, plan(client, "a", to="test", **rules))

    assert counts(response) == {Outcome.SUCCEEDED: 1}
    end = Event.objects.get(action="connections.update", begins=False)
    assert list(end.fields) == ["password"]


def test_takes_the_value_of_a_variable_into_a_protected_place_only_if_told(
    three: Emulator,
) -> None:
    seed(three, "dev/variables/v", CANARY)
    seed(three, "prod/variables/v", "old")
    client = browser()

    usual = plan(client, "v", kind="variables")
    told = plan(client, "v", kind="variables", **{"rule-value": "take"})

    assert "keeps the target’s own" in words(usual)
    assert counts(run(client, told)) == {Outcome.SUCCEEDED: 1}
    assert stored(three, "prod/variables/v")["SecretString"] == CANARY


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"id": [f"k{number}" for number in range(501)]},
        {"id": "a", "run": "1"},
        {"id": "../../x", "run": "1", "chosen": "connections:../../x"},
    ],
)
def test_refuses_what_no_page_sends(three: Emulator, sent: dict[str, Any]) -> None:
    client = browser()
    known(client)
    names = {"kind": "connections", "from": "dev", "to": "prod"}

    response = client.post(URL, names | sent, follow=True)

    assert response.status_code == 422
    assert "Nothing was changed." in words(response)


def test_refuses_a_version_that_is_none(three: Emulator) -> None:
    seed(three, "dev/connections/a", uri("dev"), "postgres")
    client = browser()
    planned = plan(client, "a")

    assert run(client, planned, **{"from-version:connections:a": "x" * 300}).status_code == 404


def from_list(client: Client, query: str = "", **selected: Any) -> Any:
    """What the bar of the source's list leads to."""
    known(client)
    page = client.get(f"/dev/connections/{query}").content.decode()
    sent = form_in(page, "bulk") | {"action": "promote", **selected}
    return client.post("/dev/connections/bulk/", sent, follow=True)


def test_begins_in_a_list_and_asks_where_to(three: Emulator) -> None:
    for key in ("a", "b", "c"):
        seed(three, f"dev/connections/{key}", uri("dev"), "postgres")
    client = browser("editor")

    asking = from_list(client, id=["a", "c"])

    assert asking.status_code == 200
    assert "2 connections from Dev to Test Prod Plan the promotion" in words(asking)
    assert "Choose two environments" not in words(asking)
    planned = client.post(URL, {**hidden(asking), "to": "prod"}, follow=True)
    assert "Promote connections from Dev to Prod" in words(planned)
    assert hidden(planned)["id"] == ["a", "c"]
    assert not Event.objects.filter(action="batch.run").exists()


def test_begins_with_all_that_match_in_a_list(three: Emulator) -> None:
    for key in ("orders_a", "orders_b", "other"):
        seed(three, f"dev/connections/{key}", uri("dev"), "postgres")
    client = browser("editor")

    asking = from_list(client, "?q=orders", all="1")
    begin_cold()
    planned = client.post(URL, {**hidden(asking), "to": "prod"}, follow=True)

    assert "2 connections from Dev" in words(asking)
    assert "id" not in hidden(asking)
    assert hidden(planned)["id"] == ["orders_a", "orders_b"]
    seed(three, "dev/connections/orders_c", uri("dev"), "postgres")
    client.post("/dev/connections/refresh/")
    for more in ({}, {"to": "prod"}):
        changed = client.post(URL, {**hidden(asking), **more}, follow=True)
        assert changed.status_code == 409
        assert "The list has changed" in words(changed)


def test_takes_no_more_from_a_list_than_one_takes(
    three: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secretsadmin.views.promote.MOST_ROWS", 2)
    for key in ("a", "b", "c"):
        seed(three, f"dev/connections/{key}", uri("dev"), "postgres")
    client = browser("editor")

    refused = client.post(URL, {**hidden(from_list(client, all="1")), "to": "prod"}, follow=True)

    assert refused.status_code == 422
    assert "Tick fewer" in words(refused)


def test_is_planned_at_once_where_a_list_leads_to_one_environment(granted: Emulator) -> None:
    planned = from_list(browser("ann", "team"), id="a")

    assert "Promote connections from Dev to Test" in words(planned)
    assert hidden(planned)["id"] == ["a"]


def test_is_offered_in_a_list_to_those_who_may(granted: Emulator) -> None:
    member = browser("ann", "team")
    sent = {"action": "promote", "id": "a"}

    offers = {
        name: "Copy to another environment" in words(member.get(f"/{name}/connections/"))
        for name in NAMES
    }
    by_hand = member.post("/prod/connections/bulk/", sent, follow=True)
    nothing = member.post("/dev/connections/bulk/", {"action": "promote"})
    nowhere = member.post(URL, {"kind": "connections", "from": "nowhere", "id": "a"})

    assert offers == {"dev": True, "test": True, "prod": False}
    statuses = (by_hand.status_code, nothing.status_code, nowhere.status_code)
    assert statuses == (403, 422, 404)
