"""A list that is refreshed ... (each test finishes the sentence)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.recording import recording
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import CONNECTIONS as CONNECTIONS_KIND
from tests.conftest import use
from tests.secretsadmin.store.acts import ANNA, ref_to
from tests.support.faults import FaultProxy
from tests.support.lists import NOTHING_NEW, asks_again, ids, polled, settled
from tests.support.site import CONNECTIONS, put

URL = f"{CONNECTIONS}/"
REFRESH = f"{CONNECTIONS}/refresh/"


@pytest.fixture
def proxy(secrets_manager: Emulator, settings: Settings) -> Iterator[FaultProxy]:
    put(secrets_manager, "airflow/connections/orders", "http://h")
    with FaultProxy(secrets_manager.endpoint) as running:
        use(settings, running.endpoint)
        yield running


def later(**delta: float) -> travel:
    return travel(datetime.now(UTC) + timedelta(**delta), tick=True)


def test_gives_its_page_the_new_rows_when_they_are_there(
    editor: Client, secrets_manager: Emulator, proxy: FaultProxy
) -> None:
    editor.get(URL)
    put(secrets_manager, "airflow/connections/outside", "http://h")
    gate = proxy.when("ListSecrets").hold()
    with later(minutes=2):
        old = editor.get(URL, {"q": "o", "sort": "-id"})
        assert (ids(old), asks_again(old)) == (["orders"], True)
        assert polled(editor, old).status_code == NOTHING_NEW

        gate.release()
        new = settled(editor, old)

    assert ids(new) == ["outside", "orders"]
    assert not asks_again(new)


def test_gives_its_page_no_rows_that_are_the_same(editor: Client, proxy: FaultProxy) -> None:
    editor.get(URL)
    gate = proxy.when("ListSecrets").hold()
    with later(minutes=2):
        old = editor.get(URL)
        gate.release()
        new = settled(editor, old)

    assert new.headers["HX-Retarget"] == new.headers["HX-Reselect"] == "#age"
    assert new.context["page"].age.as_of > old.context["page"].age.as_of


def test_lets_its_page_stop_asking_some_time(editor: Client, proxy: FaultProxy) -> None:
    editor.get(URL)
    proxy.when("ListSecrets").hold()
    with later(minutes=2):
        old = editor.get(URL)
    with later(minutes=4):
        assert polled(editor, old).status_code == NOTHING_NEW
    with later(minutes=6):
        last = polled(editor, old)

    assert not asks_again(last)
    assert ">Look again</a>" in last.content.decode()


@pytest.mark.parametrize(
    "shown", ["", "x", "a.b.c", f"{'0' * 16}.{'0' * 16}.99999999999", "\u0663.1.2"]
)
def test_believes_no_page_that_says_nonsense(editor: Client, proxy: FaultProxy, shown: str) -> None:
    headers = {"HX-Request": "true", "Shown": shown}

    assert ids(editor.get(URL, headers=headers)) == ["orders"]


def test_says_when_aws_failed_and_forgets_it_when_that_is_over(
    editor: Client, proxy: FaultProxy
) -> None:
    editor.get(URL)
    proxy.when("ListSecrets").throttle()
    editor.post(REFRESH)
    failed = editor.get(URL)
    assert "takes no more requests" in failed.content.decode()
    assert asks_again(failed)
    proxy.clear()
    gate = proxy.when("ListSecrets").hold()

    with later(minutes=25):
        told = editor.get(URL)
        gate.release()
        over = settled(editor, told)

    page = told.content.decode()
    assert "25 min ago" in page.partition("takes no more requests")[2].partition("</p>")[0]
    assert "it is being asked again" in page
    assert "takes no more requests" not in over.content.decode()
    assert over.context["page"].age.problem is None
    assert proxy.calls == {"ListSecrets": 1}


def test_forgets_that_aws_told_nothing_of_one_secret_when_that_is_over(
    editor: Client, proxy: FaultProxy
) -> None:
    """The list itself is young, so nothing but the failure is a reason to ask again."""
    editor.get(URL)
    proxy.when("DescribeSecret").throttle()
    with recording(ref_to("orders", CONNECTIONS_KIND), "update", actor=ANNA) as act:
        act.version = act.token
    assert editor.get(URL).context["page"].age.problem
    proxy.clear()

    with later(seconds=20):
        over = settled(editor, editor.get(URL))

    assert over.context["page"].age.problem is None
