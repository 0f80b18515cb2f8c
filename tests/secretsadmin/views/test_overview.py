"""The overview ... (each test finishes the sentence)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.demo.emulator import Emulator
from tests.conftest import use
from tests.support.faults import FaultProxy
from tests.support.lists import asks_again, settled
from tests.support.site import create, put, stored
from tests.support.sweeps import end_of_sweeps

URL = "/default/"


@pytest.fixture
def proxy(secrets_manager: Emulator, settings: Settings) -> Iterator[FaultProxy]:
    with FaultProxy(secrets_manager.endpoint) as running:
        use(settings, running.endpoint)
        yield running


@pytest.fixture
def known(secrets_manager: Emulator) -> None:
    """Airflow has read a connection, so the page waits for nothing else than its lists."""
    put(secrets_manager, "airflow/connections/known", "http://h")
    stored(secrets_manager, "airflow/connections/known")


def counts(response: Any) -> dict[str, int | None]:
    return {tile.kind.name: tile.count for tile in response.context["page"].tiles}


@pytest.mark.usefixtures("known")
def test_is_given_what_was_made_outside_when_it_is_known(
    editor: Client, secrets_manager: Emulator, proxy: FaultProxy
) -> None:
    editor.get(URL)
    put(secrets_manager, "airflow/variables/outside", "text")
    gate = proxy.when("ListSecrets").hold()
    with travel(datetime.now(UTC) + timedelta(minutes=2), tick=True):
        old = editor.get(URL)
        assert counts(old)["variables"] == 0
        assert asks_again(old)
        gate.release()

        new = settled(editor, old)

    assert counts(new)["variables"] == 1
    assert not asks_again(new)


@pytest.mark.usefixtures("known")
def test_is_given_what_somebody_has_done_meanwhile(editor: Client, proxy: FaultProxy) -> None:
    editor.get(URL)
    gate = proxy.when("ListSecrets").hold()
    with travel(datetime.now(UTC) + timedelta(minutes=2), tick=True):
        old = editor.get(URL)
        create(editor)
        gate.release()

        new = settled(editor, old)

    assert [act.id for act in new.context["page"].activity] == ["orders"]


def test_does_not_take_changes_elsewhere_for_nothing(
    editor: Client, secrets_manager: Emulator
) -> None:
    assert "What changed" not in editor.get(URL).content.decode()
    put(secrets_manager, "airflow/connections/outside", "http://h")
    editor.post(f"{URL}connections/refresh/")

    page = editor.get(URL).content.decode()

    assert "1 changed in the last 7 days" in page
    assert (
        "Nobody has done anything through this dashboard yet. What changed in the last 7 days was "
        "changed"
    ) in page


def test_is_no_first_day_where_aws_tells_nothing(editor: Client, proxy: FaultProxy) -> None:
    proxy.when("ListSecrets").deny()

    page = editor.get(URL).content.decode()

    assert "secretsmanager:ListSecrets" in page
    assert "The first day" not in page
    proxy.clear()
    with travel(datetime.now(UTC) + timedelta(minutes=1), tick=True):
        editor.get(URL)
        end_of_sweeps()
        assert "The first day" in editor.get(URL).content.decode()


def test_tells_what_was_changed_apart_from_who_looked(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    for _ in range(9):
        editor.post(f"{URL}connections/open/orders/")

    page = editor.get(URL)

    assert [act.start.action for act in page.context["page"].activity] == ["connections.create"]
    assert {act.start.action for act in page.context["page"].looks} == {"connections.open"}
    assert "Who looked at what last" in page.content.decode()


def test_says_of_what_is_only_looked_at_that_nobody_changed_it(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, "airflow/connections/outside", "http://h")
    editor.post(f"{URL}connections/refresh/")
    editor.post(f"{URL}connections/open/outside/")

    page = editor.get(URL).content.decode()

    assert (
        "Those who came last only looked. What changed in the last 7 days was changed elsewhere"
        in page
    )
