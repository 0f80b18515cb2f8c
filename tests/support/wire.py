"""boto3 and the emulator, joined over HTTP, and a counter of all calls that arrive."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import boto3
from botocore.config import Config
from moto.core.request import Request

from secretsadmin.demo.emulator import Answer, Emulator
from tests.support.sweeps import end_of_sweeps

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

REGION = "eu-central-1"

# By endpoint. Making one takes as long as ten requests.
_kept: "dict[str, SecretsManagerClient]" = {}


@contextmanager
def keeping_a_client(endpoint: str) -> Iterator[None]:
    """Whoever connects to this endpoint meanwhile gets the same client."""
    with _made(endpoint, REGION) as client:
        _kept[endpoint] = client
        yield
        del _kept[endpoint]


@contextmanager
def connected(
    endpoint: str, region: str = REGION, **config: Any
) -> "Iterator[SecretsManagerClient]":
    """A client with boto3's standard retries, or with other keywords of botocore's Config."""
    if endpoint in _kept and region == REGION and not config:
        yield _kept[endpoint]
        return
    with _made(endpoint, region, **config) as client:
        yield client


@contextmanager
def _made(endpoint: str, region: str, **config: Any) -> "Iterator[SecretsManagerClient]":
    client = boto3.client(
        "secretsmanager",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="demo",
        aws_secret_access_key="demo",
        config=Config(**{"retries": {"mode": "standard", "max_attempts": 3}, **config}),
    )
    try:
        yield client
    finally:
        client.close()


def operation_of(target: str | None, body: bytes) -> str:
    """JSON services name the operation in a header, STS in the form that it is sent."""
    name = target or parse_qs(body.decode()).get("Action", [""])[0]
    return name.rpartition(".")[2]


@contextmanager
def counting(emulator: Emulator) -> Iterator[Counter[str]]:
    """Operation names and how often they arrived while the block ran, retries included.

    A listing that is being asked for isn't counted where it began before, and counted whole where
    it begins inside.
    """
    end_of_sweeps()
    calls: Counter[str] = Counter()
    inner = emulator.respond

    def counted(request: Request) -> Answer:
        calls[operation_of(request.headers.get("X-Amz-Target"), request.get_data())] += 1
        return inner(request)

    emulator.respond = counted
    try:
        yield calls
        end_of_sweeps()
    finally:
        emulator.respond = inner
