"""The browser's fixtures, for pages that are held against installed releases."""

from tests.browser.fixtures import browsers, visit

__all__ = ["browsers", "visit"]
