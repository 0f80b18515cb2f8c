"""The browser's fixtures, for this folder."""

from tests.browser.fixtures import airflow, browsers, fresh, look_around, scripts, site, visit

__all__ = ["airflow", "browsers", "fresh", "look_around", "scripts", "site", "visit"]
