"""Rows of a list are selected with the mouse, by keys, and without scripts."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.bulk_steps import ROWS
from tests.browser.fixtures import Visit
from tests.browser.visitor import Visitor

LIST = "/dev/connections/"


def boxes(visitor: Visitor) -> Locator:
    return visitor.page.locator(ROWS)


def told(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-selected]")


def test_with_shift_a_range(visit: Visit) -> None:
    visitor = visit("editor")
    visitor.go(LIST)
    every = visitor.page.get_by_label("Select all on this page")

    boxes(visitor).nth(0).click()
    boxes(visitor).nth(2).click(modifiers=["Shift"])

    expect(told(visitor)).to_have_text("3 selected")
    assert every.evaluate("(box) => box.indeterminate")
    every.click()
    expect(told(visitor)).to_have_text(f"{boxes(visitor).count()} selected")
    visitor.page.keyboard.press("Escape")
    expect(told(visitor)).to_have_text("Nothing selected")
    expect(visitor.page).to_have_url(re.compile(f"{LIST}$"))


def test_by_a_key_of_the_row_that_has_the_focus(visit: Visit) -> None:
    visitor = visit("editor")
    visitor.go(LIST)
    keyboard = visitor.page.keyboard

    keyboard.press("j")
    keyboard.press("x")
    keyboard.press("j")
    keyboard.press("x")

    expect(told(visitor)).to_have_text("2 selected")
    keyboard.press("x")
    expect(told(visitor)).to_have_text("1 selected")


def test_and_stay_so_while_they_fit_the_filter(visit: Visit) -> None:
    visitor = visit("editor")
    visitor.go(LIST)
    first = boxes(visitor).nth(0)
    key = first.get_attribute("value")
    first.click()
    boxes(visitor).nth(1).click()

    visitor.page.get_by_role("searchbox").fill(key or "")

    expect(told(visitor)).to_have_text("1 selected")


def test_without_scripts(visit: Visit) -> None:
    visitor = visit("editor", scripts=False)
    visitor.go(LIST)

    boxes(visitor).nth(0).check()
    boxes(visitor).nth(1).check()
    visitor.press("Continue")

    expect(visitor.page.get_by_role("heading", name="Delete: 2 connections")).to_be_visible()
    expect(visitor.page.get_by_role("checkbox")).to_have_count(2)
