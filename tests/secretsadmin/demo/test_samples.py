"""The samples ... (each test finishes the sentence)."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from secretsadmin.demo.emulator import fill_with_history, serve
from tests.support.wire import connected, counting

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


@pytest.fixture(scope="module")
def aws() -> "Iterator[Client]":
    with serve() as emulator, connected(emulator.endpoint) as client:
        fill_with_history(emulator)
        yield client


@pytest.fixture(scope="module")
def secrets(aws: "Client") -> dict[str, Any]:
    pages = aws.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True)
    return {secret["Name"]: secret for page in pages for secret in page["SecretList"]}


def texts(aws: "Client", secrets: dict[str, Any], kind: str) -> Iterator[str]:
    for name, secret in secrets.items():
        if f"/airflow/{kind}/" in name and "DeletedDate" not in secret:
            yield aws.get_secret_value(SecretId=name).get("SecretString", "")


def test_fill_two_environments_with_little_more_than_a_call_for_each_secret() -> None:
    with serve() as emulator, counting(emulator) as calls:
        fill_with_history(emulator)

    assert sum(calls.values()) < 1.5 * calls["CreateSecret"]


def test_hold_dozens_of_secrets_of_three_kinds_and_many_types(secrets: dict[str, Any]) -> None:
    kinds = Counter(name.rsplit("/", 1)[0] for name in secrets)
    types = {
        tag["Value"]
        for s in secrets.values()
        for tag in s.get("Tags", [])
        if tag["Key"] == "airflow:conn-type"
    }

    assert set(kinds) == {
        f"{env}/airflow/{kind}"
        for env in ("dev", "prod")
        for kind in ("connections", "variables", "config")
    }
    assert len(secrets) >= 60
    assert len(types) >= 18


def test_spell_connections_as_uris_and_as_json(aws: "Client", secrets: dict[str, Any]) -> None:
    values = list(texts(aws, secrets, "connections"))
    loaded = [json.loads(value) for value in values if value.startswith("{")]

    assert sum("://" in value and not value.startswith("{") for value in values) > 10
    assert any("engine" in value for value in loaded)
    assert any(isinstance(value.get("extra"), str) for value in loaded)


def test_show_every_state_that_a_page_must_cope_with(
    aws: "Client", secrets: dict[str, Any]
) -> None:
    prod = "prod/airflow/connections"

    assert "DeletedDate" in secrets[f"{prod}/old_orders_db"]
    assert "Tags" not in secrets[f"{prod}/support_inbox"]
    assert "SecretBinary" in aws.get_secret_value(SecretId=f"{prod}/java_keystore")
    assert "<b>" in secrets[f"{prod}/analytics_trino"]["Description"]
    assert any("/analytics--" in name for name in secrets)
    assert max(len(name) for name in secrets) > 150


def test_hold_variables_of_every_shape(aws: "Client", secrets: dict[str, Any]) -> None:
    values = list(texts(aws, secrets, "variables"))

    assert any(value.endswith("\n") for value in values)
    assert any(value.startswith("{") and value.endswith(",}") for value in values)
    assert max(len(value) for value in values) > 18_000


def test_have_been_rolled_back_once(aws: "Client", secrets: dict[str, Any]) -> None:
    name = "prod/airflow/connections/payments_gateway"
    found = aws.list_secret_version_ids(SecretId=name)["Versions"]

    oldest = min(found, key=lambda version: version["CreatedDate"])

    assert oldest["VersionStages"] == ["AWSCURRENT"]
    assert "demo-pay-1" in aws.get_secret_value(SecretId=name)["SecretString"]
    assert len(secrets[name]["SecretVersionsToStages"]) == 2


def test_lie_in_the_past_and_leave_the_clock_alone(aws: "Client", secrets: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    dates = [secret["LastChangedDate"] for secret in secrets.values()]

    assert max(dates) < now
    assert max(dates) - min(dates) > timedelta(days=60)
    aws.create_secret(Name="made-now", SecretString="x")
    assert abs(aws.describe_secret(SecretId="made-now")["CreatedDate"] - now) < timedelta(minutes=1)


def test_call_every_credential_a_demo(aws: "Client", secrets: dict[str, Any]) -> None:
    for value in texts(aws, secrets, "connections"):
        fields = json.loads(value) if value.startswith("{") else {}
        assert str(fields.get("password", fields.get("pass", "demo"))).startswith("demo")
        assert not any(mark in value for mark in ("BEGIN", "AKIA", "hooks.slack.com"))
