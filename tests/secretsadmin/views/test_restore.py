"""A restore ... (each test finishes the sentence)."""

from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, acts, read_by_airflow
from tests.support.wire import counting

URL = f"{CONNECTIONS}/restore/orders/"


def test_takes_one_call(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})

    with counting(secrets_manager) as calls:
        restored = editor.post(URL)

    assert restored.status_code == 302
    assert dict(calls) == {"RestoreSecret": 1}
    assert read_by_airflow(secrets_manager, "orders").host == "new.example.com"
    assert [action for action, _, outcome in acts()[-4:] if outcome == "succeeded"] == [
        "connections.delete",
        "connections.restore",
    ]


def test_is_not_made_by_a_get(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    with counting(secrets_manager) as calls:
        assert editor.get(URL).status_code == 405
    assert not calls
