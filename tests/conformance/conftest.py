"""The browser's fixtures, for what a real Airflow reads afterwards."""

from tests.browser.fixtures import airflow, browsers, fresh, scripts, site, visit

__all__ = ["airflow", "browsers", "fresh", "scripts", "site", "visit"]
