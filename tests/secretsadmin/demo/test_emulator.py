"""The emulator ... (each test finishes the sentence)."""

import threading
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import boto3
import pytest

from secretsadmin.demo.emulator import Emulator, serve
from tests.secretsadmin.demo.emulated import create, refused, value
from tests.support.wire import connected, counting

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

pytest_plugins = ["tests.secretsadmin.demo.emulator_fixtures"]


def test_keeps_regions_apart(emulator: Emulator, aws: "Client", name: str) -> None:
    create(aws, name)
    with (
        connected(emulator.endpoint, "us-east-1") as elsewhere,
        refused("ResourceNotFoundException"),
    ):
        elsewhere.describe_secret(SecretId=name)


def test_serves_sts_as_well(emulator: Emulator) -> None:
    sts = boto3.client(
        "sts",
        endpoint_url=emulator.endpoint,
        region_name="eu-central-1",
        aws_access_key_id="demo",
        aws_secret_access_key="demo",
    )
    with counting(emulator) as calls:
        sts.get_caller_identity()
        assumed = sts.assume_role(
            RoleArn="arn:aws:iam::123456789012:role/airflow", RoleSessionName="dashboard"
        )
    sts.close()

    assert assumed["AssumedRoleUser"]["Arn"].endswith("assumed-role/airflow/dashboard")
    assert calls == {"GetCallerIdentity": 1, "AssumeRole": 1}


def test_counts_the_calls_that_arrive(emulator: Emulator, aws: "Client", name: str) -> None:
    with counting(emulator) as calls:
        create(aws, name)
        value(aws, name)
        value(aws, name)
    value(aws, name)

    assert calls == {"CreateSecret": 1, "GetSecretValue": 2}


def test_writes_nothing_of_a_request_anywhere(
    emulator: Emulator, aws: "Client", name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    create(aws, name, "canary")
    with urlopen(
        Request(emulator.endpoint, b"{}", {"X-Amz-Target": "secretsmanager.ListSecrets"})
    ) as answer:
        assert answer.status == 200

    assert capfd.readouterr() == ("", "")


def test_leaves_no_thread_and_no_listener_behind() -> None:
    before = set(threading.enumerate())
    with serve() as running, connected(running.endpoint) as aws:
        create(aws, "open-connection")

    assert set(threading.enumerate()) <= before
    serve(running.port).close()
