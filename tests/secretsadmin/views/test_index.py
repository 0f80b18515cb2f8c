"""A list ... (each test finishes the sentence)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.demo.emulator import Emulator
from secretsadmin.pages.filters import MOST_WORDS
from tests.conftest import As, use
from tests.secretsadmin.views.conftest import NAME
from tests.support.faults import FaultProxy
from tests.support.lists import ids
from tests.support.site import CONNECTIONS, create, overwrite, put
from tests.support.wire import connected, counting

URL = f"{CONNECTIONS}/"
REFRESH = f"{CONNECTIONS}/refresh/"


def typed(conn_type: str) -> dict[str, Any]:
    return {"Tags": [{"Key": "airflow:conn-type", "Value": conn_type}]}


@pytest.fixture
def three(secrets_manager: Emulator, editor: Client) -> Client:
    """Three connections, made on three days; the editor has a list of them."""
    for days, name, conn_type in (
        (3, "orders_eu", "mysql"),
        (2, "orders_us", "postgres"),
        (1, "stock_eu", "postgres"),
    ):
        with travel(datetime.now(UTC) - timedelta(days=days)):
            text = f"For {name.partition('_')[0]} and nothing else"
            put(
                secrets_manager,
                f"airflow/connections/{name}",
                "http://h",
                Description=text,
                **typed(conn_type),
            )
    editor.post(REFRESH)
    return editor


def link(response: Any, label: str) -> str:
    return next(
        str(column.url) for column in response.context["page"].columns if column.label == label
    )


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

    assert (
        "No connection of the type Postgres in the state “Scheduled for deletion” fits "
        "“<bdi>eu</bdi>”"
    ) in page
    assert "2 others do." in page
    assert "None of" not in page
    assert ids(three.get(response.context["page"].nothing_found.wider_url)) == [
        "stock_eu",
        "orders_eu",
    ]


def test_says_that_there_is_none_where_no_filter_hides_it(three: Client) -> None:
    page = three.get(URL, {"q": "mars", "type": "postgres"}).content.decode()

    assert "No connection of the type Postgres fits “<bdi>mars</bdi>”" in page
    assert "other" not in page.partition("Nothing matches")[2].partition("</div>")[0]


def test_offers_the_type_that_it_is_filtered_by_although_there_is_none(three: Client) -> None:
    response = three.get(URL, {"type": "snowflake"})

    assert ids(response) == []
    assert '<option value="snowflake" selected>Snowflake (0)</option>' in response.content.decode()


def test_keeps_its_filter_its_order_and_its_page_when_it_is_refreshed(
    three: Client, secrets_manager: Emulator
) -> None:
    for number in range(60):
        put(secrets_manager, f"airflow/connections/more{number:02}", "http://h")
    three.post(REFRESH)
    response = three.get(URL, {"q": "more", "sort": "-id", "page": "2", "type": "", "unknown": "x"})

    refreshed = three.post(response.context["page"].refresh_url, follow=True)

    assert refreshed.redirect_chain == [(f"{URL}?q=more&sort=-id&page=2", 302)]
    assert ids(refreshed) == ids(response) == [f"more{number:02}" for number in range(9, -1, -1)]


def test_asks_aws_nothing_once_it_is_warm(editor: Client, secrets_manager: Emulator) -> None:
    put(
        secrets_manager,
        NAME,
        "postgres://h",
        Tags=[{"Key": "airflow:conn-type", "Value": "postgres"}],
    )
    put(secrets_manager, "airflow/variables/other", "1")
    cold = editor.get(f"{CONNECTIONS}/")

    with counting(secrets_manager) as calls:
        warm = editor.get(f"{CONNECTIONS}/")

    assert ids(cold) == ids(warm) == ["orders"]
    assert warm.context["page"].rows[0].type == "Postgres"
    assert not calls


def test_filters_sorts_and_pages_by_its_address(editor: Client, secrets_manager: Emulator) -> None:
    for number in range(60):
        text = f"number {number}"
        put(secrets_manager, f"airflow/connections/c{number:02}", text, Description=text)
    editor.post(f"{CONNECTIONS}/refresh/")

    first, second = editor.get(f"{CONNECTIONS}/"), editor.get(f"{CONNECTIONS}/?page=2")
    assert (len(ids(first)), len(ids(second))) == (50, 10)
    assert ids(editor.get(f"{CONNECTIONS}/?q=NUMBER C5")) == [f"c5{digit}" for digit in range(10)]
    assert ids(editor.get(f"{CONNECTIONS}/?sort=-id"))[0] == "c59"
    assert ids(editor.get(f"{CONNECTIONS}/?q=nothing-like-it")) == []


@pytest.mark.parametrize(
    "asked", ["page=x", "page=999", "sort=nonsense", "state=nonsense", "type=%00"]
)
def test_survives_nonsense_in_its_address(
    editor: Client, secrets_manager: Emulator, asked: str
) -> None:
    put(secrets_manager, NAME, "postgres://h")

    assert editor.get(f"{CONNECTIONS}/?{asked}").status_code == 200


def test_keeps_what_it_knows_when_aws_fails(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        put(secrets_manager, NAME, "postgres://h")
        editor.get(f"{CONNECTIONS}/")
        proxy.when("ListSecrets").deny()
        editor.post(f"{CONNECTIONS}/refresh/")
        response = editor.get(f"{CONNECTIONS}/")

    assert ids(response) == ["orders"]
    assert "secretsmanager:ListSecrets" in response.content.decode()


def test_tells_what_is_unusual(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    overwrite(secrets_manager, NAME, "postgres://outside")
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/connections/empty")
    put(secrets_manager, "airflow/connections/leaving", "postgres://h")
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId="airflow/connections/leaving", RecoveryWindowInDays=7)
    editor.post(f"{CONNECTIONS}/refresh/")

    rows = {
        row.id: [badge.text for badge in row.badges]
        for row in editor.get(f"{CONNECTIONS}/").context["page"].rows
    }

    assert rows["orders"] == ["changed outside"]
    assert rows["empty"] == ["no current value"]
    assert rows["leaving"][0].startswith("deleted on")


def test_is_filtered_by_what_people_call_a_type(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "aws://", Tags=[{"Key": "airflow:conn-type", "Value": "aws"}])
    editor.post(f"{CONNECTIONS}/refresh/")

    assert ids(editor.get(f"{CONNECTIONS}/?q=amazon web")) == ["orders"]


def test_shows_a_new_connection_at_once_with_whoever_made_it(
    editor: Client, secrets_manager: Emulator
) -> None:
    editor.get(f"{CONNECTIONS}/")
    create(editor)

    row = editor.get(f"{CONNECTIONS}/").context["page"].rows[0]

    assert (row.id, row.type, row.description, row.changed_by) == (
        "orders",
        "Postgres",
        "Orders of the shop",
        "editor",
    )


@pytest.fixture
def tagged(secrets_manager: Emulator, editor: Client) -> Client:
    """Three connections with tags; the editor has a list of them."""
    for name, tags in (
        ("a", {"owner": "dwh", "team": "x"}),
        ("b", {"owner": "ml"}),
        ("c", {"airflow:conn-type": "http", "k=v": "1"}),
    ):
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        put(secrets_manager, f"airflow/connections/{name}", "http://h", Tags=pairs)
    editor.post(REFRESH)
    return editor


@pytest.mark.parametrize(
    ("tag", "found"),
    [("owner", ["a", "b"]), ("owner=ml", ["b"]), ("k=v", ["c"]), ("k=v=1", ["c"]), ("own", [])],
)
def test_is_filtered_by_a_tag_or_its_value(tagged: Client, tag: str, found: list[str]) -> None:
    assert ids(tagged.get(URL, {"tag": tag})) == found


def test_offers_peoples_own_tags(tagged: Client) -> None:
    page = tagged.get(URL).context["page"]

    assert [(option.value, option.number) for option in page.tags.options] == [
        *(("owner", 2), ("owner=dwh", 1), ("owner=ml", 1)),
        *(("team", 1), ("team=x", 1), ("k=v", 1), ("k=v=1", 1)),
    ]


def test_has_the_columns_of_its_address(tagged: Client) -> None:
    page = tagged.get(f"{URL}?columns=owner,team&columns=nothing").content.decode()

    headings = page.partition("<thead>")[2].partition("</thead>")[0]
    assert re.findall(r">\s*(owner|team|nothing)\s*<", headings) == ["owner", "team", "nothing"]
    assert '<bdi title="dwh">dwh</bdi>' in page
    assert "columns=owner%2Cteam%2Cnothing" in headings


@pytest.mark.parametrize(
    ("role", "kind", "is_offered"),
    [
        ("editor", "connections", True),
        ("editor", "variables", True),
        ("editor", "config", False),
        ("viewer", "connections", False),
    ],
)
def test_offers_an_import_where_there_can_be_one(
    as_role: As, secrets_manager: Emulator, role: str, kind: str, *, is_offered: bool
) -> None:
    put(secrets_manager, f"airflow/{kind}/core/orders", "http://h")
    client = as_role(role)
    empty = client.get(f"/default/{kind}/").content.decode()
    client.post(f"/default/{kind}/refresh/")

    full = client.get(f"/default/{kind}/").content.decode()

    for page in (empty, full):
        assert ('href="/default/import/"' in page) == is_offered
