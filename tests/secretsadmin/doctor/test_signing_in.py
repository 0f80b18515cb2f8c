"""Airflow signs in to AWS ... (each test finishes the sentence)."""

import json
from typing import Any

import pytest
import yaml

from secretsadmin.config.backend import BackendConfig
from secretsadmin.doctor.backend_kwargs import given_kwargs
from secretsadmin.doctor.signing_in import connection_snippets, role_snippets, sign_ins
from secretsadmin.doctor.snippets import Snippet
from secretsadmin.iam.policies import Place
from tests.support.snippets import of_shell

ROLE = "arn:aws:iam::123456789012:role/airflow"
PLACE = Place("aws", "eu-central-1", "210987654321")
CALLER = "arn:aws:iam::210987654321:role/AIRFLOW-ROLE"


def backend(airflow: str = "", **kwargs: Any) -> BackendConfig:
    return BackendConfig.from_kwargs({"region_name": "eu-central-1", **kwargs}, airflow=airflow)


def snippets(of: BackendConfig) -> dict[str, tuple[Snippet, ...]]:
    return {way.key: way.snippets for way in sign_ins(of, given_kwargs(of), PLACE)}


def test_by_a_role_first_and_by_keys_last() -> None:
    assert list(snippets(backend())) == ["role", "profile", "keys"]


@pytest.mark.parametrize(
    ("airflow", "servers"),
    [("3.1", {"apiServer"}), ("2.11", {"webserver"}), ("", {"apiServer", "webserver"})],
)
def test_in_the_pods_of_each_component_of_its_release(airflow: str, servers: set[str]) -> None:
    values = yaml.safe_load(snippets(backend(airflow))["role"][0].code)

    assert values.keys() == {"workers", "scheduler", "dagProcessor", "triggerer", *servers}
    for component in values.values():
        annotations = component["serviceAccount"]["annotations"]
        assert annotations == {"eks.amazonaws.com/role-arn": CALLER}


def test_by_a_profile_that_the_kwargs_name() -> None:
    line, config = snippets(backend(profile_name="of-the-dashboard"))["profile"]

    assert json.loads(line.code)["profile_name"] == "airflow"
    assert config.code == "[profile airflow]\nregion = eu-central-1"


def test_and_then_takes_the_role_of_its_kwargs() -> None:
    given = given_kwargs(backend(role_arn=ROLE, assume_role_kwargs={"ExternalId": "of-airflow"}))

    caller, trusted = (json.loads(snippet.code) for snippet in role_snippets(given, PLACE))

    assert caller["Statement"] == [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}
    ]
    assert trusted["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": CALLER},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "of-airflow"}},
        }
    ]


def test_and_takes_no_role_where_the_kwargs_have_none() -> None:
    assert role_snippets(given_kwargs(backend()), PLACE) == ()


def test_in_tasks_by_a_connection_without_credentials() -> None:
    of = backend(role_arn=ROLE, aws_secret_access_key="secret", variables_prefix="it's")

    secret, variable = connection_snippets(of, given_kwargs(of))

    assert secret.title == "The text of the secret airflow/connections/aws_default"
    wanted = {"conn_type": "aws", "extra": {"region_name": "eu-central-1", "role_arn": ROLE}}
    assert json.loads(secret.code) == wanted
    assert json.loads(of_shell(variable.code)["AIRFLOW_CONN_AWS_DEFAULT"]) == wanted


def test_in_tasks_by_a_variable_alone_where_connections_are_switched_off() -> None:
    of = backend(connections_prefix=None)

    (variable,) = connection_snippets(of, given_kwargs(of))

    assert variable.code.startswith("export AIRFLOW_CONN_AWS_DEFAULT=")
