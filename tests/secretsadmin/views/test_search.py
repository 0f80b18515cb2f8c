"""A search ... (each test finishes the sentence)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from threading import Event as Signal
from typing import Any

import pytest
from django.test import Client
from moto.core.request import Request

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Answer, Emulator
from secretsadmin.pages.search import MOST_CHARACTERS, MOST_SECRETS
from secretsadmin.pages.search_secrets import MOST_COMPARED
from secretsadmin.store import listing
from tests.secretsadmin.conftest import As, Configure
from tests.support.broken import refusing
from tests.support.people import somebody
from tests.support.sweeps import end_of_sweeps
from tests.support.wire import connected, counting

URL = "/search/"
HTMX = {"HX-Request": "true"}
URI = "postgres://svc:radioactive@db.example.com:5432/orders"
Fill = Callable[..., None]
# Longer than any search waits for AWS.
SECONDS = 60


@pytest.fixture
def fill(two_environments: Emulator) -> Fill:
    """Stores connections or variables, and lets this worker know of them."""

    def fill(*ids: str, environment: str = "dev", kind: str = "connections", **given: Any) -> None:
        with connected(two_environments.endpoint) as client:
            for id_ in ids:
                client.create_secret(
                    Name=f"{environment}/{kind}/{id_}", SecretString="http://h", **given
                )
        know()

    return fill


def know() -> None:
    """The lists are read in the background when somebody begins to search."""
    listing.forget()
    client = Client()
    client.force_login(somebody("superuser", is_superuser=True))
    client.post(URL, {"q": ""}, headers=HTMX)
    end_of_sweeps()


def typed(client: Client, query: str, **sent: str) -> Any:
    return client.post(URL, {"q": query, **sent}, headers=HTMX)


LINK = re.compile(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
BESIDE = re.compile(r'<bdi class="detail">.*?</bdi>|<span class="guard">.*?</span>', re.DOTALL)


def groups(response: Any) -> dict[str, list[tuple[str, str]]]:
    """The addresses and the words of the results, below each heading."""
    assert response.status_code == 200
    results = response.content.decode().partition('class="hints"')[0]
    below = {}
    for group in results.split('class="group"')[1:]:
        heading = group.partition(">")[2].partition("<")[0]
        below[heading] = [(unescape(url), words_in(html)) for url, html in LINK.findall(group)]
    return below


def words_in(html: str) -> str:
    """What a result says, without the details of a secret."""
    name, _, environment = BESIDE.sub("", html).partition('<span class="environment">')
    texts = [" ".join(re.sub(r"<.*?>", " ", part).split()) for part in (name, environment)]
    return unescape(" in ".join(filter(None, texts)))


def found(response: Any, heading: str = "Secrets") -> list[str]:
    return [words for _, words in groups(response).get(heading, [])]


def ids(response: Any) -> list[str]:
    return [line.partition(" ")[0] for line in found(response)]


def tagged(conn_type: str, **tags: str) -> list[dict[str, str]]:
    all_tags = {"airflow:conn-type": conn_type, **tags}
    return [{"Key": name, "Value": text} for name, text in all_tags.items()]


def test_finds_the_exact_id_then_beginnings_then_words_then_the_rest(
    fill: Fill, as_role: As
) -> None:
    fill("reorders", "old_orders", "orders_eu", "orders", "other")
    fill("described", Description="Of the ORDERS department")
    fill("marked", Tags=tagged("http", team="orders"))

    response = typed(as_role("viewer"), "Orders")

    assert ids(response) == [
        *("orders", "orders_eu", "old_orders", "reorders"),
        *("described", "marked"),
    ]


def test_ranks_alike_where_too_many_fit_to_compare(fill: Fill, as_role: As) -> None:
    fill("zzz_a", "z_a", "za", "a_z", *(f"ba{number}" for number in range(MOST_COMPARED)))

    response = typed(as_role("viewer"), "a")

    assert ids(response) == ["a_z", "z_a", "zzz_a", *sorted(f"ba{n}" for n in range(500))[:9]]
    assert f"{MOST_COMPARED + 4} secrets fit, and the best {MOST_SECRETS}" in unescape(
        response.content.decode()
    )


def test_finds_what_fits_every_word_by_type_and_environment_too(fill: Fill, as_role: As) -> None:
    fill("orders_db", "stock_db", Tags=tagged("aws"))
    fill("orders_db", environment="prod")
    viewer = as_role("viewer")

    assert found(typed(viewer, "amazon orders")) == ["orders_db in Development"]
    assert found(typed(viewer, "orders production")) == ["orders_db in Production"]
    assert found(typed(viewer, "orders mars")) == []


def test_shows_what_the_person_had_in_hand_first(fill: Fill, as_role: As) -> None:
    fill("orders_a", "orders_b", "orders_c")
    editor = as_role("editor")
    editor.post("/dev/connections/open/orders_c/")

    assert ids(typed(editor, "orders")) == ["orders_c", "orders_a", "orders_b"]
    assert found(typed(editor, ""), "Recent") == ["orders_c in Development"]
    assert found(typed(as_role("viewer"), ""), "Recent") == []


def test_forgets_the_recent_ones_that_are_gone(
    fill: Fill, as_role: As, two_environments: Emulator
) -> None:
    fill("orders")
    editor = as_role("editor")
    editor.post("/dev/connections/open/orders/")
    with connected(two_environments.endpoint) as client:
        client.delete_secret(SecretId="dev/connections/orders", ForceDeleteWithoutRecovery=True)
    know()

    assert found(typed(editor, ""), "Recent") == []


LIMITED = """
[[grants]]
group = "team"
role = "editor"
environments = ["dev"]
kinds = ["connections"]
ids = ["a_*"]
"""


def test_tells_nothing_of_what_the_person_may_not_view(configure: Configure, db: None) -> None:
    emulator = configure(LIMITED)
    with connected(emulator.endpoint) as client:
        for name in ("dev/connections/a_1", "dev/connections/b_1", "dev/variables/a_1"):
            client.create_secret(Name=name, SecretString="http://h")
        client.create_secret(Name="prod/connections/a_1", SecretString="http://h")
    know()
    member = Client()
    member.force_login(somebody("member", "team"))

    assert found(typed(member, "1")) == ["a_1 in Development"]
    assert found(typed(member, "b_1")) == []
    for query in ("", "prod", "create", "audit", "recycle", "variables", "history a_1"):
        page = unescape(typed(member, query).content.decode())
        assert "Production" not in page, query
        assert "Variables" not in page, query
        assert "variable" not in page, query


def test_leaves_out_what_asks_for_a_second_factor(configure: Configure, as_role: As) -> None:
    emulator = configure(prod="second_factor = true")
    with connected(emulator.endpoint) as client:
        client.create_secret(Name="prod/connections/orders", SecretString="http://h")

    response = typed(as_role("editor"), "orders")

    end_of_sweeps()
    response = typed(as_role("editor"), "orders")
    assert found(response) == []
    assert "ask for a second factor" in response.content.decode()


@contextmanager
def held(emulator: Emulator) -> Iterator[None]:
    """Until the block ends, AWS takes its time."""
    answer, may_go_on = emulator.respond, Signal()

    def respond(request: Request) -> Answer:
        may_go_on.wait(SECONDS)
        return answer(request)

    emulator.respond = respond
    try:
        yield
    finally:
        may_go_on.set()
        emulator.respond = answer


def test_asks_aws_for_nothing_but_a_list_in_the_background(
    fill: Fill, as_role: As, two_environments: Emulator
) -> None:
    fill("orders")
    listing.forget()
    viewer = as_role("viewer")

    with counting(two_environments) as calls:
        with held(two_environments):
            cold = typed(viewer, "orders")
        end_of_sweeps()
    with counting(two_environments) as calls_when_warm:
        warm = typed(viewer, "orders")

    assert found(cold) == []
    assert "are still being read" in unescape(cold.content.decode())
    assert set(calls) == {"ListSecrets"}
    assert not calls_when_warm
    assert ids(warm) == ["orders"]


def test_counts_as_a_look_at_the_lists_whose_names_it_shows(fill: Fill, as_role: As) -> None:
    fill("orders")
    fill("stock", environment="prod", kind="variables")
    viewer = as_role("viewer")

    for query in ("ord", "order", "orders", "nothing", ""):
        typed(viewer, query)

    assert list(Event.objects.values_list("user", "environment", "action")) == [
        ("viewer", "dev", "connections.list")
    ]


def test_shows_no_name_where_that_can_not_be_recorded(fill: Fill, as_role: As) -> None:
    fill("orders_eu")
    viewer = as_role("viewer")

    with refusing('INSERT INTO "audit_event"'):
        response = typed(viewer, "orders")

    assert response.status_code == 503
    assert "orders_eu" not in response.content.decode()


def test_offers_to_create_what_the_words_say(fill: Fill, as_role: As) -> None:
    fill("orders")
    editor = as_role("editor")

    typed_of = typed(editor, "create snowflake connection in dev")
    of_variables = typed(editor, "new variable production")

    assert found(typed_of, "Actions")[0] == "Create Snowflake connection in Development"
    assert 'href="/dev/connections/create/?conn_type=snowflake"' in typed_of.content.decode()
    assert found(of_variables, "Actions") == ["Create variable in Production"]
    assert found(typed(as_role("viewer"), "create snowflake"), "Actions") == []


def test_leads_to_the_import_where_the_person_may(fill: Fill, as_role: As) -> None:
    fill("orders")

    for role, addresses in (("editor", ["/dev/import/"]), ("viewer", [])):
        actions = groups(typed(as_role(role), "import connections dev")).get("Actions", [])
        assert [address for address, _ in actions] == addresses


def test_offers_what_the_person_may_do_to_what_they_name(fill: Fill, as_role: As) -> None:
    fill("orders_db")
    fill("orders_db", environment="prod")
    editor, viewer = as_role("editor"), as_role("viewer")

    assert found(typed(editor, "history of orders dev"), "Actions") == [
        "History of orders_db in Development"
    ]
    assert found(typed(editor, "delete orders"), "Actions") == ["Delete orders_db in Development"]
    assert found(typed(viewer, "delete orders"), "Actions") == []
    response = typed(viewer, "audit of orders prod")
    assert found(response, "Actions") == ["Audit of orders_db in Production"]
    url = "/audit/?environment=prod&kind=connections&secret=orders_db"
    assert f'href="{url}"' in unescape(response.content.decode())


def test_leads_to_pages_by_the_names_of_environments(fill: Fill, as_role: As) -> None:
    fill("orders")
    viewer = as_role("viewer")

    assert found(typed(viewer, "prod recycle"), "Pages") == ["Recycle bin in Production"]
    assert found(typed(viewer, "rights"), "Pages") == ["Your rights"]
    assert "Overview in Production" in found(typed(viewer, "", here="prod"), "Pages")
    assert "Overview in Production" not in found(typed(viewer, "", here="dev"), "Pages")


def test_leads_to_what_is_about_several_environments(fill: Fill, as_role: As) -> None:
    fill("orders")
    editor, viewer = as_role("editor"), as_role("viewer")
    editor.post("/dev/connections/open/orders/")

    compare = groups(typed(editor, "compare"))

    assert [*compare] == ["Pages", "Actions"]
    assert compare["Pages"] == [("/compare/", "Compare environments")]
    assert [words for _, words in compare["Actions"]] == [
        "Compare versions of orders in Development"
    ]
    assert groups(typed(editor, "prom"))["Pages"] == [("/compare/promote/", "Promote")]
    assert found(typed(viewer, "compare environments"), "Pages") == ["Compare environments"]
    assert found(typed(viewer, "promote"), "Pages") == []
    assert "Compare environments" in found(typed(viewer, ""), "Pages")
    assert found(typed(editor, "history"), "Actions")


ONE_OF_TWO = """
[[grants]]
group = "team"
role = "editor"
environments = ["dev"]

[[grants]]
group = "team"
role = "viewer"
environments = ["prod"]
"""


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        (LIMITED, {"promote": [], "compare": [], "environments": []}),
        (ONE_OF_TWO, {"promote": [], "compare": ["Compare environments"]}),
    ],
    ids=["one", "one of two"],
)
def test_leads_to_several_environments_only_those_who_may_in_two(
    configure: Configure, db: None, grants: str, expected: dict[str, list[str]]
) -> None:
    configure(grants)
    member = Client()
    member.force_login(somebody("member", "team"))

    assert {query: found(typed(member, query), "Pages") for query in expected} == expected


def test_leads_to_the_doctor_and_the_runs_where_the_person_may(
    configure: Configure, db: None
) -> None:
    configure(ONE_OF_TWO)
    member = Client()
    member.force_login(somebody("member", "team"))

    assert groups(typed(member, "the doctor"))["Pages"] == [
        ("/dev/setup/doctor/", "The doctor in Development")
    ]
    assert found(typed(member, "runs"), "Pages") == ["Runs in Development", "Runs in Production"]
    assert found(typed(member, "import"), "Actions") == ["Import in Development"]


def test_offers_only_addresses_that_answer(fill: Fill, as_role: As) -> None:
    fill("orders")
    editor = as_role("editor")
    queries = ("", "orders", "dev", "audit", "create", "snowflake", "your", "promote", "doctor")
    deeds = ("history", "audit", "compare", "roll back", "label", "edit", "delete")
    for query in (*queries, *(f"{deed} orders" for deed in deeds)):
        response = typed(editor, query)
        urls = [url for results in groups(response).values() for url, _ in results]
        assert urls, query
        for url in urls:
            assert editor.get(url).status_code in (200, 302), url


def test_is_a_page_without_scripts(fill: Fill, as_role: As) -> None:
    fill("orders")

    response = as_role("viewer").get(URL, {"q": "ord"})

    page = response.content.decode()
    assert ids(response) == ["orders"]
    assert 'href="/dev/connections/detail/orders/"' in page
    assert 'name="q" id="q" value="ord"' in page


@pytest.mark.parametrize("query", [URI, '{"conn_type": "http"}', "PASSWORD=x", "a --conn-uri b"])
def test_refuses_what_may_be_a_password_in_an_address(fill: Fill, as_role: As, query: str) -> None:
    fill("orders")
    viewer = as_role("viewer")

    refused = viewer.get(URL, {"q": query})

    assert refused.status_code == 422
    assert "may hold a password" in refused.content.decode()
    assert "/dev/connections/detail/" not in refused.content.decode()
    assert typed(viewer, query).status_code == 200


def test_refuses_what_is_longer_than_any_id(fill: Fill, as_role: As) -> None:
    fill("orders")

    response = typed(as_role("viewer"), "a" * (MOST_CHARACTERS + 1))

    assert response.status_code == 422
    assert "512 characters at most" in response.content.decode()


def test_draws_what_is_stored_as_text(fill: Fill, as_role: As) -> None:
    fill("orders", Description="<img src=x onerror=alert(1)> \u202etxt.exe")

    response = typed(as_role("viewer"), "<img src=x \u202etxt")

    page = response.content.decode()
    assert ids(response) == ["orders"]
    assert "&lt;img src=x onerror=alert(1)&gt; [U+202E]txt.exe" in page
    assert "<img" not in page
