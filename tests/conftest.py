"""The site as a person meets it: requests in, calls on the wire and rows of the record out."""

import json
from collections.abc import Callable, Iterator

import hypothesis
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.store import aws, listing
from tests.sweeps import end_of_sweeps
from tests.wire import keeping_a_client

ROLES = ("viewer", "editor", "admin", "auditor")
DATABASE = {"db", "transactional_db", "django_db_setup"}
As = Callable[[str], Client]

# A slow machine fails no property. Each run draws the same cases, because pyproject.toml sets the seed. A case that
# failed is kept in .hypothesis/, and drawn first until it fails no more.
hypothesis.settings.register_profile("suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database, by its fixtures, so that `-m database` never needs a list."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & DATABASE or item.get_closest_marker("django_db"):
            item.add_marker("database")


@pytest.fixture(scope="session")
def one_emulator() -> Iterator[Emulator]:
    """It and its clients serve one test after the other, because making them takes longer than most tests."""
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


@pytest.fixture
def signed_in(db: None) -> As:
    """A browser in which somebody of the role is signed in."""

    def sign_in(role: str) -> Client:
        user, is_new = User.objects.get_or_create(username=role)
        if is_new:
            user.groups.add(Group.objects.get(name=f"{role}s"))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def editor(signed_in: As, secrets_manager: Emulator) -> Client:
    return signed_in("editor")
