"""An act of which nobody saw the end ... (each test finishes the sentence)."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.conf import settings as current_settings
from time_machine import travel

from secretsadmin.audit import batches
from secretsadmin.audit.deletions import last_deletions
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.queries import changed_between, last_changes, moves
from secretsadmin.audit.recording import Act, Overtaken, conclude
from secretsadmin.audit.standing import Standing
from secretsadmin.config.ref import Ref
from secretsadmin.noted import RUN
from secretsadmin.store import reconciling
from secretsadmin.store.errors import Unknown
from secretsadmin.store.reconciling import Reconciler, reconcile
from secretsadmin.store.writes import CANDIDATE
from tests.secretsadmin.demo.emulated import labels, put
from tests.secretsadmin.store.acts import (
    ANNA,
    ATTACH,
    CREATE,
    DELETE,
    MOVE,
    RESTORE,
    ROLL_BACK,
    Step,
    prepared,
    save,
    step_name,
)
from tests.support.faults import Fault, FaultProxy
from tests.support.record import add_line

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

STEPS = (CREATE, MOVE, ROLL_BACK, ATTACH, DELETE, RESTORE)


def later(reconciler: Reconciler | None = None, **delta: float) -> Counter[str]:
    """What a pass finds out then, or else two minutes from now."""
    with travel(datetime.now(UTC) + timedelta(**delta or {"minutes": 2}), tick=True):
        return (reconciler or Reconciler()).run()


def begun(ref: Ref, verb: str, **columns: Any) -> Event:
    """A line with which an act on the secret began."""
    return add_line(
        outcome=Outcome.STARTED,
        user=ANNA.user,
        kind=ref.kind.name,
        secret=ref.key,
        action=f"{ref.kind.name}.{verb}",
        **columns,
    )


def end_of(act: Event) -> tuple[str, str]:
    last = Event.objects.filter(act=act.act).latest("id")
    return last.outcome, last.error


def test_holds_up_no_other_where_its_lines_make_no_sense(outside: "Client", ref: Ref) -> None:
    prepared(outside, ref, MOVE)
    older = begun(ref, "update", environment=ref.environment.name, begins=True)
    senseless = begun(ref, "label", environment=ref.environment.name, begins=True)
    reconciler = Reconciler()

    assert later(reconciler)["left"] == 1
    assert end_of(older)[0] != Outcome.STARTED
    assert end_of(senseless)[0] == Outcome.STARTED
    later(reconciler, days=2)
    assert end_of(senseless) == (Outcome.UNKNOWN, "NotAsked")


@pytest.mark.parametrize("step", STEPS, ids=step_name)
@pytest.mark.parametrize("lose", [Fault.reset_before, Fault.reset_after])
def test_is_told_by_the_next_pass_where_aws_could_not_be_asked_at_once(
    proxy: FaultProxy, outside: "Client", ref: Ref, step: Step, lose: Any
) -> None:
    version = prepared(outside, ref, step)
    lose(proxy.when(step.operation))
    proxy.when("DescribeSecret", call=1 if step is not CREATE else None).break_down()
    proxy.when("DescribeSecret").break_down()
    with pytest.raises(Unknown):
        step.act(ref, version)
    act = Event.objects.begun()[0]
    assert end_of(act)[0] == Outcome.UNKNOWN
    reconciler = Reconciler()
    assert later(reconciler) == {"left": 1}
    proxy.clear()

    counts = later(reconciler)

    if lose is Fault.reset_after:
        assert (counts["succeeded"], end_of(act)) == (1, (Outcome.SUCCEEDED, ""))
    else:
        assert (counts["failed"], end_of(act)) == (1, (Outcome.FAILED, "NotDone"))
    assert not later(reconciler)


def test_is_left_alone_while_it_may_live(proxy: FaultProxy, ref: Ref) -> None:
    act = begun(ref, "create")

    assert not reconcile()
    assert not later(seconds=current_settings.AWS_SECONDS)
    assert end_of(act) == (Outcome.STARTED, "")
    assert not proxy.calls


@pytest.mark.parametrize("verb", ["open", "reveal", "copy", "compare"])
def test_may_have_shown_the_value(proxy: FaultProxy, ref: Ref, verb: str) -> None:
    act = begun(ref, verb, fields=["password"], version="v1")

    assert later() == {"unknown": 1}

    assert end_of(act) == (Outcome.UNKNOWN, "Interrupted")
    end = Event.objects.latest("id")
    assert (end.user, end.fields, end.version) == (ANNA.user, ["password"], "v1")
    assert not proxy.calls


def test_may_have_exported_the_record(proxy: FaultProxy) -> None:
    act = add_line(
        outcome=Outcome.STARTED, environment="", kind="", secret="", action="audit.export-log"
    )

    assert not later()
    assert later(hours=25) == {"unknown": 1}
    assert end_of(act) == (Outcome.UNKNOWN, "Interrupted")


def test_ends_with_the_run_whose_worker_was_killed(
    proxy: FaultProxy, outside: "Client", ref: Ref
) -> None:
    id_ = uuid4()
    lines = {"correlation": str(id_), "environment": "default"}
    run = add_line(
        act=id_,
        outcome=Outcome.STARTED,
        action=RUN.audit_name,
        kind="",
        secret="",
        details={"verb": "import", "planned": 3},
        **lines,
    )
    add_line(action="variables.create", kind="variables", secret="done", **lines)
    act = begun(ref, "create", **lines)
    outside.create_secret(Name=ref.name, SecretString="t", ClientRequestToken=str(act.act))
    reconciler = Reconciler()
    assert not later(reconciler, seconds=20)

    assert later(reconciler) == {"unknown": 1, "succeeded": 1}

    assert end_of(run) == (Outcome.UNKNOWN, "BrokenOff")
    batch = batches.batch(id_)
    assert batch
    assert (batch.planned, batch.counts, batch.is_going_on) == (3, {Outcome.SUCCEEDED: 2}, False)
    assert not later(reconciler)


def test_leaves_a_run_alone_while_it_writes_lines(proxy: FaultProxy) -> None:
    id_ = uuid4()
    run = add_line(
        act=id_,
        outcome=Outcome.STARTED,
        action=RUN.audit_name,
        kind="",
        secret="",
        correlation=str(id_),
    )
    with travel(datetime.now(UTC) + timedelta(minutes=2), tick=True):
        add_line(action="variables.create", correlation=str(id_))

    assert not later()
    assert end_of(run) == (Outcome.STARTED, "")
    assert later(minutes=3) == {"unknown": 1}
    assert end_of(run) == (Outcome.UNKNOWN, "BrokenOff")


def test_is_left_until_aws_answers_and_for_a_day_at_most(proxy: FaultProxy, ref: Ref) -> None:
    proxy.when("DescribeSecret").expire_credentials()
    acts = [begun(ref, "create"), begun(ref, "update")]
    reconciler = Reconciler()

    assert later(reconciler, hours=23) == {"left": 2}
    # The second act isn't even asked about, because AWS has just failed.
    assert proxy.calls == {"DescribeSecret": 1}
    assert later(reconciler, hours=25) == {"unknown": 2}
    assert [end_of(act) for act in acts] == [(Outcome.UNKNOWN, "NotAsked")] * 2
    assert not later(reconciler, hours=26)


@pytest.mark.parametrize(
    "place", [{"environment": "gone"}, {"kind": "gone"}, {"secret": "no id"}], ids=str
)
def test_is_unknown_where_its_place_is_gone(
    proxy: FaultProxy, ref: Ref, place: dict[str, str]
) -> None:
    columns = {"kind": "variables", "secret": ref.key, **place}
    act = add_line(outcome=Outcome.STARTED, action="variables.update", **columns)

    assert later() == {"unknown": 1}
    assert end_of(act) == (Outcome.UNKNOWN, "NotConfigured")


def test_ends_once_although_its_process_was_only_slow(proxy: FaultProxy, ref: Ref) -> None:
    act = begun(ref, "create")
    add_line(act=act.act, outcome=Outcome.SUCCEEDED, action=act.action)

    with pytest.raises(Overtaken):
        conclude(act, act, Act(id=act.act), Outcome.FAILED)

    assert Event.objects.filter(act=act.act).count() == 2
    assert not later()


def test_ends_as_its_slow_process_says_later(proxy: FaultProxy, ref: Ref) -> None:
    act = begun(ref, "create")
    later()
    assert end_of(act)[0] == Outcome.FAILED
    # The slow process.
    add_line(act=act.act, outcome=Outcome.SUCCEEDED, action=act.action)

    assert end_of(act)[0] == Outcome.SUCCEEDED
    assert not later()


def test_leaves_a_candidate_whose_label_is_taken_off(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    act = begun(ref, "update", previous=version)
    outside.put_secret_value(
        SecretId=ref.name,
        SecretString="left",
        ClientRequestToken=str(act.act),
        VersionStages=[CANDIDATE],
    )

    assert later() == {"failed": 1, "withdrawn": 1}

    assert labels(outside, ref.name) == {version: ["AWSCURRENT"]}
    withdrawal = Event.objects.latest("id")
    assert (withdrawal.action, withdrawal.outcome) == ("variables.withdraw", Outcome.SUCCEEDED)
    assert (withdrawal.user, withdrawal.previous) == ("", str(act.act))
    assert not later()


def test_leaves_a_candidate_whose_label_waits_until_its_secret_is_restored(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    act = begun(ref, "update", previous=version)
    outside.put_secret_value(
        SecretId=ref.name,
        SecretString="left",
        ClientRequestToken=str(act.act),
        VersionStages=[CANDIDATE],
    )
    outside.delete_secret(SecretId=ref.name)
    reconciler = Reconciler()
    assert later(reconciler) == {"failed": 1}
    outside.restore_secret(SecretId=ref.name)

    assert later(reconciler) == {"withdrawn": 1}


def test_leaves_a_candidate_that_somebody_has_rolled_back_to(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    act = begun(ref, "update", previous=version)
    outside.put_secret_value(
        SecretId=ref.name,
        SecretString="left",
        ClientRequestToken=str(act.act),
        VersionStages=[CANDIDATE],
    )
    add_line(
        act=act.act,
        outcome=Outcome.FAILED,
        version=str(act.act),
        kind=ref.kind.name,
        secret=ref.key,
        action=act.action,
    )
    outside.update_secret_version_stage(
        SecretId=ref.name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=str(act.act),
        RemoveFromVersionId=version,
    )

    assert not later()
    assert CANDIDATE in labels(outside, ref.name)[str(act.act)]


def test_needs_no_second_withdrawal_after_a_conflict(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    gate = proxy.when("UpdateSecretVersionStage", call=1)
    gate.behave = lambda forward: (put(outside, ref.name, "theirs"), forward())[1]
    with pytest.raises(Exception, match="Conflict"):
        save(ref, version)
    proxy.clear()

    assert not later()
    assert not proxy.calls


def interrupted_save(outside: "Client", ref: Ref, version: str) -> Event:
    """A save of which AWS has done all, and the record knows nothing but the beginning."""
    act = begun(ref, "update", previous=version)
    outside.put_secret_value(
        SecretId=ref.name, SecretString="interrupted", ClientRequestToken=str(act.act)
    )
    return act


def test_stands_in_the_histories_where_it_began(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    first = interrupted_save(outside, ref, version)
    save(ref, str(first.act))
    second = Event.objects.latest("id")

    assert later() == {"succeeded": 1}

    assert [event.act for event in last_changes(ref)] == [second.act, first.act]
    told = moves(ref, second.version, is_deleted=False, since=None)
    assert [move.version for move in told] == [str(first.act), second.version]
    assert told[0].at == first.at
    for standing in (Standing("default", ref.kind.name),):
        standing.catch_up()
        change = standing.change(ref.key)
        assert change
        assert change.version == second.version
    # What the first one changed isn't recorded.
    assert changed_between(ref, version, second.version) == ()
    assert changed_between(ref, str(first.act), second.version) == ("value",)


def test_is_no_change_outside(proxy: FaultProxy, outside: "Client", ref: Ref, version: str) -> None:
    save(ref, version)
    standing = Standing("default", ref.kind.name)
    standing.catch_up()
    first = Event.objects.latest("id").version
    act = interrupted_save(outside, ref, first)

    later()

    standing.catch_up()
    change = standing.change(ref.key)
    assert change
    assert (change.version, change.acted_at) == (str(act.act), act.at)


def test_is_the_deletion_that_aws_shows(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str
) -> None:
    act = begun(ref, "delete", fields=["7 days"])
    outside.delete_secret(SecretId=ref.name, RecoveryWindowInDays=7)

    assert later(hours=5) == {"succeeded": 1}

    last = last_deletions("default", ref.kind.name, datetime.now(UTC))[ref.key]
    assert (last.act, last.acted_at) == (act.act, act.at)


def test_is_found_among_any_number_of_lines(
    proxy: FaultProxy, ref: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "LINES", 3)
    acts = []
    for number in range(10):
        act = begun(ref, "reveal")
        if number % 2:
            add_line(act=act.act, action=act.action)
        else:
            acts.append(act)

    assert later() == {"unknown": 5}
    assert {end_of(act) for act in acts} == {(Outcome.UNKNOWN, "Interrupted")}
