"""A save of a variable that somebody else's has overtaken ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.views.conflict.conftest import URL, ways
from tests.secretsadmin.views.conftest import NAME
from tests.support.forms import as_sent
from tests.support.site import VARIABLES, acts, current, errors, overwrite, put, stored


def saved(browser: Client, emulator: Emulator, **typed: str) -> str:
    """The version that a save of a colleague's makes."""
    response = browser.post(URL, {"version": current(emulator, NAME)} | typed)
    assert response.status_code == 302, errors(response)
    return current(emulator, NAME)


def overtaken_variable(
    editor: Client, emulator: Emulator, base: str, theirs: str, mine: str
) -> Any:
    put(emulator, "airflow/variables/policy", base)
    opened = as_sent(editor.post(f"{VARIABLES}/edit/policy/", {"reveal": "1"}))
    overwrite(emulator, "airflow/variables/policy", theirs)
    return editor.post(f"{VARIABLES}/update/policy/", opened | {"value": mine})


def test_of_an_object_is_chosen_by_key_and_written_in_my_style(
    editor: Client, secrets_manager: Emulator
) -> None:
    base = '{"retries": 1, "mail": {"to": "a"}, "old": true, "kept": "ü"}'
    theirs = '{"retries": 3, "mail": {"to": "b"}, "old": true, "kept": "ü", "added": [1]}'
    mine = '{\n    "retries": 2,\n    "mail": {"to": "a"},\n    "kept": "ü",\n    "mine": null\n}\n'

    response = overtaken_variable(editor, secrets_manager, base, theirs, mine)
    assert ways(response) == {
        "retries": ("both", "?"),
        "mail": ("theirs", "theirs"),
        "old": ("mine", "mine"),
        "added": ("theirs", "theirs"),
        "mine": ("mine", "mine"),
    }
    saved = editor.post(
        f"{VARIABLES}/update/policy/", as_sent(response) | {"choice.retries": "mine"}
    )

    assert saved.status_code == 302
    text = stored(secrets_manager, "airflow/variables/policy")["SecretString"]
    expected = {"retries": 2, "mail": {"to": "b"}, "kept": "ü", "added": [1], "mine": None}
    assert text == json.dumps(expected, indent=4, ensure_ascii=False) + "\n"
    assert list(json.loads(text)) == list(expected)
    assert acts()[-1] == ("variables.update", "policy", "succeeded")


def test_of_a_text_is_chosen_as_a_whole_with_its_lines_told(
    editor: Client, secrets_manager: Emulator
) -> None:
    response = overtaken_variable(
        editor, secrets_manager, "one\ntwo\n", "one\n2\n", "one\ntwo\nthree\n"
    )

    assert ways(response) == {"secret.text": ("both", "?")}
    assert [row.label for row in response.context["ways"].lines] == ["Line 2", "Line 3"]
    sent = as_sent(response)
    assert sent["value"] == ["one\r\ntwo\r\nthree\r\n"]
    answer = editor.post(f"{VARIABLES}/update/policy/", sent | {"choice.secret.text": "mine"})
    assert answer.status_code == 302
    assert (
        stored(secrets_manager, "airflow/variables/policy")["SecretString"] == "one\ntwo\nthree\n"
    )


def test_of_more_parts_than_anybody_chooses_from_is_a_choice_of_the_whole(
    editor: Client, secrets_manager: Emulator
) -> None:
    base, theirs, mine = (
        json.dumps(dict.fromkeys(map(str, range(300)), number)) for number in range(3)
    )

    response = overtaken_variable(editor, secrets_manager, base, theirs, mine)

    assert ways(response) == {"secret.text": ("both", "?")}
    assert editor.post(
        f"{VARIABLES}/update/policy/", as_sent(response) | {"choice.secret.text": "theirs"}
    )
    assert stored(secrets_manager, "airflow/variables/policy")["SecretString"] == theirs


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "status"),
    [
        ('{"a": 1, "a": 2}', '{"a": 3}', '{"a": 4}', 302),
        ('{"a": 1.10}', '{"a": 1}', '{"a": 2}', 302),
        ('{"a": "\\ud800"}', '{"a": 1}', '{"a": 2}', 302),
        ("[1]", "[2]", "[3]", 422),
        ('{"a": 1}', "text", '{"a": 2}', 422),
    ],
)
def test_of_what_could_not_be_written_anew_unchanged_is_chosen_as_a_whole(
    editor: Client, secrets_manager: Emulator, base: str, theirs: str, mine: str, status: int
) -> None:
    response = overtaken_variable(editor, secrets_manager, base, theirs, mine)

    assert ways(response) == {"secret.text": ("both", "?")}
    forged = editor.post(
        f"{VARIABLES}/update/policy/", as_sent(response) | {"asked": [], "choice.a": "theirs"}
    )
    assert forged.status_code == status
    assert stored(secrets_manager, "airflow/variables/policy")["SecretString"] == theirs
