"""The audit page shows people their own acts, and everybody's to who may read the record."""

import re
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from time_machine import travel

from secretsadmin.actions import RECORDED
from secretsadmin.audit.models import Event
from secretsadmin.audit.reading import PLAIN, Asked, Scope, walk
from secretsadmin.audit.recording import Act, Actor, Place, record_denied, recording
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import BY_NAME
from secretsadmin.store.errors import Conflict
from tests.secretsadmin.conftest import As, Configure

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_environments")]
URL = "/audit/"
LINKS = re.compile(r'<a class="mono"[^>]*>([^<]*)</a>')
GRANTS = """
[[grants]]
group = "leads"
role = "admin"
environments = ["dev"]
[[grants]]
group = "leads"
role = "editor"
environments = ["prod"]
"""


def act(who: str, what: str, id_: str, *, where: str = "dev", fields: tuple[str, ...] = ()) -> None:
    kind, _, verb = what.partition(".")
    environment = find_environment(where)
    assert environment
    ref, reason = Ref(environment, BY_NAME[kind], id_), f"because of {id_}"
    with recording(ref, verb, actor=Actor(who), reason=reason, act=Act(fields=tuple(fields))):
        pass


def ids(client: Client, **asked: str) -> list[str]:
    """The ids of the acts that the page shows, in its order."""
    response = client.get(URL, asked)
    assert response.status_code == 200
    return LINKS.findall(text_of(response))


def text_of(response: Any) -> str:
    return str(response.content.decode())


def older_url(response: Any) -> str:
    """Where the record goes on below the page; empty at its end."""
    link = re.search(r'rel="next" href="([^"]*)"', text_of(response))
    return unescape(link[1]) if link else ""


@pytest.fixture
def acts(two_environments: Emulator) -> None:
    act("viewer", "connections.open", "a")
    act("editor", "variables.update", "b")
    act("editor", "connections.create", "c", where="prod")
    act("admin", "config.delete", "d")


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("viewer", "a"),
        ("editor", "cb"),
        ("admin", "dcba"),
        ("auditor", "dcba"),
        ("superuser", "dcba"),
    ],
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
        ({"before": "1"}, ""),
        ({"before": "4611686018427387904"}, "dcba"),
        ({"user": "editor", "secret": "b", "kind": "variables"}, "b"),
        ({"user": "*edit*"}, "cb"),
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


@pytest.mark.parametrize("moment", [time.min, time.max])
def test_the_first_and_the_last_act_of_a_day(as_role: As, moment: time) -> None:
    with travel(datetime.combine(date(2026, 3, 1), moment, UTC), tick=False):
        act("editor", "variables.update", "b")

    assert ids(as_role("auditor"), since="2026-03-01", until="2026-03-01") == ["b"]


def test_a_day_without_working_out_that_of_each_act() -> None:
    """A database that does takes seconds for 100,000 acts, and SQLite asks Python for each."""
    way = walk(Asked(since=date(2026, 3, 1), until=date(2026, 3, 1)), Scope(is_everything=True))

    assert "date" not in str(way.along.alias(**PLAIN).filter(way.fitting).query).lower()


def test_how_acts_ended(as_role: As) -> None:
    environment = find_environment("dev")
    assert environment
    record_denied(Place(environment.name, "connections", "denied"), "reveal", actor=Actor("eve"))
    with (
        pytest.raises(Conflict),
        recording(
            Ref(environment, BY_NAME["connections"], "conflict"), "update", actor=Actor("eve")
        ),
    ):
        raise Conflict
    with (
        pytest.raises(SystemExit),
        recording(
            Ref(environment, BY_NAME["connections"], "started"), "update", actor=Actor("eve")
        ),
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
        {"request": "a" * 129},
        {"user": "a" * 515},
        {"secret": "a" * 515},
    ],
)
@pytest.mark.usefixtures("acts")
def test_nothing_where_it_could_not_understand_the_filter(
    as_role: As, asked: dict[str, str]
) -> None:
    response = as_role("auditor").get(URL, asked)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'class="errors"' in page
    assert "Nothing is shown until that is put right." in page
    assert 'class="acts"' not in page


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize("place", ["0", "-1", "nonsense", "9" * 5000])
def test_nothing_from_a_place_that_there_is_not(as_role: As, place: str) -> None:
    response = as_role("auditor").get(URL, {"before": place})

    assert response.status_code == 422
    assert "Before: " in text_of(response)
    assert 'class="acts"' not in text_of(response)


@pytest.mark.parametrize("name", ["environment", "kind", "action", "outcome"])
def test_which_choice_there_is_not(as_role: As, name: str) -> None:
    page = as_role("auditor").get(URL, {name: "nonsense"}).content.decode()

    assert f"There is no such {name}." in page
    assert "Select a valid choice" not in page


def test_every_verb_that_is_recorded_in_its_filter(as_role: As) -> None:
    auditor = as_role("auditor")
    for verb in [action.verb for action in RECORDED]:
        act("editor", f"connections.{verb}", verb)
        assert ids(auditor, action=verb) == [verb]
        assert f'<option value="{verb}"' in auditor.get(URL).content.decode()


def test_no_code_in_place_of_words(as_role: As) -> None:
    act("editor", "connections.roll-back", "x")
    act("editor", "variables.reveal", "y", fields=("secret.text",))
    as_role("viewer").post("/dev/connections/reveal/z/")

    page = as_role("auditor").get(URL).content.decode()

    assert '<option value="roll-back">Roll back</option>' in page
    assert "<code>all of it</code>" in page
    assert "The role doesn&#x27;t allow it" in page
    for code in ("roll-back<", "secret.text", "<dd>role<"):
        assert code not in page


OWN = "You see only your own acts;</strong> admins and auditors see"
OWN_IN_PROD = "In Production you see only your own acts;</strong> admins and auditors see"


@pytest.mark.usefixtures("acts")
@pytest.mark.parametrize(
    ("role", "asked", "told"),
    [
        ("editor", {}, OWN),
        ("viewer", {"environment": "prod"}, OWN),
        ("admin", {}, ""),
        ("auditor", {}, ""),
        ("superuser", {}, ""),
    ],
)
def test_whose_acts_it_shows(as_role: As, role: str, asked: dict[str, str], told: str) -> None:
    page = as_role(role).get(URL, asked).content.decode()

    assert told in page
    assert ("only your own acts" in page) == bool(told)


def test_whose_acts_it_shows_where_that_differs(configure: Configure) -> None:
    configure(GRANTS)
    user = User.objects.create(username="lead")
    user.groups.add(Group.objects.create(name="leads"))
    lead = Client()
    lead.force_login(user)

    assert OWN_IN_PROD in lead.get(URL).content.decode()
    assert OWN in lead.get(URL, {"environment": "prod"}).content.decode()
    assert "only your own acts" not in lead.get(URL, {"environment": "dev"}).content.decode()


@pytest.mark.usefixtures("acts")
def test_that_others_acts_were_not_looked_through(as_role: As) -> None:
    editor = as_role("editor").get(URL, {"user": "admin"}).content.decode()
    auditor = as_role("auditor").get(URL, {"user": "nobody"}).content.decode()

    assert (
        "None of your own acts fits this filter. What others did is for admins and auditors."
        in editor
    )
    assert "None of the recorded events fits this filter." in auditor


def test_that_nothing_was_done_yet(as_role: As) -> None:
    editor, auditor = as_role("editor"), as_role("auditor")

    assert "opened, revealed or changed anything yet." in editor.get(URL).content.decode()
    page = auditor.get(URL, {"environment": "prod"}).content.decode()
    assert "Nobody has opened, revealed or changed anything in Production yet." in page


def test_fifty_a_page(as_role: As) -> None:
    for number in range(60):
        act("editor", "variables.update", f"x{number:02}")
    auditor = as_role("auditor")

    assert ids(auditor) == [f"x{number:02}" for number in range(59, 9, -1)]
    older = older_url(auditor.get(URL, {"user": "editor"}))
    assert "user=editor" in older
    assert LINKS.findall(text_of(auditor.get(older))) == [f"x{n:02}" for n in range(9, -1, -1)]
    assert older_url(auditor.get(older)) == ""


@pytest.mark.usefixtures("two_environments")
@pytest.mark.parametrize(
    "current",
    ["http://[", "//[/audit/?environment=dev", "http://\u2100/", "?", "#?environment=dev"],
)
def test_an_answer_to_htmx_whatever_page_asks(as_role: As, current: str) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": current}
    response = as_role("viewer").get(URL, headers=headers)
    assert response.status_code == 200


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
