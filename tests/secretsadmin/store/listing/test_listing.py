"""A listing ... (each test finishes the sentence)."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.config.backend import KindDisabled
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import CONFIG, CONNECTIONS, VARIABLES, Kind
from secretsadmin.store import listing, writes
from secretsadmin.store.errors import NotFound, StoreError, Throttled, Unavailable
from secretsadmin.store.listing import Listing, Snapshot
from secretsadmin.store.writes import Draft
from tests.conftest import use
from tests.secretsadmin.store.acts import ANNA, create, default, ref_to
from tests.secretsadmin.store.clock import SECONDS, steered
from tests.support.faults import FaultProxy
from tests.support.sweeps import NAME, end_of_sweeps

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client


def of(kind: Kind = VARIABLES) -> Listing:
    return listing.listing(default(), kind)


def ids(known: Snapshot) -> list[str]:
    return sorted(secret.ref.key for secret in known.secrets)


def fill(aws: "Client", count: int, prefix: str = "airflow/variables/") -> list[str]:
    names = [f"v{number:04}" for number in range(count)]
    for name in names:
        aws.create_secret(Name=f"{prefix}{name}", SecretString="text")
    return names


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_takes_a_call_for_a_hundred_and_none_when_it_is_warm(
    proxy: FaultProxy, outside: "Client", count: int, calls: int
) -> None:
    names = fill(outside, count)

    assert ids(of().sweep_and_wait()) == names
    assert ids(of().read()) == names

    assert proxy.calls == {"ListSecrets": calls}


def test_is_asked_for_where_tests_wait_for_its_end(proxy: FaultProxy) -> None:
    gate = proxy.when("ListSecrets").hold()

    of().sweep()

    assert NAME in [thread.name for thread in threading.enumerate()]
    gate.release()
    end_of_sweeps()
    assert of().read().as_of


def test_tells_what_aws_tells_of_a_secret(proxy: FaultProxy, outside: "Client") -> None:
    version = outside.create_secret(
        Name="airflow/connections/orders",
        SecretString="text",
        Description="Orders",
        Tags=[{"Key": "airflow:conn-type", "Value": "postgres"}, {"Key": "team", "Value": "sales"}],
    )["VersionId"]
    described = outside.describe_secret(SecretId="airflow/connections/orders")

    (secret,) = of(CONNECTIONS).read().secrets

    assert (secret.ref, secret.type, secret.description) == (
        ref_to("orders", CONNECTIONS),
        "postgres",
        "Orders",
    )
    assert secret.tags == {"airflow:conn-type": "postgres", "team": "sales"}
    assert (secret.current, secret.deleted) == (version, None)
    assert secret.changed == described["LastChangedDate"]
    assert proxy.calls == {"ListSecrets": 1}


def test_goes_on_after_an_empty_page(proxy: FaultProxy, outside: "Client") -> None:
    names = fill(outside, 3)
    proxy.when("ListSecrets", call=1).garbage(b'{"SecretList": [], "NextToken": "0"}')

    assert ids(of().read()) == names

    assert proxy.calls == {"ListSecrets": 2}


def test_takes_in_what_waits_for_its_deletion(proxy: FaultProxy, outside: "Client") -> None:
    del proxy
    fill(outside, 2)
    outside.delete_secret(SecretId="airflow/variables/v0001")

    known = of().read()

    assert [secret.deleted is not None for secret in known.secrets] == [False, True]


def test_checks_every_name_again(proxy: FaultProxy) -> None:
    """An emulator may find the prefix anywhere in a name."""
    names = [
        "other/airflow/variables/x",
        "airflow/variables-2/x",
        "airflow/variables/",
        "airflow/variables/ours",
    ]
    body = {"SecretList": [{"Name": name, "ARN": "arn"} for name in names]}
    proxy.when("ListSecrets").garbage(json.dumps(body).encode())

    assert ids(of().read()) == ["ours"]


def test_gives_each_kind_its_own_where_prefixes_are_nested(
    proxy: FaultProxy, settings: Settings, outside: "Client"
) -> None:
    use(
        settings,
        proxy.endpoint,
        connections_prefix="airflow",
        variables_prefix="airflow/variables",
        config_prefix="",
    )
    for name in ("airflow/c", "airflow/variables/v", "o", "airflow/variables/deep/v"):
        outside.create_secret(Name=name, SecretString="text")

    assert ids(of(CONNECTIONS).sweep_and_wait()) == ["c"]
    assert ids(of(VARIABLES).sweep_and_wait()) == ["deep/v", "v"]
    assert ids(of(CONFIG).sweep_and_wait()) == ["o"]


def test_keeps_the_rows_of_environments_apart(
    proxy: FaultProxy, settings: Settings, outside: "Client"
) -> None:
    fill(outside, 1)
    assert ids(of().read()) == ["v0000"]

    use(settings, proxy.endpoint, variables_prefix="elsewhere")

    assert ids(of().read()) == []


def test_of_a_kind_that_is_off_asks_nobody(proxy: FaultProxy, settings: Settings) -> None:
    use(settings, proxy.endpoint, config_prefix=None)

    with pytest.raises(KindDisabled):
        listing.find(Ref(default(), CONFIG, "x"))

    assert not proxy.calls


def test_shows_the_first_page_while_the_rest_is_under_way(
    proxy: FaultProxy, outside: "Client"
) -> None:
    names = fill(outside, 150)
    gate = proxy.when("ListSecrets", call=2).hold()

    early = of().read()

    assert ids(early) == names[:100]
    assert (early.loading, early.as_of, of().size) == (True, None, None)
    gate.release()
    whole = of().sweep_and_wait()
    assert ids(whole) == names
    assert (whole.loading, of().size) == (False, 150)
    assert proxy.calls == {"ListSecrets": 2}


def test_waits_for_the_first_page_also_where_something_was_just_written_here(
    proxy: FaultProxy, outside: "Client"
) -> None:
    names = fill(outside, 3)
    writes.create(ref_to("ours"), Draft("text"), actor=ANNA)
    proxy.when("ListSecrets").slow(0.2)

    assert ids(of().read()) == ["ours", *names]


def test_is_refreshed_by_hand(proxy: FaultProxy, outside: "Client") -> None:
    before = of().read()
    fill(outside, 1)
    assert ids(of().read()) == []

    after = of().sweep_and_wait()

    assert ids(after) == ["v0000"]
    assert before.as_of
    assert after.as_of
    assert after.as_of > before.as_of
    assert proxy.calls == {"ListSecrets": 2}


def test_is_waited_for_by_a_few_at_once_and_told_to_all_others_as_it_is(
    proxy: FaultProxy, outside: "Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them keeps a thread, and one person can ask as often as there are threads."""
    of().read()
    fill(outside, 1)
    gate = proxy.when("ListSecrets").hold()
    monkeypatch.setattr(listing, "_waiting", threading.BoundedSemaphore(1))

    with listing._waiting:  # noqa: SLF001 - stands for the one who waits.
        early = of().sweep_and_wait()

    assert (ids(early), early.loading) == ([], True)
    gate.release()
    assert ids(of().sweep_and_wait()) == ["v0000"]


def test_is_asked_for_again_when_it_is_old(proxy: FaultProxy, outside: "Client") -> None:
    of().read()
    fill(outside, 1)

    with travel(datetime.now(UTC) + timedelta(seconds=61), tick=True):
        of().read()
        known = of().sweep_and_wait()

    assert ids(known) == ["v0000"]
    assert proxy.calls["ListSecrets"] >= 2


def test_keeps_its_rows_and_tells_the_problem_where_aws_fails(
    proxy: FaultProxy, outside: "Client"
) -> None:
    names = fill(outside, 150)
    whole = of().sweep_and_wait()
    proxy.clear()
    proxy.when("ListSecrets").throttle()

    stale = of().sweep_and_wait()

    assert isinstance(stale.problem, Throttled)
    assert (ids(stale), stale.as_of) == (names, whole.as_of)
    # AWS is left alone for a moment, unless somebody refreshes by hand.
    of().read()
    assert proxy.calls == {"ListSecrets": 3}
    proxy.clear()
    assert of().sweep_and_wait().problem is None


def test_keeps_its_rows_where_aws_fails_half_way(proxy: FaultProxy, outside: "Client") -> None:
    names = fill(outside, 150)
    of().sweep_and_wait()
    proxy.clear()
    proxy.when("ListSecrets", call=2).deny()

    stale = of().sweep_and_wait()

    assert (ids(stale), stale.loading) == (names, False)
    assert stale.problem


def test_tells_the_problem_of_a_cold_start_in_time(
    proxy: FaultProxy, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = steered(settings, monkeypatch)
    proxy.when("ListSecrets").hang_before()

    known = of().read()

    assert proxy.calls["ListSecrets"] == 2
    assert clock.seconds < listing.PATIENCE * SECONDS
    assert isinstance(known.problem, Unavailable)
    assert (known.secrets, known.as_of) == ((), None)


def test_tells_a_broken_answer_as_a_problem(proxy: FaultProxy) -> None:
    proxy.when("ListSecrets").garbage(b'{"SecretList": [{}]}')

    known = of().read()

    assert isinstance(known.problem, StoreError)
    assert known.problem.code == "KeyError"


def test_knows_what_was_just_written_here_without_a_call(
    proxy: FaultProxy, outside: "Client"
) -> None:
    fill(outside, 1)
    of().sweep_and_wait()
    proxy.clear()
    ref, new = ref_to("v0000"), ref_to("new")

    version = writes.create(new, Draft("text", "http"), actor=ANNA, description="New")
    writes.schedule_deletion(ref, days=7, actor=ANNA)
    made, gone = listing.find(new), listing.find(ref)

    assert (made.current, made.type, made.description) == (version, "http", "New")
    assert gone.deleted
    assert ids(of().read()) == ["new", "v0000"]
    assert proxy.calls == {"CreateSecret": 1, "DeleteSecret": 1}


def test_believes_aws_where_another_hand_was_faster(proxy: FaultProxy, outside: "Client") -> None:
    """AWS's list already tells of a change that came after ours."""
    del proxy
    of().read()
    ref = ref_to("ours")
    writes.create(ref, Draft("text"), actor=ANNA)
    theirs = outside.update_secret(SecretId=ref.name, SecretString="theirs", Description="Theirs")[
        "VersionId"
    ]

    of().sweep_and_wait()

    found = listing.find(ref)
    assert (found.description, found.current) == ("Theirs", theirs)


def test_finds_one_secret_with_one_call_when_it_is_cold(
    proxy: FaultProxy, outside: "Client"
) -> None:
    fill(outside, 1)

    assert listing.find(ref_to("v0000")).current

    assert proxy.calls == {"DescribeSecret": 1}


def test_finds_nothing_where_there_is_nothing(proxy: FaultProxy) -> None:
    with pytest.raises(NotFound):
        listing.find(ref_to("missing"))

    assert proxy.calls == {"DescribeSecret": 1}


def test_tells_when_somebody_reads_what_was_just_written_here(
    proxy: FaultProxy, outside: "Client"
) -> None:
    ref = ref_to("fresh")
    create(ref)
    outside.get_secret_value(SecretId=ref.name)

    known = listing.listing(default(), VARIABLES).sweep_and_wait()

    assert [secret.accessed is not None for secret in known.secrets] == [True]
