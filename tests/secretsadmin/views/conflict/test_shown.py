"""A save that somebody else's has overtaken ... (each test finishes the sentence)."""

import re
from typing import Any

import pytest
from django.test import Client

from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conflict.conftest import GONE, MINE, URL, ways
from tests.secretsadmin.views.conftest import NAME
from tests.support.forms import as_sent
from tests.support.site import CONNECTIONS, current, errors, field, overwrite, put, read_by_airflow
from tests.support.wire import connected, counting


def saved(browser: Client, emulator: Emulator, **typed: str) -> str:
    """The version that a save of a colleague's makes."""
    response = browser.post(URL, {"version": current(emulator, NAME)} | typed)
    assert response.status_code == 302, errors(response)
    return current(emulator, NAME)


def conflict(browser: Client, opened_on: str) -> tuple[str, tuple[str, ...]]:
    """Who a conflict says was faster, and what it says they changed."""
    response = browser.post(URL, {"version": opened_on, "host": "mine"})
    assert response.status_code == 409
    found = response.context["conflict"]
    return found.by, found.fields


def test_is_shown_beside_theirs_and_what_both_began_with(overtaken: Any) -> None:
    assert overtaken.status_code == 409
    assert ways(overtaken) == {
        "host": ("both", "?"),
        "login": ("mine", "mine"),
        "schema": ("theirs", "theirs"),
        "password": ("theirs", ""),
        "extra.added": ("theirs", ""),
    }
    host = next(each.part for each in overtaken.context["ways"].open if each.part.name == "host")
    assert (host.base, host.theirs, host.mine) == (
        "first.example.com",
        "theirs.example.com",
        "mine.example.com",
    )


def test_takes_two_disclosures_that_are_recorded(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    known = Event.objects.count()

    with counting(secrets_manager) as calls:
        response = editor.post(URL, opened | MINE)

    assert calls == {"GetSecretValue": 3, "DescribeSecret": 1}
    assert [(event.action, event.outcome) for event in Event.objects.order_by("id")[known:]] == [
        ("connections.update", "started"),
        ("connections.update", "conflict"),
        *[("connections.compare", outcome) for outcome in ("started", "succeeded")] * 2,
    ]
    compared = set(
        Event.objects.filter(action="connections.compare").values_list("version", flat=True)
    )
    assert compared == {opened["version"][0], current(secrets_manager, NAME)}
    assert response.headers["Cache-Control"] == "no-store"


def test_shows_no_secret_but_what_its_author_typed(editor: Client, opened: dict[str, Any]) -> None:
    page = editor.post(URL, opened | {"password": "typed-by-me"}).content.decode()

    assert "radioactive" not in page
    assert page.count("typed-by-me") == 1


@pytest.mark.parametrize(
    "value", ["5432", 5432, "true", True, "none", [{"b": 1, "a": [2]}], {"b": 1, "a": 2}]
)
@pytest.mark.parametrize("types", [("postgres", "ssh"), ("ssh", "my_type")])
def test_names_nothing_changed_that_is_the_same_under_another_type(
    editor: Client, secrets_manager: Emulator, types: tuple[str, str], value: Any
) -> None:
    # The first two are plain to one of the types alone, the third to none.
    extra = dict.fromkeys(("application_name", "ciphers", "of_my_own"), value)
    before, after = (Connection(conn_type, host="h", extra=extra) for conn_type in types)
    put(secrets_manager, NAME, before.to_json())
    sent = as_sent(editor.post(f"{CONNECTIONS}/edit/orders/"))
    overwrite(secrets_manager, NAME, after.to_json())

    assert set(ways(editor.post(URL, sent | {"login": "me"}))) == {"conn_type", "login"}


def test_is_shown_beside_theirs_alone_where_the_beginning_is_gone(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    response = editor.post(URL, opened | MINE | {"version": GONE})

    assert response.status_code == 409
    assert "AWS no longer has that version." in response.content.decode()
    # The form knows which plain fields were left alone.
    assert ways(response) == {
        "host": ("both", "?"),
        "login": ("both", "?"),
        "schema": ("theirs", "theirs"),
    }
    chosen = {"choice.host": "theirs", "choice.login": "mine"}
    assert editor.post(URL, as_sent(response) | chosen).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.login, read.schema) == ("theirs.example.com", "me", "theirs")


@pytest.mark.parametrize("theirs", [b"\x00\xff", "postgres://u:hid/den@h"])
def test_is_kept_where_theirs_can_not_be_taken_apart(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any], theirs: str | bytes
) -> None:
    value: dict[str, Any] = (
        {"SecretBinary": theirs} if isinstance(theirs, bytes) else {"SecretString": theirs}
    )
    with connected(secrets_manager.endpoint) as client:
        version = client.put_secret_value(SecretId=NAME, **value)["VersionId"]

    response = editor.post(URL, opened | MINE)

    assert response.status_code == 409
    assert field(response, "host") == "mine.example.com"
    assert "hid/den" not in response.content.decode()
    assert f'name="on_top_of" value="{version}"' in response.content.decode()
    saved = editor.post(URL, as_sent(response) | {"on_top_of": version, "password": "new"})
    assert saved.status_code == 302
    assert read_by_airflow(secrets_manager, "orders").host == "mine.example.com"


def test_is_not_saved_over_theirs_unseen_by_pressing_enter(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    """A browser presses a form's first button for whoever presses Enter in a field."""
    overwrite(secrets_manager, NAME, "postgres://u:hid/den@h")

    page = editor.post(URL, opened | MINE).content.decode()

    first, second = re.findall(r"<button([^>]*)>", page[page.index('id="form"') :])[:2]
    assert "name=" not in first
    assert 'name="on_top_of"' in second


def test_of_what_nobody_can_read_is_a_choice_of_the_whole(
    editor: Client, secrets_manager: Emulator
) -> None:
    version = put(secrets_manager, NAME, "postgres://u:hid/den@h")
    theirs = overwrite(secrets_manager, NAME, "postgres://u:hid/den@other")
    mine = {"conn_type": "postgres", "host": "mine", "password": "typed", "version": version}

    response = editor.post(URL, mine)
    assert ways(response) == {"secret.text": ("both", "?")}
    assert "hid/den" not in response.content.decode()
    kept = editor.post(URL, as_sent(response) | {"choice.secret.text": "theirs"})
    assert (kept.status_code, current(secrets_manager, NAME)) == (302, theirs)

    assert editor.post(URL, as_sent(response) | {"choice.secret.text": "mine"}).status_code == 302
    assert read_by_airflow(secrets_manager, "orders").password == "typed"


def test_can_be_the_first_where_there_is_no_current_version_any_more(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
        client.create_secret(Name=NAME)

    response = editor.post(URL, opened | MINE | {"password": "typed"})
    assert response.status_code == 409
    assert "has no current version any more" in response.content.decode()

    sent = as_sent(response)
    assert sent["on_top_of"] == ["none"]
    assert editor.post(URL, sent | {"take": "mine"}).status_code == 302
    read = read_by_airflow(secrets_manager, "orders")
    assert (read.host, read.password) == ("mine.example.com", "typed")


def test_says_so_where_the_secret_was_deleted(
    editor: Client, secrets_manager: Emulator, opened: dict[str, Any]
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)

    response = editor.post(URL, opened | MINE)

    assert response.status_code == 422
    assert "scheduled for deletion" in response.content.decode()
    assert field(response, "host") == "mine.example.com"
