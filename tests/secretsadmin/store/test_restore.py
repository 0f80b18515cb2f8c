"""Restoring a secret ... (each test finishes the sentence)."""

from typing import TYPE_CHECKING

import pytest

from secretsadmin.audit.models import Event
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import writes
from secretsadmin.store.errors import NotFound
from tests.secretsadmin.store.acts import ANNA, default, ended
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


def test_takes_one_call(proxy: FaultProxy, outside: "Client", ref: Ref, version: str) -> None:
    outside.delete_secret(SecretId=ref.name)

    writes.restore(ref, actor=ANNA, reason="Needed after all")

    assert proxy.calls == {"RestoreSecret": 1}
    assert outside.get_secret_value(SecretId=ref.name)["VersionId"] == version
    end = ended(ref, "restore", "succeeded")
    assert end.reason == "Needed after all"
    assert end.request_id


def test_finds_nothing_to_restore(ref: Ref) -> None:
    with pytest.raises(NotFound):
        writes.restore(ref, actor=ANNA)

    ended(ref, "restore", "failed")


def test_never_asks_aws_for_an_id_that_leaves_its_prefix(proxy: FaultProxy) -> None:
    with pytest.raises(InvalidId):
        writes.restore(Ref(default(), VARIABLES, "../x"), actor=ANNA)

    assert not proxy.calls
    assert not Event.objects.exists()
