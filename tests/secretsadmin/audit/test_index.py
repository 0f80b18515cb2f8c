"""The audit page shows people their own acts, and everybody's to who may read the record."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from time_machine import travel

from secretsadmin import environments
from secretsadmin.audit.models import Actor, Event, Place, record_denied, recording
from secretsadmin.demo.emulator import Emulator
from secretsadmin.environments import Ref
from secretsadmin.kinds import BY_NAME
from secretsadmin.store.errors import Conflict
from tests.secretsadmin.conftest import As

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]
URL = "/audit/"


def act(who: str, what: str, id_: str, *, where: str = "dev") -> None:
    kind, _, verb = what.partition(".")
    environment = environments.get(where)
    assert environment
    with recording(Ref(environment, BY_NAME[kind], id_), verb, actor=Actor(who), reason=f"because of {id_}"):
        pass


def ids(client: Client, **asked: str) -> list[str]:
    """The ids of the acts that the page shows, in its order."""
    response = client.get(URL, asked)
    assert response.status_code == 200
    return re.findall(r'<a class="mono"[^>]*>([^<]*)</a>', response.content.decode())


@pytest.fixture
def acts(two_environments: Emulator) -> None:
    act("viewer", "connections.open", "a")
    act("editor", "variables.update", "b")
    act("editor", "connections.create", "c", where="prod")
    act("admin", "config.delete", "d")


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(
    ("role", "seen"), [("viewer", "a"), ("editor", "cb"), ("admin", "dcba"), ("auditor", "dcba"), ("superuser", "dcba")]
)
def test_newest_first(as_role: As, role: str, seen: str) -> None:
    assert ids(as_role(role)) == list(seen)


@pytest.mark.usefixtures("acts")
def test_nothing_to_who_sees_no_environment(as_role: As) -> None:
    assert as_role("nobody").get(URL).status_code == 403


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"user": "edit"}, "cb"),
        ({"user": "EDITOR"}, "cb"),
        ({"user": "%"}, ""),
        ({"environment": "prod"}, "c"),
        ({"kind": "connections"}, "ca"),
        ({"secret": "b"}, "b"),
        ({"action": "update"}, "b"),
        ({"outcome": "succeeded"}, "dcba"),
        ({"outcome": "failed"}, ""),
        ({"since": "2000-01-01", "until": "2999-01-01"}, "dcba"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "dcba"),
        ({"since": "2999-01-01"}, ""),
        ({"until": "2000-01-01"}, ""),
        ({"kind": "connections", "user": "viewer", "action": "open"}, "a"),
        ({"page": "nonsense"}, "dcba"),
        ({"page": "99999999999999999999"}, "dcba"),
    ],
)
def test_what_was_asked_for(as_role: As, asked: dict[str, str], seen: str) -> None:
    assert ids(as_role("auditor"), **asked) == list(seen)


@pytest.mark.usefixtures("acts")
def test_no_more_than_is_theirs_whatever_is_asked_for(as_role: As) -> None:
    for asked in (
        {"user": "editor"},
        {"environment": "prod"},
        {"secret": "b"},
        {"outcome": "succeeded", "user": "admin"},
    ):
        assert set(ids(as_role("viewer"), **asked)) <= {"a"}


def test_the_acts_of_a_day_that_begins_and_ends_in_utc(as_role: As) -> None:
    with travel(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        act("editor", "variables.update", "b")
    today = date(2026, 3, 1)
    auditor = as_role("auditor")

    assert ids(auditor, since=str(today), until=str(today)) == ["b"]
    assert ids(auditor, until=str(today - timedelta(days=1))) == []


def test_how_acts_ended(as_role: As) -> None:
    environment = environments.get("dev")
    assert environment
    record_denied(Place(environment.name, "connections", "denied"), "reveal", actor=Actor("eve"))
    with (
        pytest.raises(Conflict),
        recording(Ref(environment, BY_NAME["connections"], "conflict"), "update", actor=Actor("eve")),
    ):
        raise Conflict
    with (
        pytest.raises(SystemExit),
        recording(Ref(environment, BY_NAME["connections"], "started"), "update", actor=Actor("eve")),
    ):
        raise SystemExit
    auditor = as_role("auditor")

    for outcome in ("denied", "conflict", "started"):
        assert ids(auditor, outcome=outcome) == [outcome]
    page = auditor.get(URL).content.decode()
    assert "tried to reveal" in page
    assert "tried to change" in page


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "2026-13-45"},
        {"environment": "nowhere"},
        {"kind": "nonsense"},
        {"action": "format"},
        {"outcome": "good"},
        {"user": "a\x00b"},
        {"secret": "\x00"},
    ],
)
def test_what_it_could_not_understand(as_role: As, asked: dict[str, str]) -> None:
    response = as_role("auditor").get(URL, asked)

    assert response.status_code == 422
    assert b'class="errors"' in response.content


def test_fifty_a_page(as_role: As) -> None:
    for number in range(60):
        act("editor", "variables.update", f"x{number:02}")
    auditor = as_role("auditor")

    assert ids(auditor) == [f"x{number:02}" for number in range(59, 9, -1)]
    assert ids(auditor, page="2") == [f"x{number:02}" for number in range(9, -1, -1)]
    assert ids(auditor, page="3") == ids(auditor, page="2")
    assert b"user=editor" in auditor.get(URL, {"user": "editor"}).content


def test_a_fragment_to_htmx(as_role: As) -> None:
    act("editor", "variables.update", "b")

    page = as_role("auditor").get(URL, headers={"hx-request": "true"}).content.decode()

    assert 'id="events"' in page
    assert "<html" not in page


def test_refused_creations_that_have_no_id_yet(as_role: As) -> None:
    assert as_role("viewer").post("/dev/connections/create/", {"conn_id": "x"}).status_code == 403

    page = as_role("auditor").get(URL).content.decode()

    assert "tried to create" in page
    assert Event.objects.latest("id").secret == ""
    assert b"tried to create" in as_role("admin").get("/dev/").content
