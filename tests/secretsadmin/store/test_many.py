"""Reading many values ... (each test finishes the sentence)."""

from typing import TYPE_CHECKING

import pytest

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.recording import Act, NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.store import errors
from secretsadmin.store.many import read_many
from secretsadmin.store.reads import Value
from tests.secretsadmin.store.acts import ANNA, CANARY, create, ref_to
from tests.support.broken import refusing
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


def length(ref: Ref, act: Act, text: str) -> None:
    act.format = "text"


def read(*refs: Ref) -> dict[str, Value | errors.StoreError]:
    values = read_many(refs, "scan", actor=ANNA, note=length)
    return {ref.key: value for ref, value in values}


def test_asks_once_for_twenty(proxy: FaultProxy) -> None:
    refs = [ref_to(f"k{number}") for number in range(41)]
    for ref in refs:
        create(ref, f"{CANARY}-{ref.key}")
    proxy.clear()

    values = read(*refs)

    assert proxy.calls == {"BatchGetSecretValue": 3}
    texts = {key: value.text for key, value in values.items() if isinstance(value, Value)}
    assert texts == {ref.key: f"{CANARY}-{ref.key}" for ref in refs}
    ends = Event.objects.filter(action="variables.scan", outcome=Outcome.SUCCEEDED, format="text")
    assert {end.secret for end in ends} == values.keys()
    assert CANARY not in str(list(Event.objects.values()))


def test_tells_of_each_secret_that_cannot_be_read(proxy: FaultProxy, outside: "Client") -> None:
    there, gone, scheduled, binary = map(ref_to, ("there", "gone", "scheduled", "binary"))
    create(there)
    outside.create_secret(Name=scheduled.name, SecretString=CANARY)
    outside.delete_secret(SecretId=scheduled.name, RecoveryWindowInDays=7)
    outside.create_secret(Name=binary.name, SecretBinary=b"\0")

    values = read(there, gone, scheduled, binary)

    assert isinstance(values["there"], Value)
    assert isinstance(values["gone"], errors.NotFound)
    assert isinstance(values["scheduled"], errors.ScheduledForDeletion)
    assert isinstance(values["binary"], errors.NoValue)
    failed = Event.objects.filter(action="variables.scan", outcome=Outcome.FAILED)
    assert {event.secret for event in failed} == {"gone", "scheduled", "binary"}


def test_asks_for_nothing_without_a_record(proxy: FaultProxy) -> None:
    with refusing('INSERT INTO "audit_event"'), pytest.raises(NotRecorded):
        read(ref_to("a"), ref_to("b"))

    assert not proxy.calls


def test_ends_all_records_where_aws_refuses_the_call(proxy: FaultProxy) -> None:
    refs = [ref_to("a"), ref_to("b")]
    proxy.when("BatchGetSecretValue").deny()

    with pytest.raises(errors.NotAllowed):
        read(*refs)

    ends = Event.objects.filter(begins=False, outcome=Outcome.DENIED)
    assert {end.secret for end in ends} == {"a", "b"}
    assert {end.error for end in ends} == {"AccessDenied"}
