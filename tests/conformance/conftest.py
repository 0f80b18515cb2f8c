"""The browser's fixtures, for what a real Airflow reads afterwards, and those of the proof."""

from tests.browser.fixtures import airflow, browsers, fresh, scripts, site, visit
from tests.conformance.proving import aws_of_airflow, case

__all__ = ["airflow", "aws_of_airflow", "browsers", "case", "fresh", "scripts", "site", "visit"]
