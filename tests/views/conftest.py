"""What the tests of these pages begin with."""

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.site import CONNECTIONS, create, current

NAME = "airflow/connections/orders"


@pytest.fixture
def versions(editor: Client, secrets_manager: Emulator) -> tuple[str, str]:
    """An old version of the connection `orders`, and the current one; both were made here."""
    create(editor)
    old = current(secrets_manager, NAME)
    editor.post(f"{CONNECTIONS}/update/orders/", {"version": old, "host": "new.example.com"})
    return old, current(secrets_manager, NAME)
