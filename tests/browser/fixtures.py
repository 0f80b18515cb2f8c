"""One site and one browser for all tests of a folder; every visitor gets a context of their own."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tests.browser.chromium import launch
from tests.browser.sites import Site, serving
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

Visit = Callable[..., Visitor]
SignedIn = dict[str, StorageState]


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # While Playwright runs, Django takes this thread for an asynchronous one: it has to end with the folder.
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@pytest.fixture(scope="package")
def signed_in() -> SignedIn:
    """Everybody signs in once; hashing a password takes longer than most tests."""
    return {}


@pytest.fixture
def visit(site: Site, chromium: Browser, signed_in: SignedIn) -> Iterator[Visit]:
    """Somebody at a browser, by name, or nobody yet. What their pages did wrong fails the test at its end."""
    watches: list[Watch] = []

    def open_browser(name: str = "", *, scripts: bool = True, **options: Any) -> Visitor:
        options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
        state = _state(chromium, site, signed_in, name) if name else None
        context = chromium.new_context(base_url=site.url, java_script_enabled=scripts, storage_state=state, **options)
        watches.append(Watch(context, site.url, scripts=scripts))
        return Visitor(_page(context.new_page()), site, watches[-1], scripts=scripts)

    yield open_browser
    for watch in watches:
        watch.end()


@pytest.fixture
def fresh() -> str:
    """An id that nobody else uses."""
    return f"test_{uuid4().hex[:10]}"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def _page(page: Page) -> Page:
    page.set_default_timeout(15_000)
    return page


def _state(chromium: Browser, site: Site, signed_in: SignedIn, name: str) -> StorageState:
    if name not in signed_in:
        with chromium.new_context(base_url=site.url) as context:
            watch = Watch(context, site.url, scripts=True)
            Visitor(context.new_page(), site, watch, scripts=True).sign_in(name)
            signed_in[name] = context.storage_state()
    return signed_in[name]
