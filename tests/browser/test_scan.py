"""A scan of values ... (each test finishes the sentence)."""

from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.browser.visitor import Visitor


def test_tells_what_metadata_does_not(visit: Visit, site: Site, *, scripts: bool) -> None:
    environment = site.empty()
    for key, text in {"spaced": " http://h", "good": "http://h"}.items():
        site.store(f"{environment}/airflow/connections/{key}", text)
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.go(f"/{environment}/health/")
    expect(visitor.page.locator("#scan")).to_contain_text("No value has been scanned yet.")

    visitor.press("Scan the values")

    expect(visitor.heading).to_have_text("Scan of 2 connections")
    # Without scripts the page is asked again by a link, for as long as the scan goes on.
    while not scripts and visitor.page.get_by_role("link", name="Look again").count():
        visitor.follow("Look again")
    visitor.follow("See what was found")
    expect(visitor.page.locator("#scan")).to_contain_text("2 of 2 values were scanned")
    finding = visitor.page.locator(".broken", has_text="White space stands around it")
    expect(finding.get_by_role("link", name="spaced", exact=True)).to_be_visible()
