"""Rolling a secret back ... (each test finishes the sentence)."""

from contextlib import nullcontext
from threading import Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import CONFIG
from secretsadmin.store import writes
from secretsadmin.store.errors import Conflict, NotFound, Refused, ScheduledForDeletion
from tests.secretsadmin.demo.emulated import labels
from tests.secretsadmin.store.acts import ANNA, default, ended
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


@pytest.fixture
def newer(outside: "Client", ref: Ref, version: str) -> str:
    return outside.put_secret_value(SecretId=ref.name, SecretString="second")["VersionId"]


def test_takes_one_call_and_reads_no_value(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str, newer: str
) -> None:
    writes.roll_back(ref, to=version, version=newer, actor=ANNA, reason="It broke")

    assert proxy.calls == {"UpdateSecretVersionStage": 1}
    assert labels(outside, ref.name) == {version: ["AWSCURRENT"], newer: ["AWSPREVIOUS"]}
    end = ended(ref, "roll-back", "succeeded")
    assert (end.version, end.previous, end.reason) == (version, newer, "It broke")
    assert end.request_id


def test_loses_to_whoever_was_faster(outside: "Client", ref: Ref, version: str, newer: str) -> None:
    theirs = outside.put_secret_value(SecretId=ref.name, SecretString="theirs")["VersionId"]

    with pytest.raises(Conflict):
        writes.roll_back(ref, to=version, version=newer, actor=ANNA)

    assert labels(outside, ref.name) == {theirs: ["AWSCURRENT"], newer: ["AWSPREVIOUS"]}
    ended(ref, "roll-back", "conflict")


def test_is_no_conflict_where_the_version_is_not_there(ref: Ref, version: str) -> None:
    with pytest.raises(NotFound):
        writes.roll_back(ref, to=str(uuid4()), version=version, actor=ANNA)

    ended(ref, "roll-back", "failed")


def test_takes_no_text_for_a_version(proxy: FaultProxy, ref: Ref, version: str) -> None:
    with pytest.raises(Refused):
        writes.roll_back(ref, to="short", version=version, actor=ANNA)

    assert not proxy.calls
    assert ended(ref, "roll-back", "failed").error == "ParamValidationError"


def test_overwrites_nothing_where_a_secret_without_a_current_version_got_one(
    outside: "Client", ref: Ref, version: str, newer: str
) -> None:
    with pytest.raises(Conflict):
        writes.roll_back(ref, to=version, version="", actor=ANNA)

    assert labels(outside, ref.name) == {version: ["AWSPREVIOUS"], newer: ["AWSCURRENT"]}
    ended(ref, "roll-back", "conflict")


def test_leaves_a_scheduled_secret_alone(
    outside: "Client", ref: Ref, version: str, newer: str
) -> None:
    outside.delete_secret(SecretId=ref.name)

    with pytest.raises(ScheduledForDeletion):
        writes.roll_back(ref, to=version, version=newer, actor=ANNA)

    ended(ref, "roll-back", "failed")


def test_never_asks_aws_for_an_id_that_leaves_its_prefix(proxy: FaultProxy) -> None:
    with pytest.raises(InvalidId):
        writes.roll_back(
            Ref(default(), CONFIG, "../x"), to=str(uuid4()), version=str(uuid4()), actor=ANNA
        )

    assert not proxy.calls
    assert not Event.objects.exists()


@pytest.mark.parametrize("is_done", [True, False])
def test_whose_answer_was_lost_is_told_apart_although_somebody_has_moved_on(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str, newer: str, *, is_done: bool
) -> None:
    first = proxy.when("UpdateSecretVersionStage", call=1)
    (first.reset_after if is_done else first.reset_before)()
    gate = proxy.when("UpdateSecretVersionStage", call=2).hold()

    def move_on() -> None:
        gate.arrived.wait(60)
        outside.put_secret_value(SecretId=ref.name, SecretString="third")
        gate.release()

    meanwhile = Thread(target=move_on)
    meanwhile.start()
    with nullcontext() if is_done else pytest.raises(Conflict):
        writes.roll_back(ref, to=version, version=newer, actor=ANNA)
    meanwhile.join()

    ended(ref, "roll-back", "succeeded" if is_done else "conflict")
