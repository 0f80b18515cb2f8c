"""How long a keystroke in the palette takes, over one list of thousands and over three."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client

from secretsadmin.store import listing
from tests.support.sweeps import end_of_sweeps

HTMX = {"HX-Request": "true"}
MOST_ENVIRONMENTS = 3
# What people type: nothing yet, what stands in every id, in some, in one, in no id, and two words.
QUERIES = ("", "e", "service", "service_001", "09999", "bench made", "nothing like it", "create s3")

Medians = Callable[[Mapping[str, Callable[[], Any]]], dict[str, float]]


def measure(client: Client, endpoint: str, bare: float, medians: Medians) -> None:
    """Prints the medians. Over one list, an answer is promised within 50 ms on an idle machine."""
    for count in (1, MOST_ENVIRONMENTS):
        with environments(endpoint, count):
            # Each look asks for some of the lists.
            for _ in range(count):
                type_(client, "")
                end_of_sweeps()
            times = medians({query: partial(type_, client, query) for query in QUERIES})
        for query, median in times.items():
            name = f"search {query!r} in {count}"
            print(f"{name:28} {median * 1000:7.1f} {median / bare:14.1f}")


@contextmanager
def environments(endpoint: str, count: int) -> Iterator[None]:
    """So many environments, each of which has all of the bench's connections."""
    kwargs = {"endpoint_url": endpoint, "region_name": "eu-central-1"}
    table = "[environments.{}]\nbackend_kwargs = '{}'\n"
    text = "".join(table.format(f"e{number}", json.dumps(kwargs)) for number in range(count))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "site.toml"
        path.write_text(text, encoding="utf-8")
        settings.SECRETSADMIN_CONFIG = str(path)
        listing.forget()
        yield
    settings.SECRETSADMIN_CONFIG = ""
    listing.forget()


def type_(client: Client, query: str) -> None:
    response = client.post("/search/", {"q": query}, headers=HTMX)
    assert response.status_code == 200, query
