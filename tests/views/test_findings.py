"""A version's timeline and its roll back ... (each test finishes the sentence)."""

from typing import Any

from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.site import CONNECTIONS, overwrite, put

NAME = "airflow/connections/orders"
HISTORY = f"{CONNECTIONS}/history/orders/"
ROLL_BACK = f"{CONNECTIONS}/roll-back/orders/"


def texts(response: Any, *wanted: str) -> None:
    page = response.content.decode()
    for text in wanted:
        assert text in page


def test_say_of_an_unseen_version_that_it_is_current_and_no_more(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "postgres://u:p/w@h/db")

    page = editor.get(HISTORY).content.decode()

    assert "It is current since" in page
    assert "Airflow reads it" not in page


def test_say_what_airflow_makes_of_a_version_that_somebody_was_shown(editor: Client, secrets_manager: Emulator) -> None:
    broken = put(secrets_manager, NAME, "postgres://u:p/w@h/db")
    editor.post(f"{CONNECTIONS}/open/orders/")
    texts(editor.get(HISTORY), "It is current since", "Airflow cannot read it. So it was found")
    overwrite(secrets_manager, NAME, "postgres://u:p@h/db")
    editor.post(f"{CONNECTIONS}/open/orders/")

    page = editor.get(HISTORY)

    texts(page, "Airflow reads it since", "It was current", "Airflow cannot read it. So it was")
    offered = editor.get(ROLL_BACK, {"to": broken})
    texts(offered, "Airflow cannot read it. So it was found")


def test_say_that_airflow_reads_what_was_saved_here(editor: Client, versions: tuple[str, str]) -> None:
    del versions

    page = editor.get(HISTORY)

    texts(page, "Airflow reads it since", "Airflow read it")
    assert "It is current" not in page.content.decode()
