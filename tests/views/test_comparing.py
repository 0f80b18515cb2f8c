"""Comparing versions over HTTP takes two recorded disclosures, and shows nothing that is masked."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import escape

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.site import CONNECTIONS, POSTGRES, VARIABLES, acts, create, current, overwrite, put
from tests.wire import connected, counting

NAME = "airflow/connections/orders"
URL = f"{CONNECTIONS}/compare/orders/"
HTMX = {"HX-Request": "true"}
GONE = "0" * 32


@pytest.fixture
def versions(editor: Client, secrets_manager: Emulator) -> dict[str, str]:
    """The connection as it was made here, and as somebody else's script has changed it since."""
    create(editor)
    one = current(secrets_manager, NAME)
    changed = {"conn_type": "postgres", "host": "other.example.com", "login": "svc", "password": "radioactive"}
    return {"one": one, "other": overwrite(secrets_manager, NAME, json.dumps(changed))}


def told(response: Any) -> dict[str, str]:
    assert response.status_code == 200
    compared = response.context["compared"]
    return {row.name: row.state for row in (*compared.differing, *compared.same)}


def variable(emulator: Emulator, before: str | bytes, after: str) -> dict[str, str]:
    one = put(emulator, "airflow/variables/policy", before)
    return {"one": one, "other": overwrite(emulator, "airflow/variables/policy", after)}


def test_takes_two_calls_each_with_a_record(
    editor: Client, secrets_manager: Emulator, versions: dict[str, str]
) -> None:
    known = Event.objects.count()

    with counting(secrets_manager) as calls:
        response = editor.post(URL, versions, headers=HTMX)

    assert calls == {"GetSecretValue": 2}
    recorded = Event.objects.order_by("id")[known:]
    assert [(event.action, event.outcome, event.version) for event in recorded] == [
        ("connections.compare", outcome, version)
        for version in versions.values()
        for outcome in ("started", "succeeded")
    ]
    assert response.headers["Cache-Control"] == "no-store"


def test_tells_of_each_field_what_became_of_it(editor: Client, versions: dict[str, str]) -> None:
    assert told(editor.post(URL, versions)) == {
        "conn_type": "same",
        "host": "changed",
        "schema": "removed",
        "login": "same",
        "password": "changed",
        "port": "removed",
        "extra.sslmode": "removed",
        "extra.nested": "removed",
    }


def test_shows_plain_values_and_the_length_of_masked_ones(editor: Client, versions: dict[str, str]) -> None:
    page = editor.post(URL, versions, headers=HTMX).content.decode()

    assert "other.example.com" in page
    assert "11 characters" in page
    assert "radioactive" not in page
    assert "p@ss" not in page
    assert "[1, true]" not in page
    assert "<html" not in page


def test_begins_with_a_page_without_values_and_one_call(
    editor: Client, secrets_manager: Emulator, versions: dict[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/refresh/")
    known = acts()
    with counting(secrets_manager) as calls:
        response = editor.get(URL)

    page = response.content.decode()
    assert calls == {"ListSecretVersionIds": 1}
    assert acts() == known
    assert "example.com" not in page.lower()
    assert (response.context["one"], response.context["other"]) == tuple(versions.values())
    assert "Made outside the dashboard" in page
    assert "editor created it with" in page
    assert 'hx-trigger="load, submit"' in page


def test_is_a_whole_page_without_htmx(editor: Client, versions: dict[str, str]) -> None:
    page = editor.post(URL, versions).content.decode()

    assert "<html" in page
    assert "6 differences" in page
    assert "2 fields are the same" in page
    assert f'<option value="{versions["one"]}" selected>' in page


def test_chooses_other_versions_by_their_ids(
    editor: Client, secrets_manager: Emulator, versions: dict[str, str]
) -> None:
    newest = overwrite(secrets_manager, NAME, "postgres://newest")

    response = editor.get(URL, {"one": versions["one"]})
    turned = editor.get(URL, {"one": newest, "other": versions["one"]})

    assert (response.context["one"], response.context["other"]) == (versions["one"], newest)
    assert (turned.context["one"], turned.context["other"]) == (newest, versions["one"])
    assert "the same version twice" in editor.get(URL, {"one": newest}).content.decode()


def test_of_a_uri_and_json_finds_the_same_fields(editor: Client, secrets_manager: Emulator) -> None:
    create(editor, form="json")
    one = current(secrets_manager, NAME)
    form = {name: text for name, text in POSTGRES.items() if name != "conn_id"} | {"form": "uri", "version": one}
    assert editor.post(f"{CONNECTIONS}/update/orders/", form).status_code == 302

    response = editor.post(URL, {"one": one, "other": current(secrets_manager, NAME)})

    assert set(told(response).values()) == {"same"}
    page = response.content.decode()
    assert "No difference" in page
    assert "The texts are stored differently" in page


def test_of_what_nobody_can_read_is_of_its_length(editor: Client, secrets_manager: Emulator) -> None:
    one = put(secrets_manager, NAME, "postgres://u:radio/active@h")
    both = {"one": one, "other": overwrite(secrets_manager, NAME, "postgres://u:radio@h")}

    response = editor.post(URL, both)

    assert told(response) == {"secret.text": "changed"}
    assert "radio" not in response.content.decode()


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        ('{"retries": 3, "mail": {"to": "a"}}', '{"retries": 4}', {"retries": "changed", "mail.to": "removed"}),
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
    editor: Client, secrets_manager: Emulator, versions: dict[str, str]
) -> None:
    """A page with thousands of rows has megabytes, and nobody reads them."""
    many = {"conn_type": "http", "extra": dict.fromkeys(map(str, range(400)), 1)}
    versions["other"] = overwrite(secrets_manager, NAME, json.dumps(many))

    response = editor.post(URL, versions)

    assert told(response) == {"secret.text": "changed"}


def test_of_white_space_alone_says_so(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(secrets_manager, '{"a": 1, "b": 2}', '{"b":2,"a":1}')

    page = editor.post(f"{VARIABLES}/compare/policy/", both, headers=HTMX).content.decode()

    assert "The texts differ in white space or order alone." in page


def test_of_the_same_text_says_so(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(secrets_manager, "text", "text")

    assert "hold the same text" in editor.post(f"{VARIABLES}/compare/policy/", both).content.decode()


def test_of_a_version_that_aws_no_longer_has_says_so(editor: Client, versions: dict[str, str]) -> None:
    for headers in ({}, HTMX):
        response = editor.post(URL, versions | {"one": GONE}, headers=headers)

        assert response.status_code == 200
        assert f"AWS no longer has the version {GONE[:8]}." in response.content.decode()
    assert ("connections.compare", "orders", "failed") in acts()[-4:]


def test_of_what_is_no_text_says_so(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(secrets_manager, b"\x00\xff", "text")

    page = editor.post(f"{VARIABLES}/compare/policy/", both, headers=HTMX).content.decode()

    assert f"The version {both['one'][:8]} holds no text" in page


def test_of_versions_that_never_were_is_not_found(editor: Client, versions: dict[str, str]) -> None:
    assert editor.get(URL, {"one": GONE}).status_code == 404
    assert editor.post(URL, {"one": GONE, "other": GONE}).status_code == 404
    assert editor.get(f"{CONNECTIONS}/compare/unknown/").status_code == 404
    assert editor.post(f"{CONNECTIONS}/compare/unknown/", versions).status_code == 404


@pytest.mark.parametrize(
    "hostile", ["../x", "a" * 31, "a" * 65, f"{GONE}\n", "AWSCURRENT", "'; DROP TABLE x; --", "💥"]
)
def test_of_a_hostile_version_is_not_found_without_a_call(
    editor: Client, secrets_manager: Emulator, versions: dict[str, str], hostile: str
) -> None:
    known = acts()
    with counting(secrets_manager) as calls:
        for both in ({**versions, "one": hostile}, {**versions, "other": hostile}):
            assert editor.get(URL, both).status_code == 404
            assert editor.post(URL, both).status_code == 404
        for incomplete in ({}, {"one": versions["one"]}, {"other": versions["one"]}):
            assert editor.post(URL, incomplete).status_code == 404

    assert not calls
    assert acts() == known


def test_of_a_hostile_id_is_not_found_without_a_call(editor: Client, secrets_manager: Emulator) -> None:
    with counting(secrets_manager) as calls:
        assert editor.get(f"{CONNECTIONS}/compare/{quote('../orders', safe='')}/").status_code == 404

    assert not calls


def test_is_for_viewers_and_not_for_auditors(
    signed_in: As, secrets_manager: Emulator, versions: dict[str, str]
) -> None:
    assert signed_in("viewer").get(URL).status_code == 200
    assert signed_in("viewer").post(URL, versions).status_code == 200
    with counting(secrets_manager) as calls:
        for answer in (signed_in("auditor").get(URL), signed_in("auditor").post(URL, versions)):
            assert answer.status_code == 403
            assert acts()[-1] == ("connections.compare", "orders", "denied")
    assert not calls


def test_needs_two_versions(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/connections/empty")

    assert "knows only one version" in editor.get(URL).content.decode()
    assert "knows no version" in editor.get(f"{CONNECTIONS}/compare/empty/").content.decode()


def test_waits_for_a_restore_of_what_is_scheduled_for_deletion(editor: Client, versions: dict[str, str]) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})

    page = editor.get(URL).content.decode()

    assert "Restore it first." in page
    assert 'hx-trigger="load' not in page
    assert editor.post(URL, versions).status_code == 422
    assert "Compare" not in editor.get(f"{CONNECTIONS}/history/orders/").content.decode()


def test_is_offered_beside_each_version_but_the_current_one(
    signed_in: As, editor: Client, versions: dict[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/refresh/")
    history = editor.get(f"{CONNECTIONS}/history/orders/").content.decode()
    roll_back = editor.get(f"{CONNECTIONS}/roll-back/orders/", {"to": versions["one"]}).content.decode()

    link = f'href="{URL}?one={versions["one"]}"'
    assert history.count(URL) == 1
    assert link in history
    assert f'action="{URL}"' in roll_back
    assert f'name="other" value="{versions["one"]}"' in roll_back
    assert link not in signed_in("auditor").get(f"{CONNECTIONS}/history/orders/").content.decode()


def test_reads_as_a_sentence_in_the_record(editor: Client, versions: dict[str, str]) -> None:
    editor.post(URL, versions)

    page = editor.get("/audit/", {"action": "compare"}).content.decode()

    assert page.count("compared a version of the connection") == 2
    assert all(version in page for version in versions.values())


def test_shows_a_masked_part_of_one_side_to_whoever_may_reveal(editor: Client, versions: dict[str, str]) -> None:
    page = editor.post(URL, versions, headers=HTMX).content.decode()
    asked = {"part": "password", "version": versions["one"]}

    shown = editor.post(f"{CONNECTIONS}/reveal/orders/", asked, headers=HTMX)

    for side in versions.values():
        assert f'name="part" value="password"><input type="hidden" name="version" value="{side}"' in page
    assert escape(POSTGRES["password"]) in shown.content.decode()
    assert "radioactive" not in shown.content.decode()
    assert 'name="part" value="password"' in shown.content.decode()
    event = Event.objects.latest("id")
    assert (event.action, event.fields, event.version) == ("connections.reveal", ["password"], versions["one"])


def test_shows_one_key_of_a_variable(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(secrets_manager, '{"a": {"b": "quiet"}, "c": "silent"}', '{"a": {"b": "loud"}, "c": "new"}')
    page = editor.post(f"{VARIABLES}/compare/policy/", both, headers=HTMX).content.decode()

    shown = editor.post(f"{VARIABLES}/reveal/policy/", {"part": "a.b", "version": both["one"]}).content.decode()

    assert 'name="part" value="a.b"' in page
    assert "quiet" in shown
    assert not [other for other in ("silent", "loud") if other in shown]


def test_shows_all_of_a_text_beside_one_that_can_not_be_taken_apart(
    editor: Client, secrets_manager: Emulator, versions: dict[str, str]
) -> None:
    both = {"one": versions["one"], "other": overwrite(secrets_manager, NAME, "postgres://u:p/w@h/db")}
    page = editor.post(URL, both, headers=HTMX).content.decode()
    asked = {"part": "secret.text", "version": both["one"]}

    shown = editor.post(f"{CONNECTIONS}/reveal/orders/", asked, headers=HTMX).content.decode()

    assert f'name="part" value="secret.text"><input type="hidden" name="version" value="{both["one"]}"' in page
    assert "postgres://svc:" in shown


@pytest.mark.parametrize("part", ["nothing", "extra.", "host.", "line:0", "\0"])
def test_shows_no_part_that_is_not_there(editor: Client, versions: dict[str, str], part: str) -> None:
    response = editor.post(f"{CONNECTIONS}/reveal/orders/", {"part": part, "version": versions["one"]})

    assert response.status_code == 404


def test_offers_no_line_of_a_text_and_nothing_to_a_viewer(
    signed_in: As, editor: Client, secrets_manager: Emulator, versions: dict[str, str]
) -> None:
    lines = variable(secrets_manager, "one\ntwo", "one\nthree")

    assert 'name="part"' not in editor.post(f"{VARIABLES}/compare/policy/", lines, headers=HTMX).content.decode()
    assert 'name="part"' not in signed_in("viewer").post(URL, versions, headers=HTMX).content.decode()
