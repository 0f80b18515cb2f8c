"""Copying a connection discloses all of it at once, to whoever may reveal, and is recorded."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from connections.value.export import FORMATS
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.support.site import CONNECTIONS, POSTGRES, acts, create, last_act, put, stored
from tests.support.wire import connected, counting

URL = f"{CONNECTIONS}/copy/orders/"
NAME = "airflow/connections/orders"
COMMAND = "AIRFLOW_CONN_ORDERS="


def copied(response: Any) -> str:
    assert response.status_code == 200
    field = response.context["page"].copied
    return str(field.value)


@pytest.mark.parametrize("key", [copy.key for copy in FORMATS])
def test_takes_one_call_and_leaves_an_act_of_its_own(
    editor: Client, secrets_manager: Emulator, key: str
) -> None:
    create(editor)

    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"format": key})

    assert calls == {"GetSecretValue": 1}
    assert acts()[-2:] == [
        ("connections.copy", "orders", "started"),
        ("connections.copy", "orders", "succeeded"),
    ]
    assert [event.fields for event in Event.objects.order_by("id")][-2:] == [[key], [key]]
    assert response.headers["Cache-Control"] == "no-store"
    assert copied(response)


@pytest.mark.parametrize(("key", "title"), [(copy.key, copy.title) for copy in FORMATS])
def test_is_told_in_words(editor: Client, secrets_manager: Emulator, key: str, title: str) -> None:
    create(editor)
    editor.post(URL, {"format": key})

    for address in ("/audit/", f"{CONNECTIONS}/detail/orders/?looks=1", "/default/"):
        page = editor.get(address).content.decode().lower()
        assert "copied the connection" in page
        assert re.search(f"[\\s>] ?as (an? |the )?{title.lower()}[\\s<]", page)
        assert f">{key}<" not in page or key == title.lower()


def test_hands_out_what_is_stored(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    text = stored(secrets_manager, NAME)["SecretString"]

    assert copied(editor.post(URL, {"format": "stored-text"})) == text
    assert copied(editor.post(URL, {"format": "environment-line"})).startswith(COMMAND)
    fields = json.loads(copied(editor.post(URL, {"format": "json"})))
    assert fields["password"] == POSTGRES["password"]
    assert fields["extra"] == json.loads(POSTGRES["extra"])


def test_for_aws_carries_the_name_the_description_and_the_region(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    for key in ("aws-command", "terraform"):
        text = copied(editor.post(URL, {"format": key}))
        assert NAME in text
        assert "Orders of the shop" in text
    assert "--region=eu-central-1" in copied(editor.post(URL, {"format": "aws-command"}))


def test_answers_htmx_with_the_text_alone(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    response = editor.post(URL, {"format": "uri"}, headers={"HX-Request": "true"})

    page = response.content.decode()
    assert '<output class="value revealed"' in page
    assert "<html" not in page


def test_without_htmx_is_the_page_that_shows_it_once(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    page = editor.post(URL, {"format": "uri"}).content.decode()

    assert "Copied as URI" in page
    assert "It is shown this once" in page
    assert "postgres://svc:" in page
    assert "postgres://svc:" not in editor.get(f"{CONNECTIONS}/detail/orders/").content.decode()


@pytest.mark.parametrize("role", ["viewer", "auditor"])
def test_is_refused_with_a_record_of_it(
    signed_in: As, editor: Client, secrets_manager: Emulator, role: str
) -> None:
    create(editor)

    with counting(secrets_manager) as calls:
        response = signed_in(role).post(URL, {"format": "uri"})

    assert response.status_code == 403
    assert acts()[-1] == ("connections.copy", "orders", "denied")
    assert "svc" not in response.content.decode()
    assert not calls
    assert "Copy as" not in signed_in(role).get(f"{CONNECTIONS}/detail/orders/").content.decode()


def test_is_offered_to_whoever_may(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    page = editor.get(f"{CONNECTIONS}/detail/orders/").content.decode()

    assert page.count(f'action="{URL}"') == len(FORMATS)
    assert (
        "Each copy holds every secret of this connection. The audit log notes who took it." in page
    )


def test_is_not_offered_for_what_waits_for_its_deletion(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})

    assert "Copy as" not in editor.get(f"{CONNECTIONS}/detail/orders/").content.decode()
    response = editor.post(URL, {"format": "uri"})
    assert response.status_code == 422
    assert acts()[-1] == ("connections.copy", "orders", "failed")


def test_is_not_offered_for_a_variable(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/variables/limit", "1")

    assert "Copy as" not in editor.get("/default/variables/detail/limit/").content.decode()
    assert editor.post("/default/variables/copy/limit/", {"format": "uri"}).status_code == 404


@pytest.mark.parametrize("data", [{}, {"format": ""}, {"format": "yaml"}, {"format": "uri\x00"}])
def test_of_an_unknown_format_is_not_found(
    editor: Client, secrets_manager: Emulator, data: dict[str, str]
) -> None:
    create(editor)
    known = acts()

    with counting(secrets_manager) as calls:
        assert editor.post(URL, data).status_code == 404

    assert not calls
    assert acts() == known


@pytest.mark.parametrize(
    "hostile", ["../orders", "a//orders", "orders\x00", "or ders", "airflow/connections/orders"]
)
def test_of_a_hostile_id_is_not_found(
    editor: Client, secrets_manager: Emulator, hostile: str
) -> None:
    create(editor)
    with counting(secrets_manager) as calls:
        response = editor.post(f"{CONNECTIONS}/copy/{quote(hostile, safe='')}/", {"format": "uri"})

    assert response.status_code == 404
    assert not calls


def test_of_what_is_not_there_is_not_found(editor: Client, secrets_manager: Emulator) -> None:
    assert editor.post(URL, {"format": "uri"}).status_code == 404
    assert acts()[-1] == ("connections.copy", "orders", "failed")


def test_in_a_format_that_cant_carry_it_says_why(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, '{"conn_type": "my type", "password": "radioactive"}')

    page = editor.post(URL, {"format": "uri"})
    fragment = editor.post(URL, {"format": "uri"}, headers={"HX-Request": "true"})

    for response in (page, fragment):
        assert response.status_code == 422
        assert "A URI would change the connection type." in response.content.decode()
        assert "radioactive" not in response.content.decode()
        assert response.headers["Cache-Control"] == "no-store"
    assert fragment.headers["HX-Retarget"] == "#messages"


def test_of_uncertain_fields_hands_out_the_stored_text_alone(
    editor: Client, secrets_manager: Emulator
) -> None:
    text = "postgres://u:radio/active@h"
    put(secrets_manager, NAME, text)

    assert copied(editor.post(URL, {"format": "stored-text"})) == text
    for copy in FORMATS[:-1]:
        response = editor.post(URL, {"format": copy.key})
        assert response.status_code == 422
        assert "active" not in response.content.decode()
        assert "no other spelling" in response.content.decode()


def test_of_what_is_no_text_says_so(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, b"\x00\x01")

    response = editor.post(URL, {"format": "stored-text"})

    assert response.status_code == 422
    assert "no text that Airflow could read" in response.content.decode()


def test_reads_the_words_of_this_environment(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, '{"conn_type": "postgres", "user_name": "svc", "remote_host": "h"}')

    assert copied(editor.post(URL, {"format": "uri"})) == "postgres://svc@h"


def test_takes_what_stands_in_aws_at_that_moment(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    with connected(secrets_manager.endpoint) as client:
        client.put_secret_value(SecretId=NAME, SecretString="postgres://other")

    assert copied(editor.post(URL, {"format": "uri"})) == "postgres://other"


def test_that_is_refused_is_recorded_as_failed(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, '{"conn_type": "my type", "password": "radioactive"}')

    assert editor.post(f"{CONNECTIONS}/copy/orders/", {"format": "uri"}).status_code == 422

    assert last_act() == [
        ("connections.copy", "started", ["uri"], ""),
        ("connections.copy", "failed", [], "NotRepresentable"),
    ]
