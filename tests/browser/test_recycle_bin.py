"""The recycle bin ... (each test finishes the sentence)."""

from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.readers import AirflowReader
from tests.browser.sites import Site
from tests.browser.visitor import Visitor


def test_keeps_what_was_deleted_and_gives_it_back(
    visit: Visit, site: Site, airflow: AirflowReader, fresh: str, *, scripts: bool
) -> None:
    site.store(f"dev/airflow/connections/{fresh}", "http://u:p@h")
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.go(f"/dev/connections/delete/{fresh}/")
    visitor.fill(days="7", reason="Nobody uses it")
    visitor.press("Delete connection")
    visitor.reads("Scheduled for deletion in 7 days.")
    visitor.section("Recycle bin")
    row = visitor.page.locator("tr", has_text=fresh)
    expect(row).to_contain_text("by editor “Nobody uses it”")
    assert airflow.connection(fresh) == []

    visitor.press(f"Restore {fresh}")

    visitor.reads(f"Restored {fresh}.")
    expect(visitor.heading).to_have_text("Recycle bin")
    expect(row).to_have_count(0)
    assert [found.host for found in airflow.connection(fresh)] == ["h", "h"]
