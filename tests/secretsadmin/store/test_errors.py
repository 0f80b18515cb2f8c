"""An error of AWS's ... (each test finishes the sentence)."""

import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from secretsadmin.config.ref import Ref
from secretsadmin.store import aws, errors
from secretsadmin.store.errors import StoreError
from tests.secretsadmin.store.acts import CANARY, STEPS, Step, ended, prepared, step_name
from tests.support.faults import Fault, FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

BROKEN = (b"", b"<html>Login</html>", b"[1]", b'"text"', b"\xff\xfe", b'{"Name":', b"null")


@dataclass(frozen=True)
class Case:
    """What AWS answers, and the error, the status, the outcome and the number of calls after it."""

    name: str
    fail: Callable[[Fault], Any]
    error: type[StoreError]
    status: int
    outcome: str = "failed"
    calls: int = 1


@pytest.fixture(autouse=True)
def _every_retry() -> None:
    # botocore grants a client so many retries, and a new one all of them.
    aws.forget_clients()


def quoting(code: str, status: int = 400) -> Callable[[Fault], None]:
    """AWS quotes what it was sent, as it must not."""
    return lambda fault: fault.answer(code, f"Invalid: {CANARY}", status)


CASES = (
    Case("throttled", Fault.throttle, errors.Throttled, 503, calls=3),
    Case("denied", Fault.deny, errors.NotAllowed, 502, "denied"),
    Case("key-denied", Fault.deny_key, errors.NotAllowed, 502, "denied"),
    Case("expired", Fault.expire_credentials, errors.BadCredentials, 503),
    Case("rejected", Fault.reject_credentials, errors.BadCredentials, 503),
    Case("key-off", Fault.disable_key, errors.KeyUnavailable, 502),
    Case("used-up", Fault.reach_limit, errors.TooManyVersions, 503),
    Case("broken-down", Fault.break_down, errors.Unavailable, 503, calls=3),
    Case("quoted-refusal", quoting("MalformedPolicyDocumentException"), errors.Refused, 502),
    Case("quoted-breakdown", quoting("Strange", 500), errors.Unavailable, 503, calls=3),
    Case("too-many", quoting("Strange", 429), errors.Throttled, 503, calls=3),
    Case("proxy-refuses", lambda fault: fault.garbage(CANARY.encode(), 403), errors.Refused, 502),
    Case(
        "proxy-fails",
        lambda fault: fault.garbage(CANARY.encode(), 502),
        errors.Unavailable,
        503,
        calls=3,
    ),
    Case("proxy-answers", lambda fault: fault.garbage(CANARY.encode()), errors.Unavailable, 503),
)


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that Python hangs on to it."""
    yield error
    for other in (error.__cause__, error.__context__):
        if other is not None:
            yield from chain(other)


def holds_nothing_of_aws(error: BaseException) -> bool:
    ours = all(type(one).__module__ == errors.__name__ for one in chain(error))
    texts = [f"{one} {one!r} {one.args} {vars(one)}" for one in chain(error)]
    return ours and CANARY not in "".join([*texts, *traceback.format_exception(error)])


def told(step: Step, case: Case) -> tuple[type[StoreError], int]:
    """AWS has one code for two limits."""
    is_of_labels = step.verb == "label" and case.error is errors.TooManyVersions
    return (errors.TooManyLabels, 422) if is_of_labels else (case.error, case.status)


@pytest.mark.parametrize("step", STEPS, ids=step_name)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_is_told_in_our_words_and_recorded(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, case: Case
) -> None:
    version = prepared(outside, ref, step)
    case.fail(proxy.when(step.operation))

    with pytest.raises(StoreError) as caught:
        step.act(ref, version)

    assert (type(caught.value), caught.value.status) == told(step, case)
    assert caught.value.changed == "Nothing was changed."
    assert proxy.calls[step.operation] == case.calls
    assert holds_nothing_of_aws(caught.value)
    assert not step.is_done(outside, ref, version)
    ended(ref, step.verb, case.outcome)


@pytest.mark.parametrize("step", STEPS, ids=step_name)
def test_names_the_action_that_is_missing(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step
) -> None:
    version = prepared(outside, ref, step)
    proxy.when(step.operation).deny()

    with pytest.raises(errors.NotAllowed) as caught:
        step.act(ref, version)

    assert caught.value.action == f"secretsmanager:{step.operation}"
    assert caught.value.action in caught.value.sentence


@pytest.mark.parametrize("message", ["Access to KMS is not allowed", "no text that helps"])
def test_names_an_action_whatever_its_text_is(
    proxy: FaultProxy, ref: Ref, version: str, message: str
) -> None:
    proxy.when("GetSecretValue").answer("AccessDeniedException", message)
    step = next(step for step in STEPS if step.verb == "reveal")

    with pytest.raises(errors.NotAllowed) as caught:
        step.act(ref, version)

    assert caught.value.action == (
        "kms:Decrypt" if "KMS" in message else "secretsmanager:GetSecretValue"
    )


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("step", STEPS, ids=step_name)
def test_is_one_of_ours_however_broken_the_answer_is(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, body: bytes, status: int
) -> None:
    version = prepared(outside, ref, step)
    proxy.when(step.operation, call=1).garbage(body, status)
    proxy.when(step.operation, call=2).garbage(body, status)
    proxy.when(step.operation, call=3).garbage(body, status)

    with pytest.raises(errors.Unavailable) as caught:
        step.act(ref, version)

    assert holds_nothing_of_aws(caught.value)
    ended(ref, step.verb, "failed")


@pytest.mark.parametrize("step", STEPS, ids=step_name)
@pytest.mark.parametrize("fail", [Fault.throttle, Fault.break_down])
def test_is_forgotten_where_the_next_attempt_is_answered(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, fail: Callable[[Fault], None]
) -> None:
    version = prepared(outside, ref, step)
    fail(proxy.when(step.operation, call=1))

    step.act(ref, version)

    assert proxy.calls[step.operation] == 2
    ended(ref, step.verb, "succeeded")


def test_takes_no_question_where_its_answer_was_certain(
    proxy: FaultProxy, ref: Ref, version: str
) -> None:
    proxy.when("PutSecretValue").throttle()

    with pytest.raises(errors.Throttled):
        next(step for step in STEPS if step.operation == "PutSecretValue").act(ref, version)

    assert proxy.calls == {"GetSecretValue": 1, "PutSecretValue": 3}


def test_has_a_status_an_outcome_and_sentences_of_its_own() -> None:
    """The page and the record take them from the class."""
    outcomes = {"failed", "denied", "conflict", "unknown", "succeeded"}
    for kind in descendants(StoreError):
        error = kind("x")
        assert 400 <= error.status < 600
        assert error.outcome in outcomes
        assert error.title
        assert error.sentence
        assert error.changed
        assert f" {kind.__name__} " in (errors.__doc__ or "")


def descendants(kind: type[StoreError]) -> Iterator[type[StoreError]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def test_of_a_strange_shape_is_unavailability(proxy: FaultProxy, ref: Ref, version: str) -> None:
    answer = {
        "Name": ref.name,
        "VersionId": version,
        "SecretString": {"not": "text"},
        "CreatedDate": CANARY,
    }
    proxy.when("GetSecretValue").garbage(json.dumps(answer).encode())

    with pytest.raises(errors.Unavailable) as caught:
        next(step for step in STEPS if step.verb == "reveal").act(ref, version)

    assert holds_nothing_of_aws(caught.value)
