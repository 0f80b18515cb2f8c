"""After each step of a connection's life, a real Airflow reads what the page says."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.browsers import Browsers
from tests.browser.fixtures import Visit
from tests.browser.sites import Site, serving_from
from tests.conformance import ministack
from tests.conformance.asked import RealAirflow
from tests.conformance.life import Life


def test_is_lived_on_the_emulator(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> None:
    with RealAirflow(site.kwargs("dev")) as airflow:
        life = Life(visit("editor", scripts=scripts), airflow, fresh)
        life.live()
    expect(life.made_outside()).to_have_count(0)


@pytest.fixture
def elsewhere(browsers: Browsers, tmp_path: Path) -> Iterator[Browsers]:
    """The same browser, for people of a site whose secrets are in ministack."""
    with ministack.running(tmp_path) as emulator, serving_from(emulator, tmp_path) as site:
        others = Browsers(site, browsers.chromium)
        yield others
        others.end()


def test_is_lived_on_an_independent_emulator(elsewhere: Browsers, fresh: str) -> None:
    with RealAirflow(elsewhere.site.kwargs("dev")) as airflow:
        life = Life(elsewhere.open("editor"), airflow, fresh)
        life.live()
    # AWS gives the first version the id that CreateSecret asks for, by which the audit log knows
    # who made it. ministack makes up one of its own.
    expect(life.made_outside()).to_have_count(1)
