"""Beside the fields of a form stands ... (each test finishes the sentence)."""

import re
from typing import Any

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, VARIABLES, errors, put
from tests.support.wire import counting

HTMX = {"HX-Request": "true"}
CREATE = f"{CONNECTIONS}/create/"
FORMS = {
    "connections": {"conn_id": "x", "conn_type": "postgres", "host": "h"},
    "variables": {"key": "x", "value": "1"},
    "config": {"key": "x", "value": "1"},
}


def beside(response: Any, name: str) -> str:
    """What is below a field, on a page or in what htmx puts there."""
    found = re.search(
        rf'id="id_{re.escape(name)}_beside"[^>]*>(.*?)</div>', response.content.decode(), re.DOTALL
    )
    assert found, name
    return re.sub(r"\s*<[^>]+>\s*", " ", found[1]).strip().replace("&#x27;", "'")


@pytest.mark.parametrize("kind", FORMS)
def test_the_limit_that_an_id_is_over_and_nothing_is_cut(
    editor: Client, secrets_manager: Emulator, kind: str
) -> None:
    name = "conn_id" if kind == "connections" else "key"
    sent = FORMS[kind] | {name: "x" * 481}

    with counting(secrets_manager) as calls:
        response = editor.post(f"/default/{kind}/create/", sent)

    assert response.status_code == 422
    assert beside(response, name) == "An id has at most 250 characters; this one has 481."
    assert response.context["form"][name].value() == "x" * 481
    assert not calls


def test_no_input_that_would_cut_what_is_pasted(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/connections/x", "postgres://h")
    version = put(secrets_manager, "airflow/variables/x", "1")
    pages = [
        editor.get(CREATE),
        editor.get(CREATE, {"conn_type": "snowflake"}),
        editor.get(f"{VARIABLES}/create/"),
        editor.post(f"{CONNECTIONS}/edit/x/"),
        editor.get(f"{CONNECTIONS}/delete/x/"),
        editor.get(f"{CONNECTIONS}/label/x/"),
        editor.get(f"{VARIABLES}/roll-back/x/", {"to": version}),
        editor.get("/audit/"),
    ]

    for page in pages:
        assert page.status_code == 200
        assert "maxlength" not in page.content.decode(), page.request["PATH_INFO"]


@pytest.mark.parametrize(
    ("name", "typed", "told"),
    [
        ("conn_id", " x", "It begins with 1 space. White space around it is left out."),
        (
            "host",
            "h\u200b",
            "It hides a zero-width space (U+200B) at character 2. This is kept as it is.",
        ),
        ("login", "me ", "It ends with 1 space. This is kept as it is."),
        (
            "password",
            "\ufeffp",
            "It hides a byte-order mark at character 1. This is kept as it is.",
        ),
        ("extra.application_name", "\ta", "It begins with 1 tab. This is kept as it is."),
        (
            "description",
            "a\u202eb",
            "It hides a right-to-left override (U+202E) at character 2. This is kept as it is.",
        ),
    ],
)
def test_what_hides_in_it_while_somebody_types(
    editor: Client, name: str, typed: str, told: str
) -> None:
    sent = FORMS["connections"] | {name: typed}

    looked = editor.post(CREATE, sent | {"preview": "1"}, headers=HTMX)
    refused = editor.post(CREATE, sent | {"port": "wrong"})

    assert beside(looked, name) == told
    assert beside(refused, name) == told
    assert looked.content.decode().count(told) == 1


def test_what_hides_in_a_value(editor: Client, secrets_manager: Emulator) -> None:
    typed = editor.post(
        f"{VARIABLES}/create/", {"key": "x", "value": "\ufeff{\r\n", "preview": "1"}, headers=HTMX
    )
    put(secrets_manager, "airflow/variables/x", "\ufeff{\n")
    opened = editor.post(f"{VARIABLES}/open/x/")

    assert "This looks like JSON, but it isn't: it breaks off at line 1, column 1." in beside(
        typed, "value"
    )
    assert "ends with 1 line break and hides a byte-order mark at character 1" in beside(
        typed, "value"
    )
    notes = [note.text for note in opened.context["page"].opened.notes]
    assert notes[1] == (
        "It ends with 1 line break and hides a byte-order mark at character 1, which is part "
        "of the value."
    )


def test_an_error_while_somebody_types_and_above_the_button_that_saves(editor: Client) -> None:
    sent = FORMS["connections"] | {"port": "many", "preview": "1", "conn_id": ""}

    response = editor.post(CREATE, sent, headers=HTMX)

    assert beside(response, "port") == "A port is a whole number from 0 to 65535, such as 5432."
    assert beside(response, "conn_id") == ""
    above = response.content.decode().partition('id="before-save"')[2]
    assert '<a href="#id_port">Port</a>' in above
    assert "Still missing: Connection id." in above
    assert "1 to mend" in above


def test_no_field_itself_in_the_answer_that_comes_while_somebody_types(editor: Client) -> None:
    response = editor.post(CREATE, FORMS["connections"] | {"preview": "1"}, headers=HTMX)

    assert not re.search("<(input|textarea|select)", response.content.decode())


def test_what_will_change_above_the_button_that_saves(
    editor: Client, secrets_manager: Emulator
) -> None:
    version = put(secrets_manager, "airflow/connections/x", "postgres://h")
    sent = {"version": version, "initial-host": "h", "host": "other", "preview": "1"}

    response = editor.post(f"{CONNECTIONS}/update/x/", sent, headers=HTMX)

    page = response.content.decode()
    assert "What will change" in page.partition('id="before-save"')[2]
    assert page.count("What will change") == 1
    assert not errors(response)


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        (CREATE, {"conn_id": "x", "conn_type": "snowflake", "new_type": "postgres"}),
        (f"{VARIABLES}/create/", {"key": "x", "value": '{"a": '}),
    ],
)
def test_nothing_of_a_field_that_the_page_has_not(
    editor: Client, secrets_manager: Emulator, page: str, typed: dict[str, str]
) -> None:
    before = editor.get(page, {"conn_type": typed.get("conn_type", "")}).content.decode()

    looked = editor.post(page, typed | {"preview": "1"}, headers=HTMX).content.decode()

    places = re.findall(r'id="([^"]*)" hx-swap-oob', looked)
    assert "save-state" in places
    assert [place for place in places if f'id="{place}"' not in before] == []
