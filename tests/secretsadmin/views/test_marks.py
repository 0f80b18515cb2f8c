"""What somebody should look at is marked ... (each test finishes the sentence)."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.store import listing
from tests.conftest import As, use
from tests.support.lists import ids
from tests.support.site import CONNECTIONS, VARIABLES, create, current, overwrite, put
from tests.support.wire import connected, counting

URL = f"{CONNECTIONS}/"
BROKEN = "postgres://u:p/w@h/db"
# Tasks in Airflow 3 tolerate an extra that is no object, and its server refuses it.
READ_BY_ONE = '{"conn_type": "postgres", "extra": "[1]"}'
HTMX = {"HX-Request": "true"}


def shown(client: Client, url: str = URL, **asked: str) -> dict[str, list[str]]:
    """The badges of each row."""
    return {
        row.id: [badge.text for badge in row.badges]
        for row in client.get(url, asked).context["page"].rows
    }


def counted(response: Any) -> dict[str, int]:
    return {name: count for name, _, count in response.context["page"].states}


@pytest.fixture
def several(editor: Client, secrets_manager: Emulator) -> Emulator:
    """One unreadable, one without a text, one that was changed outside, and a good one."""
    put(secrets_manager, "airflow/connections/broken", BROKEN)
    put(secrets_manager, "airflow/connections/binary", b"\x00\xff")
    put(secrets_manager, "airflow/connections/sound", "http://u:p@h")
    create(editor)
    overwrite(secrets_manager, "airflow/connections/orders", "postgres://outside")
    editor.post(f"{URL}refresh/")
    return secrets_manager


def open_all(client: Client, *keys: str) -> None:
    for key in keys:
        assert client.post(f"{URL}open/{key}/").status_code == 200


def test_in_the_list_from_when_it_was_opened(editor: Client, several: Emulator) -> None:
    assert shown(editor) == {"binary": [], "broken": [], "orders": ["changed outside"], "sound": []}

    open_all(editor, "broken", "binary", "sound", "orders")
    with counting(several) as calls:
        rows = shown(editor)

    assert rows == {
        "binary": ["no text"],
        "broken": ["won't parse"],
        "orders": ["changed outside"],
        "sound": [],
    }
    assert not calls


def test_with_when_it_was_found(editor: Client, several: Emulator) -> None:
    open_all(editor, "broken")
    found = Event.objects.latest("id").at

    page = editor.get(URL).content.decode()

    assert f"Airflow cannot read it: so it was found on {found:%-d %B %Y at %H:%M} UTC." in page


@pytest.mark.parametrize(
    ("state", "found"),
    [("unreadable", ["broken"]), ("textless", ["binary"]), ("outside", ["orders"])],
)
def test_so_that_a_filter_finds_it(
    editor: Client, several: Emulator, state: str, found: list[str]
) -> None:
    open_all(editor, "broken", "binary", "sound")

    response = editor.get(URL, {"state": state})

    assert ids(response) == found
    assert counted(response)[state] == 1
    assert "Known only of secrets that" in response.content.decode()


def test_on_the_overview_with_the_way_to_it(editor: Client, several: Emulator) -> None:
    open_all(editor, "broken", "binary")

    response = editor.get("/default/")

    attention = next(
        tile.attention for tile in response.context["page"].tiles if tile.kind.name == "connections"
    )
    assert [text for text, _, _ in attention] == [
        "1 won't parse",
        "1 without text",
        "1 changed outside",
    ]
    assert [ids(editor.get(url)) for _, _, url in attention] == [["broken"], ["binary"], ["orders"]]


def test_for_whoever_may_view_and_for_a_process_that_has_just_started(
    editor: Client, signed_in: As, several: Emulator
) -> None:
    open_all(editor, "broken")
    listing.forget()

    assert shown(signed_in("auditor"))["broken"] == ["won't parse"]


def test_on_its_own_page(editor: Client, several: Emulator) -> None:
    open_all(editor, "broken")

    page = editor.get(f"{URL}detail/broken/").content.decode()

    assert ">won&#x27;t parse</span>" in page
    assert "Airflow cannot read it" in page


def test_only_as_long_as_it_is_current(editor: Client, several: Emulator) -> None:
    open_all(editor, "broken", "binary")
    overwrite(several, "airflow/connections/broken", "http://mended")
    version = current(several, "airflow/connections/binary")
    form = {"conn_type": "http", "host": "h", "format": "auto", "version": version}
    assert editor.post(f"{URL}update/binary/", form).status_code == 302

    editor.post(f"{URL}refresh/")

    assert shown(editor) == {"binary": [], "broken": [], "orders": ["changed outside"], "sound": []}


def test_until_the_same_text_is_read(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    """A site may learn words that its Airflow has known for long."""
    text = '{"conn_type": "http", "haven": 80, "port": "x"}'
    put(secrets_manager, "airflow/connections/odd", text)
    open_all(editor, "odd")
    assert shown(editor)["odd"] == ["won't parse"]
    use(settings, secrets_manager.endpoint, extra_conn_words={"port": ["haven"]})

    open_all(editor, "odd")

    for _ in range(2):
        assert shown(editor)["odd"] == []
        listing.forget()


def test_by_every_act_that_shows_a_text(editor: Client, secrets_manager: Emulator) -> None:
    acts = {
        "revealed": ("reveal", {"field": "text"}),
        "edited": ("edit", {}),
        "copied": ("copy", {"format": "stored-text"}),
    }
    for key, (verb, asked) in acts.items():
        put(secrets_manager, f"airflow/connections/{key}", BROKEN)
        editor.post(f"{URL}{verb}/{key}/", asked)
    name = "airflow/connections/compared"
    old = put(secrets_manager, name, "http://h")
    new = overwrite(secrets_manager, name, BROKEN)
    editor.post(f"{URL}compare/compared/", {"one": old, "other": new}, headers=HTMX)

    assert shown(editor, state="unreadable").keys() == {"revealed", "edited", "copied", "compared"}


def test_where_one_airflow_alone_can_read_it(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/connections/half", READ_BY_ONE)
    open_all(editor, "half")

    assert shown(editor, state="unreadable")["half"] == ["won't parse everywhere"]


def test_where_a_variable_only_begins_like_json(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/variables/policy", '{"retries": ')
    editor.post(f"{VARIABLES}/open/policy/")

    assert shown(editor, f"{VARIABLES}/") == {"policy": ["broken JSON"]}


def test_without_what_waits_for_its_deletion(editor: Client, several: Emulator) -> None:
    open_all(editor, "broken", "binary")
    with connected(several.endpoint) as client:
        for key in ("broken", "binary", "orders"):
            client.delete_secret(SecretId=f"airflow/connections/{key}", RecoveryWindowInDays=7)
    editor.post(f"{URL}refresh/")

    states = counted(editor.get(URL))

    assert (states["unreadable"], states["textless"], states["outside"]) == (0, 0, 0)


def test_with_no_more_in_the_record_than_a_word(editor: Client, several: Emulator) -> None:
    open_all(editor, "broken", "binary", "sound")

    noted = (
        Event.objects.filter(action="connections.open").exclude(outcome="started").order_by("id")
    )

    assert [(event.format, event.error) for event in noted] == [
        ("unreadable", ""),
        (None, "binary"),
        ("uri", ""),
    ]
    assert "p/w" not in json.dumps(list(noted.values()), default=str)


def test_with_as_many_queries_for_many_as_for_one(
    editor: Client,
    several: Emulator,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    open_all(editor, "broken", "binary", "sound", "orders")
    editor.get(URL)

    # The session, the person, their groups, what was written since, and what was found since.
    with django_assert_max_num_queries(5):
        editor.get(URL)
