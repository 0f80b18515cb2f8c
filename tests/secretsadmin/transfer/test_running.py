"""A run over many secrets ... (each test finishes the sentence)."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from secretsadmin.audit import batches
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import VARIABLES
from secretsadmin.noted import RUN
from secretsadmin.store import reads, writes
from secretsadmin.store.writes import Draft
from secretsadmin.transfer import running
from secretsadmin.transfer.running import Order, Run, Step
from secretsadmin.transfer.steps import renaming
from tests.secretsadmin.conftest import Configure
from tests.secretsadmin.store.acts import ANNA, default, ref_to
from tests.support.broken import refusing
from tests.support.faults import FaultProxy
from tests.support.people import somebody
from tests.support.site import put
from tests.support.wire import connected

LIMITED = """
[[grants]]
group = "team"
actions = ["view", "scan"]
ids = ["a*"]
"""
CANARY = f"canary-{uuid4().hex}"


def creating(ref: Ref, then: Callable[[], object] = lambda: None) -> Step:
    def carry_out(actor: object) -> None:
        writes.create(ref, Draft(CANARY, fields=("value",)), actor=ANNA)
        then()

    return Step((ref,), ("create",), carry_out)


def order(*steps: Step, user: User | None = None) -> Order:
    return Order(default(), "import", steps, ANNA, user, details={"file": "json"})


def many(number: int) -> list[Step]:
    return [creating(ref_to(f"k{place}")) for place in range(number)]


def names(emulator: Emulator) -> set[str]:
    with connected(emulator.endpoint) as client:
        pages = client.get_paginator("list_secrets").paginate()
        return {secret["Name"] for page in pages for secret in page["SecretList"]}


def line_of(run: Run) -> tuple[str, str]:
    """How the run's own act ended, and why."""
    end = Event.objects.get(act=run.id, begins=False)
    return end.outcome, end.error


def test_does_all_of_it_and_is_told_by_the_record(
    proxy: FaultProxy, empty_emulator: Emulator
) -> None:
    run = Run(order(*many(30)))

    run.carry_out()

    assert len(names(empty_emulator)) == 30
    batch = batches.batch(run.id)
    assert batch
    assert (batch.planned, batch.done, batch.is_going_on) == (30, 30, False)
    assert batch.counts == {Outcome.SUCCEEDED: 30}
    assert set(Event.objects.values_list("correlation", flat=True)) == {str(run.id)}
    assert CANARY not in str(list(Event.objects.values()))


def test_ends_after_the_acts_that_are_under_way_when_somebody_stops_it(
    proxy: FaultProxy, empty_emulator: Emulator, settings: Settings
) -> None:
    settings.BATCH_THREADS = 1
    steps = many(10)
    run = Run(order(*steps[:3], creating(ref_to("last"), then=lambda: stop(run)), *steps[3:]))

    run.carry_out()

    assert len(names(empty_emulator)) == 4
    assert line_of(run) == (Outcome.FAILED, "Stopped")


def stop(run: Run) -> None:
    batch = batches.batch(run.id)
    assert batch
    batches.ask_to_stop(batch, ANNA)
    # It asks the record now and then, and at once when it is told.
    running.stop_here([run.id])
    run.stop(running.BY_SOMEBODY)


def test_does_nothing_more_for_whoever_loses_the_right(
    proxy: FaultProxy, empty_emulator: Emulator, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BATCH_THREADS = 1
    monkeypatch.setattr(running, "SECONDS", 0)
    user = somebody("anna", "editors")
    steps = many(6)
    steps[2] = creating(ref_to("third"), then=partial(User.objects.update, is_active=False))
    run = Run(order(*steps, user=user))

    run.carry_out()

    assert len(names(empty_emulator)) == 3
    assert line_of(run) == (Outcome.FAILED, "InPart")
    assert Event.objects.filter(outcome=Outcome.DENIED).count() == 3


def test_goes_on_with_the_secrets_that_somebody_may_still_see(
    proxy: FaultProxy, configure: Configure
) -> None:
    configure(LIMITED, endpoint=proxy.endpoint)
    dev = find_environment("dev")
    assert dev
    refs = tuple(Ref.from_key(dev, VARIABLES, key) for key in ("a1", "b1", "a2"))
    looked: list[tuple[Ref, ...]] = []

    def looking(some: tuple[Ref, ...]) -> Step:
        def carry_out(_: object) -> Counter[str]:
            looked.append(some)
            return Counter(succeeded=1, failed=1)

        return Step(some, ("scan",), carry_out, of=looking)

    run = Run(Order(dev, "scan", (looking(refs),), ANNA, somebody("anna", "team")))

    run.carry_out()

    assert looked == [(refs[0], refs[2])]
    assert run.counts == {"denied": 1, "succeeded": 1, "failed": 1}
    assert Event.objects.get(outcome=Outcome.DENIED).secret == "b1"
    assert line_of(run) == (Outcome.FAILED, "InPart")


def test_tries_again_what_aws_throttled(proxy: FaultProxy, empty_emulator: Emulator) -> None:
    for call in range(1, 4):
        proxy.when("CreateSecret", call=call).throttle()
    run = Run(order(*many(1)))

    run.carry_out()

    assert names(empty_emulator) == {"airflow/variables/k0"}
    batch = batches.batch(run.id)
    assert batch
    assert batch.counts == {Outcome.SUCCEEDED: 1}


def test_copies_nothing_twice_where_aws_throttled_the_rest_of_a_rename(
    proxy: FaultProxy, empty_emulator: Emulator
) -> None:
    put(empty_emulator, "airflow/variables/old", CANARY)
    for call in range(1, 4):
        proxy.when("DeleteSecret", call=call).throttle()
    old = reads.describe(ref_to("old"))
    step = renaming(old, ref_to("new"), lambda _: "text", version=old.current, days=7)
    run = Run(order(step))

    run.carry_out()

    batch = batches.batch(run.id)
    assert batch
    assert batch.counts == {Outcome.SUCCEEDED: 2}
    assert proxy.calls["CreateSecret"] == 1


def test_gives_up_where_aws_refuses_all(proxy: FaultProxy, settings: Settings) -> None:
    settings.BATCH_THREADS = 1
    proxy.when("CreateSecret").expire_credentials()
    run = Run(order(*many(20)))

    run.carry_out()

    assert line_of(run) == (Outcome.FAILED, "AwsSilent")
    assert proxy.calls["CreateSecret"] == running.MOST_FAILURES


def test_tells_of_the_secrets_that_failed(proxy: FaultProxy, empty_emulator: Emulator) -> None:
    with connected(empty_emulator.endpoint) as client:
        client.create_secret(Name="airflow/variables/k1", SecretString="theirs")
    run = Run(order(*many(3)))

    run.carry_out()

    assert line_of(run) == (Outcome.FAILED, "InPart")
    batch = batches.batch(run.id)
    assert batch
    assert batch.counts == {Outcome.SUCCEEDED: 2, Outcome.FAILED: 1}
    assert batch.ends.get(outcome=Outcome.FAILED).secret == "k1"


def test_begins_nothing_without_a_record(proxy: FaultProxy) -> None:
    with refusing('INSERT INTO "audit_event"'), pytest.raises(NotRecorded):
        Run(order(*many(1))).carry_out()

    assert not proxy.calls


def test_goes_on_in_the_background(proxy: FaultProxy, empty_emulator: Emulator) -> None:
    gate = proxy.when("CreateSecret").hold()
    id_ = running.start(order(*many(1)))
    assert gate.arrived.wait(60)
    assert Event.objects.get(act=id_, begins=True).action == RUN.audit_name

    gate.release()
    running.stop_all()

    assert Event.objects.filter(act=id_, begins=False).exists()
    assert names(empty_emulator) == {"airflow/variables/k0"}


def test_takes_only_so_many_at_once(proxy: FaultProxy) -> None:
    gate = proxy.when("CreateSecret").hold()
    for number in range(running.MOST_RUNS):
        running.start(order(creating(ref_to(f"k{number}"))))

    with pytest.raises(running.TooManyRuns):
        running.start(order(*many(1)))

    gate.release()
    running.stop_all()
