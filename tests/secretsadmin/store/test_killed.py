"""An act whose process is killed ... (each test finishes the sentence).

CAMPAIGN_SEED=1 draws other acts, secrets and moments, and CAMPAIGN_TIMES=1000 more of them. With
`-s` pytest shows what became of them.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.queries import last_changes, later_saves
from secretsadmin.config.ref import Ref
from secretsadmin.demo.emulator import Emulator
from secretsadmin.store import reads
from secretsadmin.store.reconciling import Reconciler
from secretsadmin.store.traces import holder
from secretsadmin.store.writes import CANDIDATE
from tests.conftest import use
from tests.secretsadmin.store.acts import LABEL
from tests.secretsadmin.store.killing import (
    CREATE,
    DESCRIPTION,
    OTHERS,
    TAGS,
    TYPE,
    WHOLE,
    Done,
    World,
    draws,
)
from tests.support.faults import FaultProxy
from tests.support.mortals import mortals
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

SEED = int(os.environ.get("CAMPAIGN_SEED", "11"))
TIMES = int(os.environ.get("CAMPAIGN_TIMES", "100"))


@pytest.fixture
def world(
    shared_database: dict[str, str],
    settings: Settings,
    empty_emulator: Emulator,
    outside: "Client",
) -> Iterator[World]:
    use(settings, empty_emulator.endpoint)
    with FaultProxy(empty_emulator.endpoint) as proxy:
        kwargs = {"endpoint_url": proxy.endpoint, "region_name": "eu-central-1"}
        environment = {
            **shared_database,
            "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(kwargs),
            "SECRETSADMIN_CONFIG": "",
            "AWS_SECONDS": "60",
        }
        with mortals(environment) as place:
            yield World(place, proxy, Random(SEED), outside)  # noqa: S311 - nobody has to guess it.


@pytest.fixture
def outside(empty_emulator: Emulator) -> "Iterator[Client]":
    with connected(empty_emulator.endpoint) as client:
        yield client


def reconcile(minutes: int = 2) -> Counter[str]:
    """What a worker that starts then finds out, until there is nothing left to do."""
    counts: Counter[str] = Counter()
    reconciler = Reconciler()
    with travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
        while news := reconciler.run():
            counts += news
    return counts


def told_of(act: Done) -> tuple[str, str]:
    """How the act ended, as the record tells it."""
    last = Event.objects.filter(act=act.begun.act).latest("id")
    return last.outcome, last.error


def is_told_rightly(act: Done) -> bool:
    """Where somebody saved the same secret since, it may be said that nobody can tell any more."""
    told = told_of(act)
    if told == (act.outcome, act.error):
        return True
    if act.draw.kind not in (WHOLE, DESCRIPTION, TYPE, TAGS) or not later_saves(act.begun):
        return False
    if act.draw.kind is WHOLE and act.outcome == Outcome.SUCCEEDED:
        return told == (Outcome.SUCCEEDED, "PerhapsPartly")
    return told == (Outcome.UNKNOWN, "NoTrace")


def table(done: Iterable[Done]) -> str:
    """Kinds of acts and moments, by outcome."""
    rows: dict[tuple[str, str], Counter[str]] = {}
    for act in done:
        row = (act.draw.kind.name, act.draw.moment)
        rows.setdefault(row, Counter())[" ".join(told_of(act)).strip()] += 1
    lines = [f"\nseed {SEED}"]
    for kind, moment in sorted(rows):
        outcomes = rows[kind, moment]
        told = ", ".join(f"{number} {word}" for word, number in sorted(outcomes.items()))
        lines.append(f"{kind:26} {moment:36} {outcomes.total():3}: {told}")
    return "\n".join(lines)


def test_is_told_as_it_was_whatever_it_was_and_whenever(world: World) -> None:
    for _ in range(4):
        world.carry_out(CREATE)
    for draw in draws(world.random, TIMES):
        if world.random.random() < 0.3:
            world.carry_out(world.random.choice(OTHERS))
        world.interrupt(draw)
        if world.random.random() < 0.05:
            reconcile()

    reconcile()

    sys.stdout.write(table(world.done) + "\n")
    assert len(world.done) == TIMES
    assert not Event.objects.begun().unfinished()
    assert not [(act, told_of(act)) for act in world.done if not is_told_rightly(act)]
    for ref in world.refs:
        assert_explained(ref)


def assert_explained(ref: Ref) -> None:
    """What AWS has is what the record says, and nothing of unfinished saves is left."""
    done = sorted(Event.objects.on(ref).that_may_have_written(), key=lambda event: event.place)
    if not done:
        # Its creation never reached AWS.
        return
    secret = reads.describe(ref)
    acts = {str(act) for act in Event.objects.on(ref).values_list("act", flat=True)}
    assert {version.id for version in reads.versions(ref)} <= acts
    puts = [event for event in done if event.action.endswith(("create", "update", "roll-back"))]
    assert puts[-1].version == last_changes(ref)[0].version == secret.current
    labelled = [event.version for event in done if event.action.endswith("label")]
    assert ["", *labelled][-1] == holder(secret.versions, LABEL)
    moved = [event.action for event in done if event.action.endswith(("delete", "restore"))]
    assert (secret.deleted is not None) == (moved[-1:] == ["variables.delete"])
    if not secret.deleted:
        assert holder(secret.versions, CANDIDATE) in {"", *(event.version for event in puts)}
