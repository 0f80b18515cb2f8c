"""The undo of a roll back ... (each test finishes the sentence)."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone
from time_machine import travel

from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.secretsadmin.views.conftest import NAME
from tests.secretsadmin.views.history import HISTORY, ROLL_BACK
from tests.support.site import current, overwrite
from tests.support.wire import counting


def test_takes_one_call(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    rolled_back = editor.post(ROLL_BACK, {"to": old, "version": new}, follow=True)
    undo = rolled_back.context["page"].undo

    with counting(secrets_manager) as calls:
        response = editor.post(ROLL_BACK, {"to": undo.to, "version": undo.version})

    assert response.status_code == 302
    assert calls == {"UpdateSecretVersionStage": 1}
    assert current(secrets_manager, NAME) == new


def test_is_not_offered_once_something_else_has_happened(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    editor.post(ROLL_BACK, {"to": old, "version": new})
    assert editor.get(HISTORY).context["page"].undo

    overwrite(secrets_manager, NAME, "postgres://elsewhere")

    assert editor.get(HISTORY).context["page"].undo is None


def test_is_not_offered_a_day_later(
    signed_in: As, editor: Client, versions: tuple[str, str]
) -> None:
    editor.post(ROLL_BACK, {"to": versions[0], "version": versions[1]})

    with travel(timezone.now() + timedelta(hours=25), tick=True):
        assert signed_in("editor").get(HISTORY).context["page"].undo is None


def test_is_not_offered_after_a_save(editor: Client, versions: tuple[str, str]) -> None:
    assert editor.get(HISTORY).context["page"].undo is None


def test_is_shown_to_nobody_who_may_not_roll_back(
    signed_in: As, editor: Client, versions: tuple[str, str]
) -> None:
    editor.post(ROLL_BACK, {"to": versions[0], "version": versions[1]})

    assert "Undo this roll back" not in signed_in("viewer").get(HISTORY).content.decode()
