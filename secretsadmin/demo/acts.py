"""Carries out what sample people did, so that a demo's histories, activity and audit log are full.

Each act is sent to the site's own pages, at its moment in the past. So it is checked, recorded and carried out as
everybody's acts are, and the emulator, which then takes its clients' word for the time, dates its versions alike.

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

from secretsadmin.demo.emulator import connected
from secretsadmin.demo.story import CURRENT, DESCRIPTION, PEOPLE, PREVIOUS, STORY, Act

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Kept for documentation, so it is nobody's.
ADDRESS = "192.0.2.{}"
# What a page has in its form beside what somebody types.
GIVEN = {
    "update": {"version": CURRENT, "description": DESCRIPTION},
    "roll-back": {"version": CURRENT, "to": PREVIOUS},
    "label": {"to": PREVIOUS},
}


def perform(endpoint: str, story: Iterable[Act] = STORY) -> list[Act]:
    """Returns the acts that the site answered otherwise than they tell."""
    now = datetime.now(UTC)
    otherwise = []
    with _quietly(), connected(endpoint) as aws:
        people = _people()
        for act in story:
            with travel(now - timedelta(days=act.days)):
                if not _carry_out(act, people, aws):
                    otherwise.append(act)
    return otherwise


def _people() -> dict[str, Client]:
    """A browser for each of them, in which they are signed in; nobody else can sign in by their names."""
    from django.contrib.auth.models import Group, User  # noqa: PLC0415 - there are no models before django.setup.

    browsers = {}
    for number, (name, group) in enumerate(PEOPLE.items(), start=10):
        user = User.objects.create_user(name)
        user.groups.add(Group.objects.get(name=group))
        browsers[name] = Client(
            raise_request_exception=False, SERVER_NAME="127.0.0.1", REMOTE_ADDR=ADDRESS.format(number)
        )
    return browsers


def _carry_out(act: Act, people: dict[str, Client], aws: "SecretsManagerClient") -> bool:
    """Whether it was answered as it should be."""
    environment, kind, *rest = act.secret.split("/")
    name = "/".join((environment, "airflow", kind, *rest))
    if not act.who:
        aws.put_secret_value(SecretId=name, SecretString=act.sent["value"])
        return True
    known = _known(aws, name) if rest else {}
    sent = {key: known.get(text, text) for key, text in {**GIVEN.get(act.verb, {}), **act.sent}.items()}
    path = "/".join(("", environment, kind, act.verb, *rest, ""))
    return _send(people[act.who], act.who, path, sent) == act.status


def _send(browser: Client, who: str, path: str, sent: dict[str, str]) -> int:
    from django.contrib.auth.models import User  # noqa: PLC0415 - there are no models before django.setup.

    browser.force_login(User.objects.get(username=who))
    status = browser.post(path, sent).status_code
    browser.logout()
    return status


def _known(aws: "SecretsManagerClient", name: str) -> dict[str, str]:
    """What stands where an act has one of the signs."""
    described = aws.describe_secret(SecretId=name)
    holders = {label: version for version, labels in described["VersionIdsToStages"].items() for label in labels}
    return {
        CURRENT: holders["AWSCURRENT"],
        PREVIOUS: holders.get("AWSPREVIOUS", ""),
        DESCRIPTION: described.get("Description", ""),
    }


@contextmanager
def _quietly() -> Iterator[None]:
    """What the story has people do wrong is no news for whoever starts a demo."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


if __name__ == "__main__":
    django.setup()
    perform(sys.argv[1])
