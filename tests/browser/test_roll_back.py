"""Before a roll back, its changes are shown in place, or without scripts on a page."""

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.support.wire import connected

VALUE = "canary-5d1c"


@pytest.mark.parametrize("scripts", [True, False])
def test_shows_what_changes_when_asked(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    name = f"dev/airflow/connections/{fresh}"
    site.store(name, f"postgres://login:{VALUE}-one@db.example.com/s")
    with connected(site.emulator.endpoint) as client:
        client.put_secret_value(
            SecretId=name, SecretString=f"postgres://login:{VALUE}@other.example.com/s"
        )
    visitor = visit("editor", scripts=scripts)
    visitor.detail(fresh)
    if scripts:
        # The fields come by themselves, and move what stands below them.
        visitor.open_fields()
    visitor.page.locator("#versions").get_by_role("link", name="Roll back").click()
    expect(visitor.page.locator("main")).not_to_contain_text("db.example.com")

    visitor.fill(reason="The new one is down")
    visitor.press("Show what changes")

    differing = visitor.page.locator("#compared tbody tr")
    expect(differing).to_have_count(2)
    expect(differing.first).to_contain_text("other.example.com")
    expect(differing.first).to_contain_text("db.example.com")
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)
    if not scripts:
        return
    visitor.press("Show Password after")
    expect(visitor.page.get_by_role("status", name="Password")).to_have_text(f"{VALUE}-one")
    expect(visitor.field("reason")).to_have_value("The new one is down")
    visitor.press("Roll back to this version")
    visitor.reads("Rolled back.")
