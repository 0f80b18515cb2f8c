"""A list ... (each test finishes the sentence)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.models import recording
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import CONNECTIONS as CONNECTIONS_KIND
from secretsadmin.views.filters import MOST_WORDS
from tests.conftest import use
from tests.faults import FaultProxy
from tests.lists import NOTHING_NEW, asks_again, ids, polled, settled
from tests.secretsadmin.store.acts import ANNA, ref_to
from tests.site import CONNECTIONS, put

URL = f"{CONNECTIONS}/"
REFRESH = f"{CONNECTIONS}/refresh/"


def typed(conn_type: str) -> dict[str, Any]:
    return {"Tags": [{"Key": "airflow:conn-type", "Value": conn_type}]}


@pytest.fixture
def three(secrets_manager: Emulator, editor: Client) -> Client:
    """Three connections, made on three days; the editor has a list of them."""
    for days, name, conn_type in ((3, "orders_eu", "mysql"), (2, "orders_us", "postgres"), (1, "stock_eu", "postgres")):
        with travel(datetime.now(UTC) - timedelta(days=days)):
            text = f"For {name.partition('_')[0]} and nothing else"
            put(secrets_manager, f"airflow/connections/{name}", "http://h", Description=text, **typed(conn_type))
    editor.post(REFRESH)
    return editor


def link(response: Any, label: str) -> str:
    return next(str(column.url) for column in response.context["columns"] if column.label == label)


def test_is_sorted_by_date_with_the_newest_first(three: Client) -> None:
    newest = three.get(link(three.get(URL), "Changed"))
    oldest = three.get(link(newest, "Changed"))

    assert ids(newest) == ["stock_eu", "orders_us", "orders_eu"]
    assert ids(oldest) == ["orders_eu", "orders_us", "stock_eu"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("orders eu", ["orders_eu"]),
        ("EU  nothing", ["orders_eu", "stock_eu"]),
        ("postgres orders", ["orders_us"]),
        ("orders mars", []),
        # A search takes time with each of its words and each row.
        ("eu " * MOST_WORDS + "mars", ["orders_eu", "stock_eu"]),
    ],
)
def test_finds_what_has_every_word_somewhere(three: Client, query: str, found: list[str]) -> None:
    assert ids(three.get(URL, {"q": query})) == found


def test_says_what_its_other_filters_hide(three: Client) -> None:
    response = three.get(URL, {"q": "eu", "type": "postgres", "state": "deleted", "sort": "-id"})
    page = response.content.decode()

    assert "No connection of the type Postgres in the state “Scheduled for deletion” fits “<bdi>eu</bdi>”" in page
    assert "2 others do." in page
    assert "None of" not in page
    assert ids(three.get(response.context["wider_url"])) == ["stock_eu", "orders_eu"]


def test_says_that_there_is_none_where_no_filter_hides_it(three: Client) -> None:
    page = three.get(URL, {"q": "mars", "type": "postgres"}).content.decode()

    assert "No connection of the type Postgres fits “<bdi>mars</bdi>”" in page
    assert "other" not in page.partition("Nothing matches")[2].partition("</div>")[0]


def test_offers_the_type_that_it_is_filtered_by_although_there_is_none(three: Client) -> None:
    response = three.get(URL, {"type": "snowflake"})

    assert ids(response) == []
    assert '<option value="snowflake" selected>Snowflake (0)</option>' in response.content.decode()


def test_keeps_its_filter_its_order_and_its_page_when_it_is_refreshed(three: Client, secrets_manager: Emulator) -> None:
    for number in range(60):
        put(secrets_manager, f"airflow/connections/more{number:02}", "http://h")
    three.post(REFRESH)
    response = three.get(URL, {"q": "more", "sort": "-id", "page": "2", "type": "", "unknown": "x"})

    refreshed = three.post(response.context["refresh_url"], follow=True)

    assert refreshed.redirect_chain == [(f"{URL}?q=more&sort=-id&page=2", 302)]
    assert ids(refreshed) == ids(response) == [f"more{number:02}" for number in range(9, -1, -1)]


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
    assert new.context["age"].as_of > old.context["age"].as_of


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


@pytest.mark.parametrize("shown", ["", "x", "a.b.c", f"{'0' * 16}.{'0' * 16}.99999999999", "\u0663.1.2"])
def test_believes_no_page_that_says_nonsense(editor: Client, proxy: FaultProxy, shown: str) -> None:
    headers = {"HX-Request": "true", "Shown": shown}

    assert ids(editor.get(URL, headers=headers)) == ["orders"]


def test_says_when_aws_failed_and_forgets_it_when_that_is_over(editor: Client, proxy: FaultProxy) -> None:
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
    assert over.context["age"].problem is None
    assert proxy.calls == {"ListSecrets": 1}


def test_forgets_that_aws_told_nothing_of_one_secret_when_that_is_over(editor: Client, proxy: FaultProxy) -> None:
    """The list itself is young, so nothing but the failure is a reason to ask again."""
    editor.get(URL)
    proxy.when("DescribeSecret").throttle()
    with recording(ref_to("orders", CONNECTIONS_KIND), "update", actor=ANNA) as act:
        act.version = act.token
    assert editor.get(URL).context["age"].problem
    proxy.clear()

    with later(seconds=20):
        over = settled(editor, editor.get(URL))

    assert over.context["age"].problem is None
