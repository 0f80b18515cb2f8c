"""A list ... (each test finishes the sentence)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import travel

from secretsadmin.demo.emulator import Emulator
from tests.site import CONNECTIONS, put

URL = f"{CONNECTIONS}/"
REFRESH = f"{CONNECTIONS}/refresh/"


def ids(response: Any) -> list[str]:
    return [row.id for row in response.context["rows"]]


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
