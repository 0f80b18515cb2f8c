"""What Secrets Manager can hold and Airflow can't use ... (each test finishes the sentence)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, put
from tests.support.wire import connected

NAME = "airflow/connections/orders"
LINE = "x" * 65_536
DISGUISED = "postgres://h\u202e\x01/\x00\u200b"
GONE = "0" * 32


def changed_to(**value: Any) -> Callable[[Emulator], None]:
    """A good version, and another one on top of it."""

    def make(emulator: Emulator) -> None:
        put(emulator, NAME, "postgres://airflow@h/db")
        with connected(emulator.endpoint) as client:
            client.put_secret_value(SecretId=NAME, **value)

    return make


def without_value(emulator: Emulator) -> None:
    with connected(emulator.endpoint) as client:
        client.create_secret(Name=NAME)


def was_binary(emulator: Emulator) -> None:
    put(emulator, NAME, b"\x00\xff")
    with connected(emulator.endpoint) as client:
        client.put_secret_value(SecretId=NAME, SecretString="postgres://airflow@h/db")


def in_rotation(emulator: Emulator) -> None:
    changed_to(SecretString="postgres://airflow@new/db", VersionStages=["AWSPENDING"])(emulator)


def scheduled(emulator: Emulator) -> None:
    changed_to(SecretString="postgres://airflow@new/db")(emulator)
    with connected(emulator.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)


STATES: dict[str, Callable[[Emulator], None]] = {
    "binary": changed_to(SecretBinary=b"\x00\xff"),
    "was binary": was_binary,
    "without a value": without_value,
    "one long line": changed_to(SecretString=LINE),
    "disguised": changed_to(SecretString=DISGUISED),
    "not our JSON": changed_to(SecretString='["a", {"b": null}]'),
    "broken": changed_to(SecretString="postgres://u:p/w@h/db"),
    "in rotation": in_rotation,
    "scheduled": scheduled,
}
# What has to be told, and on which page, by the state.
TOLD = [
    ("binary", "open", "Airflow finds nothing here"),
    ("binary", "compare", "holds no text that could be compared"),
    ("was binary", "compare", "holds no text that could be compared"),
    ("without a value", "history", "no version is the current one"),
    ("without a value", "compare page", "knows no version"),
    ("without a value", "label", "on no version"),
    ("disguised", "open", "h[U+202E][U+0001]"),
    ("disguised", "compare", "h[U+202E][U+0001]"),
    ("broken", "open", "Airflow will not find this connection"),
    ("in rotation", "history", "AWSPENDING"),
    ("in rotation", "label", "What a rotation is preparing"),
    ("scheduled", "detail", "scheduled for deletion"),
    ("scheduled", "history", "Airflow finds none of these"),
    ("scheduled", "label", "No label can be moved"),
    ("scheduled", "roll back page", "Restore it first"),
    ("scheduled", "bin", "orders"),
]


def versions(emulator: Emulator) -> list[str]:
    """The oldest and the newest: twice the only one, or one that never was where there is none."""
    with connected(emulator.endpoint) as client:
        found = client.list_secret_version_ids(SecretId=NAME, IncludeDeprecated=True)["Versions"]
    found.sort(key=lambda version: version["CreatedDate"])
    ids = [version["VersionId"] for version in found] or [GONE]
    return [ids[0], ids[-1]]


def pages(editor: Client, emulator: Emulator) -> dict[str, Any]:
    """Every page of the secret, and every look at it that changes nothing."""
    one, other = versions(emulator)
    url = f"{CONNECTIONS}/{{}}/orders/"
    typed = {"version": other, "host": "typed", "review": "1"}
    return {
        "index": editor.get(f"{CONNECTIONS}/"),
        "bin": editor.get("/default/recycle-bin/"),
        **{
            verb: editor.get(url.format(verb))
            for verb in ("detail", "history", "label", "update", "delete")
        },
        "old": editor.get(url.format("detail"), {"version": one}),
        "compare page": editor.get(url.format("compare")),
        "roll back page": editor.get(url.format("roll-back"), {"to": one}),
        "open": editor.post(url.format("open")),
        "open old": editor.post(url.format("open"), {"version": one}),
        "edit": editor.post(url.format("edit")),
        "compare": editor.post(url.format("compare"), {"one": one, "other": other}),
        "review": editor.post(url.format("update"), typed),
        "overtaken": editor.post(url.format("update"), typed | {"version": GONE}),
    }


@pytest.mark.parametrize("state", STATES)
def test_is_told_on_every_page(editor: Client, secrets_manager: Emulator, state: str) -> None:
    STATES[state](secrets_manager)

    found = pages(editor, secrets_manager)

    assert {name: page.status_code for name, page in found.items() if page.status_code >= 500} == {}
    for _, name, sentence in (told for told in TOLD if told[0] == state):
        assert sentence in found[name].content.decode(), name
    # Fields keep what is in them, to be copied and edited; nothing else hides.
    for name in found.keys() - {"open", "open old", "edit", "review", "overtaken"}:
        assert not {"\u202e", "\x01", "\u200b"} & set(found[name].content.decode()), name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgres://u:p/w@h/db", "Airflow will not find this connection"),
        (b"\x00\xff", "Airflow finds nothing here"),
        ('{"conn_type": "x", "login": 5}', "Airflow will not find this connection"),
        ("x" * 65_536, "Airflow"),
        ("\u202e\x01{", "Airflow"),
        ("postgres://h/?a=30", "differently"),
        ('{"conn_type": "postgres", "region_name": "x"}', "region_name"),
        ('{"conn_id": "orders", "conn_type": "postgres"}', "for the type, as that stands first"),
    ],
)
def test_is_told_where_it_is_opened(
    editor: Client, secrets_manager: Emulator, text: str | bytes, said: str
) -> None:
    put(secrets_manager, NAME, text)

    assert editor.get(f"{CONNECTIONS}/detail/orders/").status_code == 200
    opened = editor.post(f"{CONNECTIONS}/open/orders/")
    assert opened.status_code == 200
    assert said in opened.content.decode()
    assert "p/w" not in opened.content.decode()
    assert editor.get(f"{CONNECTIONS}/history/orders/").status_code == 200


def test_is_told_where_there_is_no_value(editor: Client, secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)

    page = editor.post(f"{CONNECTIONS}/open/orders/").content.decode()

    assert "Airflow finds nothing here" in page
