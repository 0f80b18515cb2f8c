"""A deletion can be taken back until its recovery window is over, also where the name is reused."""

import pytest
from playwright.sync_api import expect

from tests.browser.fixtures import Visit
from tests.browser.readers import AirflowReader
from tests.browser.sites import Site
from tests.browser.visitor import Visitor


@pytest.fixture
def deleted(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> Visitor:
    """An editor who has just scheduled a connection's deletion."""
    site.store(f"dev/airflow/connections/{fresh}", "http://u:p@h")
    visitor: Visitor = visit("editor", scripts=scripts)
    visitor.detail(fresh)
    visitor.follow("Delete")
    visitor.fill(days="7", reason="Nobody uses it")
    visitor.press("Delete connection")
    visitor.reads("Scheduled for deletion in 7 days.")
    return visitor


def test_hides_it_from_airflow_and_says_until_when(
    deleted: Visitor, airflow: AirflowReader, fresh: str
) -> None:
    assert airflow.connection(fresh) == []
    expect(deleted.page.locator("main")).to_contain_text("Airflow will not find this connection")
    expect(deleted.page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    deleted.go(f"/dev/connections/?state=deleted&q={fresh}")
    expect(deleted.page.locator("#rows a.id")).to_have_text([fresh])


def test_is_taken_back(deleted: Visitor, airflow: AirflowReader, fresh: str) -> None:
    deleted.press("Restore")
    deleted.reads("Restored.")
    assert [found.host for found in airflow.connection(fresh)] == ["h", "h"]


def test_offers_to_take_it_back_to_whoever_wants_the_name(
    deleted: Visitor, airflow: AirflowReader, fresh: str
) -> None:
    deleted.begin("mysql")
    deleted.fill(conn_id=fresh, host="new.example.com", password="typed")
    assert deleted.save() == 422
    expect(deleted.field("password")).to_have_value("typed")
    deleted.press("Restore the one that is there")
    deleted.reads("Restored.")
    assert [found.conn_type for found in airflow.connection(fresh)] == ["http", "http"]


def test_refuses_a_window_that_aws_refuses(
    visit: Visit, airflow: AirflowReader, site: Site, fresh: str
) -> None:
    site.store(f"dev/airflow/connections/{fresh}", "http://u:p@h")
    visitor: Visitor = visit("editor")
    visitor.go(f"/dev/connections/delete/{fresh}/")
    visitor.fill(days="3")
    assert visitor.save() == 422
    expect(visitor.field("days")).to_have_attribute("aria-invalid", "true")
    expect(visitor.field("days")).to_be_focused()
    assert len(airflow.connection(fresh)) == 2
