"""Choosing what to connect to: with the keyboard alone, as one types, and without a script."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.fixtures import Visit
from tests.browser.visitor import Visitor

URI = "postgres://me:s3cret@db.example.com:5432/shop"


def at_chooser(visit: Visit, *, scripts: bool = True) -> Visitor:
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.go("/dev/connections/")
    visitor.follow("Create connection")
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()
    return visitor


def types(visitor: Visitor) -> Locator:
    return visitor.page.locator("#types .types a")


def test_takes_the_keyboard_alone(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    visitor.go("/dev/connections/")
    visitor.page.keyboard.press("n")
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()
    visitor.page.keyboard.type("snow")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"/dev/connections/create/\?conn_type=snowflake$"))
    expect(visitor.heading).to_have_text("New Snowflake connection")


def test_searches_as_one_types_and_keeps_that_in_the_address(visit: Visit) -> None:
    visitor = at_chooser(visit)
    visitor.page.keyboard.type("bigquery")
    expect(types(visitor)).to_have_count(1)
    expect(types(visitor)).to_contain_text("Google Bigquery")
    expect(visitor.page.locator("#types [role=status]")).to_have_text("1 type found")
    expect(visitor.page).to_have_url(re.compile(r"\?q=bigquery$"))
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()


def test_walks_its_answers_with_the_arrows(visit: Visit) -> None:
    visitor = at_chooser(visit)
    press, answers = visitor.page.keyboard.press, types(visitor)
    press("ArrowDown")
    expect(answers.nth(0)).to_be_focused()
    press("j")
    expect(answers.nth(1)).to_be_focused()
    press("ArrowDown")
    expect(answers.nth(4)).to_be_focused()
    press("ArrowUp")
    press("k")
    expect(answers.nth(0)).to_be_focused()
    press("ArrowUp")
    expect(visitor.page.get_by_role("searchbox")).to_be_focused()


def test_is_left_with_the_keys(visit: Visit) -> None:
    visitor = at_chooser(visit)
    visitor.page.keyboard.press("Escape")
    expect(visitor.page.get_by_role("searchbox")).not_to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(visitor.heading).to_have_text("Connections")


def test_works_without_a_script(visit: Visit) -> None:
    visitor = at_chooser(visit, scripts=False)
    visitor.choose("s3")
    expect(visitor.page).to_have_url(re.compile(r"\?conn_type=aws$"))


def test_offers_a_type_of_ones_own(visit: Visit, *, scripts: bool) -> None:
    visitor = at_chooser(visit, scripts=scripts)
    visitor.page.keyboard.type("our_own_thing")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("link", name="as a type of your own").click()
    expect(visitor.page).to_have_url(re.compile(r"\?conn_type=our_own_thing$"))


def test_fills_the_form_from_what_somebody_has(visit: Visit, *, scripts: bool) -> None:
    visitor = at_chooser(visit, scripts=scripts)
    visitor.page.get_by_text("Paste what you have").click()
    visitor.page.get_by_label("What you have", exact=True).fill(URI)
    visitor.press("Fill the form from it")
    expect(visitor.field("login")).to_have_value("me")
    assert "s3cret" not in visitor.page.url


@pytest.mark.parametrize("entered", ["pasted", "typed"])
@pytest.mark.parametrize(
    "text", [URI, "airflow connections add x --conn-password s3cret", "AIRFLOW_CONN_X=s3cret"]
)
def test_never_searches_for_what_may_hold_a_password(visit: Visit, text: str, entered: str) -> None:
    visitor = at_chooser(visit)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    if entered == "pasted":
        visitor.page.evaluate(
            """text => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text", text);
                const options = { clipboardData, bubbles: true, cancelable: true };
                document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
            }""",
            text,
        )
        expect(visitor.page.get_by_label("What you have", exact=True)).to_have_value(text)
        expect(visitor.page.get_by_label("What you have", exact=True)).to_be_focused()
    else:
        visitor.page.get_by_role("searchbox").fill(text)
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.locator("#q:invalid")).to_be_focused()
    assert not any("s3cret" in url for url in asked)


def test_is_the_first_step_in_an_empty_environment(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    visitor.go("/hostile/connections/create/?entry=paste")
    expect(visitor.page.get_by_label("What you have", exact=True)).to_be_focused()
