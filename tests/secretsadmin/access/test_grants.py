"""A grant ... (each test finishes the sentence)."""

from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client

from secretsadmin.access import policy
from secretsadmin.audit.models import Event
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.demo.emulator import Emulator
from secretsadmin.kinds import CONNECTIONS, VARIABLES, Kind
from tests.secretsadmin.conftest import Configure
from tests.support.people import somebody
from tests.support.wire import connected, counting

pytestmark = pytest.mark.django_db
GRANTS = """
[[grants]]
group = "team-a"
role = "editor"
environments = ["dev"]
kinds = ["variables"]
ids = ["a_*", "shared?"]

[[grants]]
group = "team-a"
role = "viewer"
environments = ["dev"]
kinds = ["variables"]
ids = ["b_*"]

[[grants]]
group = "a-auditors"
role = "auditor"
environments = ["dev"]
kinds = ["variables"]
ids = ["a_*"]

[[grants]]
group = "on-call"
actions = ["view", "reveal"]
"""
IDS = ("a_1", "a_2", "b_1", "c_1", "shared1", "shared22")


def environment(name: str) -> Environment:
    here = find_environment(name)
    assert here
    return here


def ref(key: str, where: str = "dev", kind: Kind = VARIABLES) -> Ref:
    return Ref.from_key(environment(where), kind, key)


def may(user: User, verb: str, key: str, where: str = "dev", kind: Kind = VARIABLES) -> bool:
    return policy.may(user, verb, environment(where), kind, ref(key, where, kind))


@pytest.fixture
def secrets(configure: Configure) -> Emulator:
    emulator = configure(GRANTS)
    with connected(emulator.endpoint) as client:
        for key in IDS:
            client.create_secret(Name=f"dev/variables/{key}", SecretString=f"text of {key}")
    return emulator


@pytest.fixture
def ada(secrets: Emulator) -> Client:
    client = Client()
    client.force_login(somebody("ada", "team-a"))
    return client


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return unescape(response.content.decode())


@pytest.mark.usefixtures("secrets")
def test_holds_for_the_ids_that_fit_its_patterns() -> None:
    ada = somebody("ada", "team-a")

    assert [key for key in IDS if may(ada, "view", key)] == ["a_1", "a_2", "b_1", "shared1"]
    assert [key for key in IDS if may(ada, "reveal", key)] == ["a_1", "a_2", "shared1"]
    assert not any(may(ada, "view", key, kind=CONNECTIONS) for key in IDS)
    assert not any(may(ada, "view", key, "prod") for key in IDS)


@pytest.mark.usefixtures("secrets")
def test_of_actions_allows_these_alone_and_also_where_roles_are_guarded() -> None:
    olga = somebody("olga", "on-call")

    assert all(may(olga, verb, "x", "prod") for verb in ("view", "reveal"))
    assert not any(may(olga, verb, "x", "prod") for verb in ("open", "update", "copy", "history"))


def test_limits_every_list_and_number(ada: Client, secrets: Emulator) -> None:
    index = text(ada, "/dev/variables/")
    assert [key for key in IDS if f"/{key}/" in index] == ["a_1", "a_2", "b_1", "shared1"]
    assert "c_1" not in index

    overview = ada.get("/dev/")
    (tile,) = overview.context["page"].tiles
    assert tile.count == 4
    items = overview.context["navigation"].items
    assert [item.count for item in items if item.title == "Variables"] == [4]


def test_limits_what_the_record_tells(ada: Client, secrets: Emulator) -> None:
    chief = Client()
    chief.force_login(somebody("chief", is_superuser=True))
    for key in ("a_1", "c_1"):
        chief.post(f"/dev/variables/reveal/{key}/", {"field": "value"})
    auditor = Client()
    auditor.force_login(somebody("otto", "a-auditors"))

    overview, log = text(ada, "/dev/"), text(auditor, "/audit/")

    assert "a_1" in overview
    assert "c_1" not in overview
    assert "a_1" in log
    assert "c_1" not in log


def test_hides_other_ids_as_if_they_were_not_there(ada: Client, secrets: Emulator) -> None:
    pages = []
    with counting(secrets) as calls:
        for key in ("c_1", "nothing"):
            response = ada.get(f"/dev/variables/detail/{key}/")
            pages.append((response.status_code, response.content.replace(key.encode(), b"")))
    assert pages[0][0] == pages[1][0] == 404
    assert len(pages[0][1]) == len(pages[1][1])
    assert not calls


def test_refuses_what_it_leaves_out_and_says_so(ada: Client, secrets: Emulator) -> None:
    with counting(secrets) as calls:
        response = ada.post("/dev/variables/reveal/b_1/", {"field": "value"})

    assert response.status_code == 403
    assert not calls
    assert Event.objects.latest("id").outcome == "denied"
    page = text(ada, "/dev/variables/detail/b_1/")
    assert "/dev/variables/delete/b_1/" not in page
    assert "/dev/variables/delete/a_1/" in text(ada, "/dev/variables/detail/a_1/")


def test_says_which_ids_may_be_created_and_keeps_the_input(ada: Client, secrets: Emulator) -> None:
    with counting(secrets) as calls:
        response = ada.post("/dev/variables/create/", {"key": "c_2", "value": "mine"})

    page = unescape(response.content.decode())
    assert response.status_code == 403
    assert "a_* or shared?" in page
    assert "mine" in page
    assert "CreateSecret" not in calls
    assert ada.post("/dev/variables/create/", {"key": "a_3", "value": "mine"}).status_code == 302


def test_is_asked_for_anew_at_each_request(ada: Client) -> None:
    assert ada.get("/dev/variables/detail/a_1/").status_code == 200
    User.objects.get(username="ada").groups.clear()

    assert ada.get("/dev/variables/detail/a_1/").status_code == 404


def test_holds_for_the_teams_that_it_names(configure: Configure) -> None:
    configure(
        "[[grants]]\ngroup = 'x'\nrole = 'editor'\nenvironments = ['dev']\nteams = ['red']",
        dev='teams = ["red", "blue"]',
    )
    rob = somebody("rob", "x")

    assert may(rob, "update", "red--orders")
    assert not may(rob, "view", "blue--orders")
    assert not may(rob, "view", "orders")


def test_needs_the_right_to_break_the_glass_where_changes_need_an_approval(
    configure: Configure,
) -> None:
    emulator = configure(
        "[[grants]]\ngroup = 'editors'\nrole = 'editor'\n"
        "[[grants]]\ngroup = 'chiefs'\nrole = 'editor'\nactions = ['break-glass']",
        dev="approvals = true",
    )
    with connected(emulator.endpoint) as client:
        client.create_secret(Name="dev/variables/x", SecretString="x")
    editor, chief = Client(), Client()
    editor.force_login(somebody("editor", "editors"))
    chief.force_login(somebody("chief", "chiefs"))

    refused = editor.post("/dev/variables/restore/x/")

    assert refused.status_code == 403
    assert "Changes in Development need somebody’s approval" in unescape(refused.content.decode())
    assert editor.post("/dev/variables/reveal/x/", {"field": "value"}).status_code == 200
    assert chief.post("/dev/variables/restore/x/").status_code == 302
