"""A form that says two things at once ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from django.test import Client

from connections.value.connection import Connection
from secretsadmin.demo.emulator import Emulator
from tests.support.forms import as_sent
from tests.support.site import CONNECTIONS, acts, current, errors, put, read_by_airflow
from tests.support.wire import counting

NAME = "airflow/connections/orders"
URL = f"{CONNECTIONS}/update/orders/"
BEFORE = Connection("ssh", host="h", password="old", extra={"private_key": "old", "mine": {"a": 1}})


@pytest.fixture
def sent(editor: Client, secrets_manager: Emulator) -> dict[str, Any]:
    put(secrets_manager, NAME, BEFORE.to_json())
    return as_sent(editor.post(f"{CONNECTIONS}/edit/orders/"))


@pytest.mark.parametrize(
    ("field", "cleared", "typed"),
    [
        ("password", "password", {"password": "new"}),
        ("extra.private_key", "extra.private_key", {"extra.private_key": "new"}),
        ("extra", "extra.mine", {"extra": '{"mine": 1}'}),
        ("secret", "password", {"secret": "ssh://u:new@h", "entry": "paste"}),
    ],
)
def test_is_refused_with_the_field_named_where_a_value_is_typed_and_cleared(
    editor: Client,
    secrets_manager: Emulator,
    sent: dict[str, Any],
    field: str,
    cleared: str,
    typed: dict[str, str],
) -> None:
    before, known = current(secrets_manager, NAME), acts()

    with counting(secrets_manager) as calls:
        response = editor.post(URL, sent | typed | {"clear": [cleared]})

    assert response.status_code == 422
    assert list(errors(response)) == [field]
    assert "Do one of the two." in errors(response)[field][0]
    assert response.context["form"][field].value() == typed[field]
    assert not {"GetSecretValue", "PutSecretValue"} & set(calls)
    assert (acts(), current(secrets_manager, NAME)) == (known, before)


def test_saves_what_the_page_shows_and_not_a_paste_that_was_left_for_the_fields(
    editor: Client, secrets_manager: Emulator, sent: dict[str, Any]
) -> None:
    left = json.dumps({"conn_type": "postgres", "host": "pasted", "password": "pasted"})

    saved = editor.post(URL, sent | {"secret": left, "entry": "fields", "host": "typed"})

    assert saved.status_code == 302, errors(saved)
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.conn_type, read.host, read.password) == ("ssh", "typed", "old")
    response = editor.post(f"{CONNECTIONS}/create/", {"secret": "nonsense", "entry": "fields"})
    assert response.status_code == 422
