"""A save of the connection `orders` that a colleague's has overtaken."""

from typing import Any

import pytest
from django.test import Client

from connections.value.connection import Connection
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conftest import NAME
from tests.support.forms import as_sent
from tests.support.site import CONNECTIONS, overwrite, put

URL = f"{CONNECTIONS}/update/orders/"
BASE = Connection(
    "postgres",
    host="first.example.com",
    login="svc",
    password="radioactive-base",
    schema="orders",
    port=5432,
    extra={"sslmode": "require", "apiKey": "radioactive-key"},
)
THEIRS = Connection(
    "postgres",
    host="theirs.example.com",
    login="svc",
    password="radioactive-theirs",
    schema="theirs",
    port=5432,
    extra={"sslmode": "require", "apiKey": "radioactive-key", "added": "radioactive-new"},
)
MINE = {"host": "mine.example.com", "login": "me"}
GONE = "0" * 32


def ways(response: Any) -> dict[str, tuple[str, str]]:
    """Who changed each part, and what is chosen for it; nothing where there is no choice."""
    found = response.context["ways"]
    chosen = {each.part.name: (each.part.state, each.chosen or "?") for each in found.open}
    return chosen | {each.part.name: (each.part.state, "") for each in found.settled}


@pytest.fixture
def opened(editor: Client, secrets_manager: Emulator) -> dict[str, Any]:
    """The form as somebody has opened it, of a URI that a colleague has then replaced by JSON."""
    put(
        secrets_manager,
        NAME,
        BASE.to_uri(),
        Tags=[{"Key": "airflow:conn-type", "Value": "postgres"}],
    )
    editor.post(f"{CONNECTIONS}/refresh/")
    sent = as_sent(editor.post(f"{CONNECTIONS}/edit/orders/"))
    overwrite(secrets_manager, NAME, THEIRS.to_json())
    return sent


@pytest.fixture
def overtaken(editor: Client, opened: dict[str, Any]) -> Any:
    return editor.post(URL, opened | MINE)
