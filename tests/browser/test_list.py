"""A list is filtered, sorted, opened and refreshed in place, with keys or without scripts."""

import re
from collections.abc import Iterator
from threading import Event

import pytest
from moto.core.request import Request
from playwright.sync_api import Locator, expect

from secretsadmin.demo.emulator import Answer, Emulator
from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.support.wire import connected

LIST = "/prod/connections/"


def ids(visitor: Visitor) -> Locator:
    return visitor.page.locator("#rows a.id")


def at_list(visit: Visit, *, scripts: bool = True) -> Visitor:
    visitor: Visitor = visit("viewer", scripts=scripts)
    visitor.go(LIST)
    expect(ids(visitor).first).to_be_visible()
    return visitor


def test_is_filtered_as_one_types(visit: Visit) -> None:
    visitor = at_list(visit)
    visitor.page.evaluate("window.isTheSamePage = true")
    visitor.page.get_by_role("searchbox").press_sequentially("snowfl")
    expect(ids(visitor)).to_have_text(["snowflake_finance"])
    expect(visitor.page.locator("#rows [role=status]")).to_contain_text(
        re.compile(r"^1 of \d+ connections")
    )
    expect(visitor.page).to_have_url(re.compile(r"/prod/connections/\?q=snowfl$"))
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()
    assert visitor.page.evaluate("window.isTheSamePage")


def test_keeps_its_filter_in_the_address(visit: Visit) -> None:
    visitor = at_list(visit)
    visitor.page.get_by_label("Type", exact=True).select_option("mysql")
    expect(visitor.page).to_have_url(re.compile("type=mysql"))
    expect(ids(visitor).filter(has_text="snowflake_finance")).to_have_count(0)
    found = ids(visitor).all_inner_texts()
    visitor.page.reload()
    expect(ids(visitor)).to_have_text(found)
    expect(visitor.page.get_by_label("Type", exact=True)).to_have_value("mysql")


def test_is_filtered_by_a_button_without_a_script(visit: Visit) -> None:
    visitor = at_list(visit, scripts=False)
    visitor.page.get_by_role("searchbox").fill("finance")
    visitor.press("Filter")
    expect(ids(visitor).filter(has_text="snowflake_finance")).to_have_count(1)
    expect(visitor.page).to_have_url(re.compile("q=finance"))


def test_says_so_where_nothing_fits(visit: Visit) -> None:
    visitor = at_list(visit)
    visitor.page.get_by_role("searchbox").fill("no such thing")
    expect(visitor.page.get_by_role("heading", name="Nothing matches this filter")).to_be_visible()
    visitor.follow("Clear the filter")
    expect(ids(visitor).first).to_be_visible()
    expect(visitor.page.get_by_role("searchbox")).to_have_value("")


def test_is_sorted_by_its_columns(visit: Visit, *, scripts: bool) -> None:
    visitor = at_list(visit, scripts=scripts)
    header = visitor.page.get_by_role("columnheader", name="Connection id")
    expect(header).to_have_attribute("aria-sort", "ascending")
    ascending = ids(visitor).all_inner_texts()
    assert ascending == sorted(ascending, key=str.lower)
    header.get_by_role("link").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(ids(visitor)).to_have_text(ascending[::-1])
    visitor.page.get_by_role("columnheader", name="Description").get_by_role("link").click()
    expect(header).not_to_have_attribute("aria-sort", re.compile("."))
    expect(visitor.page).to_have_url(re.compile("sort=description"))


def test_is_walked_with_the_keys(visit: Visit) -> None:
    visitor = at_list(visit)
    press = visitor.page.keyboard.press
    for key in "jjjk":
        press(key)
    second = ids(visitor).nth(1)
    expect(second).to_be_focused()
    chosen = second.inner_text()
    press("Enter")
    expect(visitor.heading).to_have_text(chosen)
    press("Escape")
    expect(visitor.page).to_have_url(re.compile(f"{LIST}$"))


def test_has_a_key_for_the_filter_and_one_that_lists_the_keys(visit: Visit) -> None:
    visitor = at_list(visit)
    press = visitor.page.keyboard.press
    press("/")
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()
    visitor.page.keyboard.type("j?n")
    expect(visitor.page.get_by_role("searchbox")).to_have_value("j?n")
    press("Escape")
    expect(visitor.page.get_by_role("searchbox")).not_to_be_focused()
    press("?")
    dialog = visitor.page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    press("Escape")
    expect(dialog).to_be_hidden()


def test_lists_only_the_keys_that_do_something_on_the_page(visit: Visit) -> None:
    visitor = at_list(visit)
    dialog = visitor.page.get_by_role("dialog", name="Keys")
    visitor.page.keyboard.press("?")
    expect(dialog.get_by_role("definition").filter(visible=True)).to_have_text(
        [
            "Search everything",
            "Go to the filter",
            "Next row, previous row",
            "Open the row",
            "Leave a field, then the page",
            "This list",
        ]
    )
    visitor.go("/prod/")
    visitor.page.keyboard.press("?")
    everywhere = ["Search everything", "This list"]
    expect(dialog.get_by_role("definition").filter(visible=True)).to_have_text(everywhere)


def test_opens_the_only_row_by_enter_in_the_filter(visit: Visit) -> None:
    visitor = at_list(visit)
    visitor.page.get_by_role("searchbox").press_sequentially("finance snowfl")
    visitor.page.keyboard.press("Enter")
    expect(visitor.heading).to_have_text("snowflake_finance")


def test_goes_to_the_first_of_several_rows_by_enter_in_the_filter(visit: Visit) -> None:
    visitor = at_list(visit)
    visitor.page.get_by_role("searchbox").press_sequentially("snow")
    visitor.page.get_by_role("searchbox").fill("warehouse")
    visitor.page.keyboard.press("Enter")
    expect(ids(visitor).first).to_be_focused()
    expect(ids(visitor).first).to_have_text("analytics_warehouse")
    visitor.page.keyboard.press("/")
    visitor.page.keyboard.press("ArrowDown")
    expect(ids(visitor).first).to_be_focused()
    visitor.page.keyboard.press("Enter")
    expect(visitor.heading).to_have_text("analytics_warehouse")


def test_cuts_neither_a_badge_nor_a_description_beside_empty_space(visit: Visit) -> None:
    visitor = at_list(visit)
    described = visitor.page.get_by_text("Statements in CAMT.053, one file per account and day")
    deleted = visitor.page.locator("#rows tr", has_text="old_orders_db").locator(".badge")
    for part in (described, deleted):
        assert part.evaluate("element => element.scrollWidth <= element.clientWidth")


def test_leaves_by_the_keys_only_what_was_not_begun(visit: Visit, fresh: str) -> None:
    visitor: Visitor = visit("editor")
    visitor.go("/dev/variables/")
    expect(visitor.heading).to_have_text("Variables")
    visitor.page.keyboard.press("n")
    expect(visitor.field("key")).to_be_focused()
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.press("Escape")
    expect(visitor.heading).to_have_text("Variables")
    visitor.page.keyboard.press("n")
    expect(visitor.heading).to_have_text("New variable")
    visitor.fill(key=fresh)
    visitor.watch.stay()
    visitor.page.keyboard.press("Escape")
    with visitor.page.expect_event("dialog"):
        visitor.page.keyboard.press("Escape")
    expect(visitor.field("key")).to_have_value(fresh)


def test_shows_what_was_made_outside_after_a_refresh(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    visitor = at_list(visit, scripts=scripts)
    site.store(f"prod/airflow/connections/{fresh}", "http://h")
    visitor.press("Refresh the list")
    expect(ids(visitor).filter(has_text=fresh)).to_have_count(1)


@pytest.fixture
def held(site: Site) -> Iterator[Event]:
    """150 connections, of which AWS gives away the first hundred until the event is set."""
    assert isinstance(site.emulator, Emulator)
    with connected(site.emulator.endpoint) as client:
        for number in range(150):
            client.create_secret(
                Name=f"many/airflow/connections/c{number:03}", SecretString="http://h"
            )
    released, inner = Event(), site.emulator.respond

    def respond(request: Request) -> Answer:
        if b'"NextToken"' in request.get_data():
            released.wait(timeout=60)
        return inner(request)

    site.emulator.respond = respond
    yield released
    released.set()
    site.emulator.respond = inner


def test_shows_its_first_rows_while_the_rest_is_read_and_disturbs_nobody_with_it(
    visit: Visit, held: Event
) -> None:
    visitor: Visitor = visit("viewer")
    visitor.go("/many/connections/")
    expect(ids(visitor)).to_have_count(50)
    count = visitor.page.locator("#rows [role=status]")
    expect(count).to_contain_text("100 connections so far")
    visitor.page.evaluate("window.isTheSamePage = true")
    search = visitor.page.get_by_role("searchbox")
    search.fill("c09")
    expect(count).to_contain_text("10 of 100 connections so far")
    search.press("ArrowDown")
    held.set()
    expect(count).to_contain_text(re.compile(r"^10 of 150 connections\s*$"))
    expect(ids(visitor).first).to_be_focused()
    expect(search).to_have_value("c09")
    expect(visitor.page.get_by_label("State").locator("option").nth(1)).to_have_text("In use (150)")
    expect(visitor.page).to_have_url(re.compile(r"/many/connections/\?q=c09$"))
    assert visitor.page.evaluate("window.isTheSamePage")
    search.fill("")
    expect(count).to_contain_text(re.compile(r"^150 connections\s*$"))
    visitor.follow("Next")
    expect(ids(visitor).first).to_have_text("c050")
    visitor.follow("Next")
    expect(visitor.page.get_by_role("navigation", name="Pages")).to_contain_text(
        re.compile("101.150 of 150")
    )
    ids(visitor).first.click()
    expect(visitor.heading).to_have_text("c100")
    visitor.page.keyboard.press("Escape")
    expect(ids(visitor).first).to_have_text("c100")


def test_leads_back_to_itself_as_it_was_filtered(visit: Visit, *, scripts: bool) -> None:
    visitor = at_list(visit, scripts=scripts)
    visitor.page.get_by_role("columnheader", name="Changed").get_by_role("link").click()
    expect(visitor.page).to_have_url(re.compile("sort="))
    expect(visitor.heading).to_be_visible()
    visitor.page.get_by_role("searchbox").fill("warehouse")
    if not scripts:
        visitor.press("Filter")
    expect(visitor.page).to_have_url(re.compile("q=warehouse"))
    shown = ids(visitor)
    expect(shown.filter(has_text="snowflake")).to_have_count(0)
    found = shown.all_inner_texts()
    shown.first.click()
    visitor.follow("History")
    visitor.follow("Connections")
    expect(ids(visitor)).to_have_text(found)
    expect(visitor.page.get_by_role("searchbox")).to_have_value("warehouse")
    visitor.section("Connections")
    expect(visitor.page.get_by_role("searchbox")).to_have_value("")


def test_takes_in_what_others_did_when_one_comes_back_to_it(visit: Visit, fresh: str) -> None:
    visitor: Visitor = visit("viewer")
    visitor.page.clock.install()
    visitor.go(f"/dev/connections/?q={fresh}")
    expect(visitor.page.get_by_role("heading", name="Nothing matches this filter")).to_be_visible()
    visit("editor").create("connections", conn_id=fresh, host="h.example.com")
    # A window that got the focus a moment ago isn't asked for again within a minute.
    visitor.page.clock.fast_forward(61_000)
    visitor.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(ids(visitor)).to_have_text([fresh])


def test_stays_what_it_is_when_its_person_is_signed_out(visit: Visit) -> None:
    visitor = at_list(visit)
    visitor.watch.expect(401)
    visitor.page.context.clear_cookies()
    visitor.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(visitor.page.locator("[data-polls]")).to_have_count(0)
    expect(ids(visitor).first).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(f"{LIST}$"))
