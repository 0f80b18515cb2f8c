"""An export of many secrets ... (each test finishes the sentence)."""

import csv
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from secretsadmin.audit.models import Event
from secretsadmin.audit.recording import Actor
from secretsadmin.config.site import find_environment
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import CONNECTIONS
from secretsadmin.store import aws
from secretsadmin.store.listing import listing
from secretsadmin.transfer.cells import FORMULAS
from secretsadmin.transfer.exporting import Export
from secretsadmin.transfer.written.formats import FORMATS
from tests.secretsadmin.conftest import As, Configure
from tests.secretsadmin.views.planned import form_in
from tests.support.faults import FaultProxy
from tests.support.people import somebody
from tests.support.wire import connected, counting

pytestmark = pytest.mark.django_db
URL = "/dev/connections/export/"
CANARY = f"canary-{uuid4().hex}"
URI = f"postgres://login:{CANARY}@host"


def store(emulator: Emulator, name: str, text: str = URI, **more: Any) -> None:
    with connected(emulator.endpoint) as client:
        client.create_secret(Name=f"dev/{name}", SecretString=text, **more)


def asked(client: Client, file_format: str = "json", url: str = URL, **fields: Any) -> Any:
    return client.post(url, {"format": file_format, "reason": "A move", **fields})


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def page_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def lines() -> list[tuple[str, str, str, str]]:
    """What the record says of exports, in its order."""
    told = Event.objects.filter(action__in=("connections.export", "batch.run")).order_by("id")
    return [(line.action, line.secret, line.outcome, line.error) for line in told]


@pytest.fixture
def stored(two_environments: Emulator) -> Emulator:
    store(two_environments, "connections/a", Description="The first")
    store(two_environments, "connections/b", "http://b.example", Description="=1+1")
    store(two_environments, "connections/c", '{"host": ')
    return two_environments


@pytest.mark.usefixtures("stored")
def test_has_airflows_own_text(as_role: As) -> None:
    text = text_of(asked(as_role("admin")))

    assert json.loads(text)["a"] == {
        "conn_type": "postgres",
        "description": "The first",
        "login": "login",
        "password": CANARY,
        "host": "host",
        "port": None,
        "schema": None,
        "extra": None,
    }
    assert text == json.dumps(json.loads(text), indent=2)


@pytest.mark.usefixtures("stored")
def test_leaves_out_what_airflow_cannot_read_and_says_so(as_role: As) -> None:
    client = as_role("admin")

    text = text_of(asked(client, "yaml"))

    assert set(yaml.safe_load(text)) == {"a", "b"}
    assert "# Left out: c: " in text
    run = Event.objects.filter(action="batch.run").latest("id")
    assert (run.outcome, run.error) == ("failed", "InPart")
    details = run.details or {}
    assert (details["succeeded"], details["failed"]) == (2, 1)
    assert ("connections.export", "c", "failed", "NotRepresentable") in lines()
    shown = page_of(client.get(f"/dev/runs/{run.act}/"))
    assert "Export of 3 connections" in shown


@pytest.mark.usefixtures("stored")
def test_records_each_secret_before_any_of_it_is_sent(as_role: As) -> None:
    response = asked(as_role("admin"), "env", id=["a", "b"])
    stream = iter(response.streaming_content)
    next(stream)

    assert [line[:3] for line in lines()] == [
        ("batch.run", "", "started"),
        ("connections.export", "a", "started"),
        ("connections.export", "b", "started"),
        ("connections.export", "a", "succeeded"),
        ("connections.export", "b", "succeeded"),
    ]
    assert set(Event.objects.filter(action="connections.export").values_list("reason")) == {
        ("A move",)
    }
    run = Event.objects.get(action="batch.run")
    assert set(Event.objects.filter(correlation=str(run.act)).values_list("action")) == {
        ("batch.run",),
        ("connections.export",),
    }
    list(stream)
    assert lines()[-1] == ("batch.run", "", "succeeded", "")


@pytest.mark.usefixtures("stored")
def test_is_kept_nowhere_but_in_the_answer(as_role: As, caplog: pytest.LogCaptureFixture) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = asked(as_role("admin"), id=["a"])
        assert CANARY in text_of(response)

    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith(
        'attachment; filename="dev-connections-'
    )
    assert CANARY not in str(queries.captured_queries)
    assert CANARY not in str(list(Event.objects.values()))
    assert CANARY not in caplog.text + str(response.headers)


def test_has_what_fits_the_filter(as_role: As, stored: Emulator) -> None:
    client = as_role("admin")
    filtered = f"{URL}?q=example&type="
    store(stored, "connections/example")

    page = page_of(client.get(filtered))
    text = text_of(asked(client, url=filtered))

    assert "1 connection that fit “<bdi>example</bdi>”" in page
    assert f'action="{URL}?q=example"' in page
    assert set(json.loads(text)) == {"example"}


@pytest.mark.usefixtures("stored")
def test_is_refused_where_what_was_chosen_is_gone(as_role: As) -> None:
    response = asked(as_role("admin"), id=["a", "gone"])

    assert response.status_code == 422
    assert "isn’t in the list any more" in page_of(response)
    assert not lines()


@pytest.mark.parametrize("fields", [{"reason": ""}, {"format": "docx"}, {"reason": "x" * 1001}])
def test_is_refused_with_the_field_named(
    as_role: As, fields: dict[str, str], stored: Emulator
) -> None:
    client = as_role("admin")
    client.get(URL)
    with counting(stored) as calls:
        response = client.post(URL, {"format": "json", "reason": "A move", **fields})

    assert response.status_code == 422
    assert 'class="error"' in page_of(response) or "aria-invalid" in page_of(response)
    assert "BatchGetSecretValue" not in calls


@pytest.mark.usefixtures("stored")
def test_of_values_takes_a_right_of_its_own(as_role: As) -> None:
    client = as_role("editor")

    page = page_of(client.get(URL))
    refused = asked(client)

    assert 'value="csv"' in page
    assert 'value="json"' not in page
    assert refused.status_code == 403
    assert lines()[-1] == ("connections.export", "", "denied", "role")


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("file_format", ["csv", "terraform", "external-secret"])
def test_of_names_reads_no_value(as_role: As, stored: Emulator, file_format: str) -> None:
    client = as_role("viewer")
    client.get(URL)
    with counting(stored) as calls:
        text = text_of(client.post(URL, {"format": file_format}))

    assert set(calls) <= {"ListSecrets"}
    assert CANARY not in text
    assert "dev/connections/c" in text
    assert Event.objects.filter(action="connections.list", user="viewer").exists()
    assert not lines()


LIMITED = """
[[grants]]
group = "team"
role = "viewer"
environments = ["dev"]

[[grants]]
group = "team"
role = "admin"
environments = ["dev"]
ids = ["a*"]
"""


def test_has_the_values_that_the_person_may_take_and_no_others(configure: Configure) -> None:
    emulator = configure(LIMITED)
    store(emulator, "connections/a")
    store(emulator, "connections/b")
    client = Client()
    client.force_login(somebody("ben", "team"))

    page = page_of(client.get(URL))
    with counting(emulator) as calls:
        text = text_of(asked(client))

    assert "You may take the values of 1 of them." in page
    assert set(json.loads(text)) == {"a"}
    assert calls["BatchGetSecretValue"] == 1
    assert {line[1] for line in lines()} == {"", "a"}


def test_has_no_formula_in_its_list(as_role: As, stored: Emulator) -> None:
    store(stored, "connections/=d", Description="@sum")

    rows = list(csv.reader(StringIO(text_of(asked(as_role("viewer"), "csv", reason="")))))

    assert not [cell for row in rows for cell in row if cell.startswith(FORMULAS)]
    assert [row[0] for row in rows] == ["id", "'=d", "a", "b", "c"]


@pytest.fixture
def faulty(configure: Configure, empty_emulator: Emulator) -> Iterator[FaultProxy]:
    """What `dev` takes for AWS: it has 45 connections."""
    for number in range(45):
        store(empty_emulator, f"connections/c{number:02}")
    with FaultProxy(empty_emulator.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        yield proxy
        aws.forget_clients()


@pytest.mark.parametrize(
    ("file_format", "read"),
    [
        ("json", json.loads),
        ("yaml", yaml.safe_load),
        ("aws", lambda text: subprocess.run(["/bin/sh", "-n"], input=text, text=True, check=True)),
    ],
)
def test_that_breaks_off_is_no_file_of_its_format(
    as_role: As, faulty: FaultProxy, file_format: str, read: Callable[[str], object]
) -> None:
    response = asked(as_role("admin"), file_format)
    stream = iter(response.streaming_content)
    parts = [next(stream)]
    faulty.when("BatchGetSecretValue").deny()

    text = b"".join([*parts, *stream]).decode()

    assert CANARY in text
    assert text.endswith("This file is not complete.\n")
    with pytest.raises((ValueError, yaml.YAMLError, subprocess.CalledProcessError)):
        read(text)
    assert lines()[-1][:3] == ("batch.run", "", "failed")
    ended = Event.objects.filter(action="connections.export", begins=False)
    assert ended.filter(outcome="succeeded").count() == 20
    assert ended.filter(outcome="denied").count() == 20


def test_that_aws_does_not_allow_is_an_answer_and_no_file(as_role: As, faulty: FaultProxy) -> None:
    faulty.when("BatchGetSecretValue").deny()

    response = asked(as_role("admin"))

    assert response.status_code == 502
    assert "lacks the permission secretsmanager:BatchGetSecretValue" in page_of(response)
    assert "Content-Disposition" not in response.headers
    assert lines()[-1][:3] == ("batch.run", "", "denied")


def test_whose_reader_goes_away_says_so(faulty: FaultProxy) -> None:
    """To close an answer of the test client would close the database of all tests."""
    dev = find_environment("dev")
    assert dev
    secrets = listing(dev, CONNECTIONS).sweep_and_wait().secrets
    pieces = Export(dev, CONNECTIONS, secrets, FORMATS[0], Actor("ada")).begin()
    next(pieces)

    pieces.close()

    assert lines()[-1] == ("batch.run", "", "failed", "ReaderWentAway")
    assert faulty.calls["BatchGetSecretValue"] == 1


def test_makes_the_same_secrets_by_commands_of_aws(as_role: As, two_environments: Emulator) -> None:
    odd = f"{CANARY} it's $HOME `x`\n!"
    tags = [{"Key": "a b", "Value": "it's"}]
    store(two_environments, "variables/quoted", odd, Tags=tags, Description="d'é")
    store(two_environments, "variables/loaded", "file:///etc/passwd")
    store(two_environments, "variables/control", "\x1b[2J")

    text = text_of(asked(as_role("admin"), "aws", "/dev/variables/export/"))

    script = f'aws() {{ printf "%s\\n" "$#" "$@"; }}\n{text}'
    run = subprocess.run(["/bin/sh"], input=script, capture_output=True, text=True, check=True)
    assert f"--secret-string={odd}" in run.stdout
    assert f"--tags={json.dumps(tags)}" in run.stdout
    assert '"SecretString": "file:///etc/passwd"' in run.stdout
    assert "--secret-string=file" not in text
    assert "\\u001b[2J" in run.stdout


def test_takes_each_value_from_a_variable_in_terraform(as_role: As, stored: Emulator) -> None:
    store(stored, "connections/a.b")
    store(stored, "connections/a-b")

    text = text_of(asked(as_role("viewer"), "terraform", reason=""))

    labels = re.findall(r'resource "aws_secretsmanager_secret" "(\w+)"', text)
    assert labels == ["a", "a_b", "a_b_2", "b", "c"]
    assert text.count("ignore_changes = [secret_string]") == len(labels)
    assert re.findall(r'variable "(\w+)"', text) == [f"{label}_value" for label in labels]
    assert CANARY not in text


def test_names_environment_variables_for_kubernetes(as_role: As, stored: Emulator) -> None:
    store(stored, "connections/B")

    text = text_of(asked(as_role("viewer"), "external-secret", reason=""))

    data = yaml.safe_load(text)["spec"]["data"]
    assert data[0] == {
        "secretKey": "AIRFLOW_CONN_A",
        "remoteRef": {"key": "dev/connections/a"},
    }
    assert [entry["secretKey"] for entry in data] == ["AIRFLOW_CONN_A", "AIRFLOW_CONN_C"]
    assert "# Left out: B:" in text


@pytest.mark.parametrize("file_format", ["csv", "terraform", "aws"])
def test_holds_what_is_text_of_a_description(
    as_role: As, two_environments: Emulator, file_format: str
) -> None:
    store(two_environments, "connections/a", Description="half \ud800 a pair")

    assert "half ? a pair" in text_of(asked(as_role("admin"), file_format))


BULK_URL = "/dev/connections/bulk/"


@pytest.mark.usefixtures("stored")
def test_has_what_is_ticked_in_the_list(as_role: As) -> None:
    client = as_role("admin")
    bar = form_in(page_of(client.get("/dev/connections/")), "bulk")

    first = client.post(BULK_URL, bar | {"action": "export", "id": ["a", "c"]}, follow=True)

    assert first.status_code == 200
    assert first.redirect_chain == [(URL, 307)]
    assert "2 connections that you chose." in page_of(first)
    assert 'class="error' not in page_of(first)
    assert not lines()
    sent = form_in(page_of(first), "form")
    assert sent["id"] == ["a", "c"]
    text = text_of(asked(client, "csv", id=sent["id"]))
    assert [row["id"] for row in csv.DictReader(StringIO(text))] == ["a", "c"]


def test_has_all_that_match_in_the_list(as_role: As, stored: Emulator) -> None:
    client = as_role("admin")
    store(stored, "connections/d", Tags=[{"Key": "owner", "Value": "<b>"}])
    bar = form_in(page_of(client.get("/dev/connections/?tag=owner%3D%3Cb%3E")), "bulk")

    first = client.post(BULK_URL, bar | {"action": "export", "all": "1", "id": "d"}, follow=True)

    assert first.redirect_chain == [(f"{URL}?tag=owner%3D%3Cb%3E", 302)]
    assert "1 connection with the tag “<bdi>owner=&lt;b&gt;</bdi>”." in page_of(first)
    assert set(json.loads(text_of(asked(client, url=first.redirect_chain[0][0])))) == {"d"}


@pytest.mark.usefixtures("stored")
def test_is_offered_in_the_list_to_those_who_may(as_role: As) -> None:
    offer = '<option value="export">Export…</option>'
    pages = {role: page_of(as_role(role).get("/dev/connections/")) for role in ("admin", "editor")}
    sent = {"action": "export", "id": "a"}

    by_hand = as_role("viewer").post(BULK_URL, sent, follow=True)
    nothing = as_role("admin").post(BULK_URL, {"action": "export"})

    assert offer in pages["admin"]
    assert offer not in pages["editor"]
    assert 'value="csv"' in page_of(by_hand)
    assert 'value="json"' not in page_of(by_hand)
    assert as_role("nobody").post(BULK_URL, sent).status_code == 404
    assert nothing.status_code == 422
    assert not lines()
