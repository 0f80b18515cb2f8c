"""A deletion ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conftest import NAME
from tests.support.site import CONNECTIONS, acts, put
from tests.support.wire import connected, counting


def test_is_scheduled_with_one_call(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    with counting(secrets_manager) as calls:
        deleted = editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7", "reason": "unused"})

    assert deleted.status_code == 302
    assert dict(calls) == {"DeleteSecret": 1}
    assert Event.objects.latest("id").reason == "unused"
    page = editor.get(f"{CONNECTIONS}/detail/orders/").content.decode()
    assert "Airflow will not find this connection: it is scheduled for deletion" in page
    assert acts()[-1] == ("connections.delete", "orders", "succeeded")


@pytest.mark.parametrize("days", ["", "6", "31", "x"])
def test_takes_7_to_30_days(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], days: str
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(f"{CONNECTIONS}/delete/orders/", {"days": days})

    assert response.status_code == 422
    assert not calls


def test_keeps_a_secret_from_being_changed(editor: Client, secrets_manager: Emulator) -> None:
    version = put(secrets_manager, NAME, "postgres://h")
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)

    update = editor.post(f"{CONNECTIONS}/update/orders/", {"version": version, "host": "x"})
    delete = editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "30"})
    opened = editor.post(f"{CONNECTIONS}/open/orders/")

    assert (update.status_code, delete.status_code, opened.status_code) == (422, 422, 422)
    assert "scheduled for deletion" in update.content.decode()
