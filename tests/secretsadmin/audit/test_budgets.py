"""Whoever reveals a lot ... (each test finishes the sentence)."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As, Configure
from tests.support.wire import connected, counting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONFIG = "[[grants]]\ngroup = 'editors'\nrole = 'editor'\n"


@pytest.fixture(autouse=True)
def budgets(settings: Settings) -> None:
    settings.REVEALS_PER_MINUTE, settings.REVEALS_PER_HOUR = 20, 50


@pytest.fixture
def secrets(two_environments: Emulator) -> Emulator:
    with connected(two_environments.endpoint) as client:
        for environment in ("dev", "prod"):
            client.create_secret(Name=f"{environment}/variables/x", SecretString="radioactive")
            client.create_secret(
                Name=f"{environment}/connections/x", SecretString="postgres://login:password@host"
            )
    return two_environments


def reveal(client: Client, times: int, path: str = "/dev/variables/reveal/x/") -> Counter[int]:
    return Counter(client.post(path, {"field": "value"}).status_code for _ in range(times))


def test_is_stopped_and_told_for_how_long(secrets: Emulator, as_role: As) -> None:
    editor = as_role("editor")
    with travel(NOON, tick=False):
        assert reveal(editor, 20) == {200: 20}
        with counting(secrets) as calls:
            refused = editor.post("/dev/variables/reveal/x/", {"field": "value"})

    assert refused.status_code == 429
    assert refused["Retry-After"] == "61"
    page = refused.content.decode()
    assert "20 a minute" in page
    assert "radioactive" not in page
    assert not calls
    last = Event.objects.latest("id")
    assert (last.user, last.action, last.outcome, last.error) == (
        "editor",
        "variables.reveal",
        "denied",
        "budget",
    )


def test_goes_on_after_a_minute_and_ends_after_an_hours_worth(
    secrets: Emulator, as_role: As
) -> None:
    editor = as_role("editor")
    shown = []
    for minute in (0, 1, 2, 3, 61):
        with travel(NOON + timedelta(minutes=minute, seconds=minute), tick=False):
            shown.append(reveal(editor, 25)[200])

    assert shown == [20, 20, 10, 0, 20]


def test_is_counted_over_everything_that_shows_what_is_masked(
    secrets: Emulator, as_role: As
) -> None:
    editor = as_role("editor")
    with travel(NOON, tick=False):
        assert reveal(editor, 10) == {200: 10}
        for _ in range(5):
            editor.post("/dev/connections/copy/x/", {"format": "uri"})
            editor.post("/dev/variables/edit/x/", {"reveal": "1"})
        assert reveal(editor, 1) == {429: 1}
        assert editor.post("/dev/connections/open/x/").status_code == 200


def test_has_a_budget_for_each_environment_and_person(secrets: Emulator, as_role: As) -> None:
    admin = as_role("admin")
    with travel(NOON, tick=False):
        reveal(admin, 20)
        assert reveal(admin, 1) == {429: 1}
        assert reveal(admin, 1, "/prod/variables/reveal/x/") == {200: 1}
        assert reveal(as_role("editor"), 1) == {200: 1}


def test_fills_the_record_no_more_than_other_refusals(secrets: Emulator, as_role: As) -> None:
    editor = as_role("editor")
    with travel(NOON, tick=False):
        reveal(editor, 120)

    assert Event.objects.filter(outcome="denied").count() == 10 + len((16, 32, 64))


@pytest.mark.parametrize("most", [0, 1])
def test_has_what_the_environment_says(configure: Configure, as_role: As, most: int) -> None:
    emulator = configure(CONFIG, dev=f"reveals_per_minute = {most}")
    with connected(emulator.endpoint) as client:
        client.create_secret(Name="dev/variables/x", SecretString="x")

    assert reveal(as_role("editor"), 3)[200] == most
