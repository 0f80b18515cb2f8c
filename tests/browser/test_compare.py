"""Two versions, compared from the timeline: differences come by themselves or by a button."""

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.support.wire import connected

VALUE = "canary-7f3a"
BEFORE = f"postgres://login:{VALUE}-one@db.example.com/s"
AFTER = (
    '{"conn_type": "postgres", "host": "other.example.com", '
    f'"login": "login", "password": "{VALUE}", "schema": "s"}}'
)


def changed(site: Site, key: str) -> None:
    name = f"dev/airflow/connections/{key}"
    site.store(name, BEFORE)
    with connected(site.emulator.endpoint) as client:
        client.put_secret_value(SecretId=name, SecretString=AFTER)


def compare(visitor: Visitor, key: str) -> None:
    """The old version with the current one."""
    visitor.go(f"/dev/connections/history/{key}/")
    visitor.page.get_by_role("link", name="Compare").click()
    if not visitor.scripts:
        visitor.press("Show the differences")


@pytest.mark.parametrize("scripts", [True, False])
def test_across_forms_show_what_differs_and_no_secret(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    changed(site, fresh)
    visitor = visit("editor", scripts=scripts)
    compare(visitor, fresh)

    differing = visitor.page.locator("#compared tbody tr")
    expect(differing).to_have_count(2)
    expect(differing.first).to_contain_text("db.example.com")
    expect(differing.first).to_contain_text("other.example.com")
    expect(differing.last).to_contain_text("Password")
    visitor.page.get_by_text("3 fields are the same").click()
    expect(visitor.page.locator("#compared dl")).to_contain_text("postgres")
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)

    visitor.page.get_by_role("combobox", name="Before").select_option(index=0)
    visitor.press("Compare")
    expect(visitor.page.locator("#compared")).to_contain_text("the same version twice")


@pytest.mark.parametrize("scripts", [True, False])
def test_say_of_a_secret_who_may_compare_it(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    changed(site, fresh)
    visitor = visit("viewer", scripts=scripts)
    compare(visitor, fresh)

    expect(visitor.page.locator("#compared tbody tr")).to_contain_text(["other.example.com"])
    withheld = visitor.page.locator("#compared .withheld")
    expect(withheld).to_contain_text("Password")
    expect(withheld).to_contain_text("Here only editors and admins may see whether that differs")
    expect(visitor.page.locator("html")).not_to_contain_text(VALUE)


@pytest.mark.parametrize("scripts", [True, False])
def test_show_one_secret_of_one_side_to_whoever_may_see_it(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    changed(site, fresh)
    visitor = visit("editor", scripts=scripts)
    compare(visitor, fresh)

    visitor.press("Show Password before")
    expect(visitor.page.get_by_role("status", name="Password")).to_have_text(f"{VALUE}-one")
    if not scripts:
        expect(visitor.page.locator("main")).to_contain_text("another version than the current one")
        return
    visitor.follow("Hide")
    expect(visitor.page.locator("#compared")).not_to_contain_text(VALUE)
    visitor.press("Show Password")
    visitor.press("Show Password after")
    expect(visitor.page.locator("#compared output")).to_have_text([f"{VALUE}-one", VALUE])
