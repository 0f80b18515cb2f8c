"""Every page, light and dark, wide and narrow: everybody can read it and reach all of it."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.browsers import NARROW, SCHEMES, WIDE
from tests.browser.fixtures import Visit
from tests.browser.looks import LOOKS, Look

AXE = Axe()


def barriers(page: Page) -> list[str]:
    """What axe finds, by its rule and the elements that break it."""
    found: dict[str, Any] = AXE.run(page).response
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_has_no_barrier_and_no_sideways_scrolling(visit: Visit, look: Look) -> None:
    visitor = visit(look.who)
    look.steps(visitor)
    for size in (WIDE, NARROW):
        visitor.page.set_viewport_size(size)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for scheme in SCHEMES:
            visitor.page.emulate_media(color_scheme=scheme)
            assert not barriers(visitor.page), f"{size['width']} {scheme}"


def test_has_a_menu_where_it_is_narrow(visit: Visit) -> None:
    visitor = visit("viewer", viewport=NARROW)
    visitor.go("/dev/")
    menu = visitor.page.get_by_role("button", name="Menu")
    menu.click()
    assert not barriers(visitor.page)
    visitor.section("Connections")
