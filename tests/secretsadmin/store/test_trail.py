"""CloudTrail is asked who it was ... (each test finishes the sentence)."""

import json
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.observations import Caller, caller_of, sentence, word
from secretsadmin.config.ref import Ref
from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.emulator import connected as connected_as
from secretsadmin.store import aws, trail
from secretsadmin.store.errors import NotAllowed, Throttled, TrailBusy, TrailSilent, Unrecorded
from secretsadmin.store.trail import Question, about, about_version
from tests.conftest import use
from tests.secretsadmin.store.acts import ANNA, CANARY, default
from tests.support.faults import FaultProxy
from tests.support.record import add_line

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

ROLE = "nightly-load"


@pytest.fixture
def theirs(emulator: Emulator, ref: Ref, version: str) -> str:
    """A version that a script made in a role of its own."""
    with connected_as(emulator.endpoint, ROLE) as client:
        return client.put_secret_value(SecretId=ref.name, SecretString=CANARY)["VersionId"]


def asked(ref: Ref, version: str) -> Caller | None:
    return trail.ask(ref, about_version(version, datetime.now(UTC)), actor=ANNA)


def observation(ref: Ref, what: str, **columns: Any) -> Event:
    now = datetime.now(UTC)
    details = {"what": what, "since": (now - timedelta(minutes=5)).isoformat()}
    details["until"] = now.isoformat()
    place = {"kind": "variables", "secret": ref.key, "action": "variables.observe", "user": ""}
    line = {"outcome": "observed", "begins": True, "details": details}
    return add_line(**place, **line, **columns)


def test_by_the_id_of_the_version_and_the_answer_is_recorded(ref: Ref, theirs: str) -> None:
    caller = asked(ref, theirs)

    assert caller
    assert caller.words == (
        "the role nightly-load (session script) of account 123456789012, from 198.51.100.7"
    )
    begun, ended, named = Event.objects.on(ref).order_by("id")
    assert (begun.action, begun.outcome, begun.version) == (
        "variables.ask-cloudtrail",
        "started",
        theirs,
    )
    assert (ended.outcome, named.outcome, word(named)) == ("succeeded", Outcome.OBSERVED, "named")
    assert caller_of(named) == caller
    assert caller.call == "PutSecretValue"
    assert sentence(named).startswith("CloudTrail names the role nightly-load")
    assert CANARY not in json.dumps(list(Event.objects.values()), default=str)


def test_about_versions_that_were_created_or_updated(
    emulator: Emulator, ref: Ref, version: str
) -> None:
    with connected_as(emulator.endpoint, ROLE) as client:
        updated = client.update_secret(SecretId=ref.name, SecretString="x")["VersionId"]

    created = asked(ref, version)
    changed = asked(ref, updated)

    assert created
    assert changed
    assert (created.call, created.name) == ("CreateSecret", "secretsadmin")
    assert (changed.call, changed.name) == ("UpdateSecret", ROLE)


@pytest.mark.parametrize("form", ["name", "arn", "partial arn"])
def test_however_the_caller_wrote_the_secret(
    emulator: Emulator, ref: Ref, version: str, form: str
) -> None:
    with connected_as(emulator.endpoint, ROLE) as client:
        arn = client.describe_secret(SecretId=ref.name)["ARN"]
        forms = {"name": ref.name, "arn": arn, "partial arn": arn[:-7]}
        theirs = client.put_secret_value(SecretId=forms[form], SecretString="x")["VersionId"]

    assert asked(ref, theirs)


@pytest.mark.parametrize(
    ("secret_id", "is_it"),
    [
        ("x", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:x", True),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEfg", False),
        ("arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-y-AbCdEf", False),
        ("X", False),
        ("", False),
        (None, False),
        (["x"], False),
    ],
)
def test_only_about_this_secret(secret_id: Any, *, is_it: bool) -> None:
    assert trail._names(secret_id, "x") == is_it  # noqa: SLF001 - no request can send all of these.


def test_and_a_call_that_was_refused_is_nobody(
    emulator: Emulator, ref: Ref, version: str, outside: "Client"
) -> None:
    with connected_as(emulator.endpoint, ROLE) as client, pytest.raises(Exception, match="in use"):
        client.put_secret_value(SecretId=ref.name, SecretString="x", ClientRequestToken=version)

    caller = asked(ref, version)

    assert caller
    assert caller.name == "secretsadmin"


@pytest.mark.parametrize("what", ["moved", "scheduled", "restored", "vanished"])
def test_about_what_was_observed(emulator: Emulator, ref: Ref, version: str, what: str) -> None:
    columns: dict[str, Any] = {}
    with connected_as(emulator.endpoint, ROLE) as client:
        if what == "moved":
            columns = {"fields": ["mine"], "version": version}
            client.update_secret_version_stage(
                SecretId=ref.name, VersionStage="other", MoveToVersionId=version
            )
            client.update_secret_version_stage(
                SecretId=ref.name, VersionStage="mine", MoveToVersionId=version
            )
        elif what == "vanished":
            client.delete_secret(SecretId=ref.name, ForceDeleteWithoutRecovery=True)
        else:
            client.delete_secret(SecretId=ref.name)
        if what == "restored":
            client.restore_secret(SecretId=ref.name)
    event = observation(ref, what, **columns)
    question = about(event)
    assert question

    caller = trail.ask(ref, question, actor=ANNA)

    assert caller
    assert (caller.name, caller.of) == (ROLE, str(event.act))


def test_and_gives_no_answer_where_it_knows_nothing(ref: Ref, theirs: str) -> None:
    assert asked(ref, "0" * 32) is None
    earlier = about_version(theirs, datetime.now(UTC) - timedelta(hours=1))
    assert trail.ask(ref, earlier, actor=ANNA) is None
    assert not Event.objects.filter(outcome=Outcome.OBSERVED).exists()


def test_by_ten_pages_at_most(
    emulator: Emulator, ref: Ref, theirs: str, proxy: FaultProxy, outside: "Client"
) -> None:
    for _ in range(600):
        emulator.world.trail.note(
            "PutSecretValue", {}, {"SecretId": "other"}, "", "", datetime.now(UTC).timestamp()
        )
    proxy.clear()

    assert asked(ref, theirs) is None

    assert proxy.calls == {"LookupEvents": 10}


def test_never_without_a_record(ref: Ref, theirs: str, proxy: FaultProxy) -> None:
    with pytest.raises(Unrecorded):
        aws.call(aws.trail_client(default()).lookup_events)
    assert not proxy.calls


def test_and_a_missing_right_is_named(ref: Ref, theirs: str, proxy: FaultProxy) -> None:
    proxy.when("LookupEvents").answer(
        "AccessDeniedException",
        "User: x is not authorized to perform: cloudtrail:LookupEvents because no policy allows it",
    )
    with pytest.raises(NotAllowed) as raised:
        asked(ref, theirs)

    assert raised.value.action == "cloudtrail:LookupEvents"
    assert Event.objects.on(ref).latest("id").outcome == "denied"


def test_later_where_it_is_busy_or_silent(ref: Ref, theirs: str, proxy: FaultProxy) -> None:
    proxy.when("LookupEvents").throttle()
    with pytest.raises(TrailBusy):
        asked(ref, theirs)
    proxy.clear()
    proxy.when("LookupEvents").break_down()
    with pytest.raises(TrailSilent):
        asked(ref, theirs)
    proxy.clear()
    assert asked(ref, theirs)


def test_one_question_at_a_time(ref: Ref, theirs: str, proxy: FaultProxy) -> None:
    refused: list[Exception] = []

    def ask_meanwhile() -> None:
        try:
            asked(ref, theirs)
        except Throttled as error:
            refused.append(error)

    with trail._asking:  # noqa: SLF001 - somebody else is in the middle of a question.
        other = Thread(target=ask_meanwhile)
        other.start()
        other.join()

    assert isinstance(refused[0], TrailBusy)
    assert not proxy.calls
    assert asked(ref, theirs)


def test_in_its_own_place_where_the_endpoint_is_one_of_aws(settings: Any, db: None) -> None:
    use(settings, "https://vpce-1.secretsmanager.eu-central-1.vpce.amazonaws.com")
    assert aws.trail_client(default()).meta.endpoint_url == (
        "https://cloudtrail.eu-central-1.amazonaws.com"
    )
    use(settings, "http://127.0.0.1:1")
    assert aws.trail_client(default()).meta.endpoint_url == "http://127.0.0.1:1"


@pytest.mark.parametrize("text", [None, "", "[1]", "{", '{"requestParameters": 7}', '"x"'])
def test_and_strange_events_are_passed_over(
    ref: Ref, theirs: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch, text: Any
) -> None:
    question = Question(("PutSecretValue",), datetime.now(UTC), datetime.now(UTC))
    event = trail._parsed(text)  # noqa: SLF001 - the emulator sends no such text.
    assert not trail._is_about(event, ref.name, question)  # noqa: SLF001 - see above.
