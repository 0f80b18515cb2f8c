"""The site as a person meets it: requests in, calls on the wire and rows of the record out."""

import json
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit import looks
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.store import aws, listing
from tests.support.people import somebody
from tests.support.properties import draw_alike
from tests.support.sweeps import end_of_sweeps
from tests.support.wire import keeping_a_client

ROLES = ("viewer", "editor", "admin", "auditor")
DATABASE = {"db", "transactional_db", "django_db_setup"}
As = Callable[[str], Client]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, by its fixtures, so that `-m database` never needs a list."""
    draw_alike(items)
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & DATABASE or item.get_closest_marker("django_db"):
            item.add_marker("database")


@pytest.fixture(scope="session")
def one_emulator() -> Iterator[Emulator]:
    """One emulator and its clients serve all tests, because making them takes long."""
    with serve() as running, keeping_a_client(running.endpoint):
        yield running
    aws.forget_clients()


@pytest.fixture
def empty_emulator(one_emulator: Emulator) -> Iterator[Emulator]:
    """An empty Secrets Manager."""
    one_emulator.begin_anew()
    yield one_emulator
    begin_cold()


@pytest.fixture
def secrets_manager(settings: Settings, empty_emulator: Emulator) -> Emulator:
    """An empty Secrets Manager that the environment `default` points at."""
    use(settings, empty_emulator.endpoint)
    return empty_emulator


def use(settings: Settings, endpoint: str, **kwargs: object) -> None:
    """Point the environment `default` at an endpoint, as a worker that has just started."""
    given = {"endpoint_url": endpoint, "region_name": "eu-central-1", **kwargs}
    settings.AIRFLOW_BACKEND_KWARGS = json.dumps(given)
    settings.SECRETSADMIN_CONFIG = ""
    begin_cold()


def begin_cold() -> None:
    """Know no listing, as a worker that has just started."""
    end_of_sweeps()
    listing.forget()
    looks.forget()


@pytest.fixture
def signed_in(db: None) -> As:
    """A browser in which somebody of the role is signed in."""

    def sign_in(role: str) -> Client:
        client = Client()
        client.force_login(somebody(role, f"{role}s"))
        return client

    return sign_in


@pytest.fixture
def editor(signed_in: As, secrets_manager: Emulator) -> Client:
    return signed_in("editor")
