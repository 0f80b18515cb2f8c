"""Problems are told in our words, and what isn't recorded isn't done."""

import json
from collections.abc import Iterator
from secrets import token_hex

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.broken import ending_sessions, refusing, statements, without_table
from tests.secretsadmin.conftest import As
from tests.wire import connected, counting

CREATE = {"conn_id": "new", "conn_type": "postgres", "host": "db.example.com", "description": "typed with care"}


@pytest.fixture
def client(two_environments: Emulator, as_role: As) -> Client:
    with connected(two_environments.endpoint) as aws:
        aws.create_secret(Name="dev/connections/x", SecretString="postgres://h")
    client = as_role("superuser")
    client.raise_request_exception = False
    client.get("/dev/connections/detail/x/")
    return client


@pytest.fixture
def sent(client: Client) -> Iterator[list[str]]:
    """What the database is asked, be it refused or not."""
    with statements() as sent:
        yield sent


@pytest.fixture(params=["gone", "locked"])
def no_record(request: pytest.FixtureRequest, sent: list[str]) -> Iterator[None]:
    broken = without_table("audit_event") if request.param == "gone" else refusing('INSERT INTO "audit_event"')
    with broken:
        yield


@pytest.mark.usefixtures("no_record")
@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("create/", CREATE),
        ("update/x/", {"host": "other", "version": ""}),
        ("delete/x/", {"days": "7"}),
        ("restore/x/", {}),
        ("roll-back/x/", {"to": "a" * 32}),
        ("open/x/", {}),
        ("compare/x/", {"one": "a" * 32, "other": "b" * 32}),
        ("reveal/x/", {}),
        ("copy/x/", {"format": "uri"}),
        ("edit/x/", {}),
    ],
)
def test_without_a_record_reach_no_aws(
    two_environments: Emulator, client: Client, sent: list[str], page: str, data: dict[str, str]
) -> None:
    with counting(two_environments) as calls:
        response = client.post(f"/dev/connections/{page}", data)

    assert response.status_code == 503
    assert not {name for name in calls if name not in ("DescribeSecret", "ListSecrets")}
    # Each attempt may wait for the database, so there is one.
    assert sum(sql.startswith('INSERT INTO "audit_event"') for sql in sent) <= 1
    assert b"Nothing is shown or changed" in response.content or b"The database doesn&#x27;t answer" in response.content


@pytest.mark.usefixtures("no_record")
def test_without_a_record_keep_what_was_typed(two_environments: Emulator, client: Client) -> None:
    with counting(two_environments) as calls:
        page = client.post("/dev/connections/create/", CREATE).content.decode()

    assert not calls
    assert "The audit log" in page or "without a record" in page
    assert 'value="typed with care"' in page
    assert 'value="db.example.com"' in page


def test_after_a_write_do_not_depend_on_the_session(two_environments: Emulator, client: Client) -> None:
    with refusing('UPDATE "django_session"'):
        response = client.post("/dev/connections/create/", CREATE)

    assert (response.status_code, response.headers["Location"]) == (302, "/dev/connections/detail/new/")
    with connected(two_environments.endpoint) as aws:
        assert aws.describe_secret(SecretId="dev/connections/new")["Name"] == "dev/connections/new"
    assert "Created. Airflow finds it as new." in client.get(response.headers["Location"]).content.decode()


@pytest.mark.parametrize("reason", ["the database refuses", "they have signed out meanwhile"])
def test_after_a_write_claim_not_that_nothing_was_changed(
    two_environments: Emulator, client: Client, reason: str
) -> None:
    """A message that names more fields than a cookie holds goes into the session, which can't be saved here."""
    extra = json.dumps({token_hex(16): number for number in range(200)})
    with connected(two_environments.endpoint) as aws:
        version = aws.get_secret_value(SecretId="dev/connections/x")["VersionId"]
    lost = refusing('UPDATE "django_session"') if reason == "the database refuses" else ending_sessions()
    with lost:
        response = client.post("/dev/connections/update/x/", {"version": version, "extra": extra})

    assert response.status_code in (400, 503)
    assert b"Nothing was changed" not in response.content
    assert b"Whether anything was changed isn&#x27;t known" in response.content
    with connected(two_environments.endpoint) as aws:
        stored = aws.get_secret_value(SecretId="dev/connections/x")["SecretString"]
    assert "199" in stored
    assert [event.outcome for event in Event.objects.order_by("id")] == ["started", "succeeded"]


def test_of_an_outcome_leave_the_act_as_it_began(two_environments: Emulator, client: Client) -> None:
    with counting(two_environments) as calls, refusing('INSERT INTO "audit_event"', after=1):
        response = client.post("/dev/connections/open/x/")

    assert response.status_code == 200
    assert calls["GetSecretValue"] == 1
    assert [event.outcome for event in Event.objects.all()] == ["started"]


def test_of_the_database_are_told_to_whoever_watches(client: Client) -> None:
    assert client.get("/health/ready").status_code == 200
    with without_table("audit_event"):
        assert Client(raise_request_exception=False).get("/health/ready").status_code == 503
        assert Client().get("/health/live").status_code == 200


def test_reach_htmx_as_a_message(client: Client) -> None:
    response = client.post("/dev/connections/open/nowhere/", headers={"hx-request": "true"})

    assert response.status_code == 404
    assert response.headers["HX-Retarget"] == "#messages"
    page = response.content.decode()
    assert 'id="message"' in page
    assert "<html" not in page


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/nowhere/", "There is no such page"),
        ("/dev/connections/detail/a..b/c/", "Not in Secrets Manager"),
        ("/dev/connections/detail/../", "There is no such page"),
    ],
)
def test_say_what_is_not_there(client: Client, path: str, says: str) -> None:
    response = client.get(path)

    assert response.status_code == 404
    assert says in response.content.decode()


def test_say_who_may(client: Client, as_role: As) -> None:
    page = as_role("viewer").post("/dev/connections/reveal/x/")

    assert page.status_code == 403
    assert b"Ask an admin of this environment" in page.content
