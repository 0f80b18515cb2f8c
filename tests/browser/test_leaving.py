"""Somebody who leaves a changed form is asked first, and finds its plain fields when going back."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.support.wire import connected

PASSWORD = "typed-with-care"
SECRETS = {"password": PASSWORD, "extra": '{"token": "typed-with-care"}'}
BACK = "What you typed here is back."


@pytest.fixture
def stored(site: Site, fresh: str) -> str:
    site.store(
        f"dev/airflow/connections/{fresh}",
        "postgres://login:old@db.example.com:5432/stored-schema?own=1",
    )
    return fresh


def edit(visit: Visit, key: str) -> Visitor:
    visitor: Visitor = visit("editor")
    visitor.edit(key)
    return visitor


def begin(visit: Visit, key: str) -> Visitor:
    visitor: Visitor = visit("editor")
    visitor.begin()
    visitor.unfold("Other extras")
    visitor.fill(conn_id=key, host="db-2.example.com", description="Of the shop", **SECRETS)
    return visitor


def go_back(visitor: Visitor) -> None:
    visitor.page.go_back()
    expect(visitor.page.locator("#form")).to_be_visible()


def kept(visitor: Visitor) -> Any:
    """What stays in the browser's history when the page is left now."""
    return visitor.page.evaluate(
        "dispatchEvent(new Event('beforeunload', {cancelable: true})), history.state"
    )


@pytest.mark.parametrize("way", ["a link", "Esc", "Cancel", "signing out", "another address"])
def test_asks_first(visit: Visit, stored: str, way: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(host="db-2.example.com")
    visitor.watch.stay()
    leave(visitor, way)
    expect(visitor.field("host")).to_have_value("db-2.example.com")
    assert visitor.watch.times_asked == 1


def leave(visitor: Visitor, way: str) -> None:
    with visitor.page.expect_event("dialog"):
        if way == "a link":
            visitor.page.get_by_role("link", name="Overview").click(no_wait_after=True)
        elif way == "Esc":
            visitor.page.keyboard.press("Escape")
            visitor.page.keyboard.press("Escape")
        elif way == "another address":
            visitor.page.evaluate("location.assign('/dev/')")
        else:
            visitor.page.locator(
                "button, a", has_text="Sign out" if way == "signing out" else way
            ).click(no_wait_after=True)


def test_leaves_where_they_want_to(visit: Visit, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(host="db-2.example.com")
    visitor.follow("Cancel")
    expect(visitor.heading).to_have_text(stored)
    assert visitor.watch.times_asked == 1


def test_asks_nobody_who_changed_nothing(visit: Visit, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.page.keyboard.press("Escape")
    visitor.page.keyboard.press("Escape")
    expect(visitor.heading).to_have_text(stored)
    assert not visitor.watch.times_asked


def test_asks_nobody_who_saves(visit: Visit, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(host="db-2.example.com")
    visitor.press("Save connection")
    visitor.reads("Saved: host.")
    assert not visitor.watch.times_asked


def test_asks_whoever_leaves_a_form_that_came_back(visit: Visit, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(port="70000")
    assert visitor.save() == 422
    # The browser asks for nobody who did nothing on the page.
    visitor.page.locator("#main").click(position={"x": 2, "y": 2})
    visitor.follow("Cancel")
    assert visitor.watch.times_asked == 1


def test_brings_back_what_is_not_secret(visit: Visit, fresh: str) -> None:
    visitor = begin(visit, fresh)
    visitor.page.get_by_label("SSL mode").select_option("require")
    visitor.follow("Cancel")
    expect(visitor.heading).to_have_text("Connections")

    go_back(visitor)

    visitor.reads(BACK)
    for name, text in {
        "conn_id": fresh,
        "host": "db-2.example.com",
        "description": "Of the shop",
    }.items():
        expect(visitor.field(name)).to_have_value(text)
    expect(visitor.field("extra.sslmode")).to_have_value("require")
    for name in SECRETS:
        expect(visitor.field(name)).to_have_value("")
    expect(visitor.page.locator("#preview")).to_contain_text("db-2.example.com")
    visitor.fill(password=PASSWORD)
    visitor.press("Create connection")
    visitor.reads("Created.")


def test_brings_back_an_edit_on_top_of_what_it_began_with(visit: Visit, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(host="db-2.example.com", schema="", password=PASSWORD)
    visitor.follow("Cancel")
    expect(visitor.heading).to_have_text(stored)

    go_back(visitor)

    visitor.reads(BACK)
    expect(visitor.field("host")).to_have_value("db-2.example.com")
    expect(visitor.field("schema")).to_have_value("")
    expect(visitor.field("login")).to_have_value("login")
    expect(visitor.field("password")).to_have_value("")


def test_brings_no_edit_back_over_a_newer_version(visit: Visit, site: Site, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(host="db-2.example.com")
    visitor.follow("Cancel")
    expect(visitor.heading).to_have_text(stored)
    with connected(site.emulator.endpoint) as client:
        name = f"dev/airflow/connections/{stored}"
        client.put_secret_value(
            SecretId=name, SecretString="postgres://login:old@theirs.example.com:5432/s"
        )

    go_back(visitor)

    visitor.reads("It was changed since you were here.")
    expect(visitor.field("host")).to_have_value("theirs.example.com")


def test_brings_nothing_back_that_was_saved(visit: Visit, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(host="db-2.example.com", reason="The database moved")
    visitor.press("Save connection")
    visitor.reads("Saved: host.")

    go_back(visitor)

    expect(visitor.field("host")).to_have_value("db-2.example.com")
    expect(visitor.field("reason")).to_have_value("")
    expect(visitor.page.locator("#messages > *")).to_have_count(0)


def test_leaves_an_answer_to_the_browser(visit: Visit, stored: str) -> None:
    """Its address alone brings nothing: the browser has to send the same form again."""
    visitor: Visitor = visit("editor")
    visitor.edit(stored)
    visitor.press("Show them in the form")
    expect(visitor.field("extra")).not_to_have_value("")
    visitor.fill(host="db-2.example.com")
    assert kept(visitor) is None


def test_leaves_no_secret_behind(visit: Visit, fresh: str) -> None:
    visitor = begin(visit, fresh)
    visitor.fill(host="https://hooks.example.com/typed-with-care")
    assert ["id_conn_id", fresh] in kept(visitor)["typed"]["fields"]
    assert "care" not in json.dumps(kept(visitor))


def test_leaves_nothing_of_what_is_stored_behind(visit: Visit, stored: str) -> None:
    visitor = edit(visit, stored)
    visitor.fill(host="db-2.example.com")
    assert "db-2.example.com" in json.dumps(kept(visitor))
    assert "stored-schema" not in json.dumps(kept(visitor))


def test_brings_nothing_back_for_somebody_else(visit: Visit, fresh: str) -> None:
    visitor: Visitor = visit()
    visitor.sign_in("editor")
    visitor.begin()
    visitor.fill(conn_id=fresh, host="db-2.example.com")
    visitor.press("Sign out")
    expect(visitor.heading).to_have_text("Sign in")
    visitor.sign_in("colleague")
    while not visitor.page.locator("#form").count():
        visitor.page.go_back()
    expect(visitor.field("host")).to_have_value("")


def test_forgets_secrets_alone_in_a_page_that_the_browser_keeps(visit: Visit, fresh: str) -> None:
    visitor = begin(visit, fresh)
    visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    visitor.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    visitor.reads(BACK)
    expect(visitor.field("host")).to_have_value("db-2.example.com")
    for name in SECRETS:
        expect(visitor.field(name)).to_have_value("")


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_begins_an_edit_at_its_first_field(
    visit: Visit, site: Site, stored: str, *, scripts: bool
) -> None:
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.edit(stored)
    expect(visitor.field("host")).to_be_focused()
    site.store(f"dev/airflow/variables/{stored}", "text")
    visitor.edit(stored, "variables")
    expect(visitor.field("value")).to_be_focused()


def test_takes_the_focus_from_nobody(visit: Visit, stored: str) -> None:
    visitor: Visitor = visit("editor")
    held = []
    visitor.page.route("**/edit/**", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it.
    with visitor.page.expect_request("**/edit/**"):
        visitor.go(f"/dev/connections/update/{stored}/")
    link = visitor.page.get_by_role("link", name="Overview")
    link.focus()
    held[0].continue_()
    expect(visitor.field("host")).to_be_visible()
    expect(link).to_be_focused()
