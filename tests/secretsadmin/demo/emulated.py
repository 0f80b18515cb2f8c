"""An emulator for the tests of a module, and short words for the calls that they make of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

DAY = 86_400
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@contextmanager
def refused(code: str, message: str = "") -> Iterator[None]:
    with pytest.raises(ClientError) as refusal:
        yield
    error = refusal.value.response
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400)
    assert message in error["Error"]["Message"]


def token() -> str:
    return str(uuid4())


def create(aws: "Client", name: str, value: str = "first", **more: Any) -> str:
    return aws.create_secret(Name=name, SecretString=value, **more)["VersionId"]


def put(aws: "Client", name: str, value: str, *stages: str) -> str:
    more: dict[str, Any] = {"VersionStages": list(stages)} if stages else {}
    return aws.put_secret_value(SecretId=name, SecretString=value, **more)["VersionId"]


def promote(aws: "Client", name: str, version: str, instead_of: str) -> None:
    aws.update_secret_version_stage(
        SecretId=name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=version,
        RemoveFromVersionId=instead_of,
    )


def labels(aws: "Client", name: str) -> dict[str, list[str]]:
    described = aws.describe_secret(SecretId=name)["VersionIdsToStages"]
    return {version: sorted(stages) for version, stages in described.items()}


def value(aws: "Client", name: str) -> str:
    return aws.get_secret_value(SecretId=name)["SecretString"]


def listed(aws: "Client", prefix: str, **more: Any) -> list[str]:
    pages = aws.get_paginator("list_secrets").paginate(
        Filters=[{"Key": "name", "Values": [prefix]}], **more
    )
    return [secret["Name"] for page in pages for secret in page["SecretList"]]


def versions(aws: "Client", name: str, **more: Any) -> list[Any]:
    """All pages; botocore has no paginator for this operation."""
    page = aws.list_secret_version_ids(SecretId=name, **more)
    rest = (
        versions(aws, name, **{**more, "NextToken": page["NextToken"]})
        if "NextToken" in page
        else []
    )
    return page["Versions"] + rest
