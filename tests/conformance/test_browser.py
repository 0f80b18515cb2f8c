"""A real Airflow reads exactly what a person saves in a browser, over HTTP with its own backend."""

from tests.browser.fixtures import Visit
from tests.browser.journeys import create_update_roll_back
from tests.browser.sites import Site
from tests.conformance.asked import RealAirflow


def test_is_read_by_airflow(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> None:
    with RealAirflow(site.kwargs("dev")) as airflow:
        create_update_roll_back(visit(scripts=scripts), airflow, fresh)
