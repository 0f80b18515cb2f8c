"""A comparison ... (each test finishes the sentence)."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.secretsadmin.views.compared import HTMX, URL, variable
from tests.secretsadmin.views.conftest import NAME
from tests.support.site import (
    CONNECTIONS,
    POSTGRES,
    VARIABLES,
    acts,
    create,
    current,
    overwrite,
    put,
)
from tests.support.wire import connected, counting

GONE = "0" * 32


def told(response: Any) -> dict[str, str]:
    assert response.status_code == 200
    compared = response.context["compared"]
    return {row.name: row.state for row in (*compared.differing, *compared.same)}


def test_takes_two_calls_each_with_a_record(
    editor: Client, secrets_manager: Emulator, sides: dict[str, str]
) -> None:
    known = Event.objects.count()

    with counting(secrets_manager) as calls:
        response = editor.post(URL, sides, headers=HTMX)

    assert calls == {"GetSecretValue": 2}
    recorded = Event.objects.order_by("id")[known:]
    assert [(event.action, event.outcome, event.version) for event in recorded] == [
        ("connections.compare", outcome, version)
        for version in sides.values()
        for outcome in ("started", "succeeded")
    ]
    assert response.headers["Cache-Control"] == "no-store"


def test_tells_of_each_field_what_became_of_it(editor: Client, sides: dict[str, str]) -> None:
    assert told(editor.post(URL, sides)) == {
        "conn_type": "same",
        "host": "changed",
        "schema": "removed",
        "login": "same",
        "password": "changed",
        "port": "removed",
        "extra.sslmode": "removed",
        "extra.nested": "removed",
    }


def test_shows_plain_values_and_the_length_of_masked_ones(
    editor: Client, sides: dict[str, str]
) -> None:
    page = editor.post(URL, sides, headers=HTMX).content.decode()

    assert "other.example.com" in page
    assert "11 characters" in page
    assert "radioactive" not in page
    assert "p@ss" not in page
    assert "[1, true]" not in page
    assert "<html" not in page


def test_begins_with_a_page_without_values_and_one_call(
    editor: Client, secrets_manager: Emulator, sides: dict[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/refresh/")
    known = acts()
    with counting(secrets_manager) as calls:
        response = editor.get(URL)

    page = response.content.decode()
    assert calls == {"ListSecretVersionIds": 1}
    assert acts() == known
    assert "example.com" not in page.lower()
    assert (response.context["page"].pair.one, response.context["page"].pair.other) == tuple(
        sides.values()
    )
    assert "Made outside the dashboard" in page
    assert "editor created it with" in page
    assert 'hx-trigger="load, submit"' in page


def test_is_a_whole_page_without_htmx(editor: Client, sides: dict[str, str]) -> None:
    page = editor.post(URL, sides).content.decode()

    assert "<html" in page
    assert "6 differences" in page
    assert "2 fields are the same" in page
    assert f'<option value="{sides["one"]}" selected>' in page


def test_chooses_other_versions_by_their_ids(
    editor: Client, secrets_manager: Emulator, sides: dict[str, str]
) -> None:
    newest = overwrite(secrets_manager, NAME, "postgres://newest")

    response = editor.get(URL, {"one": sides["one"]})
    turned = editor.get(URL, {"one": newest, "other": sides["one"]})

    assert (response.context["page"].pair.one, response.context["page"].pair.other) == (
        sides["one"],
        newest,
    )
    assert (turned.context["page"].pair.one, turned.context["page"].pair.other) == (
        newest,
        sides["one"],
    )
    assert "the same version twice" in editor.get(URL, {"one": newest}).content.decode()


def test_of_a_uri_and_json_finds_the_same_fields(editor: Client, secrets_manager: Emulator) -> None:
    create(editor, format="json")
    one = current(secrets_manager, NAME)
    form = {name: text for name, text in POSTGRES.items() if name != "conn_id"} | {
        "format": "uri",
        "version": one,
    }
    assert editor.post(f"{CONNECTIONS}/update/orders/", form).status_code == 302

    response = editor.post(URL, {"one": one, "other": current(secrets_manager, NAME)})

    assert set(told(response).values()) == {"same"}
    page = response.content.decode()
    assert "No difference" in page
    assert "The texts are stored differently" in page


def test_of_what_nobody_can_read_is_of_its_length(
    editor: Client, secrets_manager: Emulator
) -> None:
    one = put(secrets_manager, NAME, "postgres://u:radio/active@h")
    both = {"one": one, "other": overwrite(secrets_manager, NAME, "postgres://u:radio@h")}

    response = editor.post(URL, both)

    assert told(response) == {"secret.text": "changed"}
    assert "radio" not in response.content.decode()


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        (
            '{"retries": 3, "mail": {"to": "a"}}',
            '{"retries": 4}',
            {"retries": "changed", "mail.to": "removed"},
        ),
        ("one\ntwo", "one\n2\n", {"line:0": "same", "line:1": "changed", "line:2": "added"}),
        ('{"retries": 3}', '{"retries": 3,}', {"line:0": "changed"}),
        ("x\n" * 400, "y", {"secret.text": "changed"}),
    ],
)
def test_of_a_variable_is_by_key_or_by_line(
    editor: Client, secrets_manager: Emulator, before: str, after: str, states: dict[str, str]
) -> None:
    both = variable(secrets_manager, before, after)

    response = editor.post(f"{VARIABLES}/compare/policy/", both)

    assert told(response) == states
    assert acts()[-1] == ("variables.compare", "policy", "succeeded")


def test_of_connections_with_too_many_fields_is_of_their_texts(
    editor: Client, secrets_manager: Emulator, sides: dict[str, str]
) -> None:
    """A page with thousands of rows has megabytes, and nobody reads them."""
    many = {"conn_type": "http", "extra": dict.fromkeys(map(str, range(400)), 1)}
    sides["other"] = overwrite(secrets_manager, NAME, json.dumps(many))

    response = editor.post(URL, sides)

    assert told(response) == {"secret.text": "changed"}


def test_of_white_space_alone_says_so(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(secrets_manager, '{"a": 1, "b": 2}', '{"b":2,"a":1}')

    page = editor.post(f"{VARIABLES}/compare/policy/", both, headers=HTMX).content.decode()

    assert "The texts differ in white space or order alone." in page


def test_of_the_same_text_says_so(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(secrets_manager, "text", "text")

    page = editor.post(f"{VARIABLES}/compare/policy/", both).content.decode()
    assert "hold the same text" in page


def test_of_a_version_that_aws_no_longer_has_says_so(editor: Client, sides: dict[str, str]) -> None:
    for headers in ({}, HTMX):
        response = editor.post(URL, sides | {"one": GONE}, headers=headers)

        assert response.status_code == 200
        assert f"AWS no longer has the version {GONE[:8]}." in response.content.decode()
    assert ("connections.compare", "orders", "failed") in acts()[-4:]


def test_of_what_is_no_text_says_so(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(secrets_manager, b"\x00\xff", "text")

    page = editor.post(f"{VARIABLES}/compare/policy/", both, headers=HTMX).content.decode()

    assert f"The version {both['one'][:8]} holds no text" in page


def test_of_versions_that_never_were_is_not_found(editor: Client, sides: dict[str, str]) -> None:
    assert editor.get(URL, {"one": GONE}).status_code == 404
    assert editor.post(URL, {"one": GONE, "other": GONE}).status_code == 404
    assert editor.get(f"{CONNECTIONS}/compare/unknown/").status_code == 404
    assert editor.post(f"{CONNECTIONS}/compare/unknown/", sides).status_code == 404


@pytest.mark.parametrize(
    "hostile", ["../x", "a" * 31, "a" * 65, f"{GONE}\n", "AWSCURRENT", "'; DROP TABLE x; --", "💥"]
)
def test_of_a_hostile_version_is_not_found_without_a_call(
    editor: Client, secrets_manager: Emulator, sides: dict[str, str], hostile: str
) -> None:
    known = acts()
    with counting(secrets_manager) as calls:
        for both in ({**sides, "one": hostile}, {**sides, "other": hostile}):
            assert editor.get(URL, both).status_code == 404
            assert editor.post(URL, both).status_code == 404
        for incomplete in ({}, {"one": sides["one"]}, {"other": sides["one"]}):
            assert editor.post(URL, incomplete).status_code == 404

    assert not calls
    assert acts() == known


def test_of_a_hostile_id_is_not_found_without_a_call(
    editor: Client, secrets_manager: Emulator
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.get(f"{CONNECTIONS}/compare/{quote('../orders', safe='')}/")
        assert response.status_code == 404

    assert not calls


def test_is_for_viewers_and_not_for_auditors(
    signed_in: As, secrets_manager: Emulator, sides: dict[str, str]
) -> None:
    assert signed_in("viewer").get(URL).status_code == 200
    assert signed_in("viewer").post(URL, sides).status_code == 200
    with counting(secrets_manager) as calls:
        for answer in (signed_in("auditor").get(URL), signed_in("auditor").post(URL, sides)):
            assert answer.status_code == 403
            assert acts()[-1] == ("connections.compare", "orders", "denied")
    assert not calls


def test_needs_two_versions(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/connections/empty")

    assert "knows only one version" in editor.get(URL).content.decode()
    assert "knows no version" in editor.get(f"{CONNECTIONS}/compare/empty/").content.decode()


def test_waits_for_a_restore_of_what_is_scheduled_for_deletion(
    editor: Client, sides: dict[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})

    page = editor.get(URL).content.decode()

    assert "Restore it first." in page
    assert 'hx-trigger="load' not in page
    assert editor.post(URL, sides).status_code == 422
    assert "Compare" not in editor.get(f"{CONNECTIONS}/history/orders/").content.decode()


def test_is_offered_beside_each_version_but_the_current_one(
    signed_in: As, editor: Client, sides: dict[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/refresh/")
    history = editor.get(f"{CONNECTIONS}/history/orders/").content.decode()
    roll_back = editor.get(
        f"{CONNECTIONS}/roll-back/orders/", {"to": sides["one"]}
    ).content.decode()

    link = f'href="{URL}?one={sides["one"]}"'
    assert history.count(URL) == 1
    assert link in history
    assert f'action="{URL}"' in roll_back
    assert f'name="other" value="{sides["one"]}"' in roll_back
    assert link not in signed_in("auditor").get(f"{CONNECTIONS}/history/orders/").content.decode()


def test_reads_as_a_sentence_in_the_record(editor: Client, sides: dict[str, str]) -> None:
    editor.post(URL, sides)

    page = editor.get("/audit/", {"action": "compare"}).content.decode()

    assert page.count("compared a version of the connection") == 2
    assert all(version in page for version in sides.values())
