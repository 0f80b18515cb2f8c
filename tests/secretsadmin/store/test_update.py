"""Updating a secret ... (each test finishes the sentence)."""

from threading import Thread
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import reads, writes
from secretsadmin.store.errors import (
    Conflict,
    NotAllowed,
    PartlySaved,
    ScheduledForDeletion,
    TooManyVersions,
)
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import Draft
from tests.secretsadmin.demo.emulated import labels, versions
from tests.secretsadmin.store.acts import ANNA, CANARY, default, ended, save
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

THREE_CALLS = {"GetSecretValue": 1, "PutSecretValue": 1, "UpdateSecretVersionStage": 1}


def test_takes_three_calls_and_names_the_version_after_the_act(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    assert save(ref, version) == ("value",)

    assert proxy.calls == THREE_CALLS
    found = outside.get_secret_value(SecretId=ref.name)
    end = ended(ref, "update", "succeeded")
    assert str(end.act) == end.version == found["VersionId"]
    assert found["SecretString"] == CANARY
    assert end.previous == version
    assert end.request_id
    assert end.fields == ["value"]
    assert labels(outside, ref.name)[version] == ["AWSPREVIOUS"]


def test_hands_the_current_text_to_the_edit(outside: "Client", ref: Ref, version: str) -> None:
    def edit(text: str) -> Draft:
        return Draft(f"{text} and more", fields=("value",))

    writes.update(ref, edit, version=version, actor=ANNA, before=Secret(ref))

    assert outside.get_secret_value(SecretId=ref.name)["SecretString"] == "first and more"


def test_makes_no_version_where_nothing_changed(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    assert save(ref, version, fields=()) == ()

    assert proxy.calls == {"GetSecretValue": 1}
    assert list(labels(outside, ref.name)) == [version]
    end = ended(ref, "update", "succeeded")
    assert (end.version, end.fields) == (version, [])


def test_changes_description_and_type_without_a_version(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    assert save(ref, version, fields=(), description="Orders", type="http") == (
        "description",
        "type tag",
    )

    assert proxy.calls == {"GetSecretValue": 1, "UpdateSecret": 1, "TagResource": 1}
    known = reads.describe(ref)
    assert (known.description, known.type, known.current) == ("Orders", "http", version)
    assert ended(ref, "update", "succeeded").fields == ["description", "type tag"]


def test_takes_description_and_type_away(outside: "Client", ref: Ref, version: str) -> None:
    save(ref, version, fields=(), description="Orders", type="http")

    save(ref, version, fields=(), before=reads.describe(ref))

    known = reads.describe(ref)
    assert (known.description, known.type) == ("", "")
    assert known.current == outside.get_secret_value(SecretId=ref.name)["VersionId"]


def test_tells_that_the_value_is_saved_where_its_description_is_not(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    proxy.when("UpdateSecret").deny()

    with pytest.raises(PartlySaved):
        save(ref, version, description="Orders")

    assert outside.get_secret_value(SecretId=ref.name)["SecretString"] == CANARY
    end = ended(ref, "update", "succeeded")
    assert (end.fields, end.error) == (["value"], "AccessDenied")


def test_tells_that_nothing_is_saved_where_the_description_alone_is_refused(
    proxy: FaultProxy, ref: Ref, version: str
) -> None:
    proxy.when("UpdateSecret").deny()

    with pytest.raises(NotAllowed) as refusal:
        save(ref, version, fields=(), description="Orders")

    assert refusal.value.action == "secretsmanager:UpdateSecret"
    ended(ref, "update", "denied")


def test_finds_a_description_whose_answer_was_lost(
    proxy: FaultProxy, ref: Ref, version: str
) -> None:
    proxy.when("UpdateSecret").reset_after()

    assert save(ref, version, fields=(), description="Orders") == ("description",)

    ended(ref, "update", "succeeded")


def test_makes_no_version_on_top_of_a_stale_one(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    theirs = outside.put_secret_value(SecretId=ref.name, SecretString="theirs")["VersionId"]

    with pytest.raises(Conflict) as conflict:
        save(ref, version)

    assert conflict.value.status == 409
    assert proxy.calls == {"GetSecretValue": 1}
    assert sorted(labels(outside, ref.name)) == sorted([version, theirs])
    ended(ref, "update", "conflict")


def test_loses_to_whoever_moved_the_label_meanwhile(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    gate = proxy.when("UpdateSecretVersionStage", call=1).hold()

    def be_faster() -> None:
        assert gate.arrived.wait(60)
        outside.put_secret_value(SecretId=ref.name, SecretString="theirs")
        gate.release()

    faster = Thread(target=be_faster)
    faster.start()
    with pytest.raises(Conflict):
        save(ref, version)
    faster.join()

    assert outside.get_secret_value(SecretId=ref.name)["SecretString"] == "theirs"
    end = ended(ref, "update", "conflict")
    assert end.version == str(end.act)
    assert end.version not in labels(outside, ref.name)
    assert len(versions(outside, ref.name, IncludeDeprecated=True)) == 3
    assert proxy.calls == THREE_CALLS | {"UpdateSecretVersionStage": 2}


@pytest.mark.usefixtures("outside")
def test_is_no_conflict_where_the_label_moved_on_from_our_own_version(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    proxy.when("UpdateSecretVersionStage").reset_after()
    gate = proxy.when("DescribeSecret").hold()

    def follow() -> None:
        assert gate.arrived.wait(60)
        outside.put_secret_value(SecretId=ref.name, SecretString="later")
        gate.release()

    later = Thread(target=follow)
    later.start()
    save(ref, version)
    later.join()

    ended(ref, "update", "succeeded")


def test_records_a_refusal_of_the_edit_as_failed(proxy: FaultProxy, ref: Ref, version: str) -> None:
    def refuse(text: str) -> Draft:
        raise ValidationError({"value": f"{len(text)} characters are too few"})

    with pytest.raises(ValidationError):
        writes.update(ref, refuse, version=version, actor=ANNA, before=Secret(ref))

    assert proxy.calls == {"GetSecretValue": 1}
    assert ended(ref, "update", "failed").error == "ValidationError"


def test_replaces_a_binary_value(outside: "Client", ref: Ref) -> None:
    binary = outside.create_secret(Name=ref.name, SecretBinary=b"\xfe\xed")["VersionId"]

    save(ref, binary)

    assert outside.get_secret_value(SecretId=ref.name)["SecretString"] == CANARY
    ended(ref, "update", "succeeded")


def test_gives_a_secret_without_a_version_its_first(
    proxy: FaultProxy, outside: "Client", ref: Ref
) -> None:
    outside.create_secret(Name=ref.name)

    save(ref, "")

    assert proxy.calls == THREE_CALLS
    end = ended(ref, "update", "succeeded")
    assert labels(outside, ref.name)[end.version] == ["AWSCURRENT", "SECRETSADMIN"]


def test_sees_that_a_secret_without_a_version_got_one(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    with pytest.raises(Conflict):
        save(ref, "")

    assert proxy.calls == {"GetSecretValue": 1}
    assert list(labels(outside, ref.name)) == [version]


def test_loses_to_whoever_gave_the_secret_its_first_version_meanwhile(
    proxy: FaultProxy, outside: "Client", ref: Ref
) -> None:
    outside.create_secret(Name=ref.name)
    gate = proxy.when("PutSecretValue").hold()

    def be_faster() -> None:
        assert gate.arrived.wait(60)
        outside.put_secret_value(SecretId=ref.name, SecretString="theirs")
        gate.release()

    faster = Thread(target=be_faster)
    faster.start()
    with pytest.raises(Conflict):
        save(ref, "")
    faster.join()

    assert outside.get_secret_value(SecretId=ref.name)["SecretString"] == "theirs"
    ended(ref, "update", "conflict")


def test_leaves_a_scheduled_secret_alone(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    outside.delete_secret(SecretId=ref.name)

    with pytest.raises(ScheduledForDeletion):
        save(ref, version)

    assert proxy.calls == {"GetSecretValue": 1}
    ended(ref, "update", "failed")


def test_asks_once_where_the_versions_of_the_day_are_used_up(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    for number in range(99):
        outside.put_secret_value(SecretId=ref.name, SecretString=f"{number}")
    current = outside.get_secret_value(SecretId=ref.name)["VersionId"]

    with pytest.raises(TooManyVersions):
        save(ref, current)

    assert proxy.calls == {"GetSecretValue": 1, "PutSecretValue": 1}
    assert version in [
        one["VersionId"] for one in versions(outside, ref.name, IncludeDeprecated=True)
    ]
    ended(ref, "update", "failed")


def test_never_asks_aws_for_an_id_that_leaves_its_prefix(proxy: FaultProxy) -> None:
    with pytest.raises(InvalidId):
        save(Ref(default(), VARIABLES, "../connections/x"), "")

    assert not proxy.calls
    assert not Event.objects.exists()
