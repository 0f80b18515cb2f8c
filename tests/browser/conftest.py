"""The browser's fixtures, for this folder."""

from tests.browser.fixtures import airflow, browsers, fresh, scripts, site, visit

__all__ = ["airflow", "browsers", "fresh", "scripts", "site", "visit"]
