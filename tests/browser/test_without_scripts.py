"""Without JavaScript somebody ... (each test finishes the sentence)."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.support.wire import connected


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    visitor: Visitor = visit("admin", scripts=False)
    return visitor


def test_lets_the_doctor_look(visitor: Visitor) -> None:
    visitor.go("/dev/setup/")
    visitor.follow("The doctor")
    visitor.press("Check now")
    expect(visitor.page.get_by_role("status").filter(has_text="hold")).to_be_visible()
    expect(visitor.page.locator(".checks tbody tr").first).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Check again")).to_be_visible()


def test_proves_that_airflow_reads(visitor: Visitor, site: Site) -> None:
    visitor.go("/dev/setup/proof/")
    visitor.press("Make a probe")
    visitor.reads("The probe is there.")
    key = visitor.page.locator("#probes a.mono").first.inner_text()
    probe = visitor.page.locator("#probes li", has_text=key)
    expect(probe).to_contain_text("Not read yet.")
    expect(visitor.page.locator("#run .proof pre")).to_contain_text(key)
    with connected(site.emulator.endpoint) as client:
        client.get_secret_value(SecretId=f"{site.kwargs('dev')['variables_prefix']}/{key}")

    visitor.follow("Look again")

    expect(probe).to_contain_text("Airflow read it on")
    visitor.press(f"Remove {key}")
    visitor.reads("The probe is scheduled for deletion.")
    expect(probe).to_have_count(0)


def test_filters_the_findings_and_takes_them_along(visitor: Visitor) -> None:
    visitor.go("/prod/health/")
    findings = visitor.page.locator("#rows .broken")
    expect(findings.first).to_be_visible()
    visitor.page.get_by_role("searchbox").fill("no such thing")
    visitor.press("Filter")
    expect(visitor.page.get_by_role("heading", name="Nothing matches this filter")).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(r"[?&]q=no\+such\+thing"))
    visitor.follow("Clear the filter")
    with visitor.page.expect_download() as download:
        visitor.follow("Export as CSV")
    assert download.value.path().read_text(encoding="utf-8").startswith('"environment",')


def test_imports_what_they_paste(visitor: Visitor, fresh: str) -> None:
    visitor.go("/dev/variables/")
    visitor.follow("Import")
    visitor.fill(text=f'{{"{fresh}": "in the file", "{fresh}_two": "too"}}')
    visitor.press("Show what would happen")
    plan = visitor.page.locator("#plan")
    expect(plan.get_by_role("status")).to_have_text("2 will be created")
    plan.get_by_role("checkbox", name=f"{fresh}_two").uncheck()
    plan.get_by_role("button", name="Import", exact=True).click()

    expect(visitor.heading).to_have_text("Import of 1 secret")
    look_again = visitor.page.get_by_role("link", name="Look again")
    while look_again.count():
        look_again.click()
    visitor.reads_anywhere("1 succeeded")
    visitor.follow("Runs")
    expect(visitor.page.locator(".list th a").first).to_have_text("Import of 1 secret")
    visitor.detail(fresh, "variables")
    expect(visitor.heading).to_have_text(fresh)


def test_searches(visitor: Visitor) -> None:
    visitor.go("/dev/")
    visitor.follow("Search")
    visitor.page.get_by_role("searchbox").fill("analytics_warehouse")
    visitor.press("Search")
    expect(visitor.page.get_by_role("status").filter(has_text=re.compile(r"\d"))).to_be_visible()
    visitor.page.get_by_role("main").get_by_role(
        "link", name=re.compile("analytics_warehouse.*Production")
    ).first.click()
    expect(visitor.heading).to_have_text("analytics_warehouse")
