"""A review, before a save, ... (each test finishes the sentence)."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.support.faults import FaultProxy
from tests.support.forms import as_sent
from tests.support.site import (
    CONNECTIONS,
    VARIABLES,
    acts,
    create,
    current,
    errors,
    field,
    overwrite,
    put,
    read_by_airflow,
)
from tests.support.wire import connected, counting

NAME = "airflow/connections/orders"
URL = f"{CONNECTIONS}/update/orders/"
REVIEW = {"review": "1"}
HTMX = {"HX-Request": "true"}
TYPED = {
    "host": "new.example.com",
    "password": "typed-by-me",
    "description": "",
    "clear": ["extra.nested"],
}


@pytest.fixture
def opened(editor: Client, secrets_manager: Emulator) -> dict[str, Any]:
    create(editor)
    return as_sent(editor.post(f"{CONNECTIONS}/edit/orders/"))


def states(response: Any) -> dict[str, str]:
    return {row.name: row.state for row in response.context["reviewed"].differing}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_compares_what_is_there_with_what_would_be_and_writes_nothing(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any], headers: dict[str, str]
) -> None:
    known = Event.objects.count()
    with counting(secrets_manager) as calls:
        response = editor.post(URL, opened | TYPED | REVIEW, headers=headers)

    assert response.status_code == 200
    assert states(response) == {
        "host": "changed",
        "password": "changed",
        "extra.nested": "removed",
        "secret.description": "removed",
    }
    assert calls == {"GetSecretValue": 1}
    recorded = Event.objects.order_by("id")[known:]
    assert [(event.action, event.outcome) for event in recorded] == [
        ("connections.compare", "started"),
        ("connections.compare", "succeeded"),
    ]
    assert recorded[1].version == current(secrets_manager, NAME)
    assert "p@ss" not in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"


def test_is_a_part_of_the_page_for_htmx_and_else_the_page_with_the_form(
    editor: Client, opened: dict[str, Any]
) -> None:
    part = editor.post(URL, opened | TYPED | REVIEW, headers=HTMX).content.decode()
    assert "<form" not in part
    assert "typed-by-me" not in part

    page = editor.post(URL, opened | TYPED | REVIEW)
    assert as_sent(page)["password"] == ["typed-by-me"]
    assert page.content.decode().count(">Save connection</button>") == 2
    assert editor.post(URL, as_sent(page)).status_code == 302


def test_says_that_nothing_is_different(editor: Client, opened: dict[str, Any]) -> None:
    response = editor.post(URL, opened | REVIEW)

    assert states(response) == {}
    assert "A save would change nothing." in response.content.decode()


def test_says_that_only_the_form_is(editor: Client, opened: dict[str, Any]) -> None:
    page = editor.post(URL, opened | REVIEW | {"format": "json"}).content.decode()

    assert "The same fields, stored differently" in page


def test_answers_with_the_conflict_where_somebody_was_faster(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    theirs = overwrite(
        secrets_manager, NAME, Connection("postgres", host="theirs.example.com").to_uri()
    )
    editor.post(f"{CONNECTIONS}/refresh/")

    for headers in ({}, HTMX):
        with counting(secrets_manager) as calls:
            response = editor.post(URL, opened | TYPED | REVIEW, headers=headers)

        assert response.status_code == 409
        assert calls == {"GetSecretValue": 2, "DescribeSecret": 1}
        assert as_sent(response)["on_top_of"] == [theirs]
        assert as_sent(response)["password"] == ["typed-by-me"]
        assert response.headers["HX-Retarget"] == "#fields"


def test_of_a_mix_is_of_what_was_chosen(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    overwrite(
        secrets_manager,
        NAME,
        Connection("postgres", host="theirs.example.com", login="svc").to_uri(),
    )
    overtaken = as_sent(editor.post(URL, opened | {"host": "mine.example.com", "login": "me"}))
    chosen = {f"choice.{name}": "theirs" for name in overtaken["asked"]} | {"choice.login": "mine"}

    response = editor.post(URL, overtaken | chosen | REVIEW)

    assert states(response) == {"login": "changed"}
    assert editor.post(URL, as_sent(response)).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.login) == ("theirs.example.com", "me")


def test_tells_what_a_save_would_refuse(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    invalid = editor.post(URL, opened | {"port": "70000"} | REVIEW, headers=HTMX)
    large = editor.post(URL, opened | {"password": "ü" * 40_000} | REVIEW)

    assert (invalid.status_code, large.status_code) == (422, 422)
    assert "port" in errors(invalid)
    assert invalid.headers["HX-Reselect"] == "#fields"
    assert "password" in errors(large)


@pytest.mark.parametrize(
    ("fault", "status"), [("deny", 502), ("disable_key", 502), ("break_down", 503)]
)
def test_keeps_the_input_when_aws_refuses(
    editor: Client,
    secrets_manager: Emulator,
    settings: Settings,
    opened: dict[str, Any],
    fault: str,
    status: int,
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        getattr(proxy.when("GetSecretValue"), fault)()
        response = editor.post(URL, opened | TYPED | REVIEW)

    assert response.status_code == status
    assert field(response, "host") == "new.example.com"
    assert acts()[-1][:2] == ("connections.compare", "orders")


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (
            '{"retries": 3, "mail": {"to": "a"}}',
            '{"retries": 4, "mail": {"to": "a"}}',
            {"retries": "changed"},
        ),
        ("one\ntwo", "one\r\n2\r\n", {"line:1": "changed", "line:2": "added"}),
        ("one", "", {}),
    ],
)
def test_of_a_variable_is_by_key_or_by_line(
    editor: Client, secrets_manager: Emulator, before: str, after: str, found: dict[str, str]
) -> None:
    version = put(secrets_manager, "airflow/variables/policy", before)

    response = editor.post(
        f"{VARIABLES}/update/policy/", {"version": version, "value": after} | REVIEW
    )

    assert states(response) == found


def test_of_what_has_no_text_yet_adds_all_of_it(editor: Client, secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)

    sent = {"conn_type": "postgres", "host": "h", "password": "pw", "version": ""}
    assert set(states(editor.post(URL, sent | REVIEW)).values()) == {"added"}
