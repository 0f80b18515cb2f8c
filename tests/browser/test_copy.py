"""A copied connection goes to the clipboard; without scripts it is on the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.sites import Site

VALUE = "canary-7f3a"
URI = f"postgres://login:{VALUE}@db.example.com:5432/s"


@pytest.fixture
def stored(site: Site, fresh: str) -> str:
    site.store(f"dev/airflow/connections/{fresh}", URI)
    return fresh


def test_is_never_shown_where_scripts_run(visit: Visit, stored: str) -> None:
    visitor = visit("editor", permissions=["clipboard-read", "clipboard-write"])
    visitor.detail(stored)
    visitor.open_fields()
    copy = visitor.page.get_by_role("button", name="Copy as Environment line")

    copy.click()

    expect(copy).to_have_text("Copied")
    line = f"AIRFLOW_CONN_{stored.upper()}={URI}"
    assert visitor.page.evaluate("navigator.clipboard.readText()") == line
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
    expect(copy).to_have_text("Environment line")
    visitor.go(f"/audit/?secret={stored}&action=copy")
    act = visitor.page.locator("#events .acts > li")
    expect(act).to_contain_text(f"copied the connection {stored} as an environment line")


def test_that_a_format_cant_carry_is_not_copied(visit: Visit, site: Site, fresh: str) -> None:
    site.store(f"dev/airflow/connections/{fresh}", '{"conn_type": "my type"}')
    visitor = visit("editor", permissions=["clipboard-read", "clipboard-write"])
    visitor.detail(fresh)
    visitor.open_fields()
    visitor.watch.expect(422)

    copy = visitor.page.get_by_role("button", name="Copy as URI")
    copy.click()

    expect(copy).to_have_text("Not copied")
    visitor.reads("A URI would change the connection type.")
    expect(visitor.page.locator("#messages")).to_be_in_viewport()


def test_is_shown_once_where_none_run(visit: Visit, stored: str) -> None:
    visitor = visit("editor", scripts=False)
    visitor.detail(stored)

    visitor.press("Copy as URI")

    expect(visitor.page.get_by_role("status", name="URI")).to_have_text(URI)
    visitor.page.get_by_role("link", name="Hide").click()
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
