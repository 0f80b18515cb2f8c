"""The browser's fixtures, for this folder."""

from tests.browser.fixtures import chromium, fresh, scripts, signed_in, site, visit

__all__ = ["chromium", "fresh", "scripts", "signed_in", "site", "visit"]
