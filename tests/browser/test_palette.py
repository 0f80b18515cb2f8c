"""The palette finds things for somebody with a keyboard, and its page for those without scripts."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.visitor import Visitor

TOO_OFTEN = 20
LIST = "/dev/connections/"
URI = "postgres://svc:radioactive@db.example.com/orders"


def dialog(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("dialog", name="Search")


def box(visitor: Visitor) -> Locator:
    return dialog(visitor).get_by_role("combobox")


def options(visitor: Visitor) -> Locator:
    return dialog(visitor).get_by_role("option")


def active(visitor: Visitor) -> Locator:
    return dialog(visitor).get_by_role("option", selected=True)


def opened(visitor: Visitor, path: str = LIST) -> Keyboard:
    """The palette over a page, whose list the worker has read by then."""
    keyboard = Keyboard(visitor.page)
    visitor.go(path)
    expect(visitor.page.locator("main")).not_to_contain_text("still being read")
    keyboard.press("Control+k")
    keyboard.is_at(box(visitor))
    expect(dialog(visitor).get_by_role("status")).to_be_visible()
    return keyboard


def find(visitor: Visitor, keyboard: Keyboard, query: str) -> None:
    """A worker that has yet to read the list may answer first, so the person goes on asking."""
    # Before anything is typed, the secrets stand below another heading.
    secrets = dialog(visitor).get_by_role("group", name="Secrets").get_by_role("option")
    of_environment = secrets.filter(has_text="Development")
    for more in (query, *(" " * TOO_OFTEN)):
        with visitor.page.expect_response("**/search/"):
            keyboard.paste(more)
        if of_environment.count():
            return
    raise AssertionError(f"{query} isn't found")


def test_leads_to_a_secret_by_the_keyboard_alone(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    keyboard = opened(visitor)
    find(visitor, keyboard, "orders_replica")
    expect(active(visitor)).to_contain_text("orders_replica")
    keyboard.press("Enter")
    expect(visitor.heading).to_have_text("orders_replica")


def test_walks_its_results_and_says_which_is_active(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    keyboard = opened(visitor)
    find(visitor, keyboard, "orders")
    count = options(visitor).count()
    assert count > 1
    for key, place in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", count - 1), ("Home", 0)):
        keyboard.press(key)
        expect(options(visitor).nth(place)).to_have_attribute("aria-selected", "true")
        expect(active(visitor)).to_have_count(1)
        own_id = active(visitor).get_attribute("id")
        expect(box(visitor)).to_have_attribute("aria-activedescendant", str(own_id))
    expect(box(visitor)).to_be_focused()


def test_gives_the_focus_back(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    keyboard = Keyboard(visitor.page)
    visitor.go(LIST)
    search = visitor.page.get_by_role("searchbox")
    keyboard.tab_to(search)
    keyboard.type("a")
    keyboard.press("Control+k")
    expect(box(visitor)).to_be_focused()
    keyboard.type("orders")
    keyboard.press("Escape")
    expect(dialog(visitor)).to_be_hidden()
    keyboard.is_at(search)
    expect(search).to_have_value("a")


def test_takes_enter_before_the_answer_is_there(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    keyboard = opened(visitor)
    keyboard.type("your rights")
    keyboard.press("Enter")
    expect(visitor.heading).to_have_text("Your rights")
    assert visitor.watch.times_asked == 0


def test_puts_nothing_that_is_typed_into_an_address(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    urls: list[str] = []
    visitor.page.on("request", lambda request: urls.append(request.url))
    keyboard = opened(visitor)
    keyboard.paste(URI)
    expect(dialog(visitor).get_by_role("status")).to_have_text("Nothing fits.")
    keyboard.press("Enter")
    keyboard.press("Escape")
    visitor.section("Variables")
    assert any(url.endswith("/search/") for url in urls)
    assert not [url for url in urls if "radioactive" in url]


def test_opens_by_its_button_too(visit: Visit) -> None:
    visitor: Visitor = visit("viewer")
    visitor.go(LIST)
    visitor.follow("Search")
    expect(box(visitor)).to_be_focused()
    dialog(visitor).get_by_role("button", name="Close").click()
    expect(dialog(visitor)).to_be_hidden()


def test_is_a_page_without_scripts(visit: Visit) -> None:
    visitor: Visitor = visit("viewer", scripts=False)
    visitor.go(LIST)
    visitor.follow("Search")
    expect(visitor.heading).to_have_text("Search")
    visitor.page.get_by_role("searchbox").fill("your rights")
    visitor.press("Search")
    expect(visitor.page).to_have_url(re.compile(r"/search/\?q=your\+rights$"))
    visitor.page.get_by_role("main").get_by_role("link", name="Your rights").click()
    expect(visitor.heading).to_have_text("Your rights")


def test_sends_no_uri_from_that_page(visit: Visit) -> None:
    visitor: Visitor = visit("viewer", scripts=False)
    visitor.go("/search/")
    visitor.page.get_by_role("searchbox").fill(URI)
    visitor.press("Search")
    expect(visitor.page).to_have_url(re.compile(r"/search/$"))
    assert visitor.page.get_by_role("searchbox").evaluate("field => !field.checkValidity()")
