"""What the tests of these pages begin with."""

import json

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, create, current, overwrite

NAME = "airflow/connections/orders"


@pytest.fixture
def versions(editor: Client, secrets_manager: Emulator) -> tuple[str, str]:
    """An old version of the connection `orders`, and the current one; both were made here."""
    create(editor)
    old = current(secrets_manager, NAME)
    editor.post(f"{CONNECTIONS}/update/orders/", {"version": old, "host": "new.example.com"})
    return old, current(secrets_manager, NAME)


@pytest.fixture
def sides(editor: Client, secrets_manager: Emulator) -> dict[str, str]:
    """The connection `orders` as it was made here, and as a script has changed it since."""
    create(editor)
    one = current(secrets_manager, NAME)
    changed = {
        "conn_type": "postgres",
        "host": "other.example.com",
        "login": "svc",
        "password": "radioactive",
    }
    return {"one": one, "other": overwrite(secrets_manager, NAME, json.dumps(changed))}
