"""Run in another release, the script from the page ... (each test finishes the sentence)."""

from dataclasses import replace

import pytest

from tests.conformance.matrix import pythons
from tests.conformance.proving import ALL_RIGHT, PROOF, WRONG, Case

# The release whose environment has all that its back end needs to ask AWS.
RELEASE = "2.11.2"


def test_finds_all_right_and_the_page_sees_that_it_was_read(case: Case) -> None:
    done = replace(case.airflow, python=str(pythons()[RELEASE])).run(case.script())

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"ok    Airflow {RELEASE}, with the provider amazon ")
    assert done.stdout.strip().splitlines()[-1] == ALL_RIGHT
    assert b"Airflow reads what this dashboard writes." in case.client.get(PROOF).content


@pytest.mark.parametrize("name", WRONG)
def test_names_the_first_cause(case: Case, name: str) -> None:
    change, cause = WRONG[name]

    assert case.first_cause(python=str(pythons()[RELEASE]), **change(case)) == cause
