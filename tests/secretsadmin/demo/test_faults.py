"""The fault proxy ... (each test finishes the sentence)."""

import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from secretsadmin.demo.emulator import Emulator, serve
from tests.support.faults import Fault, FaultProxy, Gate
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

# A busy machine takes its time.
PATIENCE = 60
ONCE = {"mode": "standard", "total_max_attempts": 1}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def shared_proxy(emulator: Emulator) -> Iterator[FaultProxy]:
    with FaultProxy(emulator.endpoint) as running:
        yield running


@pytest.fixture
def proxy(shared_proxy: FaultProxy) -> FaultProxy:
    shared_proxy.clear()
    return shared_proxy


@pytest.fixture(scope="module")
def aws(shared_proxy: FaultProxy) -> "Iterator[Client]":
    """Doesn't try again, so that each fault shows as what it is."""
    with connected(shared_proxy.endpoint, retries=ONCE, read_timeout=PATIENCE) as client:
        yield client


@pytest.fixture(scope="module")
def direct(emulator: Emulator) -> "Iterator[Client]":
    with connected(emulator.endpoint) as client:
        yield client


@pytest.fixture
def name(direct: "Client") -> str:
    created = direct.create_secret(Name=f"test/{uuid4().hex}", SecretString="first")
    return created["Name"]


def value(client: "Client", name: str) -> str:
    return client.get_secret_value(SecretId=name)["SecretString"]


def test_passes_everything_on_and_counts_it(proxy: FaultProxy, aws: "Client", name: str) -> None:
    aws.put_secret_value(SecretId=name, SecretString="second")
    assert value(aws, name) == value(aws, name) == "second"

    assert proxy.calls == {"PutSecretValue": 1, "GetSecretValue": 2}


def test_passes_the_errors_of_aws_on(proxy: FaultProxy, aws: "Client") -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.get_secret_value(SecretId="missing")
    assert proxy.calls == {"GetSecretValue": 1}


def test_resets_the_connection_before_the_effect(
    proxy: FaultProxy, aws: "Client", direct: "Client", name: str
) -> None:
    proxy.when("PutSecretValue").reset_before()

    with pytest.raises(ConnectionClosedError):
        aws.put_secret_value(SecretId=name, SecretString="second")

    assert value(direct, name) == "first"


def test_resets_the_connection_after_the_effect(
    proxy: FaultProxy, aws: "Client", direct: "Client", name: str
) -> None:
    proxy.when("PutSecretValue").reset_after()

    with pytest.raises(ConnectionClosedError):
        aws.put_secret_value(SecretId=name, SecretString="second")

    assert value(direct, name) == "second"


def test_ends_a_connection_with_a_reset_and_not_with_an_orderly_close(proxy: FaultProxy) -> None:
    proxy.when("GetSecretValue").reset_before()
    head = (
        b"POST / HTTP/1.1\r\nX-Amz-Target: secretsmanager.GetSecretValue\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )

    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        connection.sendall(head)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_hits_the_nth_call_from_now_on_alone(proxy: FaultProxy, aws: "Client", name: str) -> None:
    value(aws, name)
    proxy.when("GetSecretValue", call=2).throttle()

    value(aws, name)
    with pytest.raises(ClientError, match="ThrottlingException"):
        value(aws, name)
    value(aws, name)

    assert proxy.calls == {"GetSecretValue": 4}


def test_lets_a_retry_with_the_same_token_find_what_the_lost_call_did(
    proxy: FaultProxy, direct: "Client", name: str
) -> None:
    proxy.when("PutSecretValue", call=1).reset_after()
    with connected(proxy.endpoint) as patient:
        answer = patient.put_secret_value(SecretId=name, SecretString="second")

    assert proxy.calls["PutSecretValue"] == 2
    found = direct.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    assert len(found) == 2
    assert answer["VersionId"] in [version["VersionId"] for version in found]


@pytest.mark.parametrize(
    ("hang", "left"), [(Fault.hang_before, "first"), (Fault.hang_after, "second")]
)
def test_hangs_until_the_client_gives_up(
    proxy: FaultProxy, direct: "Client", name: str, hang: Callable[[Fault], Gate], left: str
) -> None:
    gate = hang(proxy.when("PutSecretValue"))

    with (
        connected(proxy.endpoint, retries=ONCE, read_timeout=0.1) as hasty,
        pytest.raises(ReadTimeoutError),
    ):
        hasty.put_secret_value(SecretId=name, SecretString="second")

    assert gate.arrived.wait(PATIENCE)
    assert value(direct, name) == left


def test_hangs_no_longer_than_its_bound(proxy: FaultProxy, aws: "Client", name: str) -> None:
    proxy.when("GetSecretValue").hang_before(seconds=0.05)

    with pytest.raises(ConnectionClosedError):
        value(aws, name)


def test_ends_what_hangs_when_it_is_closed(emulator: Emulator, name: str) -> None:
    lost: list[BotoCoreError] = []

    def read(endpoint: str) -> None:
        with connected(endpoint, retries=ONCE) as client:
            try:
                value(client, name)
            except ConnectionClosedError as error:
                lost.append(error)

    with FaultProxy(emulator.endpoint) as proxy:
        gate = proxy.when("GetSecretValue").hang_before(seconds=60)
        reader = threading.Thread(target=read, args=(proxy.endpoint,))
        reader.start()
        assert gate.arrived.wait(60)
    reader.join(60)

    assert len(lost) == 1


def test_holds_a_call_until_it_is_released(
    proxy: FaultProxy, aws: "Client", direct: "Client", name: str
) -> None:
    gate = proxy.when("PutSecretValue").hold()
    put = threading.Thread(
        target=aws.put_secret_value, kwargs={"SecretId": name, "SecretString": "held"}
    )
    put.start()

    assert gate.arrived.wait(60)
    assert value(direct, name) == "first"
    gate.release()
    put.join(60)

    assert value(direct, name) == "held"


def test_is_slow(proxy: FaultProxy, aws: "Client", name: str) -> None:
    proxy.when("GetSecretValue").slow(0.05)

    assert value(aws, name) == "first"


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (Fault.throttle, "ThrottlingException", "Rate exceeded"),
        (Fault.expire_credentials, "ExpiredTokenException", "expired"),
        (Fault.reject_credentials, "UnrecognizedClientException", "invalid"),
        (Fault.deny_key, "AccessDeniedException", "Access to KMS is not allowed"),
        (Fault.disable_key, "DecryptionFailure", "KMS key"),
        (Fault.break_down, "InternalServiceError", "server side"),
        (Fault.reach_limit, "LimitExceededException", "quota"),
        (
            Fault.deny,
            "AccessDeniedException",
            "is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:",
        ),
    ],
)
def test_answers_with_an_error_of_aws(
    proxy: FaultProxy, aws: "Client", fault: Callable[[Fault], None], code: str, message: str
) -> None:
    fault(proxy.when("GetSecretValue"))

    with pytest.raises(ClientError) as refusal:
        value(aws, "anything")

    assert refusal.value.response["Error"]["Code"] == code
    assert message in refusal.value.response["Error"]["Message"]


def test_keeps_a_refused_write_from_aws(
    proxy: FaultProxy, aws: "Client", direct: "Client", name: str
) -> None:
    proxy.when("PutSecretValue").break_down()

    with pytest.raises(ClientError, match="InternalServiceError"):
        aws.put_secret_value(SecretId=name, SecretString="second")

    assert value(direct, name) == "first"


def test_answers_with_garbage(proxy: FaultProxy, aws: "Client", name: str) -> None:
    proxy.when("GetSecretValue", call=1).garbage()
    proxy.when("GetSecretValue", call=2).garbage(status=502)

    # With status 200 botocore takes anything for an answer, and finds nothing in it.
    assert set(aws.get_secret_value(SecretId=name)) == {"ResponseMetadata"}
    with pytest.raises(ClientError):
        value(aws, name)
    assert value(aws, name) == "first"


def test_forgets_faults_and_counts(proxy: FaultProxy, aws: "Client", name: str) -> None:
    proxy.when("GetSecretValue").break_down()

    proxy.clear()

    assert value(aws, name) == "first"
    assert proxy.calls == {"GetSecretValue": 1}


def test_keeps_serving_others_while_one_hangs(proxy: FaultProxy, aws: "Client", name: str) -> None:
    proxy.when("PutSecretValue").hang_before()
    with (
        connected(proxy.endpoint, retries=ONCE, read_timeout=0.1) as hasty,
        pytest.raises(ReadTimeoutError),
    ):
        hasty.put_secret_value(SecretId=name, SecretString="second")

    assert value(aws, name) == "first"
