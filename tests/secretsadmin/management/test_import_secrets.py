"""The command that imports a file ... (each test finishes the sentence)."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from secretsadmin.demo.emulator import Emulator
from tests.support.faults import Answer, FaultProxy, Forward
from tests.support.import_command import Importer
from tests.support.wire import connected, counting

CANARY = f"canary-{uuid4().hex}"
PART_OF_BAR = re.compile(r"import \[#+ +\] \d+ of 60, \d+ a second, \d+ s left")
TWO = f"AIRFLOW_VAR_A={CANARY}\nAIRFLOW_CONN_B=http://u:{CANARY}@b\n"


@pytest.fixture
def proxy(empty_emulator: Emulator) -> Iterator[FaultProxy]:
    with FaultProxy(empty_emulator.endpoint) as proxy:
        yield proxy


@pytest.fixture
def importer(proxy: FaultProxy, tmp_path: Path) -> Importer:
    importer = Importer(tmp_path, proxy.endpoint, 10_000)
    importer.migrate()
    return importer


def imported(importer: Importer, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    file = importer.folder / "export.env"
    file.write_text(text, encoding="utf-8")
    done = importer.run(file, *options)
    assert CANARY not in done.stdout + done.stderr
    return done


def names(emulator: Emulator) -> set[str]:
    with connected(emulator.endpoint) as client:
        return {secret["Name"] for secret in client.list_secrets()["SecretList"]}


def acts(importer: Importer) -> list[tuple[str, str, str]]:
    with closing(sqlite3.connect(importer.file)) as database:
        query = "SELECT action, outcome, error FROM audit_event WHERE NOT begins ORDER BY id"
        return list(database.execute(query))


def test_stores_what_is_in_it_and_records_each(
    importer: Importer, empty_emulator: Emulator
) -> None:
    done = imported(importer, TWO)

    assert done.returncode == 0, done.stderr
    assert "2 create" in done.stderr
    assert "2 of 2 done" in done.stderr
    assert names(empty_emulator) == {"airflow/variables/a", "airflow/connections/b"}
    *created, run = acts(importer)
    assert {action for action, *_ in created} == {"variables.create", "connections.create"}
    assert run == ("batch.run", "succeeded", "")


def test_does_nothing_where_an_id_is_there_already(
    importer: Importer, empty_emulator: Emulator
) -> None:
    with connected(empty_emulator.endpoint) as client:
        client.create_secret(Name="airflow/variables/a", SecretString="theirs")

    done = imported(importer, TWO)

    assert done.returncode == 2
    assert "Choose --existing skip or overwrite" in done.stderr
    assert names(empty_emulator) == {"airflow/variables/a"}


def test_names_the_lines_that_it_refuses_and_does_the_rest(
    importer: Importer, empty_emulator: Emulator
) -> None:
    done = imported(importer, f"{TWO}AIRFLOW_CONN_BAD={CANARY}\n")

    assert done.returncode == 1
    assert "line 3: bad: " in done.stderr
    assert names(empty_emulator) == {"airflow/variables/a", "airflow/connections/b"}


def test_only_says_what_would_happen_to_each_where_that_is_asked(
    importer: Importer, empty_emulator: Emulator
) -> None:
    done = imported(importer, f"{TWO}AIRFLOW_CONN_BAD={CANARY}\n", "--dry-run")

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "create variables:a value",
        "create connections:b conn_type host login password",
    ]
    assert "line 3: bad: " in done.stderr
    assert "1 refused, 2 create" in done.stderr
    assert not names(empty_emulator)


def test_says_from_where_on_the_file_was_not_read(
    importer: Importer, empty_emulator: Emulator
) -> None:
    done = imported(importer, f'{{"a": "{CANARY}",\n"b": "{CANARY}')

    assert done.returncode == 1
    assert "From line 2 on the file was not read." in done.stderr
    assert names(empty_emulator) == {"airflow/variables/a"}


def test_takes_one_kind_of_a_file_and_the_case_that_is_asked_for(
    importer: Importer, empty_emulator: Emulator
) -> None:
    done = imported(importer, TWO, "--kind", "variables", "--case", "kept")

    assert done.returncode == 0, done.stderr
    assert names(empty_emulator) == {"airflow/variables/A"}


def test_takes_what_airflow_writes_to_standard_output_in_somebodys_name(
    importer: Importer, empty_emulator: Emulator
) -> None:
    exported = json.dumps({"orders": {"conn_type": "http", "password": CANARY}})
    log = "[2026-11-02T10:00:00.000+0000] {provider.py:1} INFO - Loading\n"

    done = importer.run("-", "--as", "ada", given=f"{log}{exported}\n")

    assert done.returncode == 0, done.stderr
    assert "Read as: Airflow's connections as JSON." in done.stderr
    assert "The line before the JSON was left out." in done.stderr
    assert names(empty_emulator) == {"airflow/connections/orders"}
    with closing(sqlite3.connect(importer.file)) as database:
        people = set(database.execute("SELECT user FROM audit_event"))
    ((name,),) = people
    assert name.startswith("ada (by ")


def test_draws_a_bar_with_its_rate_at_a_terminal(importer: Importer, proxy: FaultProxy) -> None:
    file = importer.folder / "many.json"
    file.write_text(json.dumps({f"k{number}": "v" for number in range(60)}), encoding="utf-8")
    ours, theirs = pty.openpty()
    gate = proxy.when("CreateSecret", call=30).hold()
    text = ""
    with os.fdopen(ours, "rb", buffering=0) as terminal, importer.started(file, errors=theirs):
        os.close(theirs)
        # A terminal that nobody writes to any more can't be read.
        with suppress(OSError):
            while piece := terminal.read(4096):
                text += piece.decode()
                if PART_OF_BAR.search(text):
                    gate.release()

    assert PART_OF_BAR.search(text)
    assert f"import [{'#' * 40}] 60 of 60" in text


def test_asks_aws_nothing_where_it_cannot_be_read(
    importer: Importer, empty_emulator: Emulator
) -> None:
    with counting(empty_emulator) as calls:
        done = imported(importer, f"see you at {CANARY}")

    assert done.returncode == 2
    assert "line 1: " in done.stderr
    assert not calls


def test_ends_after_the_acts_that_are_under_way_when_it_is_interrupted(
    importer: Importer, proxy: FaultProxy, empty_emulator: Emulator
) -> None:
    file = importer.folder / "many.json"
    file.write_text(json.dumps({f"k{number}": CANARY for number in range(500)}), encoding="utf-8")
    with importer.started(file) as process:

        def interrupt(forward: Forward) -> Answer:
            os.kill(process.pid, signal.SIGINT)
            return forward()

        proxy.when("CreateSecret", call=5).behave = interrupt
        _, errors = process.communicate()

    with connected(empty_emulator.endpoint) as client:
        pages = client.get_paginator("list_secrets").paginate()
        number = sum(len(page["SecretList"]) for page in pages)
    assert process.returncode == 1
    assert f"{number} of 500 done" in errors
    assert 5 <= number < 500
    assert acts(importer)[-1] == ("batch.run", "failed", "Stopped")
