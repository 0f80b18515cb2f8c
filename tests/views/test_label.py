"""Labels of versions: HTTP in, AWS calls and rows of the record out."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from moto.core.request import Request
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Answer, Emulator
from tests.conftest import As, use
from tests.faults import FaultProxy
from tests.forms import as_sent
from tests.secretsadmin.hostile import HOSTILE_IDS
from tests.site import CONNECTIONS, POSTGRES, acts, errors, field, overwrite, put
from tests.wire import connected, counting

NAME = "airflow/connections/orders"
URL = f"{CONNECTIONS}/label/orders/"


def attach(emulator: Emulator, label: str, version: str, instead_of: str = "") -> None:
    """Done outside the dashboard."""
    more: dict[str, Any] = {"RemoveFromVersionId": instead_of} if instead_of else {}
    with connected(emulator.endpoint) as client:
        client.update_secret_version_stage(SecretId=NAME, VersionStage=label, MoveToVersionId=version, **more)


def labels(emulator: Emulator) -> dict[str, set[str]]:
    with connected(emulator.endpoint) as client:
        found = client.describe_secret(SecretId=NAME)["VersionIdsToStages"]
    return {version: set(names) - {"SECRETSADMIN"} for version, names in found.items()}


def delete(emulator: Emulator) -> None:
    with connected(emulator.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)


def test_a_page_tells_where_each_label_stands_with_one_call(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    attach(secrets_manager, "tested", old)

    with counting(secrets_manager) as calls:
        response = editor.get(URL)

    assert dict(calls) == {"ListSecretVersionIds": 1}
    own = {each.name: each.version and each.version.id for each in response.context["own"]}
    assert own == {"AWSCURRENT": new, "AWSPREVIOUS": old, "AWSPENDING": None}
    (custom,) = response.context["custom"]
    assert (custom.name, custom.version.id, custom.version.by) == ("tested", old, "editor")
    # The save before has left its mark, which says nothing to people.
    assert response.context["room"] == 16
    assert ">SECRETSADMIN<" not in response.content.decode()


def test_a_page_preselects_what_its_link_names(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions

    sent = as_sent(editor.get(URL, {"version": old, "label": "tested"}))
    assert (sent["label"], sent["to"], sent["version"]) == (["tested"], [old], [""])

    attach(secrets_manager, "tested", old)
    sent = as_sent(editor.get(URL, {"label": "tested"}))
    assert (sent["label"], sent["to"], sent["version"]) == (["tested"], [new], [old])


@pytest.mark.parametrize("name", ["AWSCURRENT", "SECRETSADMIN"])
def test_a_page_offers_to_move_nothing_that_is_kept_for_aws(
    editor: Client, versions: tuple[str, str], name: str
) -> None:
    response = editor.get(URL, {"label": name})

    assert response.context["moved"] is None
    assert as_sent(response)["version"] == [""]


def test_the_history_leads_here_from_each_version(editor: Client, versions: tuple[str, str]) -> None:
    page = editor.get(f"{CONNECTIONS}/history/orders/").content.decode()

    assert f'href="{URL}"' in page
    assert all(f'href="{URL}?version={version}"' in page for version in versions)


def test_a_label_is_attached_and_recorded(editor: Client, secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    old, new = versions

    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"label": "tested", "to": old, "version": "", "reason": "It ran"})

    assert response["Location"] == URL
    assert dict(calls) == {"DescribeSecret": 2, "UpdateSecretVersionStage": 1}
    assert labels(secrets_manager) == {old: {"AWSPREVIOUS", "tested"}, new: {"AWSCURRENT"}}
    act = Event.objects.latest("id")
    assert (act.action, act.outcome, act.reason) == ("connections.label", "succeeded", "It ran")
    assert (act.fields, act.version, act.previous) == (["tested"], old, "")
    assert f"“tested” stands on {old[:8]} now." in editor.get(URL).content.decode()
    assert "put the label “tested” on a version of the connection" in editor.get("/audit/").content.decode()


def test_a_label_is_moved_and_taken_off_with_one_call_each(
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


def test_an_empty_version_takes_a_label_off_too(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    attach(secrets_manager, "tested", versions[0])

    assert editor.post(URL, {"label": "tested", "version": versions[0], "to": ""}).status_code == 302

    assert labels(secrets_manager)[versions[0]] == {"AWSPREVIOUS"}


def test_the_page_says_which_label_holds_a_version(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, _ = versions
    attach(secrets_manager, "tested", old)
    assert "Without it AWS may remove the version" not in editor.get(URL).content.decode()

    overwrite(secrets_manager, NAME, "postgres://third")
    assert "Without it AWS may remove the version" in editor.get(URL).content.decode()
    assert "AWS may remove that version afterwards" in editor.get(URL, {"label": "tested"}).content.decode()


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "x" * 257,
        " tested",
        "tested\t",
        "a\x00b",
        "AWSCURRENT",
        "awsPending",
        "aws1",
        "SECRETSADMIN",
        "secretsadmin-x",
    ],
)
def test_a_name_that_can_not_be_is_refused_beside_the_field(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], name: str
) -> None:
    known = Event.objects.count()
    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"label": name, "to": versions[0], "version": "", "reason": "kept"})

    assert response.status_code == 422
    assert list(errors(response)) == ["label"]
    assert field(response, "reason") == "kept"
    assert calls["UpdateSecretVersionStage"] == 0
    assert Event.objects.count() == known


@pytest.mark.parametrize("name", ["AWSCURRENT", "AWSPREVIOUS", "SECRETSADMIN"])
def test_what_is_kept_for_aws_can_not_be_moved_by_a_forged_form(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], name: str
) -> None:
    old, new = versions
    before = labels(secrets_manager)
    for sent in ({"to": old, "version": new}, {"to": "", "version": old}, {"remove": "1", "version": new}):
        assert editor.post(URL, {"label": name, **sent}).status_code == 422

    assert labels(secrets_manager) == before


@pytest.mark.parametrize("seen", ["nowhere", "on another version"])
def test_a_label_that_has_moved_is_a_conflict_that_keeps_the_input(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], seen: str
) -> None:
    old, new = versions
    third = overwrite(secrets_manager, NAME, "postgres://third")
    attach(secrets_manager, "tested", new)
    before = labels(secrets_manager)

    sent = {"label": "tested", "to": third, "version": "" if seen == "nowhere" else old, "reason": "kept"}
    response = editor.post(URL, sent)

    assert response.status_code == 409
    assert labels(secrets_manager) == before
    assert acts()[-1] == ("connections.label", "orders", "conflict")
    assert f"stands on {new[:8]} now" in response.content.decode()
    again = as_sent(response)
    assert (again["reason"], again["to"], again["version"]) == (["kept"], [third], [new])
    assert editor.post(URL, again).status_code == 302
    assert labels(secrets_manager)[third] == {"AWSCURRENT", "tested"}


def test_a_label_that_is_gone_is_a_conflict_for_whoever_removes_it(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    response = editor.post(URL, {"label": "tested", "version": versions[0], "remove": "1"})

    assert response.status_code == 409
    assert "stands on no version now" in response.content.decode()
    assert acts()[-1] == ("connections.label", "orders", "conflict")


def test_a_page_says_first_that_there_is_no_room(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, "postgres://h")
    assert "no room for another label" not in editor.get(URL).content.decode()
    for number in range(17):
        attach(secrets_manager, f"x{number}", version)

    assert "There is no room for another label." in editor.get(URL).content.decode()
    assert "no room for another label" not in editor.get(URL, {"label": "x1"}).content.decode()


def test_a_label_too_many_is_refused_before_it_is_tried(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    for number in range(17):
        attach(secrets_manager, f"label-{number}", versions[0])

    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"label": "tested", "to": versions[0], "version": ""})

    assert response.status_code == 422
    assert "AWS keeps 20 labels over all versions of a secret" in errors(response)["label"][0]
    assert calls["UpdateSecretVersionStage"] == 0


def test_the_limit_of_aws_is_told_where_somebody_was_faster(
    editor: Client, secrets_manager: Emulator, settings: Settings, versions: tuple[str, str]
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("UpdateSecretVersionStage").reach_limit()
        response = editor.post(URL, {"label": "tested", "to": versions[0], "version": ""})

    assert response.status_code == 422
    assert "AWS keeps 20 labels" in errors(response)["label"][0]
    assert acts()[-1] == ("connections.label", "orders", "failed")


@pytest.mark.parametrize("operation", ["DescribeSecret", "UpdateSecretVersionStage"])
def test_what_aws_refuses_is_told_with_the_missing_action(
    editor: Client, secrets_manager: Emulator, settings: Settings, versions: tuple[str, str], operation: str
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        editor.get(f"{CONNECTIONS}/")
        proxy.when(operation).deny()
        response = editor.post(URL, {"label": "tested", "to": versions[0], "version": "", "reason": "kept"})

    assert response.status_code == 502
    assert f"secretsmanager:{operation}" in response.content.decode()
    assert as_sent(response)["reason"] == ["kept"]
    assert "tested" in as_sent(response)["label"]


def test_a_version_that_is_gone_is_told(editor: Client, secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    response = editor.post(URL, {"label": "tested", "to": str(uuid4()), "version": ""})

    assert response.status_code == 404
    assert "no such version" in response.content.decode()
    assert as_sent(response)["label"] == ["tested"]


@pytest.mark.parametrize("sent", [{"to": "short"}, {"to": ""}, {"to": "SAME", "version": "SAME"}])
def test_a_place_that_can_not_be_is_refused_beside_the_field(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], sent: dict[str, str]
) -> None:
    named = {name: versions[0] if value == "SAME" else value for name, value in sent.items()}
    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"label": "tested", **named})

    assert response.status_code == 422
    assert list(errors(response)) == ["to"]
    assert calls["UpdateSecretVersionStage"] == 0


def test_a_scheduled_secret_has_no_form(editor: Client, secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    attach(secrets_manager, "tested", versions[0])
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})

    page = editor.get(URL).content.decode()
    response = editor.post(URL, {"label": "new", "to": versions[0], "version": ""})

    assert "No label can be moved: this connection is scheduled for deletion" in page
    assert 'id="form"' not in page
    assert 'name="remove"' not in page
    assert response.status_code == 422
    assert "scheduled for deletion" in response.content.decode()
    assert "label" not in f"{labels(secrets_manager).values()}"


def test_a_secret_that_is_not_there_has_no_labels(editor: Client) -> None:
    assert editor.get(f"{CONNECTIONS}/label/nothing/").status_code == 404


@pytest.mark.parametrize("hostile", HOSTILE_IDS[:12])
def test_an_id_can_not_leave_its_prefix(editor: Client, secrets_manager: Emulator, hostile: str) -> None:
    with counting(secrets_manager) as calls:
        assert editor.post(f"{CONNECTIONS}/label/{hostile}/", {"label": "x"}).status_code in (404, 405)
    assert not calls


def test_a_viewer_labels_nothing(signed_in: As, secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    with counting(secrets_manager) as calls:
        viewer = signed_in("viewer")
        response = viewer.post(URL, {"label": "tested", "to": versions[0], "version": ""})
        page = viewer.get(f"{CONNECTIONS}/history/orders/").content.decode()

    assert response.status_code == 403
    assert calls["UpdateSecretVersionStage"] == 0
    assert acts()[-1] == ("connections.label", "orders", "denied")
    assert "/label/" not in page
    assert "tried to label a version of the connection" in viewer.get("/audit/").content.decode()


def test_nobody_is_told_anything_who_is_not_signed_in(secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    response = Client().post(URL, {"label": "tested", "to": versions[0], "version": ""})

    assert response.status_code == 401
    assert "orders" not in response.content.decode().replace(URL, "")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202eevil\u200b", "{{7*7}}", "a&b?c=d#e"]
)
def test_a_hostile_name_from_outside_is_shown_harmless_and_can_be_taken_off(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], name: str
) -> None:
    attach(secrets_manager, name, versions[0])

    page = editor.get(URL)
    text = page.content.decode()
    moving = editor.get(URL, {"label": name})
    response = editor.post(URL, {"label": name, "version": versions[0], "remove": "1"}, follow=True)

    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert page.context["custom"][0].name == name
    assert as_sent(moving)["label"] == [name]
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()
    assert labels(secrets_manager)[versions[0]] == {"AWSPREVIOUS"}
    for url in ("/audit/", f"{CONNECTIONS}/detail/orders/"):
        told = editor.get(url).content.decode()
        assert "<script>alert" not in told
        assert "\u202e" not in told


def test_a_label_is_no_change_in_somebody_elses_conflict(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    theirs = overwrite(secrets_manager, NAME, "postgres://theirs")
    editor.post(URL, {"label": "tested", "to": theirs, "version": ""})

    response = editor.post(f"{CONNECTIONS}/update/orders/", {"version": versions[1], "host": "mine"})

    assert response.status_code == 409
    assert response.context["conflict"].by == ""
    assert "tested" not in response.context["conflict"].fields


def test_no_value_is_read_or_told(editor: Client, secrets_manager: Emulator) -> None:
    canary = f"canary-{uuid4().hex}"
    version = put(secrets_manager, "airflow/connections/secret", json.dumps({"password": canary}))

    with counting(secrets_manager) as calls:
        pages = [
            editor.get(f"{CONNECTIONS}/label/secret/"),
            editor.post(f"{CONNECTIONS}/label/secret/", {"label": "tested", "to": version, "version": ""}),
        ]

    assert not any(canary in page.content.decode() for page in pages)
    assert calls["GetSecretValue"] == 0


def test_a_longer_name_than_any_label_has_is_neither_recorded_nor_sent(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    """Also of one that is said to stand somewhere: the record would hold it for ever."""
    old, new = versions
    known = acts()

    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"label": "x" * 300_000, "version": old, "to": new})

    assert response.status_code == 422
    assert "UpdateSecretVersionStage" not in calls
    assert acts() == known


def test_a_label_is_taken_back_where_another_hand_took_the_room_meanwhile(
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
    assert labels(secrets_manager)[version] == {"AWSCURRENT", "theirs", *(f"x{number}" for number in range(16))}
    act = Event.objects.latest("id")
    assert (act.action, act.outcome, act.error, act.fields) == (
        "connections.label",
        "failed",
        "TooManyLabels",
        ["ours"],
    )
    saved = editor.post(f"{CONNECTIONS}/update/orders/", POSTGRES | {"version": version})
    assert saved.status_code == 302
