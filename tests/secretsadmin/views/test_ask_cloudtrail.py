"""Who changed a secret outside ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.emulator import connected as connected_as
from secretsadmin.store import watching
from tests.conftest import As
from tests.secretsadmin.views.conftest import NAME
from tests.support.site import CONNECTIONS, create, words
from tests.support.wire import connected, counting

HISTORY = f"{CONNECTIONS}/history/orders/"
ASK = f"{CONNECTIONS}/ask-cloudtrail/orders/"
ROLE = "nightly-load"


@pytest.fixture
def theirs(editor: Client, secrets_manager: Emulator) -> str:
    """A version that a script saved over ours, between two looks."""
    create(editor)
    watching.scan()
    with connected_as(secrets_manager.endpoint, ROLE) as client:
        version = client.put_secret_value(SecretId=NAME, SecretString="http://h")["VersionId"]
    watching.scan()
    return version


def test_is_asked_by_a_button_and_told_from_then_on(
    editor: Client, secrets_manager: Emulator, theirs: str
) -> None:
    before = editor.get(HISTORY)
    assert "Who was it?" in before.content.decode()
    assert "; not yet so " in words(before)

    with counting(secrets_manager) as calls:
        answer = editor.post(ASK, {"version": theirs}, follow=True)
    after = editor.get(HISTORY)

    assert calls["LookupEvents"] == 1
    assert "CloudTrail says that it was the role nightly-load" in words(answer)
    assert "CloudTrail: the role nightly-load (session script) of account 123456789012" in words(
        after
    )
    assert "Who was it?" not in after.content.decode()


def test_is_never_asked_by_a_page(editor: Client, secrets_manager: Emulator, theirs: str) -> None:
    with counting(secrets_manager) as calls:
        for url in (HISTORY, f"{CONNECTIONS}/detail/orders/", "/default/", "/audit/"):
            assert editor.get(url).status_code == 200
            assert editor.get(ASK).status_code == 405
    assert "LookupEvents" not in calls


def test_is_asked_about_an_observation(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    watching.scan()
    with connected_as(secrets_manager.endpoint, ROLE) as client:
        client.delete_secret(SecretId=NAME)
    watching.scan()
    page = editor.get(HISTORY)
    assert "Somebody outside scheduled the deletion of the connection" in words(page)
    [story] = page.context["page"].others

    editor.post(ASK, {story.asked_by: story.asked_about})

    assert "CloudTrail: the role nightly-load" in words(editor.get(HISTORY))
    assert "Who was it?" not in editor.get(HISTORY).content.decode()


def test_is_asked_about_a_secret_that_is_gone(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    watching.scan()
    with connected_as(secrets_manager.endpoint, ROLE) as client:
        client.delete_secret(SecretId=NAME, ForceDeleteWithoutRecovery=True)
    watching.scan()
    act = Event.objects.get(action="connections.observe").act

    answer = editor.post(ASK, {"observation": str(act)}, follow=True)

    assert answer.status_code == 200
    assert "CloudTrail says that it was the role nightly-load" in words(answer)


def test_is_not_known_yet(editor: Client, secrets_manager: Emulator, theirs: str) -> None:
    secrets_manager.world.trail.lag = 900

    answer = editor.post(ASK, {"version": theirs}, follow=True)

    assert "up to 15 minutes behind" in words(answer)


@pytest.mark.parametrize(
    ("days", "told", "calls"), [(1, "has no event of this change", 3), (91, "keeps 90 days", 0)]
)
def test_is_not_known(
    editor: Client, secrets_manager: Emulator, theirs: str, days: int, told: str, calls: int
) -> None:
    secrets_manager.world.trail.events.clear()
    user = editor.session["_auth_user_id"]
    with travel(datetime.now(UTC) + timedelta(days=days)):
        # The session of days ago has ended, and the browser has forgotten it.
        editor.cookies.clear()
        editor.force_login(_user(user))
        with counting(secrets_manager) as made:
            answer = editor.post(ASK, {"version": theirs}, follow=True)

    assert told in words(answer)
    assert made["LookupEvents"] == calls


def _user(key: str) -> Any:
    from django.contrib.auth.models import User  # noqa: PLC0415

    return User.objects.get(pk=key)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 302),
        ({"version": "0" * 32}, 404),
        ({"version": "x"}, 404),
        ({"observation": "x"}, 404),
        ({"observation": "11111111-2222-4333-8444-555555555555"}, 404),
    ],
)
def test_is_asked_only_of_what_is_there(
    editor: Client, secrets_manager: Emulator, theirs: str, sent: dict[str, str], status: int
) -> None:
    with counting(secrets_manager) as calls:
        assert editor.post(ASK, sent).status_code == status
    assert "LookupEvents" not in calls


def test_is_for_some_roles_to_ask_and_for_all_to_read(
    editor: Client, signed_in: As, secrets_manager: Emulator, theirs: str
) -> None:
    viewer, auditor = signed_in("viewer"), signed_in("auditor")
    assert "Who was it?" not in viewer.get(HISTORY).content.decode()
    assert "Editors, admins and auditors may ask CloudTrail" in words(viewer.get(HISTORY))

    assert viewer.post(ASK, {"version": theirs}).status_code == 403
    assert auditor.post(ASK, {"version": theirs}).status_code == 302

    assert "CloudTrail: the role nightly-load" in words(viewer.get(HISTORY))


def test_is_terraform_by_the_id_of_the_version(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    id_ = "terraform-20260503101112345600000001"
    with connected(secrets_manager.endpoint) as client:
        client.put_secret_value(SecretId=NAME, SecretString="http://h", ClientRequestToken=id_)
    editor.post(f"{CONNECTIONS}/refresh/")
    pages = [editor.get(HISTORY), editor.get(f"{CONNECTIONS}/detail/orders/")]
    pages.append(editor.get(f"{CONNECTIONS}/compare/orders/"))

    for page in pages:
        assert "Made by Terraform, whose next apply may bring back a value of its own" in words(
            page
        )
    assert "1 made by Terraform" in words(editor.get("/default/"))
