"""Run in a real Airflow, the script from the page ... (each test finishes the sentence)."""

import json
import re
from dataclasses import replace

import pytest

from tests.conformance.proving import ALL_RIGHT, BACKEND, KEY, NAME, PROOF, SECRETS, WRONG, Case
from tests.support.faults import FaultProxy


def test_finds_all_right_and_the_page_sees_that_it_was_read(case: Case) -> None:
    assert b"Not read yet." in case.client.get(PROOF).content

    done = case.airflow.run(case.script())

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().splitlines()[-1] == ALL_RIGHT
    assert "SecretsManagerBackend, EnvironmentVariablesBackend, MetastoreBackend" in done.stdout
    assert "signs in as arn:aws:sts::123456789012:" in done.stdout
    assert b"Airflow reads what this dashboard writes." in case.client.get(PROOF).content


def test_reads_a_connection_as_well(case: Case) -> None:
    case.client.post(f"{PROOF}probe/", {"kind": "connections", "id": KEY})

    done = case.airflow.run(case.client.get(f"{PROOF}script/connections/{KEY}/").content.decode())

    assert done.returncode == 0, done.stdout
    assert f"ok    Airflow reads airflow/connections/{KEY}" in done.stdout


@pytest.mark.parametrize("name", WRONG)
def test_names_the_first_cause(case: Case, name: str) -> None:
    change, cause = WRONG[name]

    assert case.first_cause(**change(case)) == cause


def test_names_who_may_not_read(case: Case) -> None:
    with FaultProxy(case.emulator.endpoint) as proxy:
        proxy.when("GetSecretValue").deny()
        cause = case.first_cause(endpoint=proxy.endpoint)

    assert re.fullmatch(
        rf"arn:aws:sts::\d+:\S+ may not read {NAME}: "
        "allow it secretsmanager:GetSecretValue on that secret[.]",
        cause,
    )


def test_looks_where_the_workers_look(case: Case) -> None:
    workers = {
        "AIRFLOW__WORKERS__SECRETS_BACKEND": BACKEND,
        "AIRFLOW__WORKERS__SECRETS_BACKEND_KWARGS": json.dumps(
            {"endpoint_url": case.airflow.endpoint, "region_name": "eu-west-1"}
        ),
    }

    cause = case.first_cause(variables=workers)

    assert cause == (
        "Airflow asks in the region eu-west-1, and Secrets Admin writes in eu-central-1."
    )


def test_takes_a_kwarg_that_stands_alone_and_a_word_that_is_no_null(case: Case) -> None:
    alone = {f"{SECRETS}_KWARG__VARIABLES_PREFIX": "null"}

    assert case.first_cause(variables=alone) == (
        'variables_prefix is "null" in Airflow, and "airflow/variables" in Secrets Admin.'
    )


def test_says_which_variables_of_the_process_hold_ids_too(case: Case) -> None:
    held = {"AIRFLOW_VAR_ORDERS": "a-value-that-nobody-prints"}

    done = replace(case.airflow, variables=held).run(case.script())

    assert "note  AIRFLOW_VAR_ORDERS is set here, and counts only where" in done.stdout
    assert "a-value-that-nobody-prints" not in done.stdout + done.stderr
    assert done.stdout.strip().splitlines()[-1] == ALL_RIGHT


def test_runs_as_a_module_beside_the_dag_that_the_page_shows(case: Case) -> None:
    page = case.client.get(PROOF).context["page"]
    (case.airflow.folder / page.file_name).write_text(case.script(), encoding="utf-8")
    (usage,) = page.dag
    asked = f"{usage.code}\nprint(script.main())\n"

    done = replace(case.airflow, variables={"PYTHONPATH": str(case.airflow.folder)}).run(asked)

    assert done.stdout.strip().splitlines()[-2:] == [
        ALL_RIGHT,
        "0",
    ], done.stderr
