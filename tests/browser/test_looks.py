"""Every page, light and dark, wide and narrow: everybody can read it and reach all of it."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.browsers import NARROW, SCHEMES, WIDE
from tests.browser.fixtures import Visit
from tests.browser.looks import LOOKS, STRICT_LOOKS, Look
from tests.browser.visitor import Visitor

# What is right isn't sent back: it is many times as long. Preloading is for rules about media,
# which no page has.
RUN = """async (rules) => {
    const only = rules.length ? { runOnly: rules } : {};
    return (await axe.run({ resultTypes: ["violations"], preload: false, ...only })).violations;
}"""
# A dark page differs from the light one in its colours alone, so the other rules would find the
# same again.
RULES: dict[str, tuple[str, ...]] = {"light": (), "dark": ("color-contrast", "link-in-text-block")}


def barriers(page: Page, *rules: str) -> list[str]:
    """What axe finds, by its rule and the elements that break it: by all rules, or by these."""
    found: list[dict[str, Any]] = page.evaluate(RUN, rules)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]


def examine(visitor: Visitor, look: Look) -> None:
    look.steps(visitor)
    visitor.page.evaluate(AXE_SCRIPT)
    for size in (WIDE, NARROW):
        visitor.page.set_viewport_size(size)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        for scheme in SCHEMES:
            visitor.page.emulate_media(color_scheme=scheme)
            assert not barriers(visitor.page, *RULES[scheme]), f"{size['width']} {scheme}"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_has_no_barrier_and_no_sideways_scrolling(look_around: Visit, look: Look) -> None:
    examine(look_around(look.who), look)


@pytest.mark.parametrize("look", STRICT_LOOKS, ids=lambda look: look.name)
def test_has_none_where_more_is_asked_of_people(look_around_strictly: Visit, look: Look) -> None:
    examine(look_around_strictly(look.who), look)


def test_has_a_menu_where_it_is_narrow(visit: Visit) -> None:
    visitor = visit("viewer", viewport=NARROW)
    visitor.go("/dev/")
    menu = visitor.page.get_by_role("button", name="Menu")
    menu.click()
    visitor.page.evaluate(AXE_SCRIPT)
    assert not barriers(visitor.page)
    visitor.section("Connections")
