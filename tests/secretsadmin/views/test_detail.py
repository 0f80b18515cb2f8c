"""The page of a secret ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, acts


@pytest.mark.parametrize("verb", ["detail", "history", "update", "roll-back", "delete"])
def test_is_not_found_for_an_unknown_id(
    editor: Client, secrets_manager: Emulator, verb: str
) -> None:
    response = editor.get(f"{CONNECTIONS}/{verb}/unknown/", {"to": "0" * 32})

    assert response.status_code == 404


@pytest.mark.parametrize("verb", ["detail", "open", "reveal"])
def test_is_not_found_for_a_version_that_is_no_id(
    editor: Client, versions: tuple[str, str], verb: str
) -> None:
    known = acts()
    ask = editor.get if verb == "detail" else editor.post

    assert ask(f"{CONNECTIONS}/{verb}/orders/", {"version": "../../etc"}).status_code == 404
    assert acts() == known
