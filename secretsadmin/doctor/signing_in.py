"""How Airflow's processes may sign in to AWS, and what its tasks need for the same role.

Sources: boto3's page on credentials, Amazon's provider (its page on the AWS connection), and the
official chart's values.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from secretsadmin.config.backend import BackendConfig
from secretsadmin.config.release import is_older
from secretsadmin.doctor.backend_kwargs import GivenKwargs, one_line
from secretsadmin.doctor.snippets import Snippet, Way
from secretsadmin.iam.policies import Place

PROFILE = "airflow"
CONNECTION = "aws_default"
ROLE = "AIRFLOW-ROLE"
_FIRST_WITH_API_SERVER = (3, 0)
_OF_A_CONNECTION = ("region_name", "role_arn", "assume_role_kwargs")


def sign_ins(backend: BackendConfig, given: GivenKwargs, place: Place) -> tuple[Way, ...]:
    """The three ways to give Airflow credentials, the best one first."""
    return (_role(backend, place), _profile(given), _keys())


def role_snippets(given: GivenKwargs, place: Place) -> tuple[Snippet, ...]:
    """What lets Airflow take the role of its kwargs; nothing without a role."""
    role = given.kwargs.get("role_arn")
    if not role:
        return ()
    caller = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}
    trusted: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": _own_role(place)},
        "Action": "sts:AssumeRole",
    }
    external_id = given.kwargs.get("assume_role_kwargs", {}).get("ExternalId")
    if external_id:
        trusted["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return (
        Snippet("Policy of the role that Airflow has by itself", _policy(caller)),
        Snippet("Trust policy of the role in the kwargs", _policy(trusted)),
    )


def connection_snippets(backend: BackendConfig, given: GivenKwargs) -> tuple[Snippet, ...]:
    """An AWS connection without credentials, for tasks that use the same role and region."""
    extra = {name: given.kwargs[name] for name in _OF_A_CONNECTION if name in given.kwargs}
    text = one_line({"conn_type": "aws", "extra": extra})
    variable = f"export AIRFLOW_CONN_{CONNECTION.upper()}={shlex.quote(text)}"
    in_environment = Snippet("Or a variable of Airflow’s environment", variable)
    if not backend.is_enabled("connections"):
        return (in_environment,)
    name = backend.name_prefix("connections") + CONNECTION
    return (Snippet(f"The text of the secret {name}", text), in_environment)


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def _own_role(place: Place) -> str:
    return f"arn:{place.partition}:iam::{place.account}:role/{ROLE}"


def _role(backend: BackendConfig, place: Place) -> Way:
    components = ["workers", "scheduler", "dagProcessor", "triggerer"]
    if not is_older(backend.airflow, _FIRST_WITH_API_SERVER):
        components.append("apiServer")
    if not backend.airflow or is_older(backend.airflow, _FIRST_WITH_API_SERVER):
        components.append("webserver")
    lines = []
    for component in components:
        lines += [
            f"{component}:",
            "  serviceAccount:",
            "    annotations:",
            f"      eks.amazonaws.com/role-arn: {_own_role(place)}",
        ]
    return Way(
        "role",
        "A role of the machine, the task or the pod",
        (
            "The best way: there is nothing to write, to keep secret or to renew. It is the "
            "instance profile of EC2, the task role of ECS, the execution role of MWAA, the "
            "workload identity of an Astronomer deployment, and on EKS the role of a service "
            "account."
        ),
        (Snippet("On EKS, part of the official chart’s values.yaml", "\n".join(lines)),),
        (
            "A process without the role finds nothing, and says only that an id isn’t defined. "
            "“aws sts get-caller-identity” prints whom AWS sees: ask it where the process runs."
        ),
    )


def _profile(given: GivenKwargs) -> Way:
    region = given.kwargs.get("region_name", "REGION")
    kwargs = {**given.kwargs, "profile_name": PROFILE}
    return Way(
        "profile",
        "A named profile",
        (
            "For machines whose people sign in by IAM Identity Center, or whose credentials a "
            "program gives. The profile is in ~/.aws/config of the user that runs Airflow."
        ),
        (
            Snippet("backend_kwargs with the profile", one_line(kwargs)),
            Snippet("The beginning of ~/.aws/config", f"[profile {PROFILE}]\nregion = {region}"),
        ),
        (
            "A container in which the profile is missing finds nothing: for a connection Airflow "
            "logs ProfileNotFound at DEBUG alone. “aws configure list-profiles” prints those that "
            "are there."
        ),
    )


def _keys() -> Way:
    lines = [
        "export AWS_ACCESS_KEY_ID='ACCESS-KEY-ID'",
        "export AWS_SECRET_ACCESS_KEY='SECRET-ACCESS-KEY'",
    ]
    return Way(
        "keys",
        "Keys in the environment",
        (
            "The last choice. Keys don’t expire, whoever sees the environment has them, and each "
            "task inherits them: boto3 takes them wherever it is told nothing else. In the kwargs "
            "they would be worse, since Airflow shows its configuration on a page and by a command."
        ),
        (Snippet("Lines for a shell", "\n".join(lines)),),
        (
            "Keys that were deactivated look like ids that aren’t defined. "
            "“aws sts get-caller-identity” says whether they still count."
        ),
    )
