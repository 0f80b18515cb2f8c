"""A history tells of an act that went wrong ... (each test finishes the sentence)."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.secretsadmin.views.conftest import NAME
from tests.secretsadmin.views.history import HISTORY, LOST, ROLL_BACK, leave_behind, record, told
from tests.support.faults import FaultProxy
from tests.support.site import CONNECTIONS, POSTGRES, current
from tests.support.wire import connected


def test_that_a_save_was_too_late(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    """A candidate that lost the race stays for a while, and Airflow never read it."""
    record("update", "conflict", LOST)
    leave_behind(secrets_manager, "SECRETSADMIN")

    loser = told(editor.get(HISTORY))[LOST]

    assert loser.was_refused
    assert not loser.periods
    assert loser.labels == ()
    assert "somebody else was faster" in loser.sentence


def test_that_aws_did_not_finish_a_save(
    editor: Client, secrets_manager: Emulator, settings: Settings, versions: tuple[str, str]
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("UpdateSecretVersionStage").deny()
        editor.post(
            f"{CONNECTIONS}/update/orders/",
            POSTGRES | {"host": "third.example.com", "version": versions[1]},
        )
        known = told(editor.get(HISTORY))

    (left,) = (version for id_, version in known.items() if id_ not in versions)
    assert left.was_refused
    assert "AWS didn't make it the current one" in left.sentence


def test_that_the_end_of_a_save_is_not_recorded(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    leave_behind(secrets_manager, "SECRETSADMIN")
    record("update", "started", previous=versions[1])

    assert (
        told(editor.get(HISTORY))[LOST].sentence
        == "ben began to save it, and how that ended isn't recorded"
    )


def test_what_the_next_save_found_after_a_lost_answer(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    leave_behind(secrets_manager)
    record("update", "unknown", LOST, versions[1])
    editor.post(f"{CONNECTIONS}/refresh/")
    editor.post(
        f"{CONNECTIONS}/update/orders/", POSTGRES | {"host": "third.example.com", "version": LOST}
    )

    known = told(editor.get(HISTORY))

    (read,) = known[LOST].periods
    assert known[versions[1]].periods[0].end == read.start
    assert read.end


def test_nothing_of_a_roll_back_that_the_next_one_found_undone(
    editor: Client, versions: tuple[str, str]
) -> None:
    old, new = versions
    record("roll-back", "unknown", old, new)
    editor.post(ROLL_BACK, {"to": old, "version": new})

    assert [period.begun.rolled_back_by for period in told(editor.get(HISTORY))[old].periods] == [
        "",
        "editor",
    ]


@pytest.mark.parametrize("is_restored", [True, False])
def test_whether_a_restore_was_done_by_what_is_now(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], *, is_restored: bool
) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})
    if is_restored:
        with connected(secrets_manager.endpoint) as client:
            client.restore_secret(SecretId=NAME)
    record("restore", "unknown")

    periods = told(editor.get(HISTORY))[versions[1]].periods

    assert [(period.is_now, bool(period.start)) for period in periods] == [
        (False, True),
        (True, True),
    ][: 1 + is_restored]


def test_what_waited_for_a_rotation_only_from_when_it_was_made_current(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    leave_behind(secrets_manager, "AWSPENDING")
    editor.post(
        f"{CONNECTIONS}/update/orders/",
        POSTGRES | {"host": "third.example.com", "version": versions[1]},
    )
    editor.post(ROLL_BACK, {"to": LOST, "version": current(secrets_manager, NAME)})

    known = told(editor.get(HISTORY))

    assert [period.is_now for period in known[LOST].periods] == [True]
    assert [bool(period.end) for period in known[versions[1]].periods] == [True]
