"""Two people who edit the same connection: nobody's work is overwritten, and nobody's is lost."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.fixtures import Visit
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
    theirs.fill(host="theirs.example.com")
    theirs.save()
    theirs.reads("Saved: host.")
    mine.fill(host="mine.example.com", password="typed by me", reason="Mine")
    assert mine.save() == 409
    return mine


def notice(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name=re.compile("saved another version"))


def test_are_told_who_changed_what(late: Visitor, airflow: AirflowReader, fresh: str) -> None:
    expect(notice(late)).to_contain_text("colleague saved another version")
    expect(notice(late)).to_contain_text("They changed host.")
    assert {found.host for found in airflow.connection(fresh)} == {"theirs.example.com"}


def test_keep_what_they_typed(late: Visitor) -> None:
    expect(late.field("host")).to_have_value("mine.example.com")
    expect(late.field("password")).to_have_value("typed by me")
    expect(late.field("reason")).to_have_value("Mine")


def test_can_save_on_top_after_reading_the_notice(late: Visitor, airflow: AirflowReader, fresh: str) -> None:
    late.press("Save mine on top of theirs")
    late.reads("Saved: host, password.")
    assert {(found.host, found.password) for found in airflow.connection(fresh)} == {
        ("mine.example.com", "typed by me")
    }


def test_can_begin_again_with_what_is_there(late: Visitor, *, scripts: bool) -> None:
    late.follow("Discard mine")
    if not scripts:
        late.press("Open it to edit")
    expect(late.field("host")).to_have_value("theirs.example.com")
    expect(late.field("password")).to_have_value("")
