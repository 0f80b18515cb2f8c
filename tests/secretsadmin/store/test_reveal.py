"""Revealing a secret ... (each test finishes the sentence)."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import reads
from secretsadmin.store.errors import NotFound, NoValue, Refused, ScheduledForDeletion
from secretsadmin.store.reads import Value
from tests.secretsadmin.store.acts import ANNA, CANARY, default, ended
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


def reveal(ref: Ref, version: str = "") -> Value:
    return reads.reveal(
        ref, "reveal", actor=ANNA, fields=("password",), version=version, reason="On call"
    )


ASK: dict[str, Callable[[Ref], object]] = {
    "GetSecretValue": reveal,
    "DescribeSecret": reads.describe,
    "ListSecretVersionIds": reads.versions,
}


def test_takes_one_call_and_is_recorded_without_the_value(
    proxy: FaultProxy, outside: "Client", ref: Ref
) -> None:
    version = outside.create_secret(Name=ref.name, SecretString=CANARY)["VersionId"]

    value = reveal(ref)

    assert proxy.calls == {"GetSecretValue": 1}
    assert (value.text, value.version) == (CANARY, version)
    assert CANARY not in repr(value)
    end = ended(ref, "reveal", "succeeded")
    assert (end.version, end.fields, end.reason) == (version, ["password"], "On call")
    assert end.request_id


def test_shows_an_older_version(outside: "Client", ref: Ref, version: str) -> None:
    outside.put_secret_value(SecretId=ref.name, SecretString="second")

    assert reveal(ref, version).text == "first"

    assert ended(ref, "reveal", "succeeded").version == version


def test_reads_what_airflow_reads_and_no_candidate(
    outside: "Client", ref: Ref, version: str
) -> None:
    outside.put_secret_value(
        SecretId=ref.name, SecretString="candidate", VersionStages=["SECRETSADMIN"]
    )

    assert reveal(ref) == Value("first", version)


def test_finds_no_version_of_a_strange_id(ref: Ref, version: str) -> None:
    with pytest.raises(NotFound):
        reveal(ref, version[::-1])

    ended(ref, "reveal", "failed")


@pytest.mark.usefixtures("version")
def test_takes_no_text_for_a_version(proxy: FaultProxy, ref: Ref) -> None:
    with pytest.raises(Refused):
        reveal(ref, "short")

    assert not proxy.calls
    ended(ref, "reveal", "failed")


def test_finds_no_text_in_a_binary_secret(outside: "Client", ref: Ref) -> None:
    version = outside.create_secret(Name=ref.name, SecretBinary=b"\xfe\xed")["VersionId"]

    with pytest.raises(NoValue):
        reveal(ref)

    assert ended(ref, "reveal", "failed").version == version


def test_finds_no_value_where_there_is_no_current_version(outside: "Client", ref: Ref) -> None:
    outside.create_secret(Name=ref.name)

    with pytest.raises(NoValue):
        reveal(ref)

    ended(ref, "reveal", "failed")


def test_takes_an_empty_text_for_what_it_is(proxy: FaultProxy, ref: Ref, version: str) -> None:
    answer = {"Name": ref.name, "VersionId": version, "SecretString": ""}
    proxy.when("GetSecretValue").garbage(json.dumps(answer).encode())

    assert reveal(ref).text == ""


@pytest.mark.usefixtures("version")
def test_finds_nothing_while_the_secret_waits_for_its_deletion(outside: "Client", ref: Ref) -> None:
    outside.delete_secret(SecretId=ref.name)

    with pytest.raises(ScheduledForDeletion):
        reveal(ref)

    ended(ref, "reveal", "failed")


@pytest.mark.parametrize("operation", ASK)
def test_refuses_an_answer_about_another_secret(
    proxy: FaultProxy, ref: Ref, version: str, operation: str
) -> None:
    other = {"Name": f"{ref.name}-2", "VersionId": version, "SecretString": CANARY, "Versions": []}
    proxy.when(operation).garbage(json.dumps(other).encode())

    with pytest.raises(NotFound):
        ASK[operation](ref)


@pytest.mark.parametrize("key", ["../x", "a/../../connections/x", "airflow/connections/x", "x\x00"])
def test_never_asks_aws_for_an_id_that_leaves_its_prefix(proxy: FaultProxy, key: str) -> None:
    ref = Ref(default(), VARIABLES, key)

    for ask in ASK.values():
        with pytest.raises(InvalidId):
            ask(ref)

    assert not proxy.calls
    assert not Event.objects.exists()
