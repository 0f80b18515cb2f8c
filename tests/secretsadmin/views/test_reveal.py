"""Revealing a part of a secret ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.secretsadmin.conftest import Configure
from tests.secretsadmin.views.conftest import NAME
from tests.support.site import CONNECTIONS, VARIABLES, create, last_act, overwrite, put
from tests.support.wire import counting

REVEAL = f"{CONNECTIONS}/reveal/orders/"
HTMX = {"HX-Request": "true"}
UNCLEAR = "postgres://u:radio/active@h"


def recorded(action: str, name: str) -> list[tuple[str, str, list[str], str]]:
    return [(action, "started", [name], ""), (action, "succeeded", [name], "")]


def test_shows_that_part_alone(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    password = editor.post(f"{CONNECTIONS}/reveal/orders/", {"field": "password"})
    extra = editor.post(
        f"{CONNECTIONS}/reveal/orders/", {"field": "extra.nested"}, headers={"HX-Request": "true"}
    )

    assert "p@ss/w:rd?#%+ü" in password.content.decode()
    assert "[1, true]" not in password.content.decode()
    assert "[1, true]" in extra.content.decode()
    assert "p@ss" not in extra.content.decode()
    assert Event.objects.latest("id").fields == ["extra.nested"]
    assert password["Cache-Control"] == "no-store"


def test_is_not_found_for_a_field_that_is_not_there(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    assert editor.post(f"{CONNECTIONS}/reveal/orders/", {"field": "extra.none"}).status_code == 404


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with htmx", "without"])
@pytest.mark.parametrize("asked", ["field", "part"])
def test_that_is_not_there_is_recorded_as_failed(
    editor: Client, secrets_manager: Emulator, asked: str, headers: dict[str, str]
) -> None:
    create(editor)

    response = editor.post(REVEAL, {asked: "extra.none"}, headers=headers)

    assert response.status_code == 404
    assert last_act() == [
        ("connections.reveal", "started", ["extra.none"], ""),
        ("connections.reveal", "failed", [], "NoSuchPart"),
    ]
    page = editor.get("/audit/").content.decode()
    assert ": <code>extra.none</code>" in page


def test_that_is_plain_is_recorded_as_failed(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    assert editor.post(REVEAL, {"field": "host"}).status_code == 404
    assert last_act()[1][1:3] == ("failed", [])


@pytest.mark.parametrize("asked", ["field", "part"])
def test_records_two_long_names_as_two(
    editor: Client, secrets_manager: Emulator, asked: str
) -> None:
    extra = {"k" * 5_000 + end: f"value {end}" for end in ("one", "two")}
    put(secrets_manager, NAME, json.dumps({"conn_type": "x", "extra": json.dumps(extra)}))

    for key, value in extra.items():
        response = editor.post(REVEAL, {asked: f"extra.{key}"}, headers=HTMX)
        assert value in response.content.decode()

    ends = Event.objects.filter(outcome="succeeded").order_by("id")
    names = [event.fields[0] for event in ends]
    assert len(set(names)) == 2
    assert all(name.startswith("extra.kkkk") and len(name) == 300 for name in names)
    assert all("5009 characters" in name for name in names)


def test_records_two_long_ids_as_two(signed_in: As, secrets_manager: Emulator) -> None:
    nobody = signed_in("viewer")
    nobody.get("/audit/")
    for end in ("one", "two"):
        nobody.post(f"/other/connections/reveal/{'k' * 2000}{end}/")

    secrets = {event.secret for event in Event.objects.filter(outcome="denied")}
    assert len(secrets) == 2
    assert all(len(secret) == 512 for secret in secrets)


@pytest.mark.parametrize(
    ("text", "asked"),
    [("postgres://u:radioactive@h", "part"), (UNCLEAR, "part"), (UNCLEAR, "field")],
)
def test_that_is_all_of_a_connection_is_recorded_as_a_copy(
    editor: Client, secrets_manager: Emulator, text: str, asked: str
) -> None:
    put(secrets_manager, NAME, text)

    response = editor.post(REVEAL, {asked: "secret.text"}, headers=HTMX)

    assert escape(text) in response.content.decode()
    assert last_act() == [
        ("connections.copy", "started", ["secret.text"], ""),
        ("connections.copy", "succeeded", ["stored-text"], ""),
    ]


def test_that_is_all_of_a_connection_is_refused_as_a_copy(
    configure: Configure, as_role: Any
) -> None:
    emulator = configure()
    put(emulator, "prod/connections/x", UNCLEAR)
    editor = as_role("editor")

    with counting(emulator) as calls:
        for asked in ("part", "field"):
            response = editor.post("/prod/connections/reveal/x/", {asked: "secret.text"})
            assert response.status_code == 403
            assert last_act()[-1][:2] == ("connections.copy", "denied")
    assert not calls
    opened = editor.post("/prod/connections/open/x/").content.decode()
    assert "secret.text" not in opened


def test_can_show_all_of_a_connection_that_has_no_parts(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, NAME, UNCLEAR)

    opened = editor.post(f"{CONNECTIONS}/open/orders/").content.decode()

    assert 'name="field" value="secret.text"' in opened
    assert "active" not in opened


@pytest.mark.parametrize("asked", [{"part": "secret.text"}, {"field": "value"}, {}])
def test_that_is_all_of_a_variable_is_recorded_as_its_value(
    editor: Client, secrets_manager: Emulator, asked: dict[str, str]
) -> None:
    put(secrets_manager, "airflow/variables/policy", "x\n" * 400)

    response = editor.post(f"{VARIABLES}/reveal/policy/", asked, headers=HTMX)

    assert "x\nx\n" in response.content.decode()
    assert last_act()[1] == ("variables.reveal", "succeeded", ["value"], "")


def test_can_show_an_object_that_is_compared_with_a_larger_one(
    editor: Client, secrets_manager: Emulator
) -> None:
    """The larger one decides how deep both are compared, so parts of the smaller hold others."""
    large = {"a": {f"k{number}": 0 for number in range(600)}, "c.d": "new"}
    one = put(secrets_manager, "airflow/variables/policy", '{"a": {"b": "quiet"}, "c.d": "silent"}')
    other = overwrite(secrets_manager, "airflow/variables/policy", json.dumps(large))
    page = editor.post(f"{VARIABLES}/compare/policy/", {"one": one, "other": other}, headers=HTMX)
    names = [row.name for row in page.context["compared"].differing]

    shown = {
        name: editor.post(
            f"{VARIABLES}/reveal/policy/", {"part": name, "version": one}, headers=HTMX
        )
        for name in names
    }

    assert names == ["a", '"c.d"']
    assert escape('{"b": "quiet"}') in shown["a"].content.decode()
    assert "silent" in shown['"c.d"'].content.decode()
    assert last_act() == recorded("variables.reveal", '"c.d"')
