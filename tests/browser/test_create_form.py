"""The form for a new connection says what will be stored and what is wrong, and loses no key."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Route, ViewportSize, expect

from tests.browser.browsers import NARROW, WIDE
from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.visitor import Visitor

PASSWORD = "s3cret/of#mine"
URI = "postgres://me:s3cret%2Fof%23mine@Db.example.com:5432/shop?sslmode=require"
AS_JSON = json.dumps(
    {
        "conn_type": "postgres",
        "login": "me",
        "password": PASSWORD,
        "host": "Db.example.com",
        "port": 5432,
        "schema": "shop",
        "extra": {"sslmode": "require"},
    }
)
IS_UNCOVERED = """element => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


@pytest.fixture
def form(visit: Visit, fresh: str, *, scripts: bool) -> Visitor:
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.begin()
    visitor.fill(conn_id=fresh)
    return visitor


def paste(visitor: Visitor, text: str) -> None:
    visitor.page.get_by_role("radio", name="Paste what you have").check()
    visitor.fill(secret=text)


@pytest.mark.parametrize("text", [URI, AS_JSON], ids=["a URI", "JSON"])
def test_fills_its_fields_from_a_paste(form: Visitor, text: str) -> None:
    paste(form, text)
    form.press("Fill the fields from it")
    expect(form.field("password")).to_have_value(PASSWORD)
    for name, value in {
        "conn_type": "postgres",
        "login": "me",
        "port": "5432",
        "schema": "shop",
    }.items():
        expect(form.field(name)).to_have_value(value)
    expect(form.field("host")).to_have_value(re.compile("db.example.com", re.IGNORECASE))
    expect(form.field("extra.sslmode")).to_have_value("require")


def test_shows_what_will_be_stored_with_the_secrets_masked(form: Visitor, *, scripts: bool) -> None:
    form.unfold("Other extras")
    form.fill(host="db.example.com", password=PASSWORD, extra='{"token": "also s3cret"}')
    if not scripts:
        form.press("Preview")
    preview = form.page.locator("#preview")
    expect(preview.get_by_role("region", name="What will be stored")).to_contain_text("••••••")
    expect(preview).to_contain_text("db.example.com")
    expect(preview).not_to_contain_text("s3cret")
    expect(form.field("password")).to_have_value(PASSWORD)


def test_previews_what_was_typed_while_an_answer_was_under_way(visit: Visit) -> None:
    visitor: Visitor = visit("editor")
    visitor.page.clock.install()
    visitor.begin()
    visitor.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    preview = visitor.page.locator("#preview")
    visitor.fill(conn_id="any", host="first.example.com")
    held: list[Route] = []
    visitor.page.route("**/create/", lambda route: held.append(route), times=1)  # noqa: PLW0108 - Playwright marks it.
    with visitor.page.expect_request("**/create/"):
        visitor.page.clock.run_for(300)
    visitor.fill(host="second.example.com")
    held[0].continue_()
    expect(preview).to_contain_text("first.example.com")
    visitor.page.clock.run_for(400)
    expect(preview).to_contain_text("second.example.com")


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("port", "70000", "65535"),
        ("port", "5432x", "whole number"),
        ("extra", '{"a": 1,', "line 1, column"),
        ("extra.connect_timeout", "soon", "whole number"),
        ("conn_id", "not an id", "letters A to Z"),
    ],
)
def test_names_the_field_that_is_wrong(
    form: Visitor, name: str, typed: str, said: str, *, scripts: bool
) -> None:
    form.unfold("Other extras")
    form.fill(host="db.example.com", password=PASSWORD, extra='{"a": 1}')
    form.unfold("More settings")
    form.fill(**{name: typed})
    assert form.save() == 422
    wrong = form.field(name)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(re.compile(re.escape(said)))
    expect(wrong).to_have_value(typed)
    expect(form.field("password")).to_have_value(PASSWORD)
    if scripts:
        expect(wrong).to_be_focused()


def top(place: Locator) -> float:
    box = place.bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_says_what_is_wrong_beside_the_field_and_above_the_button_while_somebody_types(
    visit: Visit, size: ViewportSize
) -> None:
    visitor: Visitor = visit("editor")
    visitor.page.set_viewport_size(size)
    visitor.begin()
    port = visitor.field("port")
    port.press_sequentially("70000")
    expect(port).to_have_accessible_description(re.compile("from 0 to 65535"))
    expect(port).to_have_attribute("aria-invalid", "true")
    expect(port).to_be_focused()
    above = visitor.page.locator("#before-save")
    expect(above).to_contain_text("Port: A port is a whole number")
    expect(visitor.page.locator("#save-state")).to_have_text("1 to mend")
    side = visitor.page.locator("#preview")
    assert size == WIDE or top(above) < top(side)
    above.get_by_role("link", name="Port").click()
    expect(port).to_be_focused()

    port.fill("5432")
    expect(above).not_to_contain_text("Port")
    expect(port).not_to_have_attribute("aria-invalid", "true")
    expect(port).to_be_focused()


def test_shows_what_is_wrong_above_the_bar_that_stays_at_the_bottom(visit: Visit) -> None:
    visitor: Visitor = visit("editor", viewport=NARROW)
    visitor.begin("http")
    keyboard = Keyboard(visitor.page)
    keyboard.tab_to(visitor.field("extra"))
    keyboard.type('{"a": 1,')
    wrong = visitor.page.locator("#id_extra_beside .errors")
    expect(wrong).to_be_visible()
    assert wrong.evaluate(IS_UNCOVERED)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://u:pa/ss@h:5432/db",
        "postgres://u:pa/ss@h:5432x/db",
        '{"conn_type": "postgres", "port": "pa/ss"}',
    ],
)
def test_says_of_a_bad_paste_what_is_wrong_and_quotes_nothing(
    form: Visitor, text: str, *, scripts: bool
) -> None:
    paste(form, text)
    assert form.save() == 422
    secret = form.field("secret")
    expect(secret).to_be_visible()
    expect(secret).to_have_value(text)
    expect(secret).to_have_attribute("aria-invalid", "true")
    expect(form.page.locator("#form .errors")).to_contain_text("Airflow can't read this.")
    expect(form.page.locator("#form .errors")).not_to_contain_text("pa/ss")
    if scripts:
        expect(secret).to_be_focused()
