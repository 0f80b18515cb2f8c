"""The page of a roll back ... (each test finishes the sentence)."""

from typing import Any

from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.support.site import CONNECTIONS, acts, overwrite
from tests.support.wire import connected, counting

NAME = "airflow/connections/orders"
ROLL_BACK = f"{CONNECTIONS}/roll-back/orders/"
COMPARE = f"{CONNECTIONS}/compare/orders/"
BUTTON = "Show what changes"
HTMX = {"HX-Request": "true"}


def compares(response: Any) -> dict[str, str]:
    pair = response.context["page"].compares
    found: dict[str, str] = pair._asdict() if pair else {}
    assert (BUTTON in response.content.decode()) == bool(found)
    return found


def test_reads_no_value_for_the_visit(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    editor.get(ROLL_BACK, {"to": old})
    known = acts()

    with counting(secrets_manager) as calls:
        response = editor.get(ROLL_BACK, {"to": old})

    assert calls == {"ListSecretVersionIds": 1}
    assert acts() == known
    assert compares(response) == {"one": new, "other": old}
    assert "example.com" not in response.content.decode().lower()


def test_shows_the_current_one_before_and_what_comes_after(
    editor: Client, versions: tuple[str, str]
) -> None:
    asked = compares(editor.get(ROLL_BACK, {"to": versions[0]}))

    response = editor.post(COMPARE, asked, headers=HTMX)

    (row,) = response.context["compared"].differing
    assert (row.label, row.before.text, row.after.text) == (
        "Host",
        "new.example.com",
        "Db.Example.com",
    )
    assert (
        acts()[-4:]
        == [("connections.compare", "orders", outcome) for outcome in ("started", "succeeded")] * 2
    )


def test_is_the_page_that_compares_where_no_scripts_run(
    editor: Client, versions: tuple[str, str]
) -> None:
    page = editor.post(
        COMPARE, compares(editor.get(ROLL_BACK, {"to": versions[0]}))
    ).content.decode()

    assert "<html" in page
    assert "1 difference" in page


def test_compares_with_what_somebody_else_has_just_made_current(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")

    response = editor.post(ROLL_BACK, {"to": old, "version": new})

    assert response.status_code == 409
    assert compares(response) == {"one": outside, "other": old}


def test_is_not_offered_where_nothing_can_be_compared(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    refused = editor.post(ROLL_BACK, {"to": "<b>", "version": new})
    already = editor.get(ROLL_BACK, {"to": new})
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)
    editor.post(f"{CONNECTIONS}/refresh/")
    deleted = editor.get(ROLL_BACK, {"to": old})

    assert [response.status_code for response in (refused, already, deleted)] == [422, 200, 200]
    assert not any(compares(response) for response in (refused, already, deleted))


def test_is_not_offered_where_no_version_is_current(
    editor: Client, secrets_manager: Emulator
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)
        made = client.put_secret_value(
            SecretId=NAME, SecretString="x://h", VersionStages=["tested"]
        )

    response = editor.get(ROLL_BACK, {"to": made["VersionId"]})

    assert response.status_code == 200
    assert not compares(response)


def test_keeps_the_offer_beside_a_reason_that_is_too_long(
    editor: Client, versions: tuple[str, str]
) -> None:
    old, new = versions

    response = editor.post(ROLL_BACK, {"to": old, "version": new, "reason": "x" * 1001})

    assert response.status_code == 422
    assert compares(response) == {"one": new, "other": old}


def test_is_for_whoever_may_roll_back(signed_in: As, versions: tuple[str, str]) -> None:
    assert signed_in("viewer").get(ROLL_BACK, {"to": versions[0]}).status_code == 403
