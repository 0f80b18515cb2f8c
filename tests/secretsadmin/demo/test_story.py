"""What sample people did ... (each test finishes the sentence)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.observations import word
from secretsadmin.demo import site
from secretsadmin.demo.acts import perform
from secretsadmin.demo.emulator import Emulator, connected, fill_with_history, serve
from secretsadmin.demo.story import PEOPLE, STORY, Act
from tests.conftest import As, begin_cold
from tests.secretsadmin.demo.emulated import versions


@pytest.fixture
def emulator(settings: Settings, tmp_path: Path) -> Iterator[Emulator]:
    with serve() as running:
        fill_with_history(running)
        file = tmp_path / "config.toml"
        file.write_text(site.config(running.endpoint), encoding="utf-8")
        settings.SECRETSADMIN_CONFIG = str(file)
        begin_cold()
        yield running
        begin_cold()


@pytest.fixture
def otherwise(emulator: Emulator, db: None) -> list[Act]:
    with emulator.believing_clients():
        return perform(emulator.endpoint)


def test_is_told_from_the_first_act_to_the_last() -> None:
    assert [act.days for act in STORY] == sorted((act.days for act in STORY), reverse=True)


def test_is_answered_as_it_is_told_and_recorded_as_theirs_in_the_past(
    emulator: Emulator, otherwise: list[Act], client: Client
) -> None:
    assert not otherwise
    rows = Event.objects.order_by("id")
    assert set(rows.values_list("user", flat=True)) == {*PEOPLE, ""}
    assert all("(demo)" in name for name in PEOPLE)
    assert not any(client.login(username=name, password="") for name in PEOPLE)

    outcomes = set(rows.values_list("outcome", flat=True))
    assert outcomes == {
        Outcome.STARTED,
        Outcome.SUCCEEDED,
        Outcome.DENIED,
        Outcome.CONFLICT,
        Outcome.OBSERVED,
    }
    observed = rows.filter(outcome=Outcome.OBSERVED)
    assert [(row.secret, word(row), row.user) for row in observed] == [("crm_api", "made", "")]
    verbs = {action.partition(".")[2] for action in rows.values_list("action", flat=True)}
    assert verbs >= {
        "create",
        "update",
        "roll-back",
        "label",
        "delete",
        "restore",
        "open",
        "reveal",
        "copy",
    }

    moments = list(rows.values_list("at", flat=True))
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] > timedelta(weeks=4)
    assert moments[-1] < datetime.now(UTC) - timedelta(hours=1)
    made = rows.filter(action__regex=r"\.(create|update)$", outcome=Outcome.SUCCEEDED)
    dates = dates_of_versions(emulator, made)
    for event in made:
        # A signature tells the second.
        assert abs(dates[str(event.act)] - event.at) < timedelta(minutes=1)


def dates_of_versions(emulator: Emulator, events: Iterable[Event]) -> dict[str, datetime]:
    """When AWS made the versions of the events' secrets, by version id."""
    names = {f"{event.environment}/airflow/{event.kind}/{event.secret}" for event in events}
    with connected(emulator.endpoint) as aws:
        found = [
            version for name in names for version in versions(aws, name, IncludeDeprecated=True)
        ]
    return {version["VersionId"]: version["CreatedDate"] for version in found}


@pytest.mark.usefixtures("otherwise")
def test_fills_the_pages(signed_in: As) -> None:
    admin = signed_in("admin")

    overviews = [admin.get(f"/{environment}/").content.decode() for environment in ("dev", "prod")]
    warehouse = admin.get("/prod/connections/history/analytics_warehouse/").content.decode()
    crm = admin.get("/prod/connections/history/crm_api/").content.decode()

    assert all(page.count("(demo)") >= 8 for page in overviews)
    assert warehouse.count("jon (demo)") >= 2
    assert "before-move" in warehouse
    assert "ana (demo)" in crm
    assert "outside" in crm
