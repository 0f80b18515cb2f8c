"""The script from the page in a real Airflow, and what can be wrong there."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.demo.emulator import Emulator, serve
from tests.conformance.asked import PYTHON
from tests.conftest import use
from tests.support.people import somebody
from tests.support.wire import REGION, connected

BACKEND = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
PROVIDER = "The provider apache-airflow-providers-amazon"
PROOF = "/default/setup/proof/"
KEY = "secretsadmin-probe-0123abcd"
NAME = f"airflow/variables/{KEY}"
ALL_RIGHT = "All right: Airflow reads what Secrets Admin writes."
# Hides the provider in a Python that has it, or only what it is made of.
HIDING = """
import sys
from importlib import metadata

class Hiding:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("airflow.providers.amazon"):
            raise ModuleNotFoundError(name, name=name)

sys.meta_path.insert(0, Hiding())
"""
HIDING_ALL = """
found = metadata.distributions
metadata.distributions = lambda **kwargs: (
    one for one in found(**kwargs) if one.metadata["Name"] != "apache-airflow-providers-amazon")
"""


@dataclass
class Airflow:
    """A real Airflow whose configuration is in its environment's variables."""

    folder: Path
    endpoint: str
    python: str = PYTHON
    kwargs: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """As in a shell, with the script on the standard input."""
        kwargs = {"endpoint_url": self.endpoint, "region_name": REGION, **self.kwargs}
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AIRFLOW_HOME": str(self.folder),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.folder}/empty.sqlite3",
            "AIRFLOW__SECRETS__BACKEND": BACKEND,
            "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(kwargs),
            "AWS_ACCESS_KEY_ID": "airflow",
            "AWS_SECRET_ACCESS_KEY": "a-key-that-nobody-prints",
            "AWS_ENDPOINT_URL_STS": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.variables,
        }
        given = {name: value for name, value in environ.items() if value != "unset"}
        return subprocess.run(
            [self.python, "-"],
            input=script,
            env=given,
            capture_output=True,
            text=True,
            check=False,
        )


@dataclass
class Case:
    """A site with a probe, and an Airflow that should read it."""

    emulator: Emulator
    client: Client
    airflow: Airflow

    def script(self) -> str:
        return self.client.get(f"{PROOF}script/variables/{KEY}/").content.decode()

    def first_cause(self, **changes: Any) -> str:
        """What the script's last line says, which is the only one that says it."""
        return first_cause(replace(self.airflow, **changes).run(self.script()))


def first_cause(done: subprocess.CompletedProcess[str]) -> str:
    *others, last = done.stdout.strip().splitlines()
    assert done.returncode == 1, done.stdout
    assert last.startswith("First cause: ")
    cause = last.removeprefix("First cause: ")
    assert others[-1] == f"wrong {cause}"
    assert re.fullmatch(r"[^\n]+[.]", cause)
    assert "a-key-that-nobody-prints" not in done.stdout + done.stderr
    assert "Secrets Admin wrote this" not in done.stdout + done.stderr
    return cause


@pytest.fixture(scope="module")
def aws_of_airflow() -> Iterator[Emulator]:
    with serve() as emulator:
        yield emulator


@pytest.fixture
def case(aws_of_airflow: Emulator, settings: Settings, tmp_path: Path, db: None) -> Case:
    aws_of_airflow.begin_anew()
    use(settings, aws_of_airflow.endpoint)
    client = Client()
    client.force_login(somebody("editor", "editors"))
    made = client.post(f"{PROOF}probe/", {"kind": "variables", "id": KEY})
    assert made.status_code == 302
    return Case(aws_of_airflow, client, Airflow(tmp_path, aws_of_airflow.endpoint))


Change = Callable[[Case], dict[str, Any]]


def variables(**given: str) -> Change:
    return lambda _: {"variables": given}


def kwargs(**given: Any) -> Change:
    return lambda _: {"kwargs": given}


def hidden(text: str) -> Change:
    def change(case: Case) -> dict[str, Any]:
        (case.airflow.folder / "sitecustomize.py").write_text(text, encoding="utf-8")
        return {"variables": {"PYTHONPATH": str(case.airflow.folder)}}

    return change


def scheduled(case: Case) -> dict[str, Any]:
    with connected(case.emulator.endpoint) as client:
        client.delete_secret(SecretId=NAME, RecoveryWindowInDays=7)
    return {}


def overwritten(case: Case) -> dict[str, Any]:
    with connected(case.emulator.endpoint) as client:
        client.put_secret_value(SecretId=NAME, SecretString="another")
    return {}


SECRETS = "AIRFLOW__SECRETS__BACKEND"
WRONG: dict[str, tuple[Change, str]] = {
    "provider missing": (hidden(HIDING + HIDING_ALL), f"{PROVIDER} isn't installed here."),
    "provider broken": (hidden(HIDING), f"{PROVIDER} can't be imported here."),
    "back end not set": (
        variables(**{SECRETS: ""}),
        "No secrets back end is configured: in [secrets] backend is empty here.",
    ),
    "option misspelt": (
        variables(**{SECRETS: "unset", f"{SECRETS}S": BACKEND}),
        "No secrets back end is configured: in [secrets] the option backends is called backend.",
    ),
    "back end in quotes": (
        variables(**{SECRETS: f'"{BACKEND}"'}),
        (
            "Airflow can't load the class that [secrets] backend names: look for a typo, "
            "or quotes around it."
        ),
    ),
    "another back end": (
        variables(
            **{
                SECRETS: "airflow.secrets.local_filesystem.LocalFilesystemBackend",
                f"{SECRETS}_KWARGS": "",
            }
        ),
        "[secrets] backend names a class that doesn't read Secrets Manager.",
    ),
    "kwargs no JSON": (
        variables(**{f"{SECRETS}_KWARGS": "{'region_name': 'eu-central-1'}"}),
        (
            "[secrets] backend_kwargs is no JSON object, so Airflow goes by its default prefixes "
            "and no region."
        ),
    ),
    "another prefix": (
        kwargs(variables_prefix="airflow/vars"),
        'variables_prefix is "airflow/vars" in Airflow, and "airflow/variables" in Secrets Admin.',
    ),
    "null prefix": (
        kwargs(variables_prefix=None),
        "variables_prefix is null in Airflow, so Airflow never looks there.",
    ),
    "wrong region": (
        kwargs(region_name="us-east-1"),
        "Airflow asks in the region us-east-1, and Secrets Admin writes in eu-central-1.",
    ),
    "no region": (
        kwargs(region_name=None),
        "Airflow knows no region: add region_name to backend_kwargs.",
    ),
    "no credentials": (
        variables(AWS_ACCESS_KEY_ID="unset", AWS_SECRET_ACCESS_KEY="unset"),
        "Airflow has no AWS credentials here.",
    ),
    "profile missing": (
        kwargs(profile_name="nobody"),
        "The profile that profile_name names isn't in the AWS files here.",
    ),
    "kwarg misspelt": (
        kwargs(conections_prefix="airflow/connections"),
        (
            "The kwarg conections_prefix means nothing to Airflow: "
            "the right one is called connections_prefix."
        ),
    ),
    "scheduled for deletion": (
        scheduled,
        f"{NAME} is scheduled for deletion, so Airflow doesn't find it.",
    ),
    "overwritten": (overwritten, f"{NAME} holds something else than Secrets Admin wrote there."),
    "lookup pattern excludes": (
        kwargs(variables_lookup_pattern="^mine_"),
        f"variables_lookup_pattern in Airflow excludes {KEY}, so Airflow never asks for it.",
    ),
    "another separator": (
        kwargs(sep="-"),
        'sep is "-" in Airflow, and "/" in Secrets Admin.',
    ),
    "other words": (
        kwargs(extra_conn_words={"user": ["account"]}),
        'extra_conn_words is {"user": ["account"]} in Airflow, and {} in Secrets Admin.',
    ),
}
