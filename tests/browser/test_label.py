"""Labels of versions ... (each test finishes the sentence)."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.browser.test_hostile import INTRUDERS, PAYLOADS
from tests.browser.visitor import Visitor
from tests.support.wire import connected


def on(visitor: Visitor, label: str) -> Locator:
    """The line of a custom label."""
    return visitor.page.locator("#custom li", has_text=label)


def test_are_attached_moved_and_removed(
    visit: Visit, site: Site, fresh: str, *, scripts: bool
) -> None:
    name = f"dev/airflow/connections/{fresh}"
    site.store(name, "http://u:p@first")
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.edit(fresh)
    visitor.fill(host="second")
    visitor.save()
    visitor.go(f"/dev/connections/history/{fresh}/")
    visitor.page.get_by_role("link", name=re.compile("^Put a label on")).last.click()
    expect(visitor.heading).to_have_text("Labels")
    visitor.fill(label="before-move", reason="In case of need")
    visitor.press("Attach label")
    visitor.reads("“before-move” stands on")
    expect(on(visitor, "before-move")).to_contain_text("made outside")

    visitor.follow("Move before-move")
    expect(visitor.page.locator("#form")).to_contain_text("It stands on")
    visitor.press("Move label")
    visitor.reads("“before-move” stands on")
    expect(on(visitor, "before-move")).to_contain_text("by editor")

    visitor.press("Remove before-move")
    visitor.reads("“before-move” is off")
    expect(visitor.page.locator("#custom")).to_have_count(0)
    with connected(site.emulator.endpoint) as client:
        found = client.describe_secret(SecretId=name)["VersionIdsToStages"]
    assert not any("before-move" in labels for labels in found.values())


def test_are_harmless_whatever_they_are_called(visit: Visit, site: Site, fresh: str) -> None:
    name = f"hostile/airflow/connections/{fresh}"
    site.store(name, "http://u:p@h")
    with connected(site.emulator.endpoint) as client:
        client.put_secret_value(
            SecretId=name, SecretString="http://u:p@h", VersionStages=[*PAYLOADS]
        )
    visitor: Visitor = visit("editor")
    visitor.go(f"/hostile/connections/label/{fresh}/")
    expect(visitor.page.locator("#custom li")).to_have_count(len(PAYLOADS))
    for _ in PAYLOADS:
        visitor.page.locator("#custom a").first.click()
        expect(visitor.page.locator(INTRUDERS)).to_have_count(0)
        visitor.page.locator("#custom form button").first.click()
        visitor.reads("is off")
        expect(visitor.page.locator(INTRUDERS)).to_have_count(0)

    for path in (f"/hostile/connections/detail/{fresh}/", f"/audit/?secret={fresh}"):
        visitor.go(path)
        expect(visitor.page.locator(INTRUDERS)).to_have_count(0)
