"""The main job: what a person saves in a browser is what Airflow reads."""

from tests.browser.fixtures import Visit
from tests.browser.journeys import create_update_roll_back
from tests.browser.readers import AirflowReader


def test_is_done_with_a_connection_and_a_variable(
    visit: Visit, airflow: AirflowReader, fresh: str, *, scripts: bool
) -> None:
    create_update_roll_back(visit(scripts=scripts), airflow, fresh)
