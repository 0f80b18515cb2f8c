"""Carries out what sample people did, so that a demo's histories, activity and audit log are full.

Each act is sent to the site's own pages, at its moment in the past. So it is checked, recorded and
carried out as everybody's acts are. The emulator takes its clients' word for the time meanwhile, so
its versions have the same dates.

python -m secretsadmin.demo.acts http://127.0.0.1:5000

does so on the site whose settings are in the environment.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import django
from django.test import Client
from time_machine import travel

from secretsadmin.demo import site
from secretsadmin.demo.emulator import connected
from secretsadmin.demo.story import (
    CURRENT,
    DESCRIPTION,
    NIGHTLY,
    PEOPLE,
    PREVIOUS,
    STORY,
    Act,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# This range is kept for documentation, so nobody has the address.
ADDRESS = "192.0.2.{}"
# When Airflow ran its tasks last, and how many secrets there are for one that no task asks for.
LAST_RUN, ONE_UNUSED_IN = timedelta(minutes=40), 12
BETWEEN_LOOKS = timedelta(minutes=3)
# What the form of a page holds beside what somebody types.
PREFILLED = {
    "update": {"version": CURRENT, "description": DESCRIPTION},
    "roll-back": {"version": CURRENT, "to": PREVIOUS},
    "label": {"to": PREVIOUS},
}


def perform(endpoint: str, story: Iterable[Act] = STORY) -> list[Act]:
    """Carry the acts out. Returns those that the site answered otherwise than they tell."""
    now = datetime.now(UTC)
    failed = []
    with _quietly(), connected(endpoint) as aws:
        people = _people()
        for act in story:
            with travel(now - timedelta(days=act.days)):
                if not _carry_out(act, people, aws):
                    failed.append(act)
        with travel(now - LAST_RUN):
            _read_as_airflow(aws)
    return failed


def _people() -> dict[str, Client]:
    """A browser for each person. They have no passwords, so nobody can sign in by their names."""
    browsers = {}
    for number, (name, group) in enumerate(PEOPLE.items(), start=10):
        site.add(name, group)
        browsers[name] = Client(
            raise_request_exception=False,
            SERVER_NAME="127.0.0.1",
            REMOTE_ADDR=ADDRESS.format(number),
        )
    return browsers


def _carry_out(act: Act, people: dict[str, Client], aws: "SecretsManagerClient") -> bool:
    """Whether the site answered the act as it should."""
    environment, kind, *rest = act.secret.split("/")
    name = "/".join((environment, "airflow", kind, *rest))
    if act.who == NIGHTLY:
        _put_outside(aws.meta.endpoint_url, name, act.sent["value"])
        return True
    stored = _stored(aws, name) if rest else {}
    sent = {}
    for key, text in {**PREFILLED.get(act.verb, {}), **act.sent}.items():
        sent[key] = stored.get(text, text)
    path = "/".join(("", environment, kind, act.verb, *rest, ""))
    return _send(people[act.who], act.who, path, sent) == act.status


def _put_outside(endpoint: str, name: str, value: str) -> None:
    """A script in a role of its own saves a value, between two looks for such changes."""
    from secretsadmin.store import watching  # noqa: PLC0415 - there are no models before django.setup.

    with travel(datetime.now(UTC) - BETWEEN_LOOKS):
        watching.scan()
    with connected(endpoint, NIGHTLY) as aws:
        aws.put_secret_value(SecretId=name, SecretString=value)
    with travel(datetime.now(UTC) + BETWEEN_LOOKS):
        watching.scan()


def _read_as_airflow(aws: "SecretsManagerClient") -> None:
    """Airflow reads most of what is there; a few secrets are left that nobody uses."""
    pages = aws.get_paginator("list_secrets").paginate()
    names = [secret["Name"] for page in pages for secret in page["SecretList"]]
    used = [name for number, name in enumerate(sorted(names)) if number % ONE_UNUSED_IN]
    for start in range(0, len(used), 20):
        aws.batch_get_secret_value(SecretIdList=used[start : start + 20])


def _send(browser: Client, who: str, path: str, sent: dict[str, str]) -> int:
    from django.contrib.auth.models import User  # noqa: PLC0415 - there are no models before django.setup.

    browser.force_login(User.objects.get(username=who))
    status = browser.post(path, sent).status_code
    browser.logout()
    return status


def _stored(aws: "SecretsManagerClient", name: str) -> dict[str, str]:
    """What CURRENT, PREVIOUS and DESCRIPTION stand for in an act on this secret."""
    described = aws.describe_secret(SecretId=name)
    holders = {}
    for version, labels in described["VersionIdsToStages"].items():
        holders.update(dict.fromkeys(labels, version))
    return {
        CURRENT: holders["AWSCURRENT"],
        PREVIOUS: holders.get("AWSPREVIOUS", ""),
        DESCRIPTION: described.get("Description", ""),
    }


@contextmanager
def _quietly() -> Iterator[None]:
    """Log nothing meanwhile: some acts of the story are refused, as they should be."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(level)


if __name__ == "__main__":
    django.setup()
    perform(sys.argv[1])
