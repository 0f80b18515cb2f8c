"""Two people who edit the same connection: nobody's work is overwritten, and nobody's is lost."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.fixtures import Visit
from tests.browser.keyboard import Keyboard
from tests.browser.readers import AirflowReader
from tests.browser.sites import Site
from tests.browser.visitor import Visitor


@pytest.fixture
def late(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> Visitor:
    """An editor whose form a colleague's save has overtaken, and who has sent it all the same."""
    site.store(f"dev/airflow/connections/{fresh}", "postgres://u:first@first.example.com:5432/s")
    mine, theirs = visit("editor", scripts=scripts), visit("colleague", scripts=scripts)
    mine.edit(fresh)
    theirs.edit(fresh)
    theirs.fill(host="theirs.example.com", schema="theirs")
    theirs.save()
    theirs.reads("Saved: host, schema.")
    mine.fill(host="mine.example.com", password="typed by me", reason="Mine")
    assert mine.save() == 409
    return mine


def notice(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name=re.compile("saved another version"))


def choice(visitor: Visitor, field: str, side: str) -> Locator:
    return notice(visitor).get_by_role("radio", name=re.compile(f"^{field}, {side}:"))


def test_are_told_who_changed_what(late: Visitor, airflow: AirflowReader, fresh: str) -> None:
    expect(notice(late)).to_contain_text("colleague saved another version")
    expect(notice(late)).to_contain_text("They changed host, schema.")
    assert {found.host for found in airflow.connection(fresh)} == {"theirs.example.com"}


def test_begin_at_the_notice(late: Visitor) -> None:
    keyboard = Keyboard(late.page)
    keyboard.is_at(notice(late).get_by_role("heading", name=re.compile("saved another version")))
    keyboard.press("Tab")
    keyboard.is_at(choice(late, "Host", "theirs"))


def test_keep_what_they_typed(late: Visitor) -> None:
    expect(late.field("host")).to_have_value("mine.example.com")
    expect(late.field("password")).to_have_value("typed by me")
    expect(late.field("reason")).to_have_value("Mine")


def test_choose_what_both_changed_and_nothing_else(
    late: Visitor, airflow: AirflowReader, fresh: str
) -> None:
    row = notice(late).get_by_role("row", name=re.compile("^Host"))
    for text in ("first.example.com", "theirs.example.com", "mine.example.com"):
        expect(row).to_contain_text(text)
    expect(choice(late, "Database", "theirs")).to_be_checked()
    expect(choice(late, "Password", "yours")).to_be_checked()

    assert late.sent_by(notice(late).get_by_role("button", name="Save with these choices")) == 422
    expect(notice(late)).to_contain_text("Choose one.")
    expect(choice(late, "Host", "theirs")).to_be_focused()
    choice(late, "Host", "yours").check()
    late.press("Save with these choices")

    late.reads("Saved: host, password.")
    assert {(found.host, found.schema, found.password) for found in airflow.connection(fresh)} == {
        ("mine.example.com", "theirs", "typed by me")
    }


def test_can_save_all_that_one_of_them_has_after_reading_the_notice(
    late: Visitor, airflow: AirflowReader, fresh: str
) -> None:
    late.press("Save all of mine")
    late.reads("Saved: host, password, schema.")
    assert {(found.host, found.schema) for found in airflow.connection(fresh)} == {
        ("mine.example.com", "s")
    }


def test_can_review_a_mix_before_it_is_saved(
    late: Visitor, airflow: AirflowReader, fresh: str
) -> None:
    choice(late, "Host", "theirs").check()
    late.press("Review changes")

    review = late.page.get_by_role("region", name="1 change, not saved yet")
    expect(review.locator("tbody tr")).to_have_count(1)
    expect(review.locator("tbody tr")).to_contain_text("Password")
    expect(late.field("password")).to_have_value("typed by me")
    review.get_by_role("button", name="Save connection").click()

    late.reads("Saved: password.")
    assert {(found.host, found.password) for found in airflow.connection(fresh)} == {
        ("theirs.example.com", "typed by me")
    }


def test_can_begin_again_with_what_is_there(late: Visitor, *, scripts: bool) -> None:
    late.follow("Discard mine")
    if not scripts:
        late.press("Open it to edit")
    expect(late.field("host")).to_have_value("theirs.example.com")
    expect(late.field("password")).to_have_value("")


def test_meet_in_a_review_too(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> None:
    site.store(f"dev/airflow/connections/{fresh}", "postgres://u:first@first.example.com:5432/s")
    mine, theirs = visit("editor", scripts=scripts), visit("colleague", scripts=scripts)
    mine.edit(fresh)
    mine.fill(host="mine.example.com")
    mine.press("Review changes")
    expect(mine.page.locator("#review tbody tr")).to_have_count(1)
    theirs.edit(fresh)
    theirs.fill(host="theirs.example.com")
    theirs.save()

    mine.watch.expect(409)
    mine.fill(password="typed by me")
    if scripts:
        expect(mine.page.get_by_text("You have typed since")).to_be_visible()
    mine.press("Review changes")

    expect(choice(mine, "Host", "theirs")).to_be_visible()
    expect(mine.field("password")).to_have_value("typed by me")
    expect(mine.field("host")).to_have_value("mine.example.com")


@pytest.mark.parametrize("scripts", [True])
def test_get_what_they_type_after_they_chose_theirs(
    late: Visitor, airflow: AirflowReader, fresh: str
) -> None:
    choice(late, "Host", "theirs").check()
    late.fill(host="after-all.example.com")
    expect(choice(late, "Host", "yours")).to_be_checked()
    late.press("Save with these choices")

    late.reads("Saved: host, password.")
    assert {found.host for found in airflow.connection(fresh)} == {"after-all.example.com"}
