"""A revealed value is there for a moment, and only where it was asked for."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.sites import Site
from tests.browser.visitor import Visitor

VALUE = "canary-7f3a"


@pytest.fixture
def stored(site: Site, fresh: str) -> str:
    site.store(
        f"dev/airflow/connections/{fresh}", f"postgres://login:{VALUE}@db.example.com:5432/s"
    )
    return fresh


def at(visit: Visit, key: str, *, scripts: bool = True, **options: object) -> Visitor:
    visitor: Visitor = visit("editor", scripts=scripts, **options)
    if scripts:
        visitor.page.clock.install()
    visitor.detail(key)
    visitor.open_fields()
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
    return visitor


def show(visitor: Visitor) -> Locator:
    visitor.press("Show Password")
    shown = visitor.page.get_by_role("status", name="Password")
    expect(shown).to_have_text(VALUE)
    return shown


def test_shows_until_it_is_hidden(visit: Visit, stored: str, *, scripts: bool) -> None:
    visitor = at(visit, stored, scripts=scripts)
    show(visitor)
    visitor.page.get_by_role("link", name="Hide").click()
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
    if not scripts:
        visitor.open_fields()
    show(visitor)


def test_goes_away_after_thirty_seconds(visit: Visit, stored: str) -> None:
    visitor = at(visit, stored)
    shown = show(visitor)
    expect(visitor.page.get_by_role("link", name="Hide")).to_contain_text(" s")
    visitor.page.clock.fast_forward(28_000)
    expect(shown).to_have_text(VALUE)
    visitor.page.clock.fast_forward(3_000)
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
    expect(visitor.page.get_by_role("button", name="Show Password")).to_be_visible()


def test_keeps_the_focus_where_it_was_asked_for(visit: Visit, stored: str) -> None:
    visitor = at(visit, stored)
    keyboard = Keyboard(visitor.page)
    button = visitor.page.get_by_role("button", name="Show Password")
    hide = visitor.page.get_by_role("link", name="Hide")
    keyboard.tab_to(button)
    keyboard.press("Enter")
    keyboard.is_at(hide)
    keyboard.press("Enter")
    keyboard.is_at(button)
    keyboard.press("Enter")
    keyboard.is_at(hide)
    visitor.page.clock.fast_forward(31_000)
    keyboard.is_at(button)


def test_takes_the_focus_from_nowhere_else(visit: Visit, stored: str) -> None:
    visitor = at(visit, stored)
    show(visitor)
    history = visitor.page.get_by_role("link", name="History")
    history.focus()
    visitor.page.clock.fast_forward(31_000)
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
    expect(history).to_be_focused()


def test_is_gone_after_leaving_and_going_back(visit: Visit, stored: str) -> None:
    visitor = at(visit, stored)
    show(visitor)
    visitor.follow("History")
    expect(visitor.heading).to_have_text("Versions")
    visitor.page.go_back()
    visitor.open_fields()
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)


def test_is_gone_from_a_page_that_the_browser_keeps(visit: Visit, stored: str) -> None:
    visitor = at(visit, stored)
    show(visitor)
    visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
    with visitor.page.expect_navigation():
        visitor.page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
        )


def test_is_copied_without_being_shown(visit: Visit, stored: str) -> None:
    visitor = at(visit, stored, permissions=["clipboard-read", "clipboard-write"])
    copy = visitor.page.get_by_role("button", name="Copy Password")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert visitor.page.evaluate("navigator.clipboard.readText()") == VALUE
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)


def test_is_in_the_audit_log_without_its_value(visit: Visit, stored: str) -> None:
    visitor = at(visit, stored)
    show(visitor)
    visitor.go(f"/audit/?secret={stored}&action=reveal")
    act = visitor.page.locator("#events .acts > li")
    expect(act).to_have_count(1)
    expect(act).to_contain_text("revealed a field of the connection")
    expect(act).to_contain_text("password")
    expect(act).not_to_contain_text(VALUE)


def test_of_a_variable_keeps_its_lines(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    text = "first\n\tsecond  \n"
    site.store(f"dev/airflow/variables/{fresh}", text)
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.detail(fresh, "variables")
    visitor.open_fields()
    visitor.press("Show Value")
    shown = visitor.page.get_by_role("status", name="Value")
    expect(shown).to_contain_text("first")
    assert shown.text_content() == text


def test_leaves_a_trace_that_is_told_on_demand(visit: Visit, stored: str, *, scripts: bool) -> None:
    visitor = at(visit, stored, scripts=scripts)
    show(visitor)
    visitor.detail(stored)
    visitor.follow("Who looked at it last")
    expect(visitor.page.get_by_role("heading", name="Who looked at it last")).to_be_focused()
    told = visitor.page.locator("#looks li")
    expect(told).to_contain_text(
        ["editor revealed a field of the connection", "editor opened the connection"]
    )
