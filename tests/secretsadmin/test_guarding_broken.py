"""An editor of a protected, unreadable secret ... (each test finishes the sentence)."""

from typing import Any

import pytest

from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.forms import as_sent
from tests.support.site import acts, errors, put, stored

NAME = "prod/connections/x"
BROKEN = "postgres://svc:rad/io#active@db.example.com:5432/orders"
EDIT = "/prod/connections/edit/x/"
UPDATE = "/prod/connections/update/x/"


@pytest.fixture
def page(two_environments: Emulator, as_role: As) -> Any:
    put(two_environments, NAME, BROKEN)
    return as_role("editor").post(EDIT)


def test_is_told_what_is_wrong_but_not_where_and_whom_to_ask(page: Any) -> None:
    content = page.content.decode()

    assert "The port is not a number from 0 to 65535." in content
    assert not page.context["form"].beginning.trouble.offers_mend
    assert "at character" not in content
    assert "Here only admins may see the stored text." in content


def test_is_told_that_json_breaks_off_but_not_where(
    two_environments: Emulator, as_role: As
) -> None:
    """The column would tell how long the password before it is."""
    put(two_environments, NAME, '{"conn_type": "postgres", "password": "radioactive" "host": "h"}')

    answers = [
        as_role(role).post("/prod/connections/open/x/") for role in ("viewer", "editor", "admin")
    ]
    answers += [as_role(role).post(EDIT) for role in ("editor", "admin")]

    told = [answer.content.decode() for answer in answers]
    assert all(
        "The text starts with a brace but Airflow can&#x27;t read it as JSON" in content
        for content in told
    )
    assert ["it breaks off at line 1, column 53" in content for content in told] == [
        False,
        False,
        True,
        False,
        True,
    ]


def test_is_refused_a_proposal_and_saves_none(
    page: Any, two_environments: Emulator, as_role: As
) -> None:
    editor = as_role("editor")
    forged = {"begins": "mended", "stored_masked": ["password"], "host": "evil.example.com"}

    assert editor.post(EDIT, {"mended": "1"}).status_code == 403
    assert acts()[-1] == ("connections.copy", "x", "denied")
    refused = editor.post(UPDATE, as_sent(page) | forged | {"conn_type": "postgres"})
    assert refused.status_code == 422
    assert list(errors(refused)) == ["password"]
    assert stored(two_environments, NAME)["SecretString"] == BROKEN


def test_changes_the_description_all_the_same(
    page: Any, two_environments: Emulator, as_role: As
) -> None:
    saved = as_role("editor").post(UPDATE, as_sent(page) | {"description": "Ours"})

    assert saved.status_code == 302
    assert stored(two_environments, NAME)["Description"] == "Ours"


@pytest.mark.parametrize("guess", ["rad/io#active", "wrong"])
def test_learns_nothing_from_what_a_save_answers(page: Any, as_role: As, guess: str) -> None:
    typed = {
        "conn_type": "postgres",
        "host": "db.example.com",
        "port": "5432",
        "schema": "orders",
        "login": "svc",
    }

    saved = as_role("editor").post(UPDATE, as_sent(page) | typed | {"password": guess}, follow=True)

    told = " ".join(map(str, saved.context["messages"]))
    assert told == "Saved: conn_type, host, login, password, schema, port."
