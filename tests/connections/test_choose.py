"""Choosing what to connect to ... (each test finishes the sentence)."""

import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from connections.providers import catalogue
from connections.providers.types import GROUPS
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.support.faults import FaultProxy
from tests.support.site import CONNECTIONS, acts, create, field, put
from tests.support.wire import counting

URL = f"{CONNECTIONS}/create/"


@pytest.fixture
def chooser(editor: Client) -> Client:
    """An environment with two connections by MySQL, one by SSH, and one of a type of its own."""
    for conn_id, conn_type in (("a", "mysql"), ("b", "mysql"), ("c", "ssh"), ("d", "our_own")):
        create(editor, conn_id=conn_id, conn_type=conn_type)
    return editor


def page(client: Client, **asked: str) -> str:
    response = client.get(URL, asked)
    assert response.status_code == 200
    return response.content.decode()


def offered(text: str) -> list[str]:
    """The types in the order in which the page has them."""
    return [
        found
        for part in re.findall(r'<ul class="types">.*?</ul>', text, re.DOTALL)
        for found in _types(part)
    ]


def _types(text: str) -> list[str]:
    return re.findall(r'href="\?conn_type=([^"]+)"', text)


def test_offers_every_type_once(editor: Client) -> None:
    found = offered(page(editor))

    assert len(found) == len(set(found)) == 150
    assert set(found) == set(catalogue.types())


def test_begins_with_those_in_use_and_how_many_there_are(chooser: Client) -> None:
    text = page(chooser)

    assert offered(text)[:3] == ["mysql", "our_own", "ssh"]
    assert len(offered(text)) == 151
    assert re.search(r"MySQL.*?2 here.*?1 here.*?SSH.*?1 here", text, re.DOTALL)
    assert len(re.findall(r"\d here", text)) == 3


def test_goes_on_by_group(chooser: Client) -> None:
    headings = re.findall(r'<h2 id="types-\d+">(.*?)</h2>', page(chooser))

    assert headings == ["In use here", *GROUPS.values()]


def test_forgets_what_is_scheduled_for_deletion(chooser: Client) -> None:
    chooser.post(f"{CONNECTIONS}/delete/c/", {"days": "7"})

    assert offered(page(chooser))[:2] == ["mysql", "our_own"]
    assert offered(page(chooser)).count("ssh") == 1


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("postgresql", "postgres"),
        ("bigquery", "gcpbigquery"),
        ("s3", "aws"),
        ("SNOW", "snowflake"),
        ("mail", "email"),
    ],
)
def test_finds_a_type_by_what_people_call_it(editor: Client, query: str, first: str) -> None:
    assert offered(page(editor, q=query))[0] == first


def test_finds_a_type_by_its_provider(editor: Client) -> None:
    assert "redshift" in offered(page(editor, q="amazon"))


def test_finds_a_type_of_ones_own_that_is_in_use(chooser: Client) -> None:
    text = page(chooser, q="our_own")

    assert offered(text) == ["our_own"]
    assert "as a type of your own" not in text


def test_puts_the_one_in_use_before_the_others_that_are_as_good(chooser: Client) -> None:
    assert offered(page(chooser, q="sql"))[0] == "mysql"


def test_answers_a_search_with_the_answers_alone(editor: Client) -> None:
    text = editor.get(URL, {"q": "s3"}, headers={"HX-Request": "true"}).content.decode()

    assert text.strip().startswith('<div id="types" data-query="s3">')
    assert offered(text)[0] == "aws"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("our_thing", "our_thing"),
        ("our-thing", "our_thing"),
        (" a.b+c ", "a.b%2Bc"),
        ("snow", "snow"),
    ],
)
def test_offers_a_type_of_ones_own(editor: Client, query: str, named: str) -> None:
    assert named in _types(page(editor, q=query))


@pytest.mark.parametrize("query", ["snowflake", "postgresql", "google-cloud-platform"])
def test_offers_no_type_of_ones_own_by_the_name_of_a_known_one(editor: Client, query: str) -> None:
    assert "as a type of your own" not in page(editor, q=query)


@pytest.mark.parametrize(
    "query", ["no such thing", "ümlaut", "no such/thing", "nul\x00", "x" * 5000 + "!", "\u202eevil"]
)
def test_says_what_a_type_is_made_of(editor: Client, query: str) -> None:
    text = page(editor, q=query)

    assert not _types(text)
    assert "letters, digits and _ . + - alone" in text


def test_escapes_what_was_searched_for(editor: Client) -> None:
    text = page(editor, q="\"><script>alert(1)</script>'")

    assert "<script>alert" not in text
    assert "&quot;&gt;&lt;script&gt;" in text


def test_leads_to_the_form_of_the_type(editor: Client) -> None:
    text = page(editor, conn_type="snowflake")

    assert 'name="conn_id"' in text
    assert not offered(text)


def test_takes_what_somebody_has_and_fills_the_form_from_it(editor: Client) -> None:
    sent = {"entry": "paste", "fill": "1", "secret": "mysql://u:pw@db:3306/shop"}

    response = editor.post(URL, sent)

    assert response.status_code == 200
    assert [field(response, name) for name in ("conn_type", "login", "port")] == [
        "mysql",
        "u",
        "3306",
    ]
    assert not acts()


def test_tells_a_newcomer_first_what_a_connection_is(editor: Client) -> None:
    text = page(editor)

    assert '<details class="fold"' not in text[: text.index("A connection is how a task")]


def test_is_the_way_to_begin_in_an_empty_environment(editor: Client) -> None:
    text = editor.get(f"{CONNECTIONS}/").content.decode()

    assert f'href="{URL}">Choose what to connect to</a>' in text
    assert f'href="{URL}?entry=paste">Paste what you have</a>' in text
    assert '<details class="fold" id="paste" open>' in page(editor, entry="paste")


def test_asks_aws_nothing_where_the_list_is_known(
    chooser: Client, secrets_manager: Emulator
) -> None:
    page(chooser)
    with counting(secrets_manager) as calls:
        page(chooser)
        page(chooser, q="sql")

    assert not calls


def test_works_without_aws(editor: Client, secrets_manager: Emulator, settings: Settings) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("ListSecrets").deny()

        assert len(offered(page(editor))) == 150


def test_counts_what_was_made_outside_under_airflows_name_for_it(
    editor: Client, secrets_manager: Emulator
) -> None:
    tags = [{"Key": "airflow:conn-type", "Value": "google-cloud-platform"}]
    put(secrets_manager, "airflow/connections/outside", "google-cloud-platform://", Tags=tags)

    assert offered(page(editor))[0] == "google_cloud_platform"


def test_is_refused_for_a_viewer(signed_in: As, secrets_manager: Emulator) -> None:
    with counting(secrets_manager) as calls:
        response = signed_in("viewer").get(URL)

    assert response.status_code == 403
    assert not calls
    assert acts()[-1] == ("connections.create", "", "denied")


@pytest.mark.parametrize(
    "conn_type", ["my type", "<script>", "x" * 101, "\x00", "http://u:p@h", "é"]
)
def test_is_shown_for_what_can_be_no_type(
    editor: Client, secrets_manager: Emulator, conn_type: str
) -> None:
    assert "snowflake" in offered(page(editor, conn_type=conn_type))
