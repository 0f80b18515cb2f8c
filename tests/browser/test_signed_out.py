"""A session that ends while somebody types loses nothing: they sign in in another tab and go on."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.browsers import NARROW, WIDE
from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.visitor import Visitor

PASSWORD = "typed with care <&>"


@pytest.fixture
def typing(visit: Visit, fresh: str, *, scripts: bool) -> Visitor:
    """Somebody in the middle of a form, in a session that nobody else uses."""
    visitor: Visitor = visit(scripts=scripts)
    visitor.watch.expect(401)
    visitor.watch.expect(403)
    visitor.sign_in("editor")
    visitor.begin()
    visitor.fill(conn_id=fresh, host="db.example.com", password=PASSWORD)
    return visitor


def type_on(visitor: Visitor, text: str) -> None:
    visitor.field("host").press("End")
    visitor.page.keyboard.type(text)


def in_another_tab(visitor: Visitor) -> Visitor:
    page = visitor.page.context.new_page()
    return Visitor(page, visitor.site, visitor.watch, visitor.scripts)


def end_session(visitor: Visitor) -> None:
    other = in_another_tab(visitor)
    other.go("/dev/")
    other.press("Sign out")
    expect(other.page.get_by_label("Username")).to_be_visible()
    other.page.close()


def sign_in_by(visitor: Visitor, opened: Page, name: str) -> None:
    """In the tab that the page opened, which says where to go on."""
    assert opened.evaluate("window.opener") is None
    opened.get_by_label("Username").fill(name)
    opened.get_by_label("Password").fill(visitor.site.people[name].password)
    opened.get_by_role("button", name="Sign in").click()
    expect(opened.get_by_role("heading", level=1)).to_have_text("You are signed in")
    opened.close()
    visitor.page.bring_to_front()


def follow_to_sign_in(visitor: Visitor, name: str = "editor") -> None:
    with visitor.page.context.expect_page() as opened:
        visitor.page.get_by_role("link", name=re.compile("^Sign in")).click()
    sign_in_by(visitor, opened.value, name)


def sign_in_elsewhere(visitor: Visitor, name: str) -> None:
    end_session(visitor)
    other = in_another_tab(visitor)
    other.sign_in(name)
    other.page.close()


@pytest.mark.parametrize("scripts", [True], ids=["with JavaScript"])
def test_says_so_beside_the_form(typing: Visitor, fresh: str) -> None:
    page = typing.page
    end_session(typing)
    address = page.url
    type_on(typing, "x")
    bar = page.locator("#messages").get_by_text("You are signed out.")
    expect(bar).to_be_in_viewport()
    expect(typing.field("host")).to_be_focused()
    link = page.get_by_role("link", name=re.compile("^Sign in")).element_handle()
    with page.expect_response("**/create/"):
        type_on(typing, "y")
    assert page.evaluate("link => link.isConnected", link)
    assert page.url == address

    keyboard = Keyboard(page)
    page.locator("#main").focus()
    keyboard.tab_to(page.get_by_role("link", name=re.compile("^Sign in")))
    with page.context.expect_page() as opened:
        keyboard.press("Enter")
    sign_in_by(typing, opened.value, "editor")

    typing.press("Create connection")
    typing.reads("Created.")
    expect(typing.heading).to_have_text(fresh)
    expect(typing.open_fields()).to_contain_text("db.example.comxy")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scripts", [True], ids=["with JavaScript"])
def test_says_so_without_covering_a_field(typing: Visitor, viewport: ViewportSize) -> None:
    typing.page.set_viewport_size(viewport)
    end_session(typing)
    type_on(typing, "x")
    typing.reads("You are signed out.")
    typing.page.get_by_role("button", name="Create connection").focus()
    Keyboard(typing.page).tab_to(
        typing.page.get_by_role("link", name=re.compile("^Sign in")), "Shift+Tab"
    )


@pytest.mark.parametrize("scripts", [True], ids=["with JavaScript"])
def test_is_noticed_before_the_form_is_sent(typing: Visitor) -> None:
    end_session(typing)
    typing.press("Create connection")
    typing.reads("You are signed out.")
    expect(typing.field("password")).to_have_value(PASSWORD)
    follow_to_sign_in(typing)
    typing.press("Create connection")
    typing.reads("Created.")


@pytest.mark.parametrize("scripts", [True], ids=["with JavaScript"])
def test_is_over_for_the_fragments_too(typing: Visitor) -> None:
    sign_in_elsewhere(typing, "editor")
    type_on(typing, "x")
    typing.reads("You are signed in as editor.")
    with typing.page.expect_response("**/create/") as previewed:
        type_on(typing, "y")
    assert previewed.value.status == 200
    expect(typing.page.locator("#preview")).to_contain_text("db.example.comxy")
    expect(typing.page.locator("#message")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True], ids=["with JavaScript"])
def test_lets_nobody_act_for_somebody_else_unawares(typing: Visitor, fresh: str) -> None:
    sign_in_elsewhere(typing, "colleague")
    typing.press("Create connection")
    typing.reads("You are signed in as colleague.")
    typing.reads("It was opened as editor.")
    expect(typing.field("password")).to_have_value(PASSWORD)
    typing.press("Create connection")
    typing.reads("Created.")
    typing.go(f"/audit/?secret={fresh}&action=create")
    expect(typing.page.locator("#events .acts > li")).to_contain_text("colleague")


@pytest.mark.parametrize("scripts", [True], ids=["with JavaScript"])
def test_is_no_outage_and_neither_takes_the_form_away(typing: Visitor) -> None:
    typing.watch.expect_failed_requests()
    typing.page.route("**/login/state/", lambda route: route.abort())
    typing.press("Create connection")
    typing.reads("Nothing was sent")
    type_on(typing, ".org")
    expect(typing.page.locator("#preview")).to_contain_text("db.example.com.org")
    typing.reads("Nothing was sent")
    expect(typing.field("password")).to_have_value(PASSWORD)
    typing.page.unroute("**/login/state/")
    typing.press("Create connection")
    typing.reads("Created.")


@pytest.mark.parametrize("scripts", [False], ids=["without JavaScript"])
def test_keeps_the_form_in_the_answer(typing: Visitor) -> None:
    end_session(typing)
    assert typing.save() == 401
    expect(typing.heading).to_have_text("Nothing was done yet")
    expect(typing.page.locator("body")).not_to_contain_text(PASSWORD)
    follow_to_sign_in(typing)
    again = typing.page.get_by_role("button", name="Send it again")
    assert typing.sent_by(again) == 403
    typing.reads_anywhere("You are signed in as editor.")
    again.click()
    typing.reads("Created.")


def test_keeps_what_was_sent_without_being_asked_about(
    visit: Visit, fresh: str, *, scripts: bool
) -> None:
    """A form that nobody typed in goes straight to the server, which hands back what it held."""
    visitor: Visitor = visit(scripts=scripts)
    visitor.watch.expect(401)
    visitor.watch.expect(403)
    visitor.site.store(f"dev/airflow/variables/{fresh}", "text")
    visitor.sign_in("editor")
    visitor.go(f"/dev/variables/delete/{fresh}/")
    end_session(visitor)
    visitor.press("Delete variable")
    expect(visitor.heading).to_have_text("Nothing was done yet")
    follow_to_sign_in(visitor)
    visitor.press("Send it again")
    if scripts:
        visitor.reads("You are signed in as editor.")
    else:
        visitor.reads_anywhere("You are signed in as editor.")
    visitor.press("Send it again")
    visitor.reads("Scheduled for deletion in 30 days.")
