"""Of imports that overlap ... (each test finishes the sentence)."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from secretsadmin.audit import batches
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.recording import Actor
from secretsadmin.demo.emulator import Emulator
from secretsadmin.store import listing
from secretsadmin.store.reads import CURRENT
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.transfer.files import read, recognise
from secretsadmin.transfer.importing import Import, Rules
from secretsadmin.transfer.running import Order, Run
from tests.secretsadmin.demo.emulated import labels
from tests.secretsadmin.store.acts import default, ref_to, save
from tests.support.faults import FaultProxy
from tests.support.wire import connected

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

CALLS = ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage")
SUCCEEDED, CONFLICT = Outcome.SUCCEEDED.value, Outcome.CONFLICT.value


@pytest.fixture
def aws(empty_emulator: Emulator) -> "Iterator[Client]":
    """Ten variables that are there already."""
    with connected(empty_emulator.endpoint) as client:
        for number in range(10):
            client.create_secret(Name=f"airflow/variables/k{number}", SecretString="before")
        yield client


def planned(name: str, numbers: range) -> Run:
    """Somebody's import over these variables, as they are at this moment."""
    listing.forget()
    text = "\n".join(f"AIRFLOW_VAR_K{number}={name}" for number in numbers)
    actor = Actor(name)
    plan = Import(default(), Rules("overwrite"), actor).plan(read(text, recognise(text)).entries)
    assert plan.counts == {"change": len(numbers)}
    return Run(Order(default(), "import", plan.steps(), actor))


def edit(number: int, aws: "Client") -> None:
    """By hand, on top of what is there."""
    ref = ref_to(f"k{number}")
    save(ref, aws.get_secret_value(SecretId=ref.name)["VersionId"], "carla")


@contextmanager
def beside(run: Run) -> Iterator[None]:
    """The run goes on while the block runs, and ends with it."""

    def carry_out() -> None:
        try:
            run.carry_out()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        end = pool.submit(carry_out)
        yield
        end.result()


def texts(aws: "Client") -> list[str]:
    names = [f"airflow/variables/k{number}" for number in range(10)]
    return [aws.get_secret_value(SecretId=name)["SecretString"] for name in names]


def told(run: Run) -> dict[str, str]:
    """How the record says that each act of the run ended."""
    batch = batches.batch(run.id)
    assert batch
    return dict(batch.ends.values_list("secret", "outcome"))


def assert_whole(aws: "Client") -> None:
    """Each has one current version, and no save that was too late left its label."""
    for number in range(10):
        stages = labels(aws, f"airflow/variables/k{number}").values()
        counts = Counter(label for found in stages for label in found)
        assert counts[CURRENT] == 1
        current = [found for found in stages if CURRENT in found]
        assert counts[CANDIDATE] == sum(CANDIDATE in found for found in current)


@pytest.mark.parametrize("call", CALLS)
def test_none_overwrites_what_another_or_somebody_by_hand_stored_meanwhile(
    proxy: FaultProxy, aws: "Client", settings: Settings, call: str
) -> None:
    settings.BATCH_THREADS = 1
    anna, ben = planned("anna", range(6)), planned("ben", range(2, 10))
    gate = proxy.when(call, call=1).hold()
    with beside(anna):
        assert gate.arrived.wait(60)
        edit(0, aws)
        edit(9, aws)
        ben.carry_out()
        gate.release()

    assert texts(aws) == ["carla", "anna", *["ben"] * 7, "carla"]
    late = [f"k{number}" for number in (0, 2, 3, 4, 5)]
    assert told(anna) == dict.fromkeys(late, CONFLICT) | {"k1": SUCCEEDED}
    ours = [f"k{number}" for number in range(2, 9)]
    assert told(ben) == dict.fromkeys(ours, SUCCEEDED) | {"k9": CONFLICT}
    assert_whole(aws)


def test_exactly_the_first_stores_each_where_nothing_orders_them(
    proxy: FaultProxy, aws: "Client"
) -> None:
    runs = {name: planned(name, range(10)) for name in ("anna", "ben", "carla")}
    with beside(runs["anna"]), beside(runs["ben"]):
        runs["carla"].carry_out()

    outcomes = {name: told(run) for name, run in runs.items()}
    for number, text in enumerate(texts(aws)):
        assert {name: outcomes[name][f"k{number}"] for name in runs} == {
            name: SUCCEEDED if name == text else CONFLICT for name in runs
        }
    assert_whole(aws)
