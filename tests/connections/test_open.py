"""Opening a connection ... (each test finishes the sentence)."""

import json

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, put

NAME = "airflow/connections/alerts"
ADDRESSES = (
    "https://hooks.slack.com/services/T0/B0/hunter2",
    "https://api.telegram.org/bot123456:hunter2/sendMessage",
    "https://discord.com/api/webhooks/1234/hunter2",
    "https://acme.webhook.office.com/webhookb2/1f3e@2a/IncomingWebhook/hunter2",
    "https://run.azurewebsites.net/api/alert?code=hunter2",
    "https://store.example.com/file?sv=2024&sig=hunter2",
    "https://maps.example.com/?key=hunter2",
    "https://db.example.com/?auth=hunter2",
    "https://svc:hunter2@example.com/",
    "https://hunter2@sentry.example.com/1",
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("field", ["host", "schema", "login"])
def test_masks_a_token_in_an_address_whatever_the_field_is_called(
    editor: Client, secrets_manager: Emulator, address: str, field: str
) -> None:
    put(secrets_manager, NAME, json.dumps({"conn_type": "http", field: address}))

    for verb in ("open", "edit"):
        page = editor.post(f"{CONNECTIONS}/{verb}/alerts/")

        assert page.status_code == 200
        assert "hunter2" not in page.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_masks_a_token_in_a_plain_key_of_the_extra(
    editor: Client, secrets_manager: Emulator, address: str
) -> None:
    stored = {"conn_type": "aws", "extra": {"endpoint_url": address}}
    put(secrets_manager, NAME, json.dumps(stored))

    for verb in ("open", "edit"):
        page = editor.post(f"{CONNECTIONS}/{verb}/alerts/")

        assert page.status_code == 200
        assert "hunter2" not in page.content.decode()
