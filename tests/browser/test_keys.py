"""Shortcuts of a single key can be switched off, by the keyboard, for every page and for good."""

import pytest
from playwright.sync_api import Locator, ViewportSize, expect

from tests.browser.browsers import NARROW, WIDE
from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.visitor import Visitor

LIST = "/dev/connections/"
PAGES = {
    "/dev/": [],
    LIST: ["/", "n"],
    "/dev/variables/": ["/", "n"],
    "/dev/connections/create/": ["/", "Escape"],
    "/dev/variables/create/": ["Escape"],
    "/dev/connections/detail/orders_replica/": ["Escape", "e"],
    "/dev/connections/history/orders_replica/": ["Escape"],
    "/dev/recycle-bin/": [],
    "/audit/": ["/"],
}
KEYS = """() => {
    const elements = [...document.querySelectorAll("[aria-keyshortcuts]")];
    const which = (shown) => elements.filter((element) => element.checkVisibility() === shown);
    const keys = (shown) => [...new Set(which(shown)
        .map((element) => element.getAttribute("aria-keyshortcuts")))].sort()
        .filter((key) => key !== "Control+K Meta+K");
    return { shown: keys(true), hidden: keys(false) };
}"""


def dialog(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("dialog", name="Keys")


def switch(visitor: Visitor) -> Locator:
    return dialog(visitor).get_by_role("checkbox", name="Single-key shortcuts")


def listed(visitor: Visitor) -> Locator:
    return dialog(visitor).get_by_role("definition").filter(visible=True)


def without_shortcuts(visitor: Visitor) -> Keyboard:
    """At the list they are switched off, and the dialog is closed again."""
    keyboard = Keyboard(visitor.page)
    visitor.go(LIST)
    keyboard.press("?")
    expect(switch(visitor)).to_be_checked()
    keyboard.tab_to(switch(visitor))
    keyboard.press("Space")
    others = ["Search everything", "Open the row", "Leave a field, then the page"]
    expect(listed(visitor)).to_have_text(others)
    keyboard.press("Escape")
    expect(dialog(visitor)).to_be_hidden()
    return keyboard


def does_nothing(visitor: Visitor, keyboard: Keyboard) -> None:
    visitor.page.evaluate("window.isTheSamePage = true")
    for key in "j/?en":
        keyboard.press(key)
        expect(visitor.page.locator("body")).to_be_focused()
        expect(dialog(visitor)).to_be_hidden()
    # Where a key led to another page, this one is gone by the time that the search has found
    # something.
    search = visitor.page.get_by_role("searchbox")
    search.fill("no such thing")
    expect(visitor.page.get_by_role("heading", name="Nothing matches this filter")).to_be_visible()
    assert visitor.page.evaluate("window.isTheSamePage")


def test_do_nothing_then(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    keyboard = without_shortcuts(visitor)
    does_nothing(visitor, keyboard)


def test_are_told_to_nobody_then(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    without_shortcuts(visitor)
    told = visitor.page.locator(
        "[aria-keyshortcuts]:not([aria-keyshortcuts=Escape], [data-palette])"
    )
    drawn = visitor.page.locator("kbd:not([data-palette-keys])").filter(visible=True)
    expect(told).to_have_count(0)
    expect(drawn).to_have_count(0)
    visitor.go("/dev/variables/")
    expect(told).to_have_count(0)
    expect(drawn).to_have_count(0)


def test_leave_the_other_keys_then(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    keyboard = without_shortcuts(visitor)
    rows = visitor.page.locator("#rows a.id")
    keyboard.tab_to(visitor.page.get_by_role("searchbox"))
    keyboard.press("ArrowDown")
    expect(rows.first).to_be_focused()
    chosen = rows.first.inner_text()
    keyboard.press("Enter")
    expect(visitor.heading).to_have_text(chosen)
    keyboard.press("Escape")
    expect(visitor.heading).to_have_text("Connections")


def test_stay_off_on_every_page_and_after_signing_in_again(visit: Visit) -> None:
    visitor: Visitor = visit()
    visitor.sign_in("editor")
    keyboard = without_shortcuts(visitor)
    visitor.go("/dev/variables/")
    does_nothing(visitor, keyboard)
    visitor.press("Sign out")
    expect(visitor.heading).to_have_text("Sign in")
    visitor.sign_in("editor")
    visitor.go(LIST)
    does_nothing(visitor, keyboard)


def test_are_switched_on_again_from_the_menu(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    keyboard = without_shortcuts(visitor)
    visitor.go("/dev/variables/")
    keyboard.tab_to(visitor.page.get_by_role("button", name="Keys"))
    keyboard.press("Enter")
    expect(switch(visitor)).not_to_be_checked()
    keyboard.tab_to(switch(visitor))
    keyboard.press("Space")
    expect(listed(visitor)).to_contain_text(["Search everything", "Go to the filter", "Create"])
    keyboard.press("Escape")
    visitor.go(LIST)
    keyboard.press("/")
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()


def test_are_switched_off_without_a_word_to_a_form(visit: Visit) -> None:
    """The switch stands in every page, and is no input of its form."""
    visitor: Visitor = visit("editor")
    visitor.begin()
    visitor.page.get_by_role("button", name="Keys").click()
    switch(visitor).uncheck()
    dialog(visitor).get_by_role("button", name="Close").click()
    visitor.go(LIST)
    expect(visitor.heading).to_have_text("Connections")
    assert visitor.watch.times_asked == 0


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_belong_to_what_can_be_seen(visit: Visit, viewport: ViewportSize) -> None:
    """An element lists its key, so the element has to be there when somebody presses the key."""
    visitor: Visitor = visit("editor", viewport=viewport)
    for path, keys in PAGES.items():
        visitor.go(path)
        assert visitor.page.evaluate(KEYS) == {"shown": keys, "hidden": []}, path
