"""A lease ... (each test finishes the sentence)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from time_machine import travel

from secretsadmin.audit import leases
from secretsadmin.audit.bookkeeping import Lease

NAME, SECONDS = "cleaning", 30
HOLDERS, ROUNDS = 8, 10


def take(holder: str) -> bool:
    return leases.take(NAME, holder, SECONDS)


@pytest.mark.django_db
def test_belongs_to_whoever_came_first() -> None:
    assert take("anna")
    assert not take("ben")
    assert Lease.objects.get().holder == "anna"


@pytest.mark.django_db
def test_is_renewed_by_its_holder_alone() -> None:
    assert take("anna")
    with travel(datetime.now(UTC) + timedelta(seconds=20)):
        assert take("anna")

    with travel(datetime.now(UTC) + timedelta(seconds=40)):
        assert not take("ben")


@pytest.mark.django_db
def test_of_a_killed_holder_is_free_when_it_runs_out() -> None:
    assert take("anna")

    with travel(datetime.now(UTC) + timedelta(seconds=SECONDS + 1)):
        assert take("ben")
        assert not take("anna")


@pytest.mark.django_db
def test_is_given_back_by_its_holder_alone() -> None:
    assert take("anna")

    leases.give_back(NAME, "ben")
    assert not take("ben")
    leases.give_back(NAME, "anna")
    assert take("ben")


@pytest.mark.usefixtures("shared_database")
@pytest.mark.parametrize("has_run_out", [False, True], ids=["new", "run out"])
def test_never_has_two_holders(has_run_out: bool) -> None:  # noqa: FBT001 - a parameter.
    barrier = Barrier(HOLDERS)

    def run(holder: int) -> bool:
        try:
            barrier.wait()
            return take(f"holder {holder}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HOLDERS) as pool:
        for _ in range(ROUNDS):
            Lease.objects.all().delete()
            if has_run_out:
                Lease.objects.create(name=NAME, holder="killed", until=datetime.now(UTC))
            assert sum(pool.map(run, range(HOLDERS))) == 1
