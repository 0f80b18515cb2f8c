"""A write whose answer is lost ... (each test finishes the sentence)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pytest_django.fixtures import Settings

from secretsadmin.environments import Ref
from secretsadmin.store import aws
from secretsadmin.store.errors import NotReached, Unavailable, Unknown
from tests.conftest import use
from tests.demo.emulated import versions
from tests.faults import Fault, FaultProxy
from tests.secretsadmin.store.acts import (
    CREATE,
    MOVE,
    PUT,
    READ,
    RESTORE,
    WRITES,
    Step,
    create,
    default,
    ended,
    prepared,
    ref_to,
    step_name,
)

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

BEFORE = (Fault.reset_before, Fault.hang_before)
AFTER = (Fault.reset_after, Fault.hang_after)

steps = pytest.mark.parametrize("step", WRITES, ids=step_name)


def losing(*faults: Callable[[Fault], Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("lose", faults, ids=lambda fault: fault.__name__)


@pytest.fixture(autouse=True)
def _time_limit(request: pytest.FixtureRequest, proxy: FaultProxy, settings: Settings) -> None:
    """What hangs has to end soon, unless a second attempt is waited for: botocore pauses up to a second before it."""
    given = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    hangs = given.get("lose") in (Fault.hang_before, Fault.hang_after)
    settings.AWS_SECONDS = 5 if hangs and "next_attempt" not in request.node.name else 10
    # It takes a while to make, which would count as well.
    aws.client(default())


def timely(step: Step, ref: Ref, version: str, proxy: FaultProxy) -> None:
    """Carry the step's act out, and see that it ends in time: there is time for three calls that hang."""
    try:
        step.act(ref, version)
    finally:
        hung = [fault for fault in proxy.faults if fault.gate.seconds]
        assert sum(proxy.calls[fault.operation] for fault in hung) <= 3


def count(aws: "Client", ref: Ref) -> int:
    return len(versions(aws, ref.name, IncludeDeprecated=True))


@steps
@losing(*BEFORE, *AFTER)
def test_is_made_once_where_the_next_attempt_is_answered(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, lose: Callable[[Fault], Any]
) -> None:
    version = prepared(outside, ref, step)
    had = count(outside, ref) if version else 0
    lose(proxy.when(step.operation, call=1))

    timely(step, ref, version, proxy)

    assert step.is_done(outside, ref, version)
    assert proxy.calls[step.operation] == 2
    assert count(outside, ref) - had == (step in (CREATE, PUT, MOVE))
    ended(ref, step.verb, "succeeded")


@steps
@losing(*AFTER)
def test_is_a_success_where_aws_says_that_it_happened(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, lose: Callable[[Fault], Any]
) -> None:
    version = prepared(outside, ref, step)
    had = count(outside, ref) if version else 0
    lose(proxy.when(step.operation))

    timely(step, ref, version, proxy)

    assert step.is_done(outside, ref, version)
    assert count(outside, ref) - had == (step in (CREATE, PUT, MOVE))
    ended(ref, step.verb, "succeeded")


@pytest.mark.parametrize("step", [*WRITES, READ], ids=step_name)
@losing(*BEFORE)
def test_is_a_failure_where_aws_says_that_it_did_not_happen(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, lose: Callable[[Fault], Any]
) -> None:
    version = prepared(outside, ref, step)
    lose(proxy.when(step.operation))

    with pytest.raises(Unavailable) as error:
        timely(step, ref, version, proxy)

    assert not isinstance(error.value, Unknown)
    assert not step.is_done(outside, ref, version)
    ended(ref, step.verb, "failed")


@pytest.mark.parametrize("step", [step for step in WRITES if step is not PUT], ids=step_name)
@losing(Fault.reset_before, Fault.reset_after, Fault.hang_after)
def test_is_unknown_where_aws_can_not_be_asked(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, lose: Callable[[Fault], Any]
) -> None:
    version = prepared(outside, ref, step)
    lose(proxy.when(step.operation))
    lose(proxy.when("DescribeSecret"))

    with pytest.raises(Unknown) as error:
        timely(step, ref, version, proxy)

    assert error.value.status == 504
    ended(ref, step.verb, "unknown")


@losing(Fault.reset_after)
def test_is_a_failure_where_only_a_candidate_was_lost(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str, lose: Callable[[Fault], Any]
) -> None:
    lose(proxy.when("PutSecretValue"))
    proxy.when("DescribeSecret").break_down()

    with pytest.raises(Unavailable) as error:
        timely(PUT, ref, version, proxy)

    assert not isinstance(error.value, Unknown)
    assert not PUT.is_done(outside, ref, version)
    ended(ref, "update", "failed")


@pytest.mark.parametrize("step", [CREATE, MOVE, RESTORE], ids=step_name)
def test_is_unknown_where_the_role_may_not_ask(proxy: FaultProxy, outside: "Client", ref: Ref, step: Step) -> None:
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


def test_is_a_failure_where_no_connection_comes_about(proxy: FaultProxy, settings: Settings, ref: Ref) -> None:
    use(settings, "http://127.0.0.1:9")

    with pytest.raises(NotReached):
        create(ref_to(ref.key))

    assert not proxy.calls
    assert ended(ref, "create", "failed").error == "EndpointConnectionError"
