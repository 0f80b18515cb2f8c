"""Deleting a secret ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import writes
from secretsadmin.store.errors import NotFound, Refused, ScheduledForDeletion
from tests.secretsadmin.store.acts import ANNA, default, ended
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


@pytest.mark.usefixtures("version")
@pytest.mark.parametrize("days", [7, 30])
def test_takes_one_call_and_schedules_it(
    proxy: FaultProxy, outside: "Client", ref: Ref, days: int
) -> None:
    writes.schedule_deletion(ref, days=days, actor=ANNA, reason="Unused")

    assert proxy.calls == {"DeleteSecret": 1}
    deleted = outside.describe_secret(SecretId=ref.name)["DeletedDate"]
    assert abs(deleted - datetime.now(UTC) - timedelta(days=days)) < timedelta(minutes=1)
    end = ended(ref, "delete", "succeeded")
    assert end.reason == "Unused"
    assert end.request_id


@pytest.mark.usefixtures("version")
def test_is_no_success_where_somebody_else_did_it(outside: "Client", ref: Ref) -> None:
    outside.delete_secret(SecretId=ref.name, RecoveryWindowInDays=7)

    with pytest.raises(ScheduledForDeletion):
        writes.schedule_deletion(ref, days=7, actor=ANNA)

    ended(ref, "delete", "failed")


@pytest.mark.usefixtures("version")
def test_finds_the_day_on_which_aws_says_that_it_was_asked_for(
    proxy: FaultProxy, outside: "Client", ref: Ref
) -> None:
    """The emulator tells when a deletion ends; AWS may tell when it was asked for."""
    proxy.when("DeleteSecret").reset_before()
    now = int(datetime.now(UTC).timestamp())
    proxy.when("DescribeSecret").garbage(
        b'{"Name": "%s", "DeletedDate": %d}' % (ref.name.encode(), now)
    )

    writes.schedule_deletion(ref, days=7, actor=ANNA)

    ended(ref, "delete", "succeeded")
    assert "DeletedDate" not in outside.describe_secret(SecretId=ref.name)


@pytest.mark.usefixtures("version")
def test_takes_no_day_that_aws_would_refuse(ref: Ref) -> None:
    with pytest.raises(Refused):
        writes.schedule_deletion(ref, days=6, actor=ANNA)

    ended(ref, "delete", "failed")


def test_finds_nothing_to_delete(ref: Ref) -> None:
    with pytest.raises(NotFound):
        writes.schedule_deletion(ref, days=7, actor=ANNA)

    ended(ref, "delete", "failed")


def test_never_asks_aws_for_an_id_that_leaves_its_prefix(proxy: FaultProxy) -> None:
    with pytest.raises(InvalidId):
        writes.schedule_deletion(Ref(default(), VARIABLES, "../x"), days=7, actor=ANNA)

    assert not proxy.calls
    assert not Event.objects.exists()
