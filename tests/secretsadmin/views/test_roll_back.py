"""A roll back ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conftest import NAME
from tests.secretsadmin.views.history import ROLL_BACK
from tests.support.site import (
    CONNECTIONS,
    acts,
    assert_says,
    current,
    field,
    overwrite,
    read_by_airflow,
)
from tests.support.wire import counting


def test_moves_one_label(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions

    with counting(secrets_manager) as calls:
        response = editor.post(
            f"{CONNECTIONS}/roll-back/orders/", {"to": old, "version": new, "reason": "broken"}
        )

    assert response["Location"] == f"{CONNECTIONS}/history/orders/"
    assert dict(calls) == {"UpdateSecretVersionStage": 1}
    assert read_by_airflow(secrets_manager, "orders").host == "Db.Example.com"
    act = Event.objects.latest("id")
    assert (act.action, act.outcome, act.reason) == ("connections.roll-back", "succeeded", "broken")
    assert (act.previous, act.version) == (new, old)


def test_is_a_conflict_when_the_label_has_moved(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    theirs = overwrite(secrets_manager, NAME, "postgres://theirs")

    response = editor.post(
        f"{CONNECTIONS}/roll-back/orders/", {"to": old, "version": new, "reason": "kept"}
    )

    assert response.status_code == 409
    assert "kept" in response.content.decode()
    assert current(secrets_manager, NAME) == theirs
    assert acts()[-1][2] == "conflict"


def test_keeps_the_reason_where_the_label_has_moved(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")

    response = editor.post(
        ROLL_BACK, {"to": versions[0], "version": versions[1], "reason": "It was better"}
    )
    again = editor.post(
        ROLL_BACK, {"to": versions[0], "version": field(response, "version"), "reason": "x"}
    )

    assert response.status_code == 409
    assert_says(response, "made another version current", "It was better")
    assert field(response, "version") == outside
    assert again.status_code == 302
    assert current(secrets_manager, NAME) == versions[0]


def test_to_a_version_that_is_gone_fails(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    response = editor.post(
        f"{CONNECTIONS}/roll-back/orders/",
        {"to": "00000000-0000-4000-8000-000000000000", "version": versions[1]},
    )

    assert response.status_code == 404
    assert current(secrets_manager, NAME) == versions[1]


def test_to_a_version_that_is_gone_has_no_page(editor: Client, versions: tuple[str, str]) -> None:
    assert editor.get(ROLL_BACK, {"to": "0" * 32}).status_code == 404


@pytest.mark.parametrize("to", ["", "x", "' OR 1", "%00" * 20, "a" * 65])
def test_takes_an_id_alone(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], to: str
) -> None:
    known = acts()

    with counting(secrets_manager) as calls:
        codes = [
            editor.get(ROLL_BACK, {"to": to}).status_code,
            editor.post(ROLL_BACK, {"to": to}).status_code,
        ]

    assert codes == [404 if to else 302, 422]
    assert not calls
    assert acts() == known


def test_is_not_offered_to_the_current_version(editor: Client, versions: tuple[str, str]) -> None:
    assert_says(
        editor.get(ROLL_BACK, {"to": versions[1]}), "This version is the current one already"
    )


def test_shows_the_format_and_the_fields_of_its_version_first(
    editor: Client, versions: tuple[str, str]
) -> None:
    response = editor.get(ROLL_BACK, {"to": versions[0]})

    assert_says(response, "readers read it back", "conn_type, host, login, password", "URI")
    assert field(response, "version") == versions[1]
    event = Event.objects.get(act=versions[0], outcome="succeeded")
    assert event.format == "uri"
    assert "extra.sslmode" in (event.holds or ())


def test_calls_a_version_from_outside_unchecked(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")
    overwrite(secrets_manager, NAME, "postgres://again")

    with counting(secrets_manager) as calls:
        response = editor.get(ROLL_BACK, {"to": outside})

    assert_says(response, '<span class="value prose">No. Whether', "Check what Airflow would read")
    assert set(calls) <= {"ListSecretVersionIds", "DescribeSecret"}
