"""The page of a secret's tags ... (each test finishes the sentence)."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.secretsadmin.views.planned import form_in
from tests.support.faults import FaultProxy
from tests.support.site import acts, put, stored
from tests.support.wire import connected, counting

URL = "/default/connections/tag/orders/"
NAME = "airflow/connections/orders"
TAGS = {"owner": "dwh", "airflow:conn-type": "postgres", "a=b": "c"}


@pytest.fixture
def client(signed_in: As, secrets_manager: Emulator) -> Client:
    """An editor, of a secret that has tags of all sorts."""
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    put(secrets_manager, NAME, "postgres://h", Tags=tags)
    return signed_in("editor")


def tags_of(emulator: Emulator) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in stored(emulator, NAME)["Tags"]}


def sent_by(client: Client) -> dict[str, list[str]]:
    """What the page's form holds, with a row for each tag in the order of their keys."""
    return form_in(client.get(URL).content.decode(), "form")


def test_shows_those_that_people_may_change(client: Client) -> None:
    sent = sent_by(client)

    assert sent["key"] == ["a=b", "owner"]
    assert sent["value"] == sent["was"] == ["c", "dwh"]
    page = client.get("/default/connections/detail/orders/").content.decode()
    assert "owner" in page.partition('id="tags"')[2].partition("</section>")[0]


def test_sets_changes_and_removes_them(client: Client, secrets_manager: Emulator) -> None:
    sent = sent_by(client) | {"value": ["c", "ml"], "remove": "a=b"}

    with counting(secrets_manager) as calls:
        response = client.post(
            URL, sent | {"new-key": ["team", ""], "new-value": ["x", ""], "reason": "Moved"}
        )

    assert response["Location"] == "/default/connections/detail/orders/"
    assert tags_of(secrets_manager) == {
        "owner": "ml",
        "team": "x",
        "airflow:conn-type": "postgres",
    }
    assert dict(calls) == {"DescribeSecret": 1, "TagResource": 1, "UntagResource": 1}
    assert acts()[-1] == ("connections.tag", "orders", "succeeded")
    line = Event.objects.latest("id")
    assert (line.fields, line.reason) == (["a=b", "owner", "team"], "Moved")
    assert "changed the tags of" in client.get("/audit/").content.decode()
    list_page = client.get("/default/connections/?columns=owner&tag=team").content.decode()
    assert '<bdi title="ml">' in list_page


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("aws:x", "1", "kept for AWS"),
        ("Airflow:conn-type", "1", "kept for AWS"),
        ("secretsadmin:x", "1", "kept for AWS"),
        ("", "1", "needs a key"),
        ("k" * 129, "1", "at most 128"),
        ("k", "v" * 257, "at most 256"),
        ("k{", "1", "letters, digits"),
        ("k", "<", "letters, digits"),
        ("owner", "1", "there already"),
    ],
)
def test_refuses_what_aws_would(
    client: Client, secrets_manager: Emulator, key: str, value: str, sentence: str
) -> None:
    sent = sent_by(client)
    with counting(secrets_manager) as calls:
        response = client.post(URL, sent | {"new-key": key, "new-value": value})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not {"TagResource", "UntagResource"} & set(calls)


def test_refuses_to_change_nothing(client: Client) -> None:
    assert client.post(URL, sent_by(client)).status_code == 422


def test_never_touches_protected_tags(client: Client, secrets_manager: Emulator) -> None:
    kept = {"key": "airflow:conn-type", "was": "postgres"}

    assert client.post(URL, kept | {"value": "http"}).status_code == 422
    refused = client.post(URL, kept | {"value": "postgres", "remove": "airflow:conn-type"})

    assert refused.status_code == 422
    assert tags_of(secrets_manager) == TAGS


def test_overwrites_nobody(client: Client, secrets_manager: Emulator) -> None:
    sent = sent_by(client)
    with connected(secrets_manager.endpoint) as aws:
        aws.tag_resource(SecretId=NAME, Tags=[{"Key": "owner", "Value": "theirs"}])

    response = client.post(URL, sent | {"value": ["c", "mine"]})

    assert response.status_code == 409
    page = response.content.decode()
    assert "Somebody changed these tags" in page
    assert form_in(page, "form")["was"] == ["c", "theirs"]
    assert form_in(page, "form")["value"] == ["c", "mine"]
    assert tags_of(secrets_manager)["owner"] == "theirs"
    assert acts()[-1] == ("connections.tag", "orders", "conflict")


def test_takes_50_tags(client: Client, secrets_manager: Emulator) -> None:
    keys = [f"k{number}" for number in range(48)]
    sent = sent_by(client) | {"new-key": keys, "new-value": keys}

    response = client.post(URL, sent)

    assert response.status_code == 422
    assert "AWS keeps 50 tags of a secret" in response.content.decode()
    assert len(tags_of(secrets_manager)) == 3


def test_keeps_the_input_where_aws_fails(
    client: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    sent = sent_by(client)
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("TagResource").break_down()

        response = client.post(URL, sent | {"new-key": "team", "new-value": "x"})

    assert response.status_code == 503
    assert 'name="new-key" value="team"' in response.content.decode()
    assert acts()[-1] == ("connections.tag", "orders", "failed")
