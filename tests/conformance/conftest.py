"""The browser's fixtures, for what a real Airflow reads afterwards."""

from tests.browser.fixtures import chromium, fresh, scripts, signed_in, site, visit

__all__ = ["chromium", "fresh", "scripts", "signed_in", "site", "visit"]
