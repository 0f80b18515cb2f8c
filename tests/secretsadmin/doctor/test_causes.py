"""The table of what tells which cause ... (each test finishes the sentence)."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.site import ROOT
from secretsadmin.doctor.proof import TEMPLATE
from secretsadmin.lint.rules import rules_by_name
from tests.conftest import use
from tests.support.doctor_command import doctor

DOCUMENT = (ROOT / "docs/airflow-finds-nothing.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+)\. [^|]+ \| (proof|doctor|lint|by hand) \| ([^|]+) \|$", re.MULTILINE)
QUOTED, NAME = re.compile(r'"([^"]+)"'), re.compile(r"`([\w.-]+)`(\*?)")
PATTERNS = {f"{kind}_lookup_pattern": ".*" for kind in ("connections", "variables")}


class Row(NamedTuple):
    cause: int
    tool: str
    says: str


def rows(tool: str = "") -> Iterator[Row]:
    for cause, whose, says in ROW.findall(DOCUMENT):
        if tool in ("", whose):
            yield Row(int(cause), whose, says)


def test_has_every_cause() -> None:
    causes = [int(number) for number in re.findall(r"^(\d+)\. \*\*", DOCUMENT, re.MULTILINE)]

    assert causes == list(range(1, 16))
    assert sorted({row.cause for row in rows()}) == causes
    head, _, table = DOCUMENT.partition("| --- | --- | --- |\n")
    assert head
    assert len(list(rows())) == len(table.splitlines())


def test_quotes_the_script() -> None:
    """What it fills in while it runs stands as three dots."""
    script = TEMPLATE.read_text(encoding="utf-8")

    for row in rows("proof"):
        sentences = QUOTED.findall(row.says)
        assert sentences, row
        parts = [part.strip() for sentence in sentences for part in sentence.split("…")]
        assert [part for part in parts if part not in script] == [], row


@pytest.mark.django_db
def test_names_checks_of_the_doctor(settings: Settings, secrets_manager: Emulator) -> None:
    use(settings, secrets_manager.endpoint, **PATTERNS)
    checks = {line["check"] for line in doctor("default").lines}

    for row in rows("doctor"):
        named = {name for name, _ in NAME.findall(row.says)}
        assert named, row
        assert named <= checks, row


def test_names_rules_of_the_lint_and_which_of_them_need_values() -> None:
    rules = rules_by_name()

    for row in rows("lint"):
        named = NAME.findall(row.says)
        assert named, row
        assert [name for name, star in named if rules[name].needs_value != bool(star)] == []
