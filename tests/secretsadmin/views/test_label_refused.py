"""Labelling a version is refused ... (each test finishes the sentence)."""

from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.secretsadmin.views.labels import URL, attach, labels
from tests.support.faults import FaultProxy
from tests.support.forms import as_sent
from tests.support.hostile import HOSTILE_IDS
from tests.support.site import CONNECTIONS, acts, errors, field
from tests.support.wire import counting


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
def test_beside_the_field_for_a_name_that_can_not_be(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], name: str
) -> None:
    known = Event.objects.count()
    with counting(secrets_manager) as calls:
        response = editor.post(
            URL, {"label": name, "to": versions[0], "version": "", "reason": "kept"}
        )

    assert response.status_code == 422
    assert list(errors(response)) == ["label"]
    assert field(response, "reason") == "kept"
    assert calls["UpdateSecretVersionStage"] == 0
    assert Event.objects.count() == known


def test_without_a_record_for_a_longer_name_than_any_label_has(
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


@pytest.mark.parametrize("sent", [{"to": "short"}, {"to": ""}, {"to": "SAME", "version": "SAME"}])
def test_beside_the_field_for_a_place_that_can_not_be(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], sent: dict[str, str]
) -> None:
    named = {name: versions[0] if value == "SAME" else value for name, value in sent.items()}
    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"label": "tested", **named})

    assert response.status_code == 422
    assert list(errors(response)) == ["to"]
    assert calls["UpdateSecretVersionStage"] == 0


@pytest.mark.parametrize("name", ["AWSCURRENT", "AWSPREVIOUS", "SECRETSADMIN"])
def test_to_a_forged_form_for_what_is_kept_for_aws(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], name: str
) -> None:
    old, new = versions
    before = labels(secrets_manager)
    for sent in (
        {"to": old, "version": new},
        {"to": "", "version": old},
        {"remove": "1", "version": new},
    ):
        assert editor.post(URL, {"label": name, **sent}).status_code == 422

    assert labels(secrets_manager) == before


def test_for_a_label_too_many_before_it_is_tried(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    for number in range(17):
        attach(secrets_manager, f"label-{number}", versions[0])

    with counting(secrets_manager) as calls:
        response = editor.post(URL, {"label": "tested", "to": versions[0], "version": ""})

    assert response.status_code == 422
    assert "AWS keeps 20 labels over all versions of a secret" in errors(response)["label"][0]
    assert calls["UpdateSecretVersionStage"] == 0


def test_with_the_limit_of_aws_where_somebody_was_faster(
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
def test_with_the_missing_action_where_aws_refuses(
    editor: Client,
    secrets_manager: Emulator,
    settings: Settings,
    versions: tuple[str, str],
    operation: str,
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        editor.get(f"{CONNECTIONS}/")
        proxy.when(operation).deny()
        response = editor.post(
            URL, {"label": "tested", "to": versions[0], "version": "", "reason": "kept"}
        )

    assert response.status_code == 502
    assert f"secretsmanager:{operation}" in response.content.decode()
    assert as_sent(response)["reason"] == ["kept"]
    assert "tested" in as_sent(response)["label"]


def test_for_a_version_that_is_gone(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    response = editor.post(URL, {"label": "tested", "to": str(uuid4()), "version": ""})

    assert response.status_code == 404
    assert "no such version" in response.content.decode()
    assert as_sent(response)["label"] == ["tested"]


@pytest.mark.parametrize("hostile", HOSTILE_IDS[:12])
def test_for_an_id_that_would_leave_its_prefix(
    editor: Client, secrets_manager: Emulator, hostile: str
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(f"{CONNECTIONS}/label/{hostile}/", {"label": "x"})

    assert response.status_code == 404
    assert not calls


def test_to_a_viewer(signed_in: As, secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    with counting(secrets_manager) as calls:
        viewer = signed_in("viewer")
        response = viewer.post(URL, {"label": "tested", "to": versions[0], "version": ""})
        page = viewer.get(f"{CONNECTIONS}/history/orders/").content.decode()

    assert response.status_code == 403
    assert calls["UpdateSecretVersionStage"] == 0
    assert acts()[-1] == ("connections.label", "orders", "denied")
    assert "/label/" not in page
    assert "tried to label a version of the connection" in viewer.get("/audit/").content.decode()


def test_to_whoever_is_not_signed_in_who_is_told_nothing(
    secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    response = Client().post(URL, {"label": "tested", "to": versions[0], "version": ""})

    assert response.status_code == 401
    assert "orders" not in response.content.decode().replace(URL, "")
