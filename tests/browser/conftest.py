"""The browser's fixtures, for this folder."""

from tests.browser.fixtures import (
    airflow,
    browsers,
    fresh,
    look_around,
    look_around_strictly,
    scripts,
    site,
    strict_browsers,
    visit,
)

__all__ = [
    "airflow",
    "browsers",
    "fresh",
    "look_around",
    "look_around_strictly",
    "scripts",
    "site",
    "strict_browsers",
    "visit",
]
