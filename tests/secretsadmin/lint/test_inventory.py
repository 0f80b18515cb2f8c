"""Of a seeded inventory the lint ... (each test finishes the sentence)."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.config.site import configured_site
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, begin_cold
from tests.support import inventory
from tests.support.inventory import Seed
from tests.support.wire import counting


@pytest.fixture
def stored(
    settings: Settings, tmp_path: Path, empty_emulator: Emulator, db: None
) -> Iterator[Emulator]:
    settings.SECRETSADMIN_CONFIG = inventory.configuration(tmp_path, empty_emulator.endpoint)
    begin_cold()
    with inventory.stored(empty_emulator, inventory.seeds()):
        yield empty_emulator


def linted(*arguments: str) -> list[dict[str, str]]:
    """What the command finds. It exits with 1, as there are errors."""
    out = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("lint", *arguments, "--format", "json", stdout=out)
    assert exit_.value.code == 1
    return list(json.loads(out.getvalue()))


def place_of(seed: Seed) -> tuple[str, str]:
    """The environment and the id under which findings tell of a seed."""
    if seed.near_miss:
        return "prod", seed.name
    environment = configured_site().environments["plain" if "plain/" in seed.name else "prod"]
    secret = environment.backend.parse(seed.name)
    assert secret
    key = f"{secret.team}--{secret.id}" if secret.team else secret.id
    return environment.name, key


def test_finds_every_fault_and_invents_none(stored: Emulator) -> None:
    planted = inventory.seeds()
    expected = {(*place_of(seed), rule) for seed in planted for rule in seed.rules}

    # The prefix of `other` is itself one character off a prefix of `prod`.
    found = [*linted("prod", "--near-misses"), *linted("plain", "--fail-on", "caution")]

    told = [(finding["environment"], finding["id"], finding["rule"]) for finding in found]
    assert sorted(set(told) - expected) == []
    assert sorted(expected - set(told)) == []
    assert len(planted) >= 150
    assert len(told) == len([rule for seed in planted for rule in seed.rules])
    assert set(told) == expected


def test_reads_no_value(stored: Emulator) -> None:
    with counting(stored) as calls:
        linted("prod", "--near-misses")

    # Each kind's own list has more than one page, and so has that of all names.
    assert set(calls) == {"ListSecrets"}


def test_tells_a_page_the_same_as_a_command(stored: Emulator, signed_in: As) -> None:
    client: Client = signed_in("viewer")
    client.get("/prod/health/")

    shown = client.get("/prod/health/", {"export": "json"}).json()

    assert shown == linted("prod")
