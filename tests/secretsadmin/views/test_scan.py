"""A scan of values ... (each test finishes the sentence)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.demo.emulator import Emulator
from secretsadmin.transfer import pace, running
from tests.conftest import begin_cold
from tests.secretsadmin.conftest import As, Configure
from tests.support.faults import FaultProxy
from tests.support.people import add_to, somebody
from tests.support.runs import end_of_runs
from tests.support.wire import connected, counting

URL = "/dev/health/scan/"
HEALTH = "/dev/health/"
OWN, SHARED = "one-of-its-own", "kept-by-two-of-them"
TAG: Any = {"Key": "airflow:conn-type", "Value": "postgres"}
SCANNERS = """
[[grants]]
group = "{group}"
actions = ["view", "scan", "reveal"]
ids = ["a*"]

[[grants]]
group = "{group}"
actions = ["view", "scan"]

[[grants]]
group = "editors"
role = "editor"
"""


@pytest.fixture
def site(
    settings: Settings, shared_database: dict[str, str], configure: Configure
) -> Iterator[Emulator]:
    """Two environments, and a database in which the threads of a run meet the pages."""
    settings.BATCH_CALLS_PER_SECOND = 10_000
    pace.forget()
    yield configure()
    end_of_runs()
    pace.forget()


def connection(password: str = OWN, **more: str) -> str:
    given = {"conn_type": "postgres", "host": "db", "login": "u", "password": password, **more}
    return json.dumps(given)


def store(emulator: Emulator, **texts: str | bytes) -> None:
    """Connections by their ids."""
    with connected(emulator.endpoint) as client:
        for key, text in texts.items():
            name = f"dev/connections/{key}"
            value: Any = {"SecretBinary" if isinstance(text, bytes) else "SecretString": text}
            client.create_secret(Name=name, Tags=[TAG], **value)


def scan(client: Client, **sent: str) -> UUID:
    """Scan to the end."""
    response = client.post(URL, sent)
    assert response.status_code == 302
    end_of_runs()
    where = response.headers["Location"]
    assert where.startswith("/dev/runs/")
    return UUID(where.split("/")[-2])


def told(client: Client, url: str = HEALTH) -> set[tuple[str, str]]:
    """The ids and rules of all findings, to somebody whose worker has just started."""
    begin_cold()
    file = client.get(url, {"export": "json"}).json()
    assert client.get(url).status_code == 200
    return {(row["id"], row["rule"]) for row in file}


def page_of(client: Client, key: str) -> str:
    return client.get(f"/dev/connections/detail/{key}/").content.decode()


def test_tells_what_values_alone_say(site: Emulator, as_role: As) -> None:
    store(
        site,
        good=connection(),
        spaced=f" {connection('another-of-its-own')}",
        binary=b"\0",
        one=connection(SHARED),
        two=connection(SHARED, host="elsewhere"),
    )
    editor = as_role("editor")
    before = told(editor)
    empty = editor.get(HEALTH).content.decode()

    scan(editor)

    assert before == set()
    assert "A scan of the values answers it for all" in empty
    assert told(editor) == {
        ("spaced", "space-around-text"),
        ("binary", "binary-value"),
        ("one", "shared-password"),
        ("two", "shared-password"),
    }
    html = editor.get(HEALTH).content.decode()
    assert "It has a password in common with two." in html
    assert "5 of 5 values were scanned as they are now." in html
    assert "It has a password in common with two." in page_of(editor, "one")
    assert "in common" not in page_of(editor, "good")
    assert "White space stands around it" in page_of(editor, "spaced")


def test_asks_aws_once_for_twenty_and_records_each(site: Emulator, as_role: As) -> None:
    with connected(site.endpoint) as client:
        for number in range(45):
            kind = ("connections", "variables", "config")[number % 3]
            client.create_secret(Name=f"dev/{kind}/k{number:02}", SecretString="text")
    editor = as_role("editor")
    editor.get(HEALTH)

    with counting(site) as calls:
        response = editor.post(URL)
        end_of_runs()

    request_id = response.headers["X-Request-ID"]
    id_ = UUID(response.headers["Location"].split("/")[-2])
    assert calls["BatchGetSecretValue"] == 3
    assert set(calls) <= {"BatchGetSecretValue", "ListSecrets"}
    run = Event.objects.get(act=id_, begins=False)
    assert (run.action, run.outcome) == ("batch.run", Outcome.SUCCEEDED)
    assert run.details == {"verb": "scan", "planned": 45, "succeeded": 45}
    begun = Event.objects.get(act=id_, begins=True)
    assert begun.details
    assert begun.details["request"] == request_id
    ends = Event.objects.filter(action__endswith=".scan", outcome=Outcome.SUCCEEDED)
    assert ends.count() == 45
    assert {end.correlation for end in ends} == {str(id_)}
    assert all("findings" in (end.details or {}) for end in ends)
    page = editor.get(f"/dev/runs/{id_}/").content.decode()
    assert "Scan of 45 secrets" in page
    assert f'href="{HEALTH}">See what was found' in page


def test_looks_at_one_kind_alone_where_that_is_asked(site: Emulator, as_role: As) -> None:
    store(site, good=connection())
    with connected(site.endpoint) as client:
        client.create_secret(Name="dev/variables/v", SecretString='{"broken')
    editor = as_role("editor")

    id_ = scan(editor, kind="variables")

    assert Event.objects.get(act=id_, begins=True).kind == "variables"
    scanned = Event.objects.filter(action__endswith=".scan", begins=False)
    assert [(event.kind, event.secret) for event in scanned] == [("variables", "v")]
    assert told(editor) == {("v", "broken-json")}


def test_is_forgotten_where_the_value_has_changed_since(site: Emulator, as_role: As) -> None:
    store(site, one=connection(SHARED), two=connection(SHARED), spaced=f" {connection()}")
    editor = as_role("editor")
    scan(editor)

    with connected(site.endpoint) as client:
        client.put_secret_value(SecretId="dev/connections/two", SecretString=connection(SHARED))
        client.put_secret_value(SecretId="dev/connections/spaced", SecretString=connection())

    assert told(editor) == set()
    assert "2 were changed since." in editor.get(HEALTH).content.decode()


def test_says_nothing_to_whoever_may_not_scan(site: Emulator, as_role: As) -> None:
    store(site, spaced=f" {connection(SHARED)}", other=connection(SHARED))
    id_ = scan(as_role("editor"))
    act = Event.objects.get(action="connections.scan", secret="spaced", begins=True).act

    assert told(as_role("viewer")) == told(as_role("auditor")) == set()
    for role in ("viewer", "auditor"):
        client = as_role(role)
        for page in (HEALTH, "/dev/", "/dev/connections/detail/spaced/"):
            html = client.get(page).content.decode()
            assert "scanned" not in html
            assert "White space stands around it" not in html
    auditor = as_role("auditor")
    for page in (
        "/audit/",
        f"/audit/event/{act}/",
        f"/audit/event/{id_}/",
        "/audit/person/editor/",
    ):
        response = auditor.get(page)
        assert response.status_code == 200
        assert not names_findings(response.content.decode()), page
    for form in ("csv", "json"):
        exported = b"".join(auditor.post("/audit/export/", {"format": form}))
        assert b"connections.scan" in exported
        assert not names_findings(exported.decode())
    own = as_role("admin").get(f"/audit/event/{act}/").content.decode()
    assert "space-around-text" in own


def names_findings(text: str) -> bool:
    names = ("space-around-text", "findings", "Findings", "shared", "Shared", "connections/other")
    return any(name in text for name in names)


def test_compares_no_password_with_one_that_the_person_may_not_reveal(
    site: Emulator, configure: Configure
) -> None:
    configure(SCANNERS.format(group="scanners"))
    store(site, a1=connection(SHARED), b1=connection(SHARED), b2=connection(SHARED))
    scanner, editor = Client(), Client()
    scanner.force_login(somebody("scanner", "scanners"))
    editor.force_login(somebody("editor", "editors"))

    scan(scanner)
    assert told(scanner) == told(editor) == set()
    scan(editor)

    assert told(editor) == {(key, "shared-password") for key in ("a1", "b1", "b2")}
    assert "in common with b1 and b2." in page_of(editor, "a1")
    assert told(scanner) == set()
    assert not any("in common" in page_of(scanner, key) for key in ("a1", "b1"))
    add_to(User.objects.get(username="scanner"), "editors")
    assert told(scanner) == told(editor)
    assert "in common with b1 and b2." in page_of(scanner, "a1")


def test_reads_what_the_person_may_scan_and_nothing_else(
    site: Emulator, configure: Configure
) -> None:
    configure(
        """
        [[grants]]
        group = "team"
        actions = ["view"]
        [[grants]]
        group = "team"
        actions = ["scan", "reveal"]
        ids = ["a*"]
        """
    )
    store(site, a1=f" {connection()}", b1=f" {connection()}", a2=connection())
    with connected(site.endpoint) as client:
        client.delete_secret(SecretId="dev/connections/a2", RecoveryWindowInDays=7)
    team = Client()
    team.force_login(somebody("ada", "team"))

    scan(team)

    scanned = Event.objects.filter(action="connections.scan", begins=False)
    assert [event.secret for event in scanned] == ["a1"]
    assert told(team) == {("a1", "space-around-text"), ("a2", "scheduled")}


def test_tells_of_what_cannot_be_read(site: Emulator, configure: Configure, as_role: As) -> None:
    store(site, one=connection(), two=connection())
    with FaultProxy(site.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        errors = [
            {"SecretId": f"dev/connections/{key}", "ErrorCode": code, "Message": "no"}
            for key, code in (("one", "DecryptionFailure"), ("two", "AccessDeniedException"))
        ]
        body = json.dumps({"SecretValues": [], "Errors": errors}).encode()
        proxy.when("BatchGetSecretValue").garbage(body)
        editor = as_role("editor")

        id_ = scan(editor)

        assert told(editor) == {("one", "key-unavailable"), ("two", "read-denied")}
        page = editor.get(f"/dev/runs/{id_}/").content.decode()
        assert "KMS doesn&#x27;t give the key" in page
        assert "2 failed" in page
        begin_cold()


SPACED = "White space stands before the text."


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_is_told_in_sentences_to_whoever_opens_the_secret(
    site: Emulator, configure: Configure, headers: dict[str, str]
) -> None:
    configure(SCANNERS.format(group="scanners"))
    canary = f"canary{uuid4().hex} "
    text = f" {connection(canary)}"
    store(site, a1=text, b1=text)
    with connected(site.endpoint) as client:
        client.create_secret(Name="dev/variables/v", SecretString=f'{{"{canary}')
    editor = Client()
    editor.force_login(somebody("editor", "editors"))

    opened = editor.post("/dev/connections/open/a1/", headers=headers).content.decode()
    variable = editor.post("/dev/variables/open/v/", headers=headers).content.decode()

    assert SPACED in opened
    assert "characters that draw nothing stand in it: Password." in opened
    assert "What a scan finds in it" in variable
    assert canary.strip() not in opened
    assert canary.strip() not in variable


def test_is_not_told_to_whoever_may_not_both_scan_and_reveal(
    site: Emulator, configure: Configure
) -> None:
    configure(
        """
        [[grants]]
        group = "scanners"
        actions = ["view", "open", "scan"]
        [[grants]]
        group = "revealers"
        actions = ["view", "open", "reveal"]
        """
    )
    store(site, a1=f" {connection()}")
    for group in ("scanners", "revealers"):
        client = Client()
        client.force_login(somebody(group, group))

        response = client.post("/dev/connections/open/a1/")

        assert response.status_code == 200
        assert "What a scan finds in it" not in response.content.decode()
        assert SPACED not in response.content.decode()


@pytest.mark.usefixtures("site")
def test_is_recorded_where_it_is_refused(as_role: As) -> None:
    for role, status in (("viewer", 403), ("auditor", 403), ("nobody", 404), ("anonymous", 401)):
        assert as_role(role).post(URL).status_code == status
    assert as_role("editor").get(URL).status_code == 405
    assert as_role("editor").post("/prod/health/scan/").status_code == 403

    denied = Event.objects.filter(outcome=Outcome.DENIED, action="connections.scan")
    assert list(denied.values_list("user", "environment").order_by("id")) == [
        ("viewer", "dev"),
        ("auditor", "dev"),
        ("editor", "prod"),
    ]


def test_begins_once_for_one_person(site: Emulator, configure: Configure, as_role: As) -> None:
    store(site, good=connection())
    with FaultProxy(site.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        gate = proxy.when("BatchGetSecretValue").hold()
        editor = as_role("editor")

        first, second = (editor.post(URL).headers["Location"] for _ in range(2))
        assert gate.arrived.wait(60)
        assert editor.post(f"{first}stop/").status_code == 302
        gate.release()
        end_of_runs()

        assert first == second
        assert Event.objects.filter(action="batch.run", begins=True).count() == 1
        assert Event.objects.get(action="batch.run", begins=False).error == "Stopped"
        begin_cold()


def test_waits_its_turn_where_many_runs_are_under_way(
    site: Emulator, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(site, good=connection())
    monkeypatch.setattr(running, "MOST_RUNS", 0)

    response = as_role("editor").post(URL, follow=True)

    assert response.redirect_chain == [(HEALTH, 302)]
    assert "several other runs are under way" in response.content.decode()


@pytest.mark.usefixtures("site")
def test_says_that_there_is_nothing_or_no_such_kind(as_role: As) -> None:
    editor = as_role("editor")

    nothing = editor.post(URL, follow=True).content.decode()
    unknown = editor.post(URL, {"kind": "passwords"})

    assert "there is no secret here whose value you may scan" in nothing
    assert unknown.status_code == 422
    assert "choose one of the kinds of secret" in unknown.content.decode()
