"""A listing that AWS keeps five minutes behind ... (each test finishes the sentence)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from time_machine import travel

from secretsadmin.audit.recording import Act, recording
from secretsadmin.config.ref import Ref
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.kinds import VARIABLES
from secretsadmin.store import listing, reads, writes
from secretsadmin.store.errors import Unknown
from secretsadmin.store.listing import DESCRIBED_AT_ONCE, Snapshot
from secretsadmin.store.reads import Secret
from tests.conftest import begin_cold
from tests.secretsadmin.store.acts import ANNA, create, default, ref_to, save
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

LATER = timedelta(minutes=12)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with serve(listing_lag=300) as running:
        yield running


@pytest.fixture
def old(proxy: FaultProxy, outside: "Client") -> Ref:
    """A secret that AWS's list has known for long."""
    ref = ref_to("old")
    with travel(datetime.now(UTC) - LATER):
        outside.create_secret(Name=ref.name, SecretString="first")
    proxy.clear()
    return ref


def read() -> Snapshot:
    return listing.listing(default(), VARIABLES).read()


def keys(known: Snapshot) -> set[str]:
    return {secret.ref.key for secret in known.secrets}


def row(known: Snapshot, ref: Ref) -> Secret:
    return next(secret for secret in known.secrets if secret.ref == ref)


def another_worker() -> None:
    """What this process knows is forgotten; the record and AWS stay."""
    begin_cold()


def test_is_behind_as_aws_is(proxy: FaultProxy, outside: "Client", old: Ref) -> None:
    del proxy
    outside.create_secret(Name=ref_to("new").name, SecretString="text")

    assert [secret.ref for secret in read().secrets] == [old]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in-another-process"])
def test_shows_at_once_what_was_created(proxy: FaultProxy, *, elsewhere: bool) -> None:
    read()
    ref = ref_to("new")
    version = create(ref, description="New")
    if elsewhere:
        another_worker()
    proxy.clear()

    known = row(read(), ref)

    assert (known.current, known.description) == (version, "New")
    assert proxy.calls["DescribeSecret"] == elsewhere


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in-another-process"])
def test_shows_at_once_what_was_updated(proxy: FaultProxy, old: Ref, *, elsewhere: bool) -> None:
    before = row(read(), old)
    save(old, before.current, before=before, type="http", description="Changed")
    current = reads.describe(old).current
    if elsewhere:
        another_worker()
    proxy.clear()

    known = row(read(), old)

    assert (known.current, known.type, known.description) == (current, "http", "Changed")
    assert current != before.current
    assert proxy.calls["DescribeSecret"] == elsewhere


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "in-another-process"])
def test_shows_at_once_what_was_deleted_and_restored(
    proxy: FaultProxy, old: Ref, *, elsewhere: bool
) -> None:
    assert row(read(), old).deleted is None

    writes.schedule_deletion(old, days=7, actor=ANNA)
    if elsewhere:
        another_worker()
    assert row(read(), old).deleted

    writes.restore(old, actor=ANNA)
    if elsewhere:
        another_worker()
    assert row(read(), old).deleted is None
    assert proxy.calls["DescribeSecret"] == elsewhere


def test_shows_what_another_process_did_to_what_is_known_here(
    proxy: FaultProxy, outside: "Client", old: Ref
) -> None:
    """The other process writes to AWS and to the record, and this one's memory hears of neither."""
    before = row(read(), old)
    with recording(old, "update", actor=ANNA, act=Act(previous=before.current)) as act:
        act.version = act.token
        outside.put_secret_value(
            SecretId=old.name, SecretString="theirs", ClientRequestToken=act.token
        )
    proxy.clear()

    known = row(read(), old)

    assert known.current == act.token
    assert row(read(), old) == known
    assert proxy.calls == {"DescribeSecret": 1}


def test_shows_it_on_the_page_of_the_secret_too(
    proxy: FaultProxy, outside: "Client", old: Ref
) -> None:
    read()
    with recording(old, "delete", actor=ANNA):
        outside.delete_secret(SecretId=old.name)
    proxy.clear()

    assert listing.find(old).deleted

    assert proxy.calls == {"DescribeSecret": 1}


def test_asks_what_became_of_a_write_that_is_unknown(proxy: FaultProxy, old: Ref) -> None:
    read()
    ref = ref_to("new")
    proxy.when("CreateSecret").reset_after()
    proxy.when("DescribeSecret").deny()
    with pytest.raises(Unknown):
        create(ref)
    proxy.clear()

    assert keys(read()) == {old.key, ref.key}

    assert proxy.calls == {"DescribeSecret": 1}


def test_shows_nothing_of_a_write_that_never_happened(proxy: FaultProxy, old: Ref) -> None:
    read()
    proxy.when("CreateSecret").reset_before()
    proxy.when("DescribeSecret").deny()
    with pytest.raises(Unknown):
        create(ref_to("new"))
    proxy.clear()

    for _ in range(2):
        assert [secret.ref for secret in read().secrets] == [old]

    assert proxy.calls == {"DescribeSecret": 1}


@pytest.mark.usefixtures("proxy")
def test_catches_up_and_then_asks_no_more(proxy: FaultProxy, old: Ref) -> None:
    read()
    ref = ref_to("new")
    version = create(ref)
    writes.schedule_deletion(old, days=7, actor=ANNA)
    another_worker()
    proxy.clear()

    with travel(datetime.now(UTC) + LATER, tick=True):
        known = listing.listing(default(), VARIABLES).sweep_and_wait()

    assert row(known, ref).current == version
    assert row(known, old).deleted
    assert proxy.calls == {"ListSecrets": 1}


def test_asks_for_so_much_news_at_a_time_and_tells_the_rest_from_the_record(
    proxy: FaultProxy,
) -> None:
    refs = [ref_to(uuid4().hex) for _ in range(DESCRIBED_AT_ONCE + 3)]
    for ref in refs:
        create(ref)
    another_worker()
    proxy.clear()

    first, second = read(), read()

    assert keys(first) == keys(second) == {ref.key for ref in refs}
    assert [bool(secret.current) for secret in first.secrets].count(False) == 3
    assert all(secret.current for secret in second.secrets)
    assert proxy.calls["DescribeSecret"] == len(refs)


def test_tells_the_news_from_the_record_where_aws_fails(proxy: FaultProxy) -> None:
    refs = [ref_to(uuid4().hex) for _ in range(3)]
    for ref in refs:
        create(ref)
    another_worker()
    proxy.clear()
    proxy.when("DescribeSecret").deny()

    known = [read(), read()]

    assert keys(known[0]) == keys(known[1]) == {ref.key for ref in refs}
    assert known[0].problem
    assert known[0].problem.code == "AccessDenied"
    assert proxy.calls["DescribeSecret"] == 1


def test_needs_no_question_where_the_list_already_shows_what_the_record_tells(
    proxy: FaultProxy,
) -> None:
    with travel(datetime.now(UTC) - timedelta(seconds=301), tick=True):
        create(ref_to("new"))
        create(ref_to("gone"))
        writes.schedule_deletion(ref_to("gone"), days=7, actor=ANNA)
    another_worker()
    proxy.clear()

    assert keys(read()) == {"new", "gone"}

    assert "DescribeSecret" not in proxy.calls
