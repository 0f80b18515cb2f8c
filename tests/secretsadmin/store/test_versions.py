"""The versions of a secret ... (each test finishes the sentence)."""

from functools import partial
from typing import TYPE_CHECKING

import pytest

from secretsadmin.config.ref import Ref
from secretsadmin.demo.emulator import Emulator
from secretsadmin.store import reads
from secretsadmin.store.errors import NotFound
from tests.secretsadmin.demo.emulated import DAY
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


def test_take_one_call_for_a_hundred(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    newer = outside.put_secret_value(SecretId=ref.name, SecretString="second")["VersionId"]

    found = reads.versions(ref)

    assert proxy.calls == {"ListSecretVersionIds": 1}
    assert [(one.id, one.labels) for one in found] == [
        (newer, ("AWSCURRENT",)),
        (version, ("AWSPREVIOUS",)),
    ]


def test_take_two_calls_for_more_than_a_hundred(
    proxy: FaultProxy, outside: "Client", emulator: Emulator, ref: Ref, version: str
) -> None:
    """The newest hundred are of one day; an older one that still has a label counts on top."""
    secret = emulator.world.vault("123456789012", "eu-central-1").find(ref.name)
    assert secret
    for number in range(100):
        old = dict(secret.versions[version], version_id=f"{number:032}", version_stages=[])
        secret.versions[f"{number:032}"] = old

    found = reads.versions(ref)

    assert proxy.calls == {"ListSecretVersionIds": 2}
    assert len({one.id for one in found}) == 101
    assert outside.describe_secret(SecretId=ref.name)["VersionIdsToStages"] == {
        version: ["AWSCURRENT"]
    }


def test_come_newest_first_with_those_that_lost_their_labels(
    outside: "Client", emulator: Emulator, ref: Ref, version: str
) -> None:
    usual = emulator.world.clock
    made = [version]
    for number in range(3):
        now = usual() + (number + 1) * DAY
        emulator.world.clock = partial(float, now)
        made.append(
            outside.put_secret_value(SecretId=ref.name, SecretString=f"{number}")["VersionId"]
        )
    emulator.world.clock = usual

    assert [one.id for one in reads.versions(ref)] == made[::-1]


def test_are_none_of_a_secret_that_is_not_there(ref: Ref) -> None:
    with pytest.raises(NotFound):
        reads.versions(ref)
