"""Threads that edit the same secrets ... (each test finishes the sentence)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from time_machine import travel

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.recording import Place, record_denied
from secretsadmin.audit.refusals import Refusals
from secretsadmin.config.ref import Ref
from secretsadmin.store import aws, listing, reads, writes
from secretsadmin.store import labels as store_labels
from secretsadmin.store.errors import Conflict, TooManyLabels
from secretsadmin.store.labels import KEPT_FREE, MOST_LABELS
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import Draft
from tests.secretsadmin.demo.emulated import labels, versions
from tests.secretsadmin.store.acts import ANNA
from tests.support.faults import FaultProxy

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

THREADS, EDITS, SECRETS = 16, 4, 4

pytestmark = pytest.mark.usefixtures("own_database")


def in_threads(work: Callable[[int], None]) -> None:
    """All begin at once, and none leaves a connection behind."""
    barrier = Barrier(THREADS)

    def run(number: int) -> None:
        try:
            barrier.wait()
            work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS)))


def test_share_one_client(proxy: FaultProxy, ref: Ref) -> None:
    aws.forget_clients()
    clients: list[object] = []

    in_threads(lambda _: clients.append(aws.client(ref.environment)))

    assert len(clients) == THREADS
    assert len(set(map(id, clients))) == 1
    assert not proxy.calls


def appending(mark: str) -> Callable[[str], Draft]:
    return lambda text: Draft(f"{text} {mark}", fields=("value",))


def test_lose_no_update(proxy: FaultProxy, outside: "Client", ref: Ref) -> None:
    del proxy
    refs = [Ref(ref.environment, ref.kind, f"{ref.id}-s{number}") for number in range(SECRETS)]
    for one in refs:
        outside.create_secret(Name=one.name, SecretString="begin")

    def edit(thread: int) -> None:
        for number in range(EDITS):
            one = refs[(thread + number) % SECRETS]
            version = reads.describe(one).current
            try:
                writes.update(
                    one,
                    appending(f"{thread}.{number}"),
                    version=version,
                    actor=ANNA,
                    before=Secret(one),
                )
            except Conflict:
                continue

    in_threads(edit)

    ends = Event.objects.exclude(outcome=Outcome.STARTED)
    outcomes = Counter(ends.values_list("outcome", flat=True))
    assert set(outcomes) <= {"succeeded", "conflict"}
    assert outcomes.total() == THREADS * EDITS
    for one in refs:
        accepted = ends.on(one).filter(outcome=Outcome.SUCCEEDED)
        text = outside.get_secret_value(SecretId=one.name)["SecretString"]
        assert len(text.split()) - 1 == len(set(text.split())) - 1 == accepted.count()
        # Each save stands on another version, and one of them is on top.
        assert len(set(accepted.values_list("previous", flat=True))) == accepted.count()
        held = [label for stages in labels(outside, one.name).values() for label in stages]
        assert held.count("AWSCURRENT") == 1
        kept = {
            version["VersionId"] for version in versions(outside, one.name, IncludeDeprecated=True)
        }
        acts = {str(act) for act in ends.on(one).values_list("act", flat=True)}
        assert len(kept - acts) == 1


def test_see_what_each_other_wrote(proxy: FaultProxy, ref: Ref) -> None:
    here = listing.listing(ref.environment, ref.kind)
    refs = [Ref(ref.environment, ref.kind, f"{ref.id}-t{number}") for number in range(THREADS)]

    def write_and_look(thread: int) -> None:
        writes.create(refs[thread], Draft("text"), actor=ANNA)
        assert refs[thread].key in [secret.ref.key for secret in here.read().secrets]

    in_threads(write_and_look)

    known = here.sweep_and_wait()
    assert {one.key for one in refs} <= {secret.ref.key for secret in known.secrets}
    assert (known.problem, known.loading) == (None, False)
    assert proxy.calls["CreateSecret"] == THREADS


def test_that_are_refused_are_counted_one_by_one(ref: Ref) -> None:
    def be_refused(_: int) -> None:
        for _ in range(EDITS):
            record_denied(Place.of(ref), "reveal", actor=ANNA)

    with travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        in_threads(be_refused)

    denied = Event.objects.filter(outcome=Outcome.DENIED).order_by("refusal")
    numbers = list(denied.values_list("refusal", flat=True))
    assert Refusals.objects.get().count == THREADS * EDITS
    assert numbers == [*range(1, 11), 16, 32, 64]


@pytest.mark.parametrize("standing", [16, 12])
def test_leave_room_for_a_save_where_all_label_at_once(
    proxy: FaultProxy, outside: "Client", ref: Ref, version: str, standing: int
) -> None:
    older = [f"older-{number}" for number in range(standing)]
    for name in older:
        outside.update_secret_version_stage(
            SecretId=ref.name, VersionStage=name, MoveToVersionId=version
        )
    # AWS sees none of them before all have looked for room.
    proxy.when("UpdateSecretVersionStage").slow(1)

    def attach(number: int) -> None:
        with suppress(TooManyLabels), aws.deadline():
            store_labels.check_room(ref, f"newer-{number}")
            store_labels.label(ref, label=f"newer-{number}", to=version, version="", actor=ANNA)

    in_threads(attach)

    proxy.clear()
    own = {
        name
        for names in labels(outside, ref.name).values()
        for name in names
        if not name.startswith("AWS")
    }
    assert own >= {*older}
    assert len(own) <= MOST_LABELS - len(KEPT_FREE)
    ends = Event.objects.exclude(outcome=Outcome.STARTED)
    assert {name for event in ends.filter(outcome="succeeded") for name in event.fields} == own - {
        *older
    }
    assert set(ends.filter(outcome="failed").values_list("error", flat=True)) <= {
        "TooManyLabels",
        "LimitExceededException",
    }
    before = reads.describe(ref)
    writes.update(
        ref, lambda _: Draft("saved", fields=("value",)), version=version, actor=ANNA, before=before
    )
    assert reads.describe(ref).current != version
