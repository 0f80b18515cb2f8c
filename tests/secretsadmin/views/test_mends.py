"""Certain mends ... (each test finishes the sentence)."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.transfer import pace, running
from tests.conftest import use
from tests.support.people import somebody
from tests.support.site import put
from tests.support.sweeps import end_of_sweeps
from tests.support.wire import connected

URL = "/default/health/mends/"
CANARY = f"canary{uuid4().hex}"
KEY = "connections:cloud"
BROKEN = f"google_cloud_platform://login:{CANARY}@host"
STORED = (("cloud", BROKEN, "google_cloud_platform"), ("fine", "postgres://db", "postgres"))


@pytest.fixture
def editor(settings: Settings, empty_emulator: Emulator, shared_database: dict[str, str]) -> Client:
    """An editor, before a connection whose scheme has an underscore, and one that is fine."""
    settings.BATCH_CALLS_PER_SECOND = 10_000
    pace.forget()
    use(settings, empty_emulator.endpoint)
    with connected(empty_emulator.endpoint) as client:
        for key, text, tag in STORED:
            client.create_secret(
                Name=f"airflow/connections/{key}",
                SecretString=text,
                Tags=[{"Key": "airflow:conn-type", "Value": tag}],
            )
    browser = Client()
    browser.force_login(somebody("editor", "editors"))
    browser.post("/default/connections/refresh/")
    browser.get("/default/health/")
    end_of_sweeps()
    return browser


def scan(client: Client) -> None:
    client.post("/default/health/scan/", {"kind": "connections"})
    running.wait(60)


def versions_in(page: str) -> str:
    found = re.search(r'name="versions" value="([^"]*)"', page)
    assert found
    return found[1].replace("&quot;", '"')


def text_of(emulator: Emulator) -> str:
    with connected(emulator.endpoint) as client:
        return client.get_secret_value(SecretId="airflow/connections/cloud")["SecretString"]


def test_are_offered_after_a_scan_that_found_something(editor: Client) -> None:
    assert URL not in editor.get("/default/health/").content.decode()

    scan(editor)

    assert URL in editor.get("/default/health/").content.decode()


def test_are_shown_before_anything_is_stored(editor: Client, empty_emulator: Emulator) -> None:
    scan(editor)

    page = editor.post(URL).content.decode()

    assert "1 will change" in page
    assert "/default/connections/detail/cloud/" in page
    assert "/default/connections/detail/fine/" not in page
    assert CANARY not in page
    assert text_of(empty_emulator) == BROKEN


def row_of(page: str, key: str) -> str:
    """What the plan says of the connection, without tags."""
    found = re.search(rf'detail/{key}/".*?</tr>', page, re.DOTALL)
    assert found
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split())


def test_say_what_reads_differently_and_how_it_is_stored(
    editor: Client, empty_emulator: Emulator
) -> None:
    put(empty_emulator, "airflow/connections/spaced", f" postgres://u:{CANARY}@db ")
    editor.post("/default/connections/refresh/")
    end_of_sweeps()
    scan(editor)

    page = editor.post(URL).content.decode()

    assert CANARY not in page
    cloud, spaced = row_of(page, "cloud"), row_of(page, "spaced")
    assert "cloud change conn_type host login password schema There" in cloud
    assert "It is stored as URI, as before. All releases of Airflow will read it alike." in cloud
    assert "The type’s tag" not in cloud
    assert "All releases of Airflow will read it alike." in spaced
    assert "The type’s tag is missing, and will be postgres." in spaced


@pytest.mark.parametrize(("tag", "said"), [("mysql", "is mysql"), ("", "is missing")])
def test_of_a_tag_alone_say_so_in_the_plan_and_in_the_record(
    editor: Client, empty_emulator: Emulator, tag: str, said: str
) -> None:
    text = f"postgres://u:{CANARY}@db"
    tags: Any = [{"Key": "airflow:conn-type", "Value": tag}] if tag else []
    with connected(empty_emulator.endpoint) as client:
        client.create_secret(Name="airflow/connections/tagged", SecretString=text, Tags=tags)
    editor.post("/default/connections/refresh/")
    end_of_sweeps()
    scan(editor)
    page = editor.post(URL).content.decode()
    key = "connections:tagged"
    sent = {"run": "1", "chosen": key, "shown": json.dumps([key]), "versions": versions_in(page)}

    editor.post(URL, sent)
    running.wait(60)

    row = row_of(page, "tagged")
    assert f"Its value stays as it is. The type’s tag {said}, and will be postgres." in row
    assert "read it alike" not in row
    end = Event.objects.get(action="connections.update", outcome="succeeded")
    assert (end.secret, end.fields) == ("tagged", ["type tag"])
    with connected(empty_emulator.endpoint) as client:
        secret = client.describe_secret(SecretId="airflow/connections/tagged")
    assert secret["Tags"] == [{"Key": "airflow:conn-type", "Value": "postgres"}]
    assert len(secret["VersionIdsToStages"]) == 1


def test_leave_out_a_name_that_no_id_makes(editor: Client, empty_emulator: Emulator) -> None:
    put(empty_emulator, "airflow/connections/a//b", "postgres://db")
    editor.post("/default/connections/refresh/")
    end_of_sweeps()
    scan(editor)

    response = editor.post(URL)

    assert response.status_code == 200
    assert "1 will change" in response.content.decode()


def test_are_ordinary_changes(editor: Client, empty_emulator: Emulator) -> None:
    scan(editor)
    sent = {"run": "1", "chosen": KEY, "shown": json.dumps([KEY])}
    sent["versions"] = versions_in(editor.post(URL).content.decode())

    response = editor.post(URL, sent)
    running.wait(60)

    assert response.status_code == 302
    assert text_of(empty_emulator) == BROKEN.replace("_", "-")
    end = Event.objects.get(action="connections.update", outcome="succeeded")
    assert (end.secret, end.user) == ("cloud", "editor")
    assert CANARY not in str(list(Event.objects.values()))


def test_happen_on_top_of_what_was_seen_alone(editor: Client, empty_emulator: Emulator) -> None:
    scan(editor)
    sent = {"run": "1", "chosen": KEY, "shown": json.dumps([KEY])}
    sent["versions"] = versions_in(editor.post(URL).content.decode())
    with connected(empty_emulator.endpoint) as client:
        client.put_secret_value(SecretId="airflow/connections/cloud", SecretString=f"{BROKEN}x")

    editor.post(URL, sent)
    running.wait(60)

    assert text_of(empty_emulator) == f"{BROKEN}x"
    assert Event.objects.filter(action="connections.update", outcome="conflict").exists()
