"""A connection's page says, by its environment's release ... (each test finishes the sentence)."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, begin_cold
from tests.support.site import put, words

TO = "\N{EN DASH}"
NONE = "is 0, false or an empty list in the JSON, which counts as none."
RELEASES = ("", "2.11", "3.1.5", "3.1.8", "3.3")
REST = "conn_type postgres, host h, login u, extra.keepalives_idle"
QUERY = "postgres://u@h/?keepalives_idle=30"
OTHER_EXTRA = '{"conn_type": "http", "host": "h", "extra": "[1]"}'
WITHOUT_TYPE = '{"host": "h"}'
FALSE_PASSWORD = '{"conn_type": "http", "host": "h", "password": false}'
NUMBER = '{"conn_type": "http", "host": 123}'


def named(release: str) -> str:
    return f"a{release.replace('.', '')}"


@pytest.fixture
def editor(tmp_path: Path, settings: Settings, empty_emulator: Emulator, signed_in: As) -> Client:
    """An environment for each release, and one for whichever."""
    path = tmp_path / "config.toml"
    path.write_text(
        "".join(
            f"[environments.{named(release)}]\nairflow = "
            f'"{release}"\n[environments.{named(release)}.backend_kwargs]\n'
            f'connections_prefix = "{named(release)}"\nvariables_prefix = "v{named(release)}"\n'
            f'config_prefix = "c{named(release)}"\nregion_name = "eu-central-1"\n'
            f'endpoint_url = "{empty_emulator.endpoint}"\n'
            for release in RELEASES
        )
    )
    settings.SECRETSADMIN_CONFIG = str(path)
    begin_cold()
    return signed_in("editor")


def read(editor: Client, emulator: Emulator, release: str, text: str) -> dict[str, str]:
    """What the page says that each reads: why it can't, or the fields that it shows of that."""
    put(emulator, f"{named(release)}/x", text)
    page = editor.post(f"/{named(release)}/connections/open/x/")
    return {
        reading.label: reading.error
        or ", ".join(f"{field.name} {field.text}" for field in reading.fields)
        for reading in page.context["page"].opened.readings
    }


def who_fail(editor: Client, emulator: Emulator, release: str, text: str) -> list[str]:
    return [
        who
        for who, said in read(editor, emulator, release, text).items()
        if "will not find" in said
    ]


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        (
            "",
            {
                f"Airflow 2.9{TO}3.1.5 and tasks of 3.2+": f'{REST} "30"',
                f"Airflow 3.1.6{TO}3.1.8 and servers of 3.2+": "extra.keepalives_idle 30",
            },
        ),
        ("2.11", {"Airflow 2.11": f"{REST} 2 characters"}),
        ("3.1.5", {"Airflow 3.1.5": f"{REST} 2 characters"}),
        (
            "3.3",
            {
                "tasks of Airflow 3.3": f'{REST} "30"',
                "servers of Airflow 3.3": "extra.keepalives_idle 30",
            },
        ),
    ],
)
def test_what_a_value_of_a_query_is(
    editor: Client, empty_emulator: Emulator, release: str, expected: dict[str, str]
) -> None:
    assert read(editor, empty_emulator, release, QUERY) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (QUERY, {}),
        (
            OTHER_EXTRA,
            {
                "": ["Airflow 3.0 and servers of 3.1.0+"],
                "3.1.5": ["servers of Airflow 3.1.5"],
                "3.1.8": ["servers of Airflow 3.1.8"],
                "3.3": ["servers of Airflow 3.3"],
            },
        ),
        (
            WITHOUT_TYPE,
            {"": [f"tasks of Airflow 3.1.0{TO}3.1.7"], "3.1.5": ["tasks of Airflow 3.1.5"]},
        ),
        (
            FALSE_PASSWORD,
            {
                "": ["tasks of Airflow 3.1.0+"],
                "3.1.5": ["tasks of Airflow 3.1.5"],
                "3.1.8": ["tasks of Airflow 3.1.8"],
                "3.3": ["tasks of Airflow 3.3"],
            },
        ),
    ],
)
def test_who_cannot_read_it(
    editor: Client, empty_emulator: Emulator, text: str, expected: dict[str, list[str]]
) -> None:
    found = {release: who_fail(editor, empty_emulator, release, text) for release in RELEASES}

    assert {release: who for release, who in found.items() if who} == expected


def test_what_is_left_of_a_host_that_is_a_number(editor: Client, empty_emulator: Emulator) -> None:
    said = read(editor, empty_emulator, "", NUMBER)

    assert said["tasks of Airflow 3.0"] == "conn_type http, host 123"
    assert len(said) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            QUERY,
            (
                'keepalives_idle is the text "30" in tasks of Airflow 3.3, and the number 30 in '
                "servers of Airflow 3.3."
            ),
        ),
        (
            OTHER_EXTRA,
            "The extra is not a JSON object. Whoever reads it all the same finds nothing in it.",
        ),
        (FALSE_PASSWORD, f"The password {NONE}"),
        (
            '{"conn_type": "http", "host": 0}',
            f"The host {NONE}",
        ),
        (
            '{"conn_type": "http", "extra": 0}',
            f"The extra {NONE}",
        ),
        ("http://h/?__extra__=5", "The extra is not a JSON object."),
    ],
)
def test_what_a_text_does_to_a_task(
    editor: Client, empty_emulator: Emulator, text: str, sentence: str
) -> None:
    put(empty_emulator, f"{named('3.3')}/x", text)

    assert sentence in words(editor.post(f"/{named('3.3')}/connections/open/x/"))


def test_with_a_mark_where_some_cannot_read_it(editor: Client, empty_emulator: Emulator) -> None:
    for release in ("", "3.3"):
        put(empty_emulator, f"{named(release)}/x", WITHOUT_TYPE)
        editor.post(f"/{named(release)}/connections/open/x/")

    assert [event.format for event in Event.objects.filter(outcome="succeeded").order_by("id")] == [
        "unreadable-some",
        "json",
    ]
    page = editor.get(f"/{named('')}/connections/").content.decode()
    assert "won&#x27;t parse everywhere" in page


def test_that_a_newer_release_is_read_as_the_newest_known(
    editor: Client, empty_emulator: Emulator, settings: Settings
) -> None:
    path = Path(settings.SECRETSADMIN_CONFIG)
    path.write_text(path.read_text().replace('airflow = "3.3"', 'airflow = "3.9"'))
    settings.SECRETSADMIN_CONFIG = str(path.rename(path.with_name("newer.toml")))

    assert list(read(editor, empty_emulator, "3.3", "http://h")) == ["Airflow 3.9 (read as 3.3)"]
    assert "connections.W001" in [message.id for message in run_checks()]


@pytest.mark.parametrize(("release", "is_logged"), [("", True), ("2.11", True), ("3.3", False)])
def test_that_airflow_2_logs_a_text_that_it_cannot_take_apart(
    editor: Client, empty_emulator: Emulator, release: str, *, is_logged: bool
) -> None:
    put(empty_emulator, f"{named(release)}/x", "http://u:p@https://h")

    page = words(editor.post(f"/{named(release)}/connections/open/x/"))

    assert ("Airflow 2 logs all of this text" in page) == is_logged


@pytest.mark.parametrize(
    ("release", "modules"),
    [("2.11", ("airflow.hooks.base", "airflow.models")), ("3.3", ("airflow.sdk", "airflow.sdk"))],
)
def test_the_code_of_that_release(
    editor: Client, empty_emulator: Emulator, release: str, modules: tuple[str, str]
) -> None:
    put(empty_emulator, f"{named(release)}/x", "//h")
    put(empty_emulator, f"v{named(release)}/x", "1")

    pages = [
        words(editor.get(f"/{named(release)}/{kind}/detail/x/"))
        for kind in ("connections", "variables")
    ]

    assert [
        f"from {module} import" in page for module, page in zip(modules, pages, strict=True)
    ] == [True, True]


def test_what_an_id_with_two_hyphens_meets(editor: Client) -> None:
    sent = {"conn_id": "a--b", "conn_type": "http", "host": "h", "preview": "1"}

    assert "never asks for an id with '--'" in words(
        editor.post(f"/{named('')}/connections/create/", sent)
    )
