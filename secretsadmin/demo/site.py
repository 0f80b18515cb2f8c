"""A whole site on this machine: its settings, tables and people, and the command that serves it.

python -m secretsadmin.demo.site < people.json

makes the tables and the people of the site whose settings are in the environment.
"""

import json
import secrets
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import django
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-central-1"
KWARGS = {"region_name": REGION, "aws_access_key_id": "demo", "aws_secret_access_key": "demo"}
CONFIG = """\
[environments.dev]
title = "Development"
color = "green"
[environments.dev.backend_kwargs]
{kwargs}
connections_prefix = "dev/airflow/connections"
variables_prefix = "dev/airflow/variables"
config_prefix = "dev/airflow/config"

[environments.prod]
title = "Production"
color = "red"
protected = true
teams = ["analytics"]
[environments.prod.backend_kwargs]
{kwargs}
connections_prefix = "prod/airflow/connections"
variables_prefix = "prod/airflow/variables"
config_prefix = "prod/airflow/config"
"""


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in, with the role of a group."""

    name: str
    group: str
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)


def config(endpoint: str) -> str:
    """A configuration's text: two environments of one Secrets Manager, the second protected."""
    kwargs = KWARGS | {"endpoint_url": endpoint}
    lines = [f"{name} = {json.dumps(value)}" for name, value in kwargs.items()]
    return CONFIG.format(kwargs="\n".join(lines))


def settings(folder: Path, public_url: str, config_text: str) -> dict[str, str]:
    """The environment variables of a site that keeps all that it has in the folder."""
    file = folder / "config.toml"
    file.write_text(config_text, encoding="utf-8")
    return {
        "DJANGO_SETTINGS_MODULE": "secretsadmin.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "AUDIT_KEY": secrets.token_urlsafe(50),
        "PUBLIC_URL": public_url,
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
        "SECRETSADMIN_CONFIG": str(file),
        "AUDIT_STREAM": f"file:{folder / 'audit.jsonl'}",
    }


def settle(people: Iterable[Person]) -> None:
    """Make the tables and the people, in a process whose environment holds the settings."""
    django.setup()
    call_command("migrate", verbosity=0)
    for person in people:
        add(person.name, person.group, person.password)


def add(name: str, group_name: str, password: str | None = None) -> None:
    """Let there be a user, without a record: they are there when the demo's story begins."""
    from django.contrib.auth.models import Group, User  # noqa: PLC0415 - there are no models before django.setup.

    user = User(username=name)
    user.set_password(password)
    User.objects.bulk_create([user])
    group = Group.objects.get(name=group_name)
    User.groups.through.objects.bulk_create([User.groups.through(user=user, group=group)])


def command(bind: str) -> list[str]:
    """The command of gunicorn; `bind` is an address, or `fd://` with the number of a socket."""
    return [sys.executable, "-m", "gunicorn", "--bind", bind, "--log-level", "warning"]


if __name__ == "__main__":
    settle(Person(**person) for person in json.load(sys.stdin))
