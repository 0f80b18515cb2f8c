"""One site and one browser for all tests of a folder; every visitor gets a context of their own."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.browsers import PATIENCE, Browsers
from tests.browser.chromium import launch
from tests.browser.readers import AirflowReader, OurReader
from tests.browser.sites import Site, serving, serving_strictly
from tests.browser.visitor import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="package")
def browsers(site: Site) -> Iterator[Browsers]:
    expect.set_options(timeout=PATIENCE)
    # While Playwright runs, Django takes this thread for an asynchronous one: it has to end with
    # the folder.
    with sync_playwright() as playwright, launch(playwright) as chromium:
        yield Browsers(site, chromium)


@pytest.fixture
def visit(browsers: Browsers) -> Iterator[Visit]:
    """Opens a browser for somebody. What their pages did wrong fails the test at its end."""
    yield browsers.open
    browsers.end()


@pytest.fixture
def look_around(browsers: Browsers) -> Iterator[Visit]:
    """The same for people who change nothing that a browser keeps, in one context."""
    yield browsers.open_again
    browsers.end()


@pytest.fixture(scope="package")
def strict_browsers(
    browsers: Browsers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browsers]:
    folder = tmp_path_factory.mktemp("strict")
    with serving_strictly(browsers.site.emulator, folder) as running:
        yield Browsers(running, browsers.chromium)


@pytest.fixture
def look_around_strictly(strict_browsers: Browsers) -> Iterator[Visit]:
    """The same on the site that asks people for more."""
    yield strict_browsers.open_again
    strict_browsers.end()


@pytest.fixture
def fresh() -> str:
    """An id that nobody else uses."""
    return f"test_{uuid4().hex[:10]}"


@pytest.fixture
def airflow(site: Site) -> AirflowReader:
    return OurReader(site)


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
