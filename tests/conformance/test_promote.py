"""A real Airflow reads in one environment what was promoted to it from another one."""

from playwright.sync_api import expect

from connections.value.connection import Connection
from tests.browser.fixtures import Visit
from tests.browser.sites import Site
from tests.browser.visitor import Visitor
from tests.conformance.asked import RealAirflow


def test_is_read_by_airflow(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> None:
    source = 'http://svc:new%2Fpass@api.dev.example.com:80/v2?__extra__={"timeout": 30, "a": [1]}'
    site.store(f"dev/airflow/connections/{fresh}", source)
    site.store(f"prod/airflow/connections/{fresh}", "http://own:old@API.prod.example.com:443/v1")

    promote(visit("admin", scripts=scripts), fresh)

    expected = Connection(
        conn_type="http",
        host="api.prod.example.com",
        port=443,
        login="own",
        password="new/pass",
        schema="v2",
        extra={"timeout": 30, "a": [1]},
    )
    with RealAirflow(site.kwargs("prod")) as airflow:
        assert airflow.connection(fresh) == [expected, expected]


def promote(visitor: Visitor, key: str) -> None:
    """All but where it is and who signs in, from Development to Production."""
    for environment in ("dev", "prod"):
        # Both were made outside, where no list has looked since.
        visitor.go(f"/{environment}/connections/")
        visitor.press("Refresh the list")
    visitor.go(f"/compare/?kind=connections&in=dev&in=prod&q={key}")
    visitor.page.get_by_role("checkbox", name=key).check()
    visitor.press("Plan the promotion")
    for part in ("Password", "Masked keys of the extra"):
        visitor.page.get_by_label(part, exact=True).select_option("take")
    visitor.press("Plan again")
    visitor.press("Promote to Production")
    # Whoever reloads before the run's page is there asks for the plan once more.
    expect(visitor.page.locator("#run")).to_be_visible()
    while not visitor.page.get_by_text("All 1 are done.").is_visible():
        visitor.page.reload()
