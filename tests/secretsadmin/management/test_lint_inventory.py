"""Of 300 secrets whose faults are known, the lint ... (each test finishes the sentence).

What metadata tells and what values tell lie in one environment here, so each rule meets the seeds
of all others.
"""

import json
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from secretsadmin.lint import rules
from secretsadmin.lint.rules import every_rule
from secretsadmin.transfer import pace
from tests.conftest import begin_cold
from tests.secretsadmin.conftest import As
from tests.support import inventory
from tests.support.inventory import Seed, connection, plain
from tests.support.runs import end_of_runs
from tests.support.value_faults import SECRETS, StoredSecret

DOCUMENT = Path(__file__).parents[3] / "docs/lint-rules.md"
URL = "/prod/health/"
# A kind, an id and a rule.
Told = tuple[str, str, str]

# What AWS tells of a secret only where it is asked for its value.
UNREAD = (
    connection("binary", "binary-value", text=b"\0"),
    connection("encrypted", "key-unavailable", withheld="DecryptionFailure"),
    connection("denied", "read-denied", withheld="AccessDeniedException"),
)
# It lies in an environment in which nothing else is wrong.
OF_ANOTHER = plain("variables/region", "space-around-value", text=" eu", tags=())
# What seeds of values break only beside each other: ids that stand in two kinds, and passwords that
# are those of others. Of what is plain, all of one place have the same.
IN_TWO_KINDS = ("comma_too_many", "quoted_by_python", "mark_before_json")
SHARING = ("nested_pwd", "token_without_login")
# AWS tells the day of the last reading alone. On the day of a scan, that is the scan's own.
UNKNOWN_AFTER_A_SCAN = ("unread", "long-unread")
# Other tests plant what needs an environment of its own, or a look at one secret alone.
ELSEWHERE = {
    *(rules.REPLICATION, rules.VERSIONS_NEAR_LIMIT, rules.SWITCHED_OFF),
    *(rules.TWO_HYPHENS, rules.OTHER_KEY),
}


def of_value(secret: StoredSecret) -> Seed:
    """The seed of a value, with what its metadata breaks beside."""
    broken = set(secret.rules)
    if secret.kind == "connections" and not secret.tag:
        broken.add("type-tag-missing")
    if secret.id in IN_TWO_KINDS:
        broken.add("same-id")
    if secret.kind == "connections" and (secret.id in SHARING or secret.id.startswith("plain/")):
        broken.add("shared-password")
    tags = ({"Key": "airflow:conn-type", "Value": secret.tag},) if secret.tag else ()
    name = f"airflow/{secret.kind}/{secret.id}"
    return Seed(name, tuple(sorted(broken)), secret.text, tags)


def seeds() -> list[Seed]:
    by_metadata = [seed for seed in inventory.seeds() if not seed.name.startswith("plain/")]
    return [*by_metadata, *UNREAD, *map(of_value, SECRETS)]


def is_odd(seed: Seed) -> bool:
    """Whether it looks odd and is fine."""
    return "/odd/" in seed.name or seed.name in {odd.name for odd in inventory.odd()}


def number_of_values() -> int:
    """How many a scan asks for: not for what is deleted, nor where no id makes the name."""
    nameless = {"unknown-team", "prefix-twice", "id-length", "empty-part"}
    there = [seed for seed in seeds() if not seed.near_miss and not seed.deleted]
    return len([seed for seed in there if nameless.isdisjoint(seed.rules)])


def expected() -> list[Told]:
    return sorted((*place_of(seed), rule) for seed in seeds() for rule in seed.rules)


def place_of(seed: Seed) -> tuple[str, str]:
    """The kind and the id under which findings tell of a seed."""
    if seed.near_miss:
        return seed.kind, seed.name
    _, kind, key = seed.name.split("/", 2)
    return kind, key


def differences(findings: list[dict[str, str]], due: list[Told]) -> tuple[list[Told], list[Told]]:
    """What was invented or told twice, and what wasn't told."""
    told = Counter((finding["kind"], finding["id"], finding["rule"]) for finding in findings)
    return sorted((told - Counter(due)).elements()), sorted((Counter(due) - told).elements())


def linted(*arguments: str) -> tuple[int, list[dict[str, str]]]:
    """The exit status, and what is found."""
    out = StringIO()
    status = 0
    try:
        call_command("lint", *arguments, "--format", "json", stdout=out, stderr=StringIO())
    except SystemExit as exit_:
        status = int(str(exit_.code))
    return status, json.loads(out.getvalue())


@pytest.fixture
def stored(
    settings: Settings, tmp_path: Path, shared_database: dict[str, str], empty_emulator: Emulator
) -> Iterator[Emulator]:
    settings.BATCH_CALLS_PER_SECOND = 10_000
    settings.SECRETSADMIN_CONFIG = inventory.configuration(tmp_path, empty_emulator.endpoint)
    pace.forget()
    begin_cold()
    with inventory.stored(empty_emulator, [*seeds(), OF_ANOTHER]):
        yield empty_emulator
        end_of_runs()
    pace.forget()


def test_has_seeds_enough_of_all_classes() -> None:
    planted = seeds()
    names = Counter(seed.name for seed in planted)
    odd = [seed for seed in planted if is_odd(seed)]

    assert [name for name, number in names.items() if number > 1] == []
    assert len(planted) >= 300
    assert len([seed for seed in planted if seed.rules]) >= 40
    assert len(odd) >= 60
    assert not any(seed.rules for seed in odd)
    broken = {rule for seed in planted for rule in seed.rules}
    assert broken == {rule.name for rule in set(every_rule()) - ELSEWHERE}


def test_tells_every_fault_once_and_invents_none(stored: Emulator) -> None:
    status, findings = linted("prod", "--near-misses", "--values")

    assert differences(findings, expected()) == ([], [])
    assert status == 1


def test_fails_on_what_it_is_told_and_on_an_error_by_itself(stored: Emulator) -> None:
    status, findings = linted("plain", "--values")

    levels = {finding["rule"]: finding["level"] for finding in findings}
    assert levels == {"space-around-value": "caution"}
    assert status == 0
    assert linted("plain", "--values", "--fail-on", "caution") == (1, findings)
    assert linted("prod", "--values", "--fail-on", "caution")[0] == 1


def test_tells_a_page_the_same_as_a_command(stored: Emulator, as_role: As) -> None:
    client = as_role("superuser")
    client.get(URL)

    begun = client.post(f"{URL}scan/")
    end_of_runs()
    run = client.get(begun.headers["Location"]).content.decode()
    begin_cold()
    client.get(URL)
    findings = client.get(URL, {"export": "json"}).json()

    assert f"Scan of {number_of_values()} secrets" in run
    left_out = {"near-miss", *UNKNOWN_AFTER_A_SCAN}
    due = [line for line in expected() if line[2] not in left_out]
    assert differences(findings, due) == ([], [])


def test_prints_the_table_that_the_document_has() -> None:
    out = StringIO()

    call_command("lint", "--rules", stdout=out)

    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert out.getvalue().splitlines() == table
    assert len(table) == len(every_rule()) + 2
    assert {line.split("`")[1] for line in table[2:]} == {rule.name for rule in every_rule()}
