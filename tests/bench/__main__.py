"""`make bench`: AWS calls per action, counted on the wire, and our own share of a page.

Calls are counts and must be at their floor, or the run fails. It also fails where people who edit
at once or an import that is killed lose something, where an import leaves unused what AWS allows,
where a page of a long audit log takes much longer than one of a short log, or where a scan of
values keeps its news or its end back. Times are medians of one run on this machine, told beside the
time of the bare page, so that ratios can be compared between machines.
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

from connections.providers import catalogue
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.store import listing
from tests.bench import edits, finding, importing, log, record, scan
from tests.support.site import CONNECTIONS, POSTGRES, VARIABLES, current
from tests.support.wire import connected, counting

NAME = "airflow/connections/orders"
URL = f"{CONNECTIONS}/{{}}/orders/"
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
        bare = _median(lambda: client.get("/health/live"))
        finding.measure(client, emulator.endpoint, bare, _medians)
    record.measure()
    broken = [
        *(f"{action} takes more AWS calls than promised" for action in missed),
        *log.measure(),
        *edits.measure(),
        *scan.measure(),
        *importing.measure(),
    ]
    if broken:
        sys.exit("\n".join(broken))


class Calls:
    """The calls that each action makes, a row each, and those that are above their floor."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.missed: list[str] = []

    def of(
        self, action: str, floor: int, act: Callable[[], Any], status: int | None = None
    ) -> None:
        with counting(self.emulator) as calls:
            response = act()
        assert response.status_code == status or response.status_code < 400, (
            action,
            response.status_code,
        )
        print(
            f"{action:28} {calls.total():5} {floor:6}  "
            f"{', '.join(f'{n} {c}' for n, c in calls.items())}"
        )
        if calls.total() > floor:
            self.missed.append(action)


def count_calls(client: Client, emulator: Emulator) -> list[str]:
    """Returns the actions that take more calls than their floor."""
    print(f"{'AWS calls of':28} {'made':>5} {'floor':>6}")
    calls = Calls(emulator)
    calls.of("cold list of 0", 1, lambda: client.get(f"{CONNECTIONS}/"))
    calls.of("create", 1, lambda: client.post(f"{CONNECTIONS}/create/", POSTGRES))
    calls.of("warm list", 0, lambda: client.get(f"{CONNECTIONS}/"))
    count_saves(client, calls, current(emulator, NAME))
    count_versions(client, calls)
    count_labels(client, calls)
    calls.of("delete", 1, lambda: client.post(URL.format("delete"), {"days": "7"}))
    calls.of("restore", 1, lambda: client.post(URL.format("restore")))
    calls.of(
        "create a variable",
        1,
        lambda: client.post(f"{VARIABLES}/create/", {"key": "k", "value": "v"}),
    )
    _fill(emulator)
    listing.forget()
    calls.of(
        f"cold list of {MANY + 1}",
        MANY // 100 + 1,
        lambda: client.post(f"{CONNECTIONS}/refresh/", follow=True),
    )
    calls.of(f"warm list of {MANY + 1}", 0, lambda: client.get(f"{CONNECTIONS}/?q=5&sort=-changed"))
    return calls.missed


def count_saves(client: Client, calls: Calls, first: str) -> None:
    calls.of("view", 0, lambda: client.get(URL.format("detail")))
    calls.of("open", 1, lambda: client.post(URL.format("open")))
    calls.of("reveal", 1, lambda: client.post(URL.format("reveal")))
    calls.of(
        "preview",
        0,
        lambda: client.post(URL.format("update"), POSTGRES | {"version": first, "preview": "1"}),
    )
    typed = {"version": first, "host": "new"}
    calls.of("review", 1, lambda: client.post(URL.format("update"), typed | {"review": "1"}))
    calls.of("update", 3, lambda: client.post(URL.format("update"), typed))
    theirs = current(calls.emulator, NAME)
    calls.of(
        "conflict",
        4,
        lambda: client.post(URL.format("update"), typed | {"login": "new"}),
        status=409,
    )
    mixed = typed | {
        "on_top_of": theirs,
        "login": "new",
        "choice.host": "theirs",
        "choice.login": "mine",
    }
    calls.of("save of a mix", 3, lambda: client.post(URL.format("update"), mixed))


def count_versions(client: Client, calls: Calls) -> None:
    old, new = _versions(calls.emulator)
    calls.of("history", 1, lambda: client.get(URL.format("history")))
    calls.of("look at a version", 1, lambda: client.post(URL.format("open"), {"version": old}))
    calls.of("roll back page", 1, lambda: client.get(URL.format("roll-back"), {"to": old}))
    both = {"one": old, "other": new}
    calls.of("compare page", 1, lambda: client.get(URL.format("compare"), both))
    calls.of("compare", 2, lambda: client.post(URL.format("compare"), both, headers=HTMX))
    calls.of(
        "roll back", 1, lambda: client.post(URL.format("roll-back"), {"to": old, "version": new})
    )
    calls.of(
        "undo the roll back",
        1,
        lambda: client.post(URL.format("roll-back"), {"to": new, "version": old}),
    )
    _add_versions(calls.emulator, NAME)
    calls.of("history of 100 versions", 1, lambda: client.get(URL.format("history")))


def count_labels(client: Client, calls: Calls) -> None:
    old, new = _versions(calls.emulator)
    calls.of("label page", 1, lambda: client.get(URL.format("label")))
    calls.of(
        "attach a label",
        3,
        lambda: client.post(URL.format("label"), {"label": "tested", "to": old}),
    )
    sent = {"label": "tested", "version": old, "to": new}
    calls.of("move a label", 1, lambda: client.post(URL.format("label"), sent))
    calls.of(
        "remove a label",
        1,
        lambda: client.post(URL.format("label"), sent | {"version": new, "to": ""}),
    )


def _versions(emulator: Emulator) -> tuple[str, str]:
    """The one that was current before, and the current one."""
    with connected(emulator.endpoint) as aws:
        stages = aws.describe_secret(SecretId=NAME)["VersionIdsToStages"]
    found = {label: version for version, labels in stages.items() for label in labels}
    return found["AWSPREVIOUS"], found["AWSCURRENT"]


def measure_pages(client: Client, emulator: Emulator) -> None:
    bare = _median(lambda: client.get("/health/live"))
    print(f"\n{'Our own time, median':28} {'ms':>7} {'x bare answer':>14}")
    pages: dict[str, Callable[[], Any]] = {
        "bare answer": lambda: client.get("/health/live"),
        f"list of {MANY}, page 1": lambda: client.get(f"{CONNECTIONS}/"),
        f"list of {MANY}, filtered": lambda: client.get(f"{CONNECTIONS}/?q=99&sort=-changed"),
        "detail": lambda: client.get(f"{CONNECTIONS}/detail/orders/"),
        "choose among 150 types": lambda: client.get(f"{CONNECTIONS}/create/"),
        "choose, searched": lambda: client.get(f"{CONNECTIONS}/create/?q=s3"),
        "preview": lambda: client.post(
            f"{CONNECTIONS}/create/", POSTGRES | {"preview": "1"}, headers=HTMX
        ),
        "audit": lambda: client.get("/audit/"),
    }
    for name, page in pages.items():
        median = _median(page)
        print(f"{name:28} {median * 1000:7.1f} {median / bare:14.1f}")
    forms = _medians({name: partial(_form, client, name) for name in catalogue.types()})
    slowest = max(forms, key=lambda name: forms[name])
    for name, median in {
        f"form, median of {len(forms)} types": statistics.median(forms.values()),
        f"form, slowest ({slowest})": forms[slowest],
    }.items():
        print(f"{name:28} {median * 1000:7.1f} {median / bare:14.1f}")
    with connected(emulator.endpoint) as aws:
        bare_call = _median(lambda: aws.get_secret_value(SecretId=NAME))
    opened = _median(lambda: client.post(f"{CONNECTIONS}/open/orders/"))
    print(
        f"{'open, less the AWS call':28} {(opened - bare_call) * 1000:7.1f} "
        f"{(opened - bare_call) / bare:14.1f}"
    )


def _form(client: Client, conn_type: str) -> None:
    client.get(f"{CONNECTIONS}/create/", {"conn_type": conn_type})


def _add_versions(emulator: Emulator, name: str) -> None:
    with connected(emulator.endpoint) as aws:
        for number in range(97):
            aws.put_secret_value(
                SecretId=name,
                SecretString=f"postgres://db{number}.example.com",
                VersionStages=["made"],
            )


def _fill(emulator: Emulator) -> None:
    with connected(emulator.endpoint) as aws:
        for number in range(MANY):
            aws.create_secret(
                Name=f"airflow/connections/team{number % 40}/service_{number:05}",
                SecretString=f"postgres://svc@db{number}.example.com:5432/app",
                Description=f"Service {number}, made for the bench",
                Tags=[
                    {
                        "Key": "airflow:conn-type",
                        "Value": ("postgres", "mysql", "http", "aws")[number % 4],
                    }
                ],
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
