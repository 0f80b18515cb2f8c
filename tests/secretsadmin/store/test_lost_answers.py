"""A write whose answer is lost ... (each test finishes the sentence)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.config.ref import Ref
from secretsadmin.store.errors import NotReached, Unavailable, Unknown
from tests.conftest import use
from tests.secretsadmin.demo.emulated import versions
from tests.secretsadmin.store.acts import (
    CREATE,
    MOVE,
    PUT,
    READ,
    RESTORE,
    TAG,
    UNTAG,
    WRITES,
    Step,
    create,
    ended,
    prepared,
    ref_to,
    step_name,
)
from tests.secretsadmin.store.clock import SECONDS, Clock, steered
from tests.support.faults import Fault, FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

BEFORE = (Fault.reset_before, Fault.hang_before)
AFTER = (Fault.reset_after, Fault.hang_after)
Timely = Callable[[Step, Ref, str], None]

steps = pytest.mark.parametrize("step", WRITES, ids=step_name)


def losing(*faults: Callable[[Fault], Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("lose", faults, ids=lambda fault: fault.__name__)


@pytest.fixture(autouse=True)
def clock(proxy: FaultProxy, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return steered(settings, monkeypatch)


@pytest.fixture
def timely(proxy: FaultProxy, clock: Clock) -> Timely:
    """Carry out a step's act, and see that it ends in time although up to three calls hang."""

    def carry_out(step: Step, ref: Ref, version: str) -> None:
        begun = clock.seconds
        try:
            step.act(ref, version)
        finally:
            hung = [fault.operation for fault in proxy.faults if fault.gate.seconds]
            assert sum(proxy.calls[operation] for operation in hung) <= 3
            assert clock.seconds - begun < SECONDS

    return carry_out


def count(aws: "Client", ref: Ref) -> int:
    return len(versions(aws, ref.name, IncludeDeprecated=True))


@steps
@losing(*BEFORE, *AFTER)
def test_is_made_once_where_the_next_attempt_is_answered(
    proxy: FaultProxy,
    timely: Timely,
    outside: "Client",
    ref: Ref,
    step: Step,
    lose: Callable[[Fault], Any],
) -> None:
    version = prepared(outside, ref, step)
    had = count(outside, ref) if version else 0
    lose(proxy.when(step.operation, call=1))

    timely(step, ref, version)

    assert step.is_done(outside, ref, version)
    assert proxy.calls[step.operation] == 2
    assert count(outside, ref) - had == (step in (CREATE, PUT, MOVE))
    ended(ref, step.verb, "succeeded")


@steps
@losing(*AFTER)
def test_is_a_success_where_aws_says_that_it_happened(
    proxy: FaultProxy,
    timely: Timely,
    outside: "Client",
    ref: Ref,
    step: Step,
    lose: Callable[[Fault], Any],
) -> None:
    version = prepared(outside, ref, step)
    had = count(outside, ref) if version else 0
    lose(proxy.when(step.operation))

    timely(step, ref, version)

    assert step.is_done(outside, ref, version)
    assert count(outside, ref) - had == (step in (CREATE, PUT, MOVE))
    ended(ref, step.verb, "succeeded")


@pytest.mark.parametrize("step", [*WRITES, READ], ids=step_name)
@losing(*BEFORE)
def test_is_a_failure_where_aws_says_that_it_did_not_happen(
    proxy: FaultProxy,
    timely: Timely,
    outside: "Client",
    ref: Ref,
    step: Step,
    lose: Callable[[Fault], Any],
) -> None:
    version = prepared(outside, ref, step)
    lose(proxy.when(step.operation))

    with pytest.raises(Unavailable) as error:
        timely(step, ref, version)

    assert not isinstance(error.value, Unknown)
    assert not step.is_done(outside, ref, version)
    ended(ref, step.verb, "failed")


@pytest.mark.parametrize(
    "step", [step for step in WRITES if step not in (PUT, TAG, UNTAG)], ids=step_name
)
@losing(Fault.reset_before, Fault.reset_after, Fault.hang_after)
def test_is_unknown_where_aws_can_not_be_asked(
    proxy: FaultProxy,
    timely: Timely,
    outside: "Client",
    ref: Ref,
    step: Step,
    lose: Callable[[Fault], Any],
) -> None:
    version = prepared(outside, ref, step)
    lose(proxy.when(step.operation))
    lose(proxy.when("DescribeSecret"))

    with pytest.raises(Unknown) as error:
        timely(step, ref, version)

    assert error.value.status == 504
    ended(ref, step.verb, "unknown")


@losing(Fault.reset_after)
def test_is_a_failure_where_only_a_candidate_was_lost(
    proxy: FaultProxy,
    timely: Timely,
    outside: "Client",
    ref: Ref,
    version: str,
    lose: Callable[[Fault], Any],
) -> None:
    lose(proxy.when("PutSecretValue"))
    proxy.when("DescribeSecret").break_down()

    with pytest.raises(Unavailable) as error:
        timely(PUT, ref, version)

    assert not isinstance(error.value, Unknown)
    assert not PUT.is_done(outside, ref, version)
    ended(ref, "update", "failed")


@pytest.mark.parametrize("step", [CREATE, MOVE, RESTORE], ids=step_name)
def test_is_unknown_where_the_role_may_not_ask(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step
) -> None:
    version = prepared(outside, ref, step)
    proxy.when(step.operation).reset_after()
    proxy.when("DescribeSecret").deny()

    with pytest.raises(Unknown):
        step.act(ref, version)

    ended(ref, step.verb, "unknown")


@pytest.mark.parametrize("refuse", [Fault.deny, Fault.expire_credentials, Fault.reach_limit])
def test_is_a_success_whatever_the_next_attempt_meets(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str, refuse: Callable[[Fault], None]
) -> None:
    proxy.when("UpdateSecretVersionStage", call=1).reset_after()
    refuse(proxy.when("UpdateSecretVersionStage", call=2))

    MOVE.act(ref, version)

    assert MOVE.is_done(outside, ref, version)
    ended(ref, "update", "succeeded")


def test_is_a_failure_where_no_connection_comes_about(
    proxy: FaultProxy, settings: Settings, ref: Ref
) -> None:
    use(settings, "http://127.0.0.1:9")

    with pytest.raises(NotReached):
        create(ref_to(ref.key))

    assert not proxy.calls
    assert ended(ref, "create", "failed").error == "EndpointConnectionError"
