"""Labelling a version ... (each test finishes the sentence)."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from moto.core.request import Request

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Answer, Emulator
from tests.secretsadmin.views.conftest import NAME
from tests.secretsadmin.views.labels import URL, attach, labels
from tests.support.forms import as_sent
from tests.support.site import CONNECTIONS, POSTGRES, acts, errors, overwrite, put
from tests.support.wire import counting


def test_attaches_a_label_and_is_recorded(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions

    with counting(secrets_manager) as calls:
        response = editor.post(
            URL, {"label": "tested", "to": old, "version": "", "reason": "It ran"}
        )

    assert response["Location"] == URL
    assert dict(calls) == {"DescribeSecret": 2, "UpdateSecretVersionStage": 1}
    assert labels(secrets_manager) == {old: {"AWSPREVIOUS", "tested"}, new: {"AWSCURRENT"}}
    act = Event.objects.latest("id")
    assert (act.action, act.outcome, act.reason) == ("connections.label", "succeeded", "It ran")
    assert (act.fields, act.version, act.previous) == (["tested"], old, "")
    assert f"“tested” stands on {old[:8]} now." in editor.get(URL).content.decode()
    page = editor.get("/audit/").content.decode()
    assert "put the label “tested” on a version of the connection" in page


def test_moves_a_label_and_takes_it_off_with_one_call_each(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    attach(secrets_manager, "tested", old)

    with counting(secrets_manager) as calls:
        editor.post(URL, as_sent(editor.get(URL, {"label": "tested"})))
    assert calls["UpdateSecretVersionStage"] == 1
    assert labels(secrets_manager)[new] == {"AWSCURRENT", "tested"}

    with counting(secrets_manager) as calls:
        editor.post(URL, {"label": "tested", "version": new, "remove": "1"})
    assert dict(calls) == {"UpdateSecretVersionStage": 1}
    assert labels(secrets_manager) == {old: {"AWSPREVIOUS"}, new: {"AWSCURRENT"}}
    record = editor.get("/audit/").content.decode()
    assert "moved the label “tested” to another version of the connection" in record
    assert "took the label “tested” off a version of the connection" in record


def test_with_no_version_takes_a_label_off_too(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    attach(secrets_manager, "tested", versions[0])

    response = editor.post(URL, {"label": "tested", "version": versions[0], "to": ""})
    assert response.status_code == 302

    assert labels(secrets_manager)[versions[0]] == {"AWSPREVIOUS"}


@pytest.mark.parametrize("seen", ["nowhere", "on another version"])
def test_is_a_conflict_that_keeps_the_input_where_the_label_has_moved(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], seen: str
) -> None:
    old, new = versions
    third = overwrite(secrets_manager, NAME, "postgres://third")
    attach(secrets_manager, "tested", new)
    before = labels(secrets_manager)

    sent = {
        "label": "tested",
        "to": third,
        "version": "" if seen == "nowhere" else old,
        "reason": "kept",
    }
    response = editor.post(URL, sent)

    assert response.status_code == 409
    assert labels(secrets_manager) == before
    assert acts()[-1] == ("connections.label", "orders", "conflict")
    assert f"stands on {new[:8]} now" in response.content.decode()
    again = as_sent(response)
    assert (again["reason"], again["to"], again["version"]) == (["kept"], [third], [new])
    assert editor.post(URL, again).status_code == 302
    assert labels(secrets_manager)[third] == {"AWSCURRENT", "tested"}


def test_is_a_conflict_where_a_label_to_remove_is_gone(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    response = editor.post(URL, {"label": "tested", "version": versions[0], "remove": "1"})

    assert response.status_code == 409
    assert "stands on no version now" in response.content.decode()
    assert acts()[-1] == ("connections.label", "orders", "conflict")


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "\u202eevil\u200b",
        "{{7*7}}",
        "a&b?c=d#e",
    ],
)
def test_takes_off_a_hostile_name_from_outside_which_is_shown_harmless(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], name: str
) -> None:
    attach(secrets_manager, name, versions[0])

    page = editor.get(URL)
    text = page.content.decode()
    moving = editor.get(URL, {"label": name})
    response = editor.post(URL, {"label": name, "version": versions[0], "remove": "1"}, follow=True)

    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert page.context["page"].custom[0].name == name
    assert as_sent(moving)["label"] == [name]
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert labels(secrets_manager)[versions[0]] == {"AWSPREVIOUS"}
    for url in ("/audit/", f"{CONNECTIONS}/detail/orders/"):
        told = editor.get(url).content.decode()
        assert "<script>alert" not in told
        assert "\u202e" not in told


def test_is_no_change_in_somebody_elses_conflict(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    theirs = overwrite(secrets_manager, NAME, "postgres://theirs")
    editor.post(URL, {"label": "tested", "to": theirs, "version": ""})

    response = editor.post(
        f"{CONNECTIONS}/update/orders/", {"version": versions[1], "host": "mine"}
    )

    assert response.status_code == 409
    assert response.context["conflict"].by == ""
    assert "tested" not in response.context["conflict"].fields


def test_reads_and_tells_no_value(editor: Client, secrets_manager: Emulator) -> None:
    canary = f"canary-{uuid4().hex}"
    version = put(secrets_manager, "airflow/connections/secret", json.dumps({"password": canary}))

    with counting(secrets_manager) as calls:
        pages = [
            editor.get(f"{CONNECTIONS}/label/secret/"),
            editor.post(
                f"{CONNECTIONS}/label/secret/", {"label": "tested", "to": version, "version": ""}
            ),
        ]

    assert not any(canary in page.content.decode() for page in pages)
    assert calls["GetSecretValue"] == 0


def test_is_taken_back_where_another_hand_took_the_room_meanwhile(
    editor: Client, secrets_manager: Emulator
) -> None:
    version = put(secrets_manager, NAME, "postgres://h")
    for number in range(16):
        attach(secrets_manager, f"x{number}", version)
    waiting = ["theirs"]
    respond = secrets_manager.respond

    def respond_later(request: Request) -> Answer:
        """Theirs arrives after we have looked for room, and before ours."""
        if waiting and request.headers["X-Amz-Target"].endswith("UpdateSecretVersionStage"):
            attach(secrets_manager, waiting.pop(), version)
        return respond(request)

    secrets_manager.respond = respond_later

    response = editor.post(URL, {"label": "ours", "to": version, "version": ""})

    assert response.status_code == 422
    assert "Remove a label that nobody needs" in errors(response)["label"][0]
    assert response.context["form"].name == "ours"
    assert labels(secrets_manager)[version] == {
        "AWSCURRENT",
        "theirs",
        *(f"x{number}" for number in range(16)),
    }
    act = Event.objects.latest("id")
    assert (act.action, act.outcome, act.error, act.fields) == (
        "connections.label",
        "failed",
        "TooManyLabels",
        ["ours"],
    )
    saved = editor.post(f"{CONNECTIONS}/update/orders/", POSTGRES | {"version": version})
    assert saved.status_code == 302
