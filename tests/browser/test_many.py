"""With many secrets at once somebody ... (each test finishes the sentence)."""

import json
import re

import pytest
from playwright.sync_api import Download, Locator, expect

from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.support.wire import connected

CONNECTIONS = "/dev/connections/"


@pytest.fixture
def keys(visit: Visit, fresh: str) -> list[str]:
    """The ids of three connections that are in one environment alone."""
    keys = [f"{fresh}_{word}" for word in ("one", "two", "three")]
    visitor = visit("editor", scripts=False)
    visitor.go("/dev/import/")
    visitor.fill(text=json.dumps({key: f"postgres://svc:p%40ss@{key}:5432/shop" for key in keys}))
    visitor.press("Show what would happen")
    visitor.press("Import")
    expect(ended_run(visitor)).to_have_text("All 3 are done.")
    return keys


def ended_run(visitor: Visitor) -> Locator:
    """The page of a run, once it has ended. Without scripts somebody asks again by a link."""
    expect(visitor.page.locator("#run")).to_be_visible()
    look_again = visitor.page.get_by_role("link", name="Look again")
    while not visitor.scripts and look_again.count():
        look_again.click()
    expect(visitor.page.locator("#run[hx-get]")).to_have_count(0)
    return visitor.page.locator("#run").get_by_role("status")


def exported(visitor: Visitor) -> Download:
    with visitor.page.expect_download() as download:
        visitor.page.locator("#form").get_by_role("button", name="Export").click()
    return download.value


def test_takes_them_along_in_a_file(
    visit: Visit, keys: list[str], fresh: str, *, scripts: bool
) -> None:
    visitor = visit("admin", scripts=scripts)
    visitor.go(f"{CONNECTIONS}?q={fresh}")
    visitor.follow("Export")
    expect(visitor.heading).to_have_text("Export connections")
    visitor.page.get_by_label("Format", exact=True).select_option("json")
    visitor.fill(reason="A copy for the audit")

    text = exported(visitor).path().read_text(encoding="utf-8")

    assert json.loads(text).keys() == set(keys)
    assert {connection["password"] for connection in json.loads(text).values()} == {"p@ss"}
    expect(visitor.page.locator("body")).not_to_contain_text("p@ss")
    visitor.go("/dev/runs/")
    visitor.page.get_by_role("link", name="Export of 3 connections").first.click()
    expect(visitor.page.locator("#run")).to_contain_text("3 succeeded")


def select(visitor: Visitor, *keys: str, action: str) -> None:
    """Ticks rows of the list, and chooses what is done to them."""
    for key in keys:
        visitor.page.locator(f'[form="bulk"][value="{key}"]').check()
    visitor.page.get_by_label("What to do with the selected rows").select_option(f"{action}…")
    visitor.press("Continue")


def test_takes_ticked_ones_along_in_a_file(
    visit: Visit, keys: list[str], fresh: str, *, scripts: bool
) -> None:
    visitor = visit("admin", scripts=scripts)
    visitor.go(f"{CONNECTIONS}?q={fresh}")
    select(visitor, *keys[:2], action="Export")
    expect(visitor.heading).to_have_text("Export connections")
    expect(visitor.page.locator("#form .inside")).to_contain_text("2 connections that you chose")
    visitor.page.get_by_label("Format", exact=True).select_option("json")
    visitor.fill(reason="A copy for the audit")

    text = exported(visitor).path().read_text(encoding="utf-8")

    assert json.loads(text).keys() == set(keys[:2])


def test_takes_all_that_match_along_in_a_file(
    visit: Visit, keys: list[str], fresh: str, *, scripts: bool
) -> None:
    visitor = visit("admin", scripts=scripts)
    visitor.go(f"{CONNECTIONS}?q={fresh}")
    visitor.page.get_by_label("All 3 that match").check()
    select(visitor, action="Export")
    expect(visitor.page.locator("#form .inside")).to_contain_text("3 connections that fit")
    visitor.page.get_by_label("Format", exact=True).select_option("csv")

    text = exported(visitor).path().read_text(encoding="utf-8")

    assert all(key in text for key in keys)


def test_takes_none_along_without_saying_why(
    visit: Visit, keys: list[str], *, scripts: bool
) -> None:
    visitor = visit("admin", scripts=scripts)
    visitor.go(f"{CONNECTIONS}export/?q={keys[0]}")
    visitor.page.get_by_label("Format", exact=True).select_option("json")

    assert visitor.save() == 422

    expect(visitor.page.locator("#form .errors")).to_be_visible()
    visitor.fill(reason="A copy for the audit")
    assert exported(visitor).suggested_filename.endswith(".json")


def test_brings_them_to_another_environment(
    visit: Visit, site: Site, keys: list[str], fresh: str, *, scripts: bool
) -> None:
    visitor = visit("admin", scripts=scripts)
    visitor.go(f"/compare/?kind=connections&in=dev&in=prod&q={fresh}")
    visitor.press("Compare the values")
    visitor.reads_anywhere("3 are in one environment alone")
    visitor.page.get_by_label("Show of the values").select_option("All ids")
    visitor.press("Compare the values")
    visitor.page.get_by_role("checkbox", name=keys[0]).check()
    visitor.page.get_by_label("Promote what is ticked from").select_option("dev")
    visitor.page.get_by_label("to", exact=True).select_option("prod")
    visitor.press("Plan the promotion")
    for part in ("host", "port", "login", "password"):
        visitor.page.locator(f'[name="choice:connections:{keys[0]}:{part}"]').select_option("take")

    visitor.press("Promote to Production")

    expect(ended_run(visitor)).to_have_text("All 1 are done.")
    with connected(site.emulator.endpoint) as client:
        brought = client.get_secret_value(SecretId=f"prod/airflow/connections/{keys[0]}")
    assert brought["SecretString"] == f"postgres://svc:p%40ss@{keys[0]}:5432/shop"


def test_begins_in_the_list_to_bring_them_elsewhere(
    visit: Visit, keys: list[str], fresh: str, *, scripts: bool
) -> None:
    visitor = visit("admin", scripts=scripts)
    visitor.go(f"{CONNECTIONS}?q={fresh}")
    select(visitor, *keys[1:], action="Copy to another environment")
    visitor.page.get_by_label("2 connections from Development to").select_option("prod")
    visitor.press("Plan the promotion")

    expect(visitor.heading).to_have_text("Promote connections from Development to Production")
    sent = visitor.page.locator('[type="hidden"][name="id"]')
    assert {key.get_attribute("value") for key in sent.all()} == set(keys[1:])


def test_looks_at_a_part_of_a_plan(visit: Visit, keys: list[str], *, scripts: bool) -> None:
    visitor = visit("editor", scripts=scripts)
    visitor.go("/dev/import/")
    made = f"{keys[0]}_made"
    ids = (keys[0], made, "no id")
    visitor.fill(text=json.dumps(dict.fromkeys(ids, "postgres://db.example.com/shop")))
    visitor.press("Show what would happen")
    rows = visitor.page.locator("#plan tbody tr")
    expect(rows).to_have_count(3)

    visitor.page.get_by_role("radio", name="1 will be created").check()

    expect(rows.filter(visible=True)).to_have_count(1)
    expect(rows.filter(visible=True)).to_contain_text(made)
    visitor.page.get_by_role("radio", name="1 to decide").check()
    if scripts:
        visitor.page.get_by_label("Tick all rows that are shown").check()
    else:
        visitor.press("Tick all")
    expect(visitor.page.locator("#plan [name=chosen]")).to_have_count(2)
    expect(visitor.page.locator("#plan [name=chosen]:checked")).to_have_count(2)


def test_changes_them_with_the_keyboard_alone(visit: Visit, keys: list[str], fresh: str) -> None:
    visitor: Visitor = visit("editor")
    keyboard = Keyboard(visitor.page)
    visitor.go(f"{CONNECTIONS}?q={fresh}")
    expect(visitor.heading).to_be_visible()
    for key in "jxjx":
        keyboard.press(key)
    keyboard.tab_to(visitor.page.get_by_label("What to do with the selected rows"), key="Shift+Tab")
    keyboard.type("Describe")
    keyboard.tab_to(visitor.page.get_by_role("button", name="Continue"))
    keyboard.press("Enter")
    expect(visitor.heading).to_have_text("Describe: 2 connections")
    keyboard.tab_to(visitor.page.get_by_label("Description", exact=True))
    keyboard.type("Of the shop")
    keyboard.press("Enter")
    expect(visitor.page.locator("#plan tbody tr")).to_have_count(2)
    keyboard.tab_to(visitor.page.get_by_label("Tick all rows that are shown"))
    keyboard.press("Space")
    keyboard.press("Space")
    keyboard.tab_to(visitor.page.locator("#plan").get_by_role("button", name="Describe"))
    keyboard.press("Enter")

    expect(ended_run(visitor)).to_have_text("All 2 are done.")
    keyboard.press("Escape")
    expect(visitor.heading).to_have_text("Runs")


def test_imports_them_with_the_keyboard_alone(visit: Visit, fresh: str) -> None:
    visitor: Visitor = visit("editor")
    keyboard = Keyboard(visitor.page)
    visitor.go("/dev/import/")
    keyboard.tab_to(visitor.field("text"))
    keyboard.paste(json.dumps(dict.fromkeys((fresh, "no id"), "postgres://db.example.com/shop")))
    keyboard.tab_to(visitor.page.get_by_role("button", name="Show what would happen"))
    keyboard.press("Enter")
    expect(visitor.page.locator("#plan tbody tr")).to_have_count(2)
    keyboard.tab_to(visitor.page.locator("#plan [name=look]").first)
    keyboard.press("ArrowDown")
    expect(visitor.page.locator("#plan tbody tr").filter(visible=True)).to_have_count(1)
    keyboard.tab_to(visitor.page.locator("#plan").get_by_role("button", name="Import"))
    keyboard.press("Enter")

    expect(ended_run(visitor)).to_have_text("All 1 are done.")


def test_brings_them_elsewhere_with_the_keyboard_alone(
    visit: Visit, keys: list[str], fresh: str
) -> None:
    visitor: Visitor = visit("admin")
    keyboard = Keyboard(visitor.page)
    visitor.go(f"/compare/?kind=connections&in=dev&in=prod&q={fresh}")
    keyboard.tab_to(visitor.page.get_by_role("checkbox", name=keys[0]), key="Shift+Tab")
    keyboard.press("Space")
    keyboard.tab_to(visitor.page.get_by_role("button", name="Plan the promotion"))
    keyboard.press("Enter")
    expect(visitor.heading).to_have_text(re.compile("^Promote connections from Development"))
    for part in ("host", "port", "login", "password"):
        choice = visitor.page.locator(f'[name="choice:connections:{keys[0]}:{part}"]')
        # The first of them is nearer to the end of the page than to its top.
        keyboard.tab_to(choice, key="Shift+Tab" if part == "host" else "Tab")
        keyboard.type("take")
    keyboard.tab_to(visitor.page.get_by_role("button", name="Promote to Production"))
    keyboard.press("Enter")

    expect(ended_run(visitor)).to_have_text("All 1 are done.")
