"""A connection that Airflow can't read is looked at, mended and saved by whoever edits it."""

import pytest
from playwright.sync_api import expect

from connections.value.connection import Connection
from tests.browser.fixtures import Visit
from tests.browser.readers import OurReader
from tests.browser.sites import Site
from tests.browser.visitor import Visitor

PASSWORD = "pa/ss#word"
BROKEN = f"postgres://loader:{PASSWORD}@db.example.com:5432/staging"
MEANT = Connection("postgres", "db.example.com", "loader", PASSWORD, "staging", 5432)


@pytest.fixture
def form(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> Visitor:
    site.store(f"dev/airflow/connections/{fresh}", BROKEN)
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.edit(fresh)
    return visitor


def test_is_told_what_is_wrong_and_saved_as_it_was_meant(
    form: Visitor, site: Site, fresh: str
) -> None:
    expect(form.page.get_by_role("region", name="so the form begins empty")).to_contain_text(
        "percent-encoded"
    )
    expect(form.field("host")).to_have_value("")

    form.press("Fill the form with a proposal")

    expect(form.field("host")).to_have_value("db.example.com")
    expect(form.field("password")).to_have_value("")
    expect(form.page.get_by_role("region", name="What Airflow will read")).to_contain_text(
        "staging"
    )
    expect(form.page.locator("body")).not_to_contain_text(PASSWORD)
    form.press("Save connection")
    form.reads("Saved: how it is stored.")
    assert OurReader(site).connection(fresh) == [MEANT, MEANT]


def test_is_marked_at_once_when_it_is_opened(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    site.store(f"dev/airflow/connections/{fresh}", BROKEN)
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.detail(fresh)
    visitor.open_fields()
    expect(visitor.page.locator(".heading .badge")).to_have_text(["won't parse"])


def test_shows_its_text_to_whoever_may_see_it(form: Visitor, *, scripts: bool) -> None:
    form.press("Show Stored text")

    shown = form.page.get_by_role("status", name="Stored text")
    expect(shown).to_have_text(BROKEN)
    if scripts:
        form.page.get_by_role("link", name="Hide").click()
        expect(form.page.locator("body")).not_to_contain_text(PASSWORD)
