"""Whoever is refused over and over again is counted each time, and recorded a few times."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.test import Client
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.audit.refusals import Refusals
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As
from tests.support.broken import refusing, without_table
from tests.support.wire import connected, counting

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MANY = 150
RECORDED = [*range(1, 11), 16, 32, 64, 128]


def refused(client: Client, times: int, path: str = "/dev/variables/reveal/x/") -> Counter[int]:
    return Counter(client.post(path).status_code for _ in range(times))


def numbers(**only: str) -> list[int | None]:
    denied = Event.objects.filter(outcome="denied", **only).order_by("id")
    return list(denied.values_list("refusal", flat=True))


def test_leaves_few_lines_and_the_count(two_environments: Emulator, as_role: As) -> None:
    viewer = as_role("viewer")
    with travel(NOON, tick=False), counting(two_environments) as calls:
        assert refused(viewer, MANY) == {403: MANY}

    assert not calls
    assert numbers() == RECORDED
    assert Event.objects.count() == 2 * len(RECORDED)
    assert Refusals.objects.get().count == MANY


def test_is_counted_whatever_is_tried_and_wherever(two_environments: Emulator, as_role: As) -> None:
    """Many lines, one for each place, would tell by their times which places exist."""
    viewer = as_role("viewer")
    with travel(NOON, tick=False):
        for place, verb, number in product(("dev", "prod", "none"), ("reveal", "delete"), range(6)):
            viewer.post(f"/{place}/variables/{verb}/x{number}/")

    assert numbers() == [*range(1, 11), 16, 32]


def test_is_counted_for_each_person_and_minute(two_environments: Emulator, as_role: As) -> None:
    viewer, auditor = as_role("viewer"), as_role("auditor")
    with travel(NOON, tick=False):
        refused(viewer, 12)
        refused(auditor, 2)
    with travel(NOON + timedelta(minutes=1), tick=False):
        refused(viewer, 1)

    assert numbers(user="viewer") == [*range(1, 11), 1]
    assert numbers(user="auditor") == [1, 2]


def test_is_told_to_whoever_reads_the_record(two_environments: Emulator, as_role: As) -> None:
    viewer = as_role("viewer")
    with travel(NOON, tick=False):
        refused(viewer, 20)

    page = as_role("auditor").get("/audit/").content.decode()

    assert page.count("tried to reveal a field of the variable") == 11
    assert page.count(", refusal 16 of 20 in that minute") == 1


@pytest.mark.parametrize("what", ["count", "record"])
def test_is_refused_all_the_same_where_it_can_not_be_counted(
    two_environments: Emulator, as_role: As, what: str
) -> None:
    viewer = as_role("viewer")
    broken = (
        without_table("audit_refusals")
        if what == "count"
        else refusing('INSERT INTO "audit_event"')
    )
    with broken:
        assert refused(viewer, 1) == {503: 1}

    assert not Event.objects.exists()
    assert not Refusals.objects.exists()


def test_is_nothing_that_was_allowed(two_environments: Emulator, as_role: As) -> None:
    with connected(two_environments.endpoint) as client:
        client.create_secret(Name="dev/variables/x", SecretString="text")

    assert refused(as_role("editor"), 3) == {200: 3}

    assert not Refusals.objects.exists()
    assert set(Event.objects.values_list("refusal", flat=True)) == {None}
