"""Certain mends ... (each test finishes the sentence)."""

import json
import re
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
