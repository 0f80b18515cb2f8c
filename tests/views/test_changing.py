"""Rolling back, deleting and restoring: HTTP in, AWS calls and rows of the record out."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.faults import FaultProxy
from tests.site import CONNECTIONS, acts, current, overwrite, put, read_by_airflow
from tests.wire import connected, counting

NAME = "airflow/connections/orders"


def test_a_roll_back_moves_one_label(editor: Client, secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    old, new = versions

    with counting(secrets_manager) as calls:
        response = editor.post(f"{CONNECTIONS}/roll-back/orders/", {"to": old, "version": new, "reason": "broken"})

    assert response["Location"] == f"{CONNECTIONS}/history/orders/"
    assert dict(calls) == {"UpdateSecretVersionStage": 1}
    assert read_by_airflow(secrets_manager, "orders").host == "Db.Example.com"
    act = Event.objects.latest("id")
    assert (act.action, act.outcome, act.reason) == ("connections.roll-back", "succeeded", "broken")
    assert (act.previous, act.version) == (new, old)


def test_a_roll_back_is_a_conflict_when_the_label_has_moved(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    theirs = overwrite(secrets_manager, NAME, "postgres://theirs")

    response = editor.post(f"{CONNECTIONS}/roll-back/orders/", {"to": old, "version": new, "reason": "kept"})

    assert response.status_code == 409
    assert "kept" in response.content.decode()
    assert current(secrets_manager, NAME) == theirs
    assert acts()[-1][2] == "conflict"


def test_a_roll_back_to_a_version_that_is_gone_fails(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    response = editor.post(
        f"{CONNECTIONS}/roll-back/orders/",
        {"to": "00000000-0000-4000-8000-000000000000", "version": versions[1]},
    )

    assert response.status_code in (404, 409, 502)
    assert current(secrets_manager, NAME) == versions[1]


def test_a_deletion_is_scheduled_with_one_call_and_restored_with_one(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    with counting(secrets_manager) as calls:
        deleted = editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7", "reason": "unused"})
    assert deleted.status_code == 302
    assert dict(calls) == {"DeleteSecret": 1}
    assert Event.objects.latest("id").reason == "unused"
    page = editor.get(f"{CONNECTIONS}/detail/orders/").content.decode()
    assert "Airflow will not find this connection: it is scheduled for deletion" in page

    with counting(secrets_manager) as calls:
        restored = editor.post(f"{CONNECTIONS}/restore/orders/")
    assert restored.status_code == 302
    assert dict(calls) == {"RestoreSecret": 1}
    assert read_by_airflow(secrets_manager, "orders").host == "new.example.com"
    assert [action for action, _, outcome in acts()[-4:] if outcome == "succeeded"] == [
        "connections.delete",
        "connections.restore",
    ]


@pytest.mark.parametrize("days", ["", "6", "31", "x"])
def test_a_deletion_takes_7_to_30_days(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], days: str
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(f"{CONNECTIONS}/delete/orders/", {"days": days})

    assert response.status_code == 422
    assert not calls


def test_a_deleted_secret_can_not_be_changed(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, "postgres://h")
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)

    update = editor.post(f"{CONNECTIONS}/update/orders/", {"version": version, "host": "x"})
    delete = editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "30"})
    opened = editor.post(f"{CONNECTIONS}/open/orders/")

    assert (update.status_code, delete.status_code, opened.status_code) == (422, 422, 422)
    assert "scheduled for deletion" in update.content.decode()


@pytest.mark.parametrize(
    ("verb", "operation", "sent"),
    [
        ("roll-back", "UpdateSecretVersionStage", {"to": "OLD", "version": "NEW"}),
        ("delete", "DeleteSecret", {"days": "7"}),
        ("restore", "RestoreSecret", {}),
    ],
)
def test_what_aws_refuses_is_told_with_the_missing_action(
    editor: Client,
    secrets_manager: Emulator,
    settings: Settings,
    versions: tuple[str, str],
    verb: str,
    operation: str,
    sent: dict[str, Any],
) -> None:
    named = {"OLD": versions[0], "NEW": versions[1]}
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when(operation).deny()
        response = editor.post(
            f"{CONNECTIONS}/{verb}/orders/", {key: named.get(value, value) for key, value in sent.items()}
        )

    assert response.status_code == 502
    assert f"secretsmanager:{operation}" in response.content.decode()
    assert acts()[-1] == (f"connections.{verb}", "orders", "denied")


@pytest.mark.parametrize("verb", ["roll-back", "delete", "restore"])
def test_a_viewer_changes_nothing(
    signed_in: As, secrets_manager: Emulator, versions: tuple[str, str], verb: str
) -> None:
    sent = {"to": versions[0], "version": versions[1], "days": "7"}

    with counting(secrets_manager) as calls:
        response = signed_in("viewer").post(f"{CONNECTIONS}/{verb}/orders/", sent)

    assert response.status_code == 403
    assert not calls
    assert acts()[-1] == (f"connections.{verb}", "orders", "denied")


@pytest.mark.parametrize("verb", ["open", "edit", "reveal", "restore"])
def test_a_get_changes_and_discloses_nothing(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], verb: str
) -> None:
    with counting(secrets_manager) as calls:
        assert editor.get(f"{CONNECTIONS}/{verb}/orders/").status_code == 405
    assert not calls
