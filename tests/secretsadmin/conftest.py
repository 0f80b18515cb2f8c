"""Two environments on one Secrets Manager, one of them protected, and people of every role."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from tests.conftest import begin_cold

CONFIG = """
[environments.{name}]
title = "{title}"
protected = {protected}
[environments.{name}.backend_kwargs]
endpoint_url = "{endpoint}"
region_name = "eu-central-1"
connections_prefix = "{name}/connections"
variables_prefix = "{name}/variables"
config_prefix = "{name}/config"
"""
Configure = Callable[..., Emulator]
As = Callable[[str], Client]


@pytest.fixture
def configure(settings: Settings, tmp_path: Path, empty_emulator: Emulator) -> Configure:
    """Serves the environments `dev` and `prod`, with grants as they are written in the configuration."""

    def write(grants: str = "", endpoint: str = "") -> Emulator:
        tables = [
            CONFIG.format(name=name, title=title, protected=protected, endpoint=endpoint or empty_emulator.endpoint)
            for name, title, protected in (("dev", "Development", "false"), ("prod", "Production", "true"))
        ]
        # Each configuration is another file, because a running site never reads one twice.
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.toml"
        path.write_text("\n".join([*tables, grants]), encoding="utf-8")
        settings.SECRETSADMIN_CONFIG = str(path)
        begin_cold()
        return empty_emulator

    return write


@pytest.fixture
def two_environments(configure: Configure) -> Emulator:
    return configure()


@pytest.fixture
def as_role(db: None) -> As:
    """A browser of somebody: `anonymous`, `nobody` without a group, `superuser`, or a member of the role's group."""

    def browser(role: str) -> Client:
        client = Client()
        if role != "anonymous":
            client.force_login(person(role))
        return client

    return browser


def person(role: str) -> User:
    user, is_new = User.objects.get_or_create(username=role, is_superuser=role == "superuser")
    if is_new and role not in ("nobody", "superuser"):
        group, _ = Group.objects.get_or_create(name=f"{role}s")
        user.groups.add(group)
    return user
