"""The audit log keeps the environment that it is opened from, and follows the one that is chosen in its filter."""

import re

from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.sites import Site
from tests.browser.visitor import Visitor

PROTECTED = re.compile("is-protected")


def switcher(visitor: Visitor, name: str) -> None:
    expect(visitor.page.locator(".switcher .name").first).to_have_text(name)


def test_stays_in_the_environment(visit: Visit, *, scripts: bool) -> None:
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.go("/prod/connections/")
    visitor.section("Audit")
    switcher(visitor, "Production")
    expect(visitor.page.locator(".switcher")).to_have_class(PROTECTED)
    expect(visitor.page.get_by_label("Environment", exact=True)).to_have_value("prod")
    visitor.section("Variables")
    expect(visitor.page).to_have_url(re.compile("/prod/variables/"))


def test_follows_its_filter(visit: Visit, *, scripts: bool) -> None:
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.go("/audit/?environment=dev")
    switcher(visitor, "Development")
    choice = visitor.page.get_by_label("Environment", exact=True)
    choice.focus()
    choice.select_option("prod")
    if not scripts:
        visitor.press("Filter")
    switcher(visitor, "Production")
    expect(visitor.page.locator(".switcher")).to_have_class(PROTECTED)
    if scripts:
        expect(choice).to_be_focused()
        expect(visitor.page.get_by_role("button", name="As the system")).to_have_attribute("aria-pressed", "true")
    visitor.follow("Clear the filter")
    switcher(visitor, "Production")


def test_leads_back_from_where_nothing_is(visit: Visit, *, scripts: bool) -> None:
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.watch.expect(404)
    visitor.go("/prod/connections/detail/never_was/")
    switcher(visitor, "Production")
    visitor.follow("Go to the overview of Production")
    expect(visitor.heading).to_have_text("Production")


def test_is_filtered_with_the_keyboard_alone(visit: Visit, site: Site, fresh: str) -> None:
    visitor: Visitor = visit("editor")
    site.store(f"dev/airflow/connections/{fresh}", "http://h")
    visitor.detail(fresh)
    visitor.open_fields()
    visitor.go("/audit/?environment=dev")
    keyboard = Keyboard(visitor.page)
    keyboard.press("/")
    expect(visitor.page.get_by_label("Who")).to_be_focused()
    keyboard.tab_to(visitor.page.get_by_label("Id"))
    keyboard.type(fresh)
    keyboard.press("Enter")
    acts = visitor.page.locator("#events tbody tr")
    expect(acts).to_have_count(1)
    expect(acts).to_contain_text("opened the connection")
    expect(visitor.page).to_have_url(re.compile(f"secret={fresh}"))
    expect(visitor.page.get_by_label("Id")).to_be_focused()
