"""Creating a secret ... (each test finishes the sentence)."""

from typing import TYPE_CHECKING

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import CONNECTIONS
from secretsadmin.store import writes
from secretsadmin.store.errors import NameTaken, Refused, ScheduledForDeletion
from secretsadmin.store.writes import Draft
from tests.secretsadmin.store.acts import ANNA, CANARY, create, default, ended
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


def test_takes_one_call_and_names_the_version_after_the_act(
    proxy: FaultProxy, outside: "Client", ref: Ref
) -> None:
    version = create(ref)

    assert proxy.calls == {"CreateSecret": 1}
    found = outside.get_secret_value(SecretId=ref.name)
    assert (found["VersionId"], found["SecretString"]) == (version, CANARY)
    end = ended(ref, "create", "succeeded")
    assert str(end.act) == end.version == version
    assert end.request_id
    assert end.fields == ["value"]


def test_keeps_description_and_type_beside_the_value(outside: "Client", ref: Ref) -> None:
    writes.create(ref, Draft(CANARY, "postgres"), actor=ANNA, description="Orders")

    found = outside.describe_secret(SecretId=ref.name)
    assert found["Description"] == "Orders"
    assert found["Tags"] == [{"Key": "airflow:conn-type", "Value": "postgres"}]


def test_records_the_reason(ref: Ref) -> None:
    create(ref, reason="The old one leaked")

    assert ended(ref, "create", "succeeded").reason == "The old one leaked"


def test_leaves_a_taken_name_alone(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    with pytest.raises(NameTaken):
        create(ref)

    assert proxy.calls == {"CreateSecret": 1}
    assert outside.get_secret_value(SecretId=ref.name)["VersionId"] == version
    assert ended(ref, "create", "failed").error == "ResourceExistsException"


@pytest.mark.usefixtures("version")
def test_tells_that_the_name_waits_for_its_deletion(
    proxy: FaultProxy, outside: "Client", ref: Ref
) -> None:
    outside.delete_secret(SecretId=ref.name)

    with pytest.raises(ScheduledForDeletion):
        create(ref)

    assert proxy.calls == {"CreateSecret": 1}
    assert ended(ref, "create", "failed").error == "InvalidRequestException"


@pytest.mark.parametrize("text", ["", "x" * 65_537], ids=["empty", "too-long"])
def test_takes_no_text_that_aws_would_refuse(ref: Ref, text: str) -> None:
    with pytest.raises(Refused):
        create(ref, text)

    ended(ref, "create", "failed")


def test_takes_as_many_bytes_as_aws_does(outside: "Client", ref: Ref) -> None:
    create(ref, "é" * 32_768)

    assert len(outside.get_secret_value(SecretId=ref.name)["SecretString"]) == 32_768


@pytest.mark.parametrize(
    "key",
    [
        "",
        ".",
        "../connections/x",
        "a//b",
        "a/../../connections/x",
        "%2e%2e/x",
        "x\x00y",
        "x\ny",
        "airflow/connections",
        "airflow/connections/x",
        "airflow/connections-evil/x",
        "airflow/variables/x",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:airflow/connections/x-AbCdEf",
        "naïve",
        "a-AbCdEf",
        "x" * 251,
        "a b",
        "*",
    ],
)
def test_never_asks_aws_for_an_id_that_leaves_its_prefix(proxy: FaultProxy, key: str) -> None:
    ref = Ref(default(), CONNECTIONS, key)

    with pytest.raises(InvalidId):
        create(ref)

    assert not proxy.calls
    assert not Event.objects.exists()
