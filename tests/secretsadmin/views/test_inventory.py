"""The health of the inventory ... (each test finishes the sentence)."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.lint.around import AllNames
from secretsadmin.pages.near_misses import status_of
from tests.conftest import As, begin_cold
from tests.support import inventory
from tests.support.inventory import Seed, connection, miss, option, ordinary, variable
from tests.support.people import somebody
from tests.support.wire import connected, counting

URL = "/prod/health/"
LIMITED = """
[[grants]]
group = "analysts"
role = "viewer"
kinds = ["connections"]
ids = ["seen_*", "twin"]

[[grants]]
group = "keepers"
role = "admin"
kinds = ["connections"]
ids = ["seen_*"]
"""
SEEDS = (
    connection("seen_empty", "no-value", text=None),
    connection("hidden_empty", "no-value", text=None),
    connection("seen_untyped", "type-tag-missing", tags=()),
    connection("twin", "same-id"),
    variable("twin", "same-id"),
    connection("gone", "scheduled", deleted=True),
    option("=1+1", "unknown-option"),
    miss("airflow/connections_crm", "near-miss"),
    miss("airflow/connection/of_other"),
)


@pytest.fixture
def planted(settings: Settings, tmp_path: Path, empty_emulator: Emulator, db: None) -> Any:
    """Plants secrets, and says which configuration serves them."""
    path = Path(inventory.configuration(tmp_path, empty_emulator.endpoint))
    path.write_text(path.read_text("utf-8") + LIMITED, encoding="utf-8")
    settings.SECRETSADMIN_CONFIG = str(path)
    begin_cold()
    return empty_emulator


@pytest.fixture
def few(planted: Emulator) -> Iterator[Emulator]:
    with inventory.stored(planted, SEEDS):
        yield planted


def member(name: str, *groups: str) -> Client:
    client = Client()
    client.force_login(somebody(name, *groups))
    return client


def told(client: Client, **query: str) -> list[tuple[str, str, str]]:
    """The kind, the id and the rule of each finding of the file."""
    client.get(URL)
    findings = client.get(URL, query | {"export": "json"}).json()
    return [(finding["kind"], finding["id"], finding["rule"]) for finding in findings]


def menu_count(response: Any) -> int | None:
    (item,) = [item for item in response.context["navigation"].items if item.title == "Health"]
    count: int | None = item.count
    return count


def test_begins_with_what_is_worst_and_leads_to_where_it_is_mended(
    few: Emulator, signed_in: As
) -> None:
    page = signed_in("admin").get(URL).context["page"]

    rows = [(row.title, row.id, row.mend_url) for group in page.groups for row in group.rows]
    assert rows[0] == (
        "No current value",
        "hidden_empty",
        "/prod/connections/history/hidden_empty/",
    )
    assert ("Scheduled for deletion", "gone", "/prod/recycle-bin/") in rows
    assert ("No type in its tags", "seen_untyped", "/prod/connections/update/seen_untyped/") in rows


def test_leads_whoever_may_not_mend_it_to_the_page_of_the_secret(
    few: Emulator, signed_in: As
) -> None:
    page = signed_in("viewer").get(URL, {"rule": "type-tag-missing"}).context["page"]

    assert [row.mend_url for row in page.groups[0].rows] == [
        "/prod/connections/detail/seen_untyped/"
    ]


def test_tells_of_the_secrets_alone_that_the_person_may_view(few: Emulator) -> None:
    analyst = member("analyst", "analysts")

    response = analyst.get(URL)

    assert told(analyst) == [
        ("connections", "seen_empty", "no-value"),
        ("connections", "seen_untyped", "type-tag-missing"),
    ]
    assert menu_count(response) == 1
    assert "hidden_empty" not in response.content.decode()
    # That a variable has the same id would tell that there is one.
    assert "same id" not in analyst.get("/prod/connections/detail/twin/").content.decode()


def test_counts_errors_in_the_menu_and_all_levels_on_the_overview(
    few: Emulator, signed_in: As
) -> None:
    client = signed_in("viewer")

    overview = client.get("/prod/")

    assert menu_count(overview) == 2
    assert [count.text for count in overview.context["page"].health] == [
        "2 errors",
        "2 cautions",
        "3 notes",
    ]
    assert overview.context["page"].health[0].url == f"{URL}?level=error"


def test_is_told_on_the_page_of_each_secret(few: Emulator, signed_in: As) -> None:
    client = signed_in("viewer")
    client.get(URL)

    titles = {
        key: [finding.title for finding in client.get(url).context["page"].health]
        for key, url in {
            "twin": "/prod/connections/detail/twin/",
            "untyped": "/prod/connections/detail/seen_untyped/",
            "gone": "/prod/connections/detail/gone/",
        }.items()
    }

    assert titles == {
        "twin": ["The same id in two kinds"],
        "untyped": ["No type in its tags"],
        # Its page begins with that already.
        "gone": [],
    }


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"level": "error"}, ["hidden_empty", "seen_empty"]),
        ({"rule": "type-tag-missing"}, ["seen_untyped"]),
        ({"kind": "config"}, ["=1+1"]),
        ({"q": "SEEN no-value"}, ["seen_empty"]),
        ({"level": "error", "q": "nothing like it"}, []),
        ({"level": "worse", "rule": "../x", "kind": "x", "q": "gone"}, ["gone"]),
    ],
)
def test_is_filtered_by_its_address(
    few: Emulator, signed_in: As, query: dict[str, str], ids: list[str]
) -> None:
    assert [key for _, key, _ in told(signed_in("viewer"), **query)] == ids


def test_is_exported_as_a_table_in_which_no_formula_counts(few: Emulator, signed_in: As) -> None:
    client = signed_in("viewer")
    client.get(URL)

    response = client.get(URL, {"kind": "config", "export": "csv"})

    assert response.headers["Content-Disposition"] == 'attachment; filename="health-prod.csv"'
    head, row = csv.reader(StringIO(response.content.decode()))
    assert head == ["environment", "kind", "id", "rule", "level", "sentence"]
    assert row[:5] == ["prod", "config", "'=1+1", "unknown-option", "caution"]


def test_asks_aws_for_nothing_once_the_list_is_there(few: Emulator, signed_in: As) -> None:
    client = signed_in("admin")
    client.get(URL)

    with counting(few) as calls:
        client.get(URL)
        client.get(URL, {"export": "csv"})
        client.get("/prod/connections/detail/seen_empty/")

    assert not calls


def test_has_pages_of_fifty(planted: Emulator, signed_in: As) -> None:
    untyped = [Seed(f"airflow/connections/c{number:02}", tags=()) for number in range(60)]
    with inventory.stored(planted, [*untyped, *ordinary(2)]):
        client = signed_in("viewer")
        first, second = (client.get(URL, {"page": number}).context["page"] for number in ("1", "2"))

    assert [len(page.groups[0].rows) for page in (first, second)] == [50, 10]
    assert first.status == "60 findings"
    assert "$24.80 a month for 62 secrets" in first.cost


def test_says_what_was_seen_and_by_whom(few: Emulator, signed_in: As) -> None:
    signed_in("viewer").get(URL)

    looks = Event.objects.values_list("user", "environment", "action")
    assert sorted(looks) == [
        ("viewer", "prod", f"{kind}.list") for kind in ("config", "connections", "variables")
    ]


def test_tells_near_misses_without_names_of_other_environments(
    few: Emulator, signed_in: As
) -> None:
    response = signed_in("admin").post("/prod/near-misses/")

    (group,) = response.context["page"].groups
    assert [(row.id, row.url) for row in group.rows] == [("airflow/connections_crm", "")]
    assert "of_other" not in response.content.decode()
    # The page of health, which that would lead to, has no such finding.
    assert "?rule=near-miss" not in response.content.decode()
    lines = Event.objects.filter(action="inventory.near-misses").order_by("id")
    assert [(line.environment, line.outcome, line.details) for line in lines] == [
        ("prod", "started", None),
        ("prod", "succeeded", {"names": 8}),
    ]


def test_tells_near_misses_to_nobody_who_looks_after_a_part(few: Emulator) -> None:
    keeper = member("keeper", "keepers")

    with counting(few) as calls:
        response = keeper.post("/prod/near-misses/")

    assert response.status_code == 403
    assert not calls
    assert "near-misses" not in keeper.get(URL).content.decode()


def test_says_where_aws_gave_too_few_names_in_time() -> None:
    partial = status_of(AllNames((), 9_000, is_whole=False))

    assert partial.startswith("0 of 9,000 names in the account. AWS gave no more in a page’s time")
    assert status_of(AllNames((), 9_000, is_whole=True)) == "0 of 9,000 names in the account."


def test_warns_in_the_history_of_versions_that_can_not_make_room(
    planted: Emulator, signed_in: As
) -> None:
    with inventory.stored(planted, [connection("busy", changed=0.1)]):
        with connected(planted.endpoint) as client:
            for number in range(89):
                client.put_secret_value(
                    SecretId="airflow/connections/busy", SecretString=f"http://h{number}"
                )
        browser = signed_in("viewer")
        page = browser.get("/prod/connections/history/busy/").content.decode()

    assert "90 versions have a label or are of the last 24 hours." in page


def test_warns_of_a_replica_that_is_not_in_sync_once_aws_described_the_secret(
    planted: Emulator, signed_in: As
) -> None:
    """AWS's list says nothing of replicas."""
    replicas = [{"Region": "us-east-1", "Status": "Failed"}, {"Region": "x", "Status": "InSync"}]
    copied = connection("copied", described={"ReplicationStatus": replicas})
    with inventory.stored(planted, [copied]):
        browser = signed_in("viewer")
        described = browser.get("/prod/connections/detail/copied/").context["page"]
        listed = told(browser)

    assert [finding.sentence for finding in described.health] == [
        "The replica in us-east-1 is Failed."
    ]
    assert listed == []
