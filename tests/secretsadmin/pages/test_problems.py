"""Problems are told in our words, and what isn't recorded isn't done."""

import json
from collections.abc import Iterator
from secrets import token_hex

import pytest
from django.test import Client

from secretsadmin.audit import health
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.secretsadmin.conftest import As, Configure
from tests.support.broken import ending_sessions, refusing, statements, without_table
from tests.support.faults import FaultProxy
from tests.support.forms import as_sent
from tests.support.wire import connected, counting

CREATE = {
    "conn_id": "new",
    "conn_type": "postgres",
    "host": "db.example.com",
    "description": "typed with care",
}


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
def no_record(request: pytest.FixtureRequest, sent: list[str]) -> Iterator[str]:
    broken = (
        without_table("audit_event")
        if request.param == "gone"
        else refusing('INSERT INTO "audit_event"')
    )
    with broken:
        yield request.param


# These read the record before they write into it.
READ_FIRST = ("update/x/", "delete/x/", "roll-back/x/")


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
    two_environments: Emulator,
    client: Client,
    sent: list[str],
    no_record: str,
    page: str,
    data: dict[str, str],
) -> None:
    with counting(two_environments) as calls:
        response = client.post(f"/dev/connections/{page}", data)

    assert response.status_code == 503
    is_unreadable = no_record == "gone" and page in READ_FIRST
    said = "The database doesn&#x27;t answer" if is_unreadable else "Nothing is shown or changed"
    assert said in response.content.decode()
    assert not {name for name in calls if name not in ("DescribeSecret", "ListSecrets")}
    # Each attempt may wait for the database, so there is one.
    assert sum(sql.startswith('INSERT INTO "audit_event"') for sql in sent) <= 1


@pytest.mark.usefixtures("no_record")
def test_without_a_record_keep_what_was_typed(two_environments: Emulator, client: Client) -> None:
    with counting(two_environments) as calls:
        page = client.post("/dev/connections/create/", CREATE).content.decode()

    assert not calls
    assert "The audit log" in page or "without a record" in page
    assert 'value="typed with care"' in page
    assert 'value="db.example.com"' in page


def test_after_a_write_do_not_depend_on_the_session(
    two_environments: Emulator, client: Client
) -> None:
    with refusing('UPDATE "django_session"'):
        response = client.post("/dev/connections/create/", CREATE)

    assert (response.status_code, response.headers["Location"]) == (
        302,
        "/dev/connections/detail/new/",
    )
    with connected(two_environments.endpoint) as aws:
        assert aws.describe_secret(SecretId="dev/connections/new")["Name"] == "dev/connections/new"
    page = client.get(response.headers["Location"]).content.decode()
    assert "Created. Airflow finds it as new." in page


@pytest.mark.parametrize("reason", ["the database refuses", "they have signed out meanwhile"])
def test_after_a_write_claim_not_that_nothing_was_changed(
    two_environments: Emulator, client: Client, reason: str
) -> None:
    """A message about many fields goes into the session, which can't be saved here."""
    extra = json.dumps({token_hex(16): number for number in range(200)})
    with connected(two_environments.endpoint) as aws:
        version = aws.get_secret_value(SecretId="dev/connections/x")["VersionId"]
    lost = (
        refusing('UPDATE "django_session"')
        if reason == "the database refuses"
        else ending_sessions()
    )
    with lost:
        response = client.post("/dev/connections/update/x/", {"version": version, "extra": extra})

    assert response.status_code == 400
    assert b"Nothing was changed" not in response.content
    assert b"Whether anything was changed isn&#x27;t known" in response.content
    with connected(two_environments.endpoint) as aws:
        stored = aws.get_secret_value(SecretId="dev/connections/x")["SecretString"]
    assert "199" in stored
    assert [event.outcome for event in Event.objects.order_by("id")] == ["started", "succeeded"]


def test_of_an_outcome_leave_the_act_as_it_began(
    two_environments: Emulator, client: Client
) -> None:
    with counting(two_environments) as calls, refusing('INSERT INTO "audit_event"', after=1):
        response = client.post("/dev/connections/open/x/")

    assert response.status_code == 200
    assert calls["GetSecretValue"] == 1
    assert [event.outcome for event in Event.objects.all()] == ["started"]


def test_of_the_database_are_told_to_whoever_watches(client: Client) -> None:
    health.forget()
    assert client.get("/health/ready").status_code == 200
    health.forget()
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


OWN_GROUPS = """
[[grants]]
group = "analysts"
role = "viewer"
[[grants]]
group = "data team"
role = "editor"
environments = ["dev"]
kinds = ["connections"]
[[grants]]
group = "platform"
role = "editor"
environments = ["prod"]
"""
EDITORS = "You are a viewer in Development. Editors and admins may"
PROTECTED = "Production is protected: only admins may"


@pytest.mark.parametrize(
    ("role", "page", "says"),
    [
        ("viewer", "/dev/connections/create/", f"{EDITORS} create a connection."),
        ("viewer", "/dev/variables/update/x/", f"{EDITORS} edit this variable."),
        ("viewer", "/dev/config/delete/x/", f"{EDITORS} delete this config option."),
        ("viewer", "/dev/connections/roll-back/x/", f"{EDITORS} roll back."),
        ("viewer", "/dev/connections/label/x/", f"{EDITORS} move labels."),
        ("editor", "/prod/connections/delete/x/", f"{PROTECTED} delete this connection."),
        ("auditor", "/dev/connections/compare/x/", "Viewers, editors and admins may compare"),
    ],
)
def test_say_who_may(
    two_environments: Emulator, as_role: As, role: str, page: str, says: str
) -> None:
    response = as_role(role).get(page)

    assert response.status_code == 403
    assert says in response.content.decode()


@pytest.mark.parametrize("verb", ["open", "reveal", "copy", "restore"])
def test_say_who_may_do_what_is_a_button(client: Client, as_role: As, verb: str) -> None:
    page = as_role("auditor").post(f"/dev/connections/{verb}/x/")

    assert page.status_code == 403
    assert "You are an auditor in Development." in page.content.decode()
    assert "ditors and admins may" in page.content.decode()


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("/dev/connections/create/", "Ask somebody in the group data team to do it,"),
        ("/prod/connections/create/", "Ask somebody in the group platform to do it,"),
        ("/dev/variables/create/", "No group has that right yet."),
        ("/prod/connections/delete/x/", "No group has that right yet."),
    ],
)
def test_say_whom_to_ask(configure: Configure, as_role: As, page: str, says: str) -> None:
    configure(OWN_GROUPS)

    refused = as_role("analyst").get(page).content.decode()

    assert says in refused
    named = [group for group in ("data team", "platform", "analysts") if group in refused]
    assert named == [group for group in ("data team", "platform") if group in says]


def test_say_to_whom_nothing_is_open(two_environments: Emulator, as_role: As) -> None:
    for page in ("/", "/audit/"):
        refused = as_role("nobody").get(page)
        assert refused.status_code == 403
        assert b"None of your groups has a role here." in refused.content
        assert b"Ask whoever looks after the groups" in refused.content


@pytest.fixture
def failing(configure: Configure, as_role: As) -> Iterator[FaultProxy]:
    """AWS takes no more requests from whoever asks through it, until its faults are cleared."""
    emulator = configure()
    with connected(emulator.endpoint) as aws:
        aws.create_secret(Name="dev/connections/x", SecretString="postgres://u:radioactive@h")
    with FaultProxy(emulator.endpoint) as proxy:
        configure(endpoint=proxy.endpoint)
        for operation in (
            "DescribeSecret",
            "GetSecretValue",
            "ListSecrets",
            "RestoreSecret",
            "CreateSecret",
        ):
            proxy.when(operation).throttle()
        yield proxy


def test_that_pass_are_tried_again_by_a_link(failing: FaultProxy, as_role: As) -> None:
    address = f"/dev/connections/detail/x/?version={'a' * 32}"
    response = as_role("editor").get(address)

    assert response.status_code == 503
    assert f'<a class="button primary" href="{address}">Try again</a>' in response.content.decode()


@pytest.mark.parametrize(
    ("verb", "sent"),
    [
        ("open", {}),
        ("reveal", {"field": "password"}),
        ("copy", {"format": "uri"}),
        ("edit", {}),
        ("restore", {}),
    ],
)
def test_that_pass_are_tried_again_by_the_same_button(
    failing: FaultProxy, as_role: As, verb: str, sent: dict[str, str]
) -> None:
    editor = as_role("editor")
    response = editor.post(f"/dev/connections/{verb}/x/", sent)

    assert response.status_code == 503
    again = as_sent(response, "retry")
    assert again.pop("csrfmiddlewaretoken")
    assert again == {name: [text] for name, text in sent.items()}
    failing.clear()
    assert editor.post(f"/dev/connections/{verb}/x/", again).status_code < 400


def test_of_a_form_leave_it_its_own_button(failing: FaultProxy, as_role: As) -> None:
    response = as_role("editor").post("/dev/connections/create/", CREATE)

    assert response.status_code == 503
    page = response.content.decode()
    assert "Try again</" not in page
    assert 'value="typed with care"' in page


def test_that_stay_are_not_tried_again(failing: FaultProxy, as_role: As) -> None:
    failing.clear()
    for path in ("/nowhere/", "/dev/connections/detail/never_was/", "/prod/connections/delete/x/"):
        assert b"Try again<" not in as_role("editor").get(path).content


def test_of_the_database_are_tried_again_where_nothing_was_to_be_done(client: Client) -> None:
    with without_table("audit_event"):
        read = client.get("/dev/connections/detail/x/")
        written = client.post("/dev/connections/restore/x/")

    assert read.status_code == written.status_code == 503
    link = '<a class="button primary" href="/dev/connections/detail/x/">Try again</a>'
    assert link in read.content.decode()
    assert b"Try again<" not in written.content
