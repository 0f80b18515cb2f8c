"""A disclosure ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, last_act
from tests.support.wire import counting

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with htmx", "without"])
@pytest.mark.parametrize(
    ("page", "data", "verb", "fields"),
    [
        ("open", {}, "open", []),
        ("edit", {}, "open", []),
        ("reveal", {"field": "password"}, "reveal", ["password"]),
        ("copy", {"format": "uri"}, "copy", ["uri"]),
        ("compare", {"one": "a" * 32, "other": "b" * 32}, "compare", []),
    ],
)
def test_is_recorded_as_tried_where_there_is_no_such_secret(
    editor: Client,
    secrets_manager: Emulator,
    page: str,
    data: dict[str, str],
    verb: str,
    fields: list[str],
    headers: dict[str, str],
) -> None:
    response = editor.post(f"{CONNECTIONS}/{page}/never_was/", data, headers=headers)

    assert response.status_code == 404
    started, ended = last_act()
    assert started == (f"connections.{verb}", "started", fields, "")
    assert ended[:2] == (f"connections.{verb}", "failed")


@pytest.mark.parametrize("verb", ["open", "edit", "reveal"])
def test_is_not_made_by_a_get(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], verb: str
) -> None:
    with counting(secrets_manager) as calls:
        assert editor.get(f"{CONNECTIONS}/{verb}/orders/").status_code == 405
    assert not calls
