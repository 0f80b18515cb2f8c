"""Revealing, from a comparison, ... (each test finishes the sentence)."""

import re

import pytest
from django.test import Client
from django.utils.html import escape

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.secretsadmin.views.compared import HTMX, URL, variable
from tests.secretsadmin.views.conftest import NAME
from tests.support.site import CONNECTIONS, POSTGRES, VARIABLES, overwrite


def test_shows_a_masked_part_of_one_side_to_whoever_may_reveal(
    editor: Client, sides: dict[str, str]
) -> None:
    page = editor.post(URL, sides, headers=HTMX).content.decode()
    asked = {"part": "password", "version": sides["one"]}

    shown = editor.post(f"{CONNECTIONS}/reveal/orders/", asked, headers=HTMX)

    for side in sides.values():
        assert re.search(rf'name="part" value="password">\s*<input [^>]*value="{side}"', page)
    assert escape(POSTGRES["password"]) in shown.content.decode()
    assert "radioactive" not in shown.content.decode()
    assert 'name="part" value="password"' in shown.content.decode()
    event = Event.objects.latest("id")
    assert (event.action, event.fields, event.version) == (
        "connections.reveal",
        ["password"],
        sides["one"],
    )


def test_shows_one_key_of_a_variable(editor: Client, secrets_manager: Emulator) -> None:
    both = variable(
        secrets_manager, '{"a": {"b": "quiet"}, "c": "silent"}', '{"a": {"b": "loud"}, "c": "new"}'
    )
    page = editor.post(f"{VARIABLES}/compare/policy/", both, headers=HTMX).content.decode()

    shown = editor.post(
        f"{VARIABLES}/reveal/policy/", {"part": "a.b", "version": both["one"]}
    ).content.decode()

    assert 'name="part" value="a.b"' in page
    assert "quiet" in shown
    assert not [other for other in ("silent", "loud") if other in shown]


def test_shows_all_of_a_text_beside_one_that_can_not_be_taken_apart(
    editor: Client, secrets_manager: Emulator, sides: dict[str, str]
) -> None:
    both = {
        "one": sides["one"],
        "other": overwrite(secrets_manager, NAME, "postgres://u:p/w@h/db"),
    }
    page = editor.post(URL, both, headers=HTMX).content.decode()
    asked = {"part": "secret.text", "version": both["one"]}

    shown = editor.post(f"{CONNECTIONS}/reveal/orders/", asked, headers=HTMX).content.decode()

    one = both["one"]
    assert re.search(rf'name="part" value="secret.text">\s*<input [^>]*value="{one}"', page)
    assert "postgres://svc:" in shown


@pytest.mark.parametrize("part", ["nothing", "extra.", "host.", "line:0", "\0"])
def test_shows_no_part_that_is_not_there(editor: Client, sides: dict[str, str], part: str) -> None:
    response = editor.post(f"{CONNECTIONS}/reveal/orders/", {"part": part, "version": sides["one"]})

    assert response.status_code == 404


def test_offers_no_line_of_a_text_and_nothing_to_a_viewer(
    signed_in: As, editor: Client, secrets_manager: Emulator, sides: dict[str, str]
) -> None:
    lines = variable(secrets_manager, "one\ntwo", "one\nthree")

    page = editor.post(f"{VARIABLES}/compare/policy/", lines, headers=HTMX).content.decode()
    assert 'name="part"' not in page
    assert 'name="part"' not in signed_in("viewer").post(URL, sides, headers=HTMX).content.decode()
