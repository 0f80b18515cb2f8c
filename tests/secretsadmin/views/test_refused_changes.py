"""A roll back, a deletion or a restore ... (each test finishes the sentence)."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.support.faults import FaultProxy
from tests.support.site import CONNECTIONS, acts
from tests.support.wire import counting


@pytest.mark.parametrize(
    ("verb", "operation", "sent"),
    [
        ("roll-back", "UpdateSecretVersionStage", {"to": "OLD", "version": "NEW"}),
        ("delete", "DeleteSecret", {"days": "7"}),
        ("restore", "RestoreSecret", {}),
    ],
)
def test_tells_the_missing_action_where_aws_refuses(
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
            f"{CONNECTIONS}/{verb}/orders/",
            {key: named.get(value, value) for key, value in sent.items()},
        )

    assert response.status_code == 502
    assert f"secretsmanager:{operation}" in response.content.decode()
    assert acts()[-1] == (f"connections.{verb}", "orders", "denied")


@pytest.mark.parametrize("verb", ["roll-back", "delete", "restore"])
def test_is_not_for_a_viewer(
    signed_in: As, secrets_manager: Emulator, versions: tuple[str, str], verb: str
) -> None:
    sent = {"to": versions[0], "version": versions[1], "days": "7"}

    with counting(secrets_manager) as calls:
        response = signed_in("viewer").post(f"{CONNECTIONS}/{verb}/orders/", sent)

    assert response.status_code == 403
    assert not calls
    assert acts()[-1] == (f"connections.{verb}", "orders", "denied")
