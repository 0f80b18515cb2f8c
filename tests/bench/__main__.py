"""`make bench`: AWS calls per action, counted on the wire, and our own share of a page.

Calls are counts and must be at their floor, or the run fails. It also fails where people who edit at once lose
something. Times are medians of one run on this machine, told beside the time of the bare page, so that ratios can be
compared between machines.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["DATABASE_URL"] = "sqlite://:memory:"

import django

django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from connections import catalog
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.store import listing
from tests.bench import edits
from tests.site import CONNECTIONS, POSTGRES, VARIABLES, current
from tests.wire import connected, counting

MANY = 10_000
ROUNDS = 30
HTMX = {"HX-Request": "true"}


def main() -> None:
    call_command("migrate", verbosity=0)
    with serve() as emulator:
        given = {"endpoint_url": emulator.endpoint, "region_name": "eu-central-1"}
        settings.AIRFLOW_BACKEND_KWARGS = json.dumps(given)
        client = Client()
        client.force_login(User.objects.create_superuser("bench"))
        missed = count_calls(client, emulator)
        measure_pages(client, emulator)
    broken = [*(f"{action} takes more AWS calls than promised" for action in missed), *edits.measure()]
    if broken:
        sys.exit("\n".join(broken))


def count_calls(client: Client, emulator: Emulator) -> list[str]:
    """One row an action: the calls that it made, and its floor. Returns those above it."""
    missed = []
    print(f"{'AWS calls of':28} {'made':>5} {'floor':>6}")

    def row(action: str, floor: int, act: Callable[[], Any], status: int | None = None) -> None:
        with counting(emulator) as calls:
            response = act()
        assert response.status_code == status or response.status_code < 400, (action, response.status_code)
        print(f"{action:28} {calls.total():5} {floor:6}  {', '.join(f'{n} {c}' for n, c in calls.items())}")
        if calls.total() > floor:
            missed.append(action)

    name = "airflow/connections/orders"
    url = f"{CONNECTIONS}/{{}}/orders/"
    row("cold list of 0", 1, lambda: client.get(f"{CONNECTIONS}/"))
    row("create", 1, lambda: client.post(f"{CONNECTIONS}/create/", POSTGRES))
    row("warm list", 0, lambda: client.get(f"{CONNECTIONS}/"))
    row("view", 0, lambda: client.get(url.format("detail")))
    row("open", 1, lambda: client.post(url.format("open")))
    row("reveal", 1, lambda: client.post(url.format("reveal")))
    first = current(emulator, name)
    row("preview", 0, lambda: client.post(url.format("update"), POSTGRES | {"version": first, "preview": "1"}))
    typed = {"version": first, "host": "new"}
    row("review", 1, lambda: client.post(url.format("update"), typed | {"review": "1"}))
    row("update", 3, lambda: client.post(url.format("update"), typed))
    second = current(emulator, name)
    row("conflict", 4, lambda: client.post(url.format("update"), typed | {"login": "new"}), status=409)
    mixed = typed | {"on_top_of": second, "login": "new", "choice.host": "theirs", "choice.login": "mine"}
    row("save of a mix", 3, lambda: client.post(url.format("update"), mixed))
    third = current(emulator, name)
    row("history", 1, lambda: client.get(url.format("history")))
    row("look at a version", 1, lambda: client.post(url.format("open"), {"version": first}))
    row("roll back page", 1, lambda: client.get(url.format("roll-back"), {"to": first}))
    both = {"one": first, "other": second}
    row("compare page", 1, lambda: client.get(url.format("compare"), both))
    row("compare", 2, lambda: client.post(url.format("compare"), both, headers={"HX-Request": "true"}))
    row("roll back", 1, lambda: client.post(url.format("roll-back"), {"to": first, "version": third}))
    row("undo the roll back", 1, lambda: client.post(url.format("roll-back"), {"to": third, "version": first}))
    _add_versions(emulator, name)
    row("history of 100 versions", 1, lambda: client.get(url.format("history")))
    row("delete", 1, lambda: client.post(url.format("delete"), {"days": "7"}))
    row("restore", 1, lambda: client.post(url.format("restore")))
    row("create a variable", 1, lambda: client.post(f"{VARIABLES}/create/", {"key": "k", "value": "v"}))
    _fill(emulator)
    listing.forget()
    row(f"cold list of {MANY + 1}", MANY // 100 + 1, lambda: client.post(f"{CONNECTIONS}/refresh/", follow=True))
    row(f"warm list of {MANY + 1}", 0, lambda: client.get(f"{CONNECTIONS}/?q=5&sort=-changed"))
    return missed


def measure_pages(client: Client, emulator: Emulator) -> None:
    bare = _median(lambda: client.get("/health/live"))
    print(f"\n{'Our own time, median':28} {'ms':>7} {'x bare answer':>14}")
    pages: dict[str, Callable[[], Any]] = {
        "bare answer": lambda: client.get("/health/live"),
        f"list of {MANY}, page 1": lambda: client.get(f"{CONNECTIONS}/"),
        f"list of {MANY}, filtered": lambda: client.get(f"{CONNECTIONS}/?q=99&sort=-changed"),
        "detail": lambda: client.get(f"{CONNECTIONS}/detail/orders/"),
        "choose among 140 types": lambda: client.get(f"{CONNECTIONS}/create/"),
        "choose, searched": lambda: client.get(f"{CONNECTIONS}/create/?q=s3"),
        "preview": lambda: client.post(f"{CONNECTIONS}/create/", POSTGRES | {"preview": "1"}, headers=HTMX),
        "audit": lambda: client.get("/audit/"),
    }
    for name, page in pages.items():
        median = _median(page)
        print(f"{name:28} {median * 1000:7.1f} {median / bare:14.1f}")
    forms = _medians({name: partial(_form, client, name) for name in catalog.types()})
    slowest = max(forms, key=lambda name: forms[name])
    for name, median in {
        f"form, median of {len(forms)} types": statistics.median(forms.values()),
        f"form, slowest ({slowest})": forms[slowest],
    }.items():
        print(f"{name:28} {median * 1000:7.1f} {median / bare:14.1f}")
    with connected(emulator.endpoint) as aws:
        bare_call = _median(lambda: aws.get_secret_value(SecretId="airflow/connections/orders"))
    opened = _median(lambda: client.post(f"{CONNECTIONS}/open/orders/"))
    print(f"{'open, less the AWS call':28} {(opened - bare_call) * 1000:7.1f} {(opened - bare_call) / bare:14.1f}")


def _form(client: Client, conn_type: str) -> None:
    client.get(f"{CONNECTIONS}/create/", {"conn_type": conn_type})


def _add_versions(emulator: Emulator, name: str) -> None:
    with connected(emulator.endpoint) as aws:
        for number in range(97):
            aws.put_secret_value(
                SecretId=name, SecretString=f"postgres://db{number}.example.com", VersionStages=["made"]
            )


def _fill(emulator: Emulator) -> None:
    with connected(emulator.endpoint) as aws:
        for number in range(MANY):
            aws.create_secret(
                Name=f"airflow/connections/team{number % 40}/service_{number:05}",
                SecretString=f"postgres://svc@db{number}.example.com:5432/app",
                Description=f"Service {number}, made for the bench",
                Tags=[{"Key": "airflow:conn-type", "Value": ("postgres", "mysql", "http", "aws")[number % 4]}],
            )


def _median(act: Callable[[], Any]) -> float:
    return _medians({"": act})[""]


def _medians(acts: Mapping[str, Callable[[], Any]]) -> dict[str, float]:
    """Of acts that take turns, so that a slow moment of the machine is nobody's alone."""
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(ROUNDS):
        for name, act in acts.items():
            start = time.perf_counter()
            act()
            times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


if __name__ == "__main__":
    main()
