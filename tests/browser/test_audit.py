"""The audit log keeps the environment that it is opened from, and follows its filter."""

import re

from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.sites import Site
from tests.browser.visitor import Visitor

PROTECTED = re.compile("is-protected")
MANY_LOOKS = """async ([path, count]) => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    for (let number = 0; number < count; number++) {
        await fetch(path, { method: "POST", headers: { "X-CSRFToken": token } });
    }
}"""


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
        expect(visitor.page.get_by_role("button", name="As the system")).to_have_attribute(
            "aria-pressed", "true"
        )
    visitor.follow("Clear the filter")
    switcher(visitor, "Production")


def test_leads_back_from_where_nothing_is(visit: Visit, *, scripts: bool) -> None:
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.watch.expect(404)
    visitor.go("/prod/connections/detail/never_was/")
    switcher(visitor, "Production")
    visitor.follow("Go to the overview of Production")
    expect(visitor.heading).to_have_text("Production")


def test_finds_the_acts_of_a_request_and_the_record_of_one(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    visitor: Visitor = visit("editor", scripts=scripts)
    site.store(f"dev/airflow/connections/{fresh}", "http://h")
    visitor.detail(fresh)
    visitor.open_fields()
    visitor.go("/audit/?environment=dev")
    visitor.page.get_by_label("Id", exact=True).fill(fresh)
    visitor.page.get_by_label("Action").select_option("open")
    if not scripts:
        visitor.press("Filter")
    acts = visitor.page.locator("#events .acts > li")
    expect(acts).to_have_count(1)
    acts.locator("summary").click()
    visitor.follow("Everything of this request")
    expect(acts).to_have_count(1)
    acts.locator("summary").click()
    visitor.follow("Full record")
    expect(visitor.page.locator(".record")).to_have_count(2)
    visitor.page.locator("#main").get_by_role("link", name="editor", exact=True).click()
    expect(visitor.heading).to_have_text("editor")
    expect(visitor.page.get_by_role("link", name=fresh)).to_be_visible()


def test_goes_on_where_it_ends(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> None:
    site.store(f"dev/airflow/connections/{fresh}", "http://h")
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.go("/dev/connections/")
    visitor.page.evaluate(MANY_LOOKS, [f"/dev/connections/open/{fresh}/", 60])
    visitor.go(f"/audit/?secret={fresh}")
    acts = visitor.page.locator("#events .acts > li")
    if scripts:
        acts.last.scroll_into_view_if_needed()
        expect(acts).to_have_count(60)
        expect(visitor.page.locator("#events .day")).to_have_count(1)
    else:
        expect(acts).to_have_count(50)
        visitor.follow("Older")
        expect(acts).to_have_count(10)
        visitor.follow("Back to the newest")
        expect(acts).to_have_count(50)


def test_hands_out_a_file_of_what_fits(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    site.store(f"dev/airflow/connections/{fresh}", "http://h")
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.detail(fresh)
    visitor.open_fields()
    visitor.go(f"/audit/?secret={fresh}")
    with visitor.page.expect_download() as download:
        visitor.press("Export as CSV")
    [head, row] = download.value.path().read_text().splitlines()
    assert head.startswith('"event","number"')
    assert f'"{fresh}","connections.open","succeeded"' in row
    expect(visitor.page.locator("html")).not_to_have_class(re.compile("busy"))


def test_tells_their_own_time_to_who_points_at_one(visit: Visit, site: Site, fresh: str) -> None:
    site.store(f"dev/airflow/connections/{fresh}", "http://h")
    visitor: Visitor = visit("editor")
    visitor.detail(fresh)
    visitor.open_fields()
    visitor.go(f"/audit/?secret={fresh}")
    moment = visitor.page.locator("#events time").first
    expect(moment).to_have_attribute("title", re.compile(r"^\d{4}-\d\d-\d\d [\d:]{8} UTC$"))
    moment.hover()
    expect(moment).to_have_attribute("title", re.compile(r"UTC\n.+"))


def test_is_filtered_with_the_keyboard_alone(visit: Visit, site: Site, fresh: str) -> None:
    visitor: Visitor = visit("editor")
    site.store(f"dev/airflow/connections/{fresh}", "http://h")
    visitor.detail(fresh)
    visitor.open_fields()
    visitor.go("/audit/?environment=dev")
    keyboard = Keyboard(visitor.page)
    keyboard.press("/")
    expect(visitor.page.get_by_label("Who")).to_be_focused()
    keyboard.tab_to(visitor.page.get_by_label("Id", exact=True))
    keyboard.type(fresh)
    keyboard.press("Enter")
    acts = visitor.page.locator("#events .acts > li")
    expect(acts).to_have_count(1)
    expect(acts).to_contain_text("opened the connection")
    expect(visitor.page).to_have_url(re.compile(f"secret={fresh}"))
    expect(visitor.page.get_by_label("Id", exact=True)).to_be_focused()
