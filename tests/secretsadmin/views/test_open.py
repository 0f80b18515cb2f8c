"""Opening a secret ... (each test finishes the sentence)."""

import pytest
from django.test import Client
from django.utils.html import escape

from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.secretsadmin.views.conftest import NAME
from tests.secretsadmin.views.history import HISTORY, told
from tests.support.site import (
    CONNECTIONS,
    POSTGRES,
    VARIABLES,
    acts,
    assert_says,
    create,
    field,
    overwrite,
    put,
)
from tests.support.wire import counting

HTMX = {"HX-Request": "true"}


def test_takes_one_call_from_a_page_that_holds_no_value(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    with counting(secrets_manager) as calls:
        first = editor.get(f"{CONNECTIONS}/detail/orders/")
        opened = editor.post(f"{CONNECTIONS}/open/orders/")

    assert dict(calls) == {"GetSecretValue": 1}
    assert "Example.com" not in first.content.decode()
    text = opened.content.decode()
    assert "Db.Example.com" in text
    assert "require" in text
    assert "p@ss" not in text
    assert "[1, true]" not in text
    assert acts()[-2:] == [
        ("connections.open", "orders", "started"),
        ("connections.open", "orders", "succeeded"),
    ]


def test_tells_the_length_of_a_masked_extra_only_where_that_gives_nothing_away(
    editor: Client, secrets_manager: Emulator
) -> None:
    extra = {"text": "hunter2", "switch": True, "number": 12345, "list": [1]}
    put(secrets_manager, NAME, Connection(conn_type="postgres", extra=extra).to_json())

    fields = editor.post(f"{CONNECTIONS}/open/orders/").context["page"].opened.fields

    hints = {field.label: field.hint for field in fields if field.masked}
    assert hints == {
        "text": "7 characters",
        "switch": "true, false or null",
        "number": "a number",
        "list": "a list",
    }


def test_is_for_viewers_who_may_not_reveal_and_not_for_auditors(
    signed_in: As, editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)

    assert signed_in("viewer").post(f"{CONNECTIONS}/open/orders/").status_code == 200
    with counting(secrets_manager) as calls:
        assert signed_in("viewer").post(f"{CONNECTIONS}/reveal/orders/").status_code == 403
        assert signed_in("auditor").post(f"{CONNECTIONS}/open/orders/").status_code == 403
    assert not calls
    assert acts()[-1] == ("connections.open", "orders", "denied")


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with htmx", "without"])
def test_shows_an_old_version_as_itself(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], headers: dict[str, str]
) -> None:
    old, _ = versions
    page = editor.get(f"{CONNECTIONS}/detail/orders/", {"version": old})
    asked = {"version": field(page, "version")}

    opened = editor.post(f"{CONNECTIONS}/open/orders/", asked, headers=headers)
    revealed = editor.post(
        f"{CONNECTIONS}/reveal/orders/", asked | {"field": "password"}, headers=headers
    )

    assert_says(page, "another version than the current one")
    assert_says(opened, "Db.Example.com", f'name="version" value="{old}"')
    assert_says(revealed, escape(POSTGRES["password"]), f'name="version" value="{old}"')
    disclosed = Event.objects.filter(
        action__in=["connections.open", "connections.reveal"], outcome="succeeded"
    )
    assert {event.version for event in disclosed} == {old}


def test_shows_as_itself_what_a_list_still_takes_for_current(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/refresh/")
    overwrite(secrets_manager, NAME, "postgres://elsewhere.example.com")

    with counting(secrets_manager) as calls:
        page = editor.get(told(editor.get(HISTORY))[versions[1]].urls.look)
        opened = editor.post(f"{CONNECTIONS}/open/orders/", {"version": field(page, "version")})

    assert calls == {"ListSecretVersionIds": 1, "DescribeSecret": 1, "GetSecretValue": 1}
    assert_says(page, "another version than the current one")
    assert_says(opened, "new.example.com", "What Airflow would read")


def test_says_that_airflow_would_find_nothing_in_a_binary_version(
    editor: Client, secrets_manager: Emulator
) -> None:
    old = put(secrets_manager, "airflow/variables/blob", b"\x00\xff")
    overwrite(secrets_manager, "airflow/variables/blob", "text")

    response = editor.post(f"{VARIABLES}/open/blob/", {"version": old})

    assert_says(response, "Airflow would find nothing here")


def test_finds_no_version_that_is_gone(editor: Client, versions: tuple[str, str]) -> None:
    assert editor.post(f"{CONNECTIONS}/open/orders/", {"version": "0" * 32}).status_code == 404
