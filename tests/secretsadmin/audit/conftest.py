"""A log of six lines, in which each column is filled somewhere."""

import pytest

from tests.support.record import add_line

LINES = 6
FILLED = {
    "address": "203.0.113.9",
    "reason": "moved",
    "fields": ["host", "b\u00fccher"],
    "version": "v2",
    "previous": "v1",
    "format": "uri",
    "holds": ["host"],
    "refusal": 3,
    "request_id": "r1",
    "error": "Conflict",
    "correlation": "c1",
    "count": 2,
    "details": {"keys": [1, None, "x"], "\u00e4": True},
}


@pytest.fixture
def log(db: None) -> None:
    for number in range(1, LINES + 1):
        add_line(secret=f"orders{number}", **FILLED)
