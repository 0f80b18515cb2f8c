"""A save that was overtaken names who was faster ... (each test finishes the sentence)."""

from typing import Any

from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conflict.conftest import URL
from tests.secretsadmin.views.conftest import NAME
from tests.support.site import CONNECTIONS, create, current, errors, overwrite
from tests.support.wire import connected


def saved(browser: Client, emulator: Emulator, **typed: str) -> str:
    """The version that a save of a colleague's makes."""
    response = browser.post(URL, {"version": current(emulator, NAME)} | typed)
    assert response.status_code == 302, errors(response)
    return current(emulator, NAME)


def rolled_back(browser: Client, emulator: Emulator, to: str) -> None:
    sent = {"to": to, "version": current(emulator, NAME)}
    assert browser.post(f"{CONNECTIONS}/roll-back/orders/", sent).status_code == 302


def conflict(browser: Client, opened_on: str) -> tuple[str, tuple[str, ...]]:
    """Who a conflict says was faster, and what it says they changed."""
    response = browser.post(URL, {"version": opened_on, "host": "mine"})
    assert response.status_code == 409
    found = response.context["conflict"]
    return found.by, found.fields


def test_and_after_a_roll_back_what_they_changed_on_top_of_it(
    editor: Client, signed_in: Any, secrets_manager: Emulator
) -> None:
    admin = signed_in("admin")
    create(editor)
    first = current(secrets_manager, NAME)
    second = saved(editor, secrets_manager, login="other", description="changed")
    rolled_back(editor, secrets_manager, first)
    third = saved(admin, secrets_manager, schema="other")

    assert conflict(editor, first) == ("admin", ("schema",))
    assert conflict(editor, second) == ("admin", ("login", "description", "schema"))
    rolled_back(editor, secrets_manager, first)
    assert conflict(admin, third) == ("editor", ("schema",))


def test_and_no_changes_where_another_hand_was_there_in_between(
    editor: Client, signed_in: Any, secrets_manager: Emulator
) -> None:
    create(editor)
    first = current(secrets_manager, NAME)
    outside = overwrite(secrets_manager, NAME, "postgres://theirs")
    with connected(secrets_manager.endpoint) as client:
        assert conflict(editor, first) == ("", ())
        saved(signed_in("admin"), secrets_manager, schema="other")
        assert conflict(editor, first) == ("admin", ())
        assert conflict(editor, outside) == ("admin", ("schema",))
        client.update_secret_version_stage(
            SecretId=NAME,
            VersionStage="AWSCURRENT",
            MoveToVersionId=first,
            RemoveFromVersionId=current(secrets_manager, NAME),
        )
    # What stands there was made by the editor, and put back by somebody else.
    assert conflict(editor, outside) == ("", ())
