"""A real Airflow that is told what the set-up page says, and nothing else of its secrets."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from secretsadmin.config.backend import BackendConfig
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.demo.site import ROOT
from secretsadmin.doctor.backend_kwargs import given_kwargs
from secretsadmin.doctor.signing_in import connection_snippets
from secretsadmin.doctor.snippets import ways_of
from tests.conformance.asked import PYTHON
from tests.support.snippets import code, come_out
from tests.support.wire import connected

READ = f"{shlex.quote(str(ROOT / PYTHON))} tests/conformance/read_as_configured.py orders colors"
HOST, TEXT, REGION = "db.example.com", "100% it's $HOME", "eu-central-1"
FOUND = {
    "connection": {"server": HOST, "task": HOST},
    "variable": {"server": TEXT, "task": TEXT},
    "aws_default": {"region_name": REGION},
}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with serve() as running:
        with connected(running.endpoint) as client:
            client.create_secret(Name="it+is/@x=orders", SecretString=f"postgres://{HOST}/shop")
            client.create_secret(Name="other/y=colors", SecretString=TEXT)
        yield running


@pytest.fixture
def backend(emulator: Emulator) -> BackendConfig:
    """A dashboard's own, with what Airflow's side doesn't get and with much that needs care."""
    return BackendConfig.from_kwargs(
        {
            "region_name": REGION,
            "endpoint_url": emulator.endpoint,
            "aws_access_key_id": "of-the-dashboard",
            "aws_secret_access_key": "of-the-dashboard",
            "connections_prefix": "it+is/@x",
            "variables_prefix": "other/y",
            "config_prefix": None,
            "sep": "=",
            "connections_lookup_pattern": r"^(?!it's 100% #|aws_\$|{{x}}|${HOME}).*$",
            "extra_conn_words": {"user": ['"$USER"', "é\\n"]},
        },
        ["analytics"],
    )


@pytest.fixture
def outside(emulator: Emulator, tmp_path: Path) -> dict[str, str]:
    """What the machine gives: a home, keys, and where its AWS is. No variable is of [secrets]."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "AIRFLOW_HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": "of-the-machine",
        "AWS_SECRET_ACCESS_KEY": "of-the-machine",
        "AWS_CONFIG_FILE": os.devnull,
    }


def ask(script: str, environment: dict[str, str]) -> Any:
    done = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def snippet(backend: BackendConfig, key: str) -> str:
    ways = {way.key: way for way in ways_of(backend, given_kwargs(backend))}
    return code(ways[key])


def connection(backend: BackendConfig) -> str:
    """The line that defines the AWS connection of tasks."""
    return connection_snippets(backend, given_kwargs(backend))[1].code


def test_reads_by_the_lines_of_a_shell(backend: BackendConfig, outside: dict[str, str]) -> None:
    script = "\n".join((snippet(backend, "variables"), connection(backend), READ))

    assert ask(script, outside) == FOUND


def test_reads_by_airflow_cfg(
    backend: BackendConfig, outside: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "airflow.cfg").write_text(snippet(backend, "airflow-cfg"), encoding="utf-8")

    assert ask(f"{connection(backend)}\n{READ}", outside) == FOUND


def test_is_told_the_same_in_all_other_ways(backend: BackendConfig) -> None:
    by_shell, *others = come_out(ways_of(backend, given_kwargs(backend))).values()

    assert all(other == by_shell for other in others)


def test_finds_nothing_without_them(backend: BackendConfig, outside: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="orders"):
        ask(f"{connection(backend)}\n{READ}", outside)
