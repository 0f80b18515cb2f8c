"""What is done to many secrets of a list ... (each test finishes the sentence)."""

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.pages.plan import LONGEST_JSON
from secretsadmin.transfer import pace
from tests.conftest import As, use
from tests.secretsadmin.conftest import Configure
from tests.secretsadmin.views.planned import form_in, run
from tests.support.faults import Answer, FaultProxy, Forward
from tests.support.people import somebody
from tests.support.site import overwrite, put, stored
from tests.support.wire import connected, counting

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

URL = "/default/variables/bulk/"
CONNECTIONS_URL = "/default/connections/bulk/"
CANARY = f"canary-{uuid4().hex}"
KEYS = ("alpha", "beta", "gamma")


@pytest.fixture
def emulator(
    settings: Settings, empty_emulator: Emulator, shared_database: dict[str, str]
) -> Emulator:
    """Three variables, on a database that the threads of a run share."""
    settings.BATCH_CALLS_PER_SECOND = 10_000
    pace.forget()
    for key in KEYS:
        put(empty_emulator, f"airflow/variables/{key}", CANARY, Description=f"The {key}")
    use(settings, empty_emulator.endpoint)
    return empty_emulator


@pytest.fixture
def client(emulator: Emulator) -> Client:
    client = Client()
    client.force_login(somebody("editor", "editors"))
    return client


def planned(client: Client, action: str, ids: Any = KEYS, **fields: str) -> Any:
    return client.post(URL, {"action": action, "id": ids, "plan": "1", **fields})


def of(emulator: Emulator, key: str) -> dict[str, Any]:
    return stored(emulator, f"airflow/variables/{key}")


def tags_of(emulator: Emulator, key: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in of(emulator, key).get("Tags", [])}


def ended(action: str) -> dict[str, str]:
    """How the acts ended, by secret."""
    ends = Event.objects.filter(action=f"variables.{action}", begins=False)
    return {event.secret: event.outcome for event in ends}


def test_is_shown_first(client: Client, emulator: Emulator) -> None:
    client.get("/default/variables/")
    with counting(emulator) as calls:
        page = client.post(URL, {"action": "delete", "id": KEYS}).content.decode()

    assert "Delete: 3 variables" in page
    assert "3 will change" in page
    assert "Recovery window in days" in page
    assert not {"DeleteSecret", "GetSecretValue"} & set(calls)
    assert not Event.objects.filter(action="batch.run").exists()


def test_is_done_with_one_window_and_one_reason(client: Client, emulator: Emulator) -> None:
    plan = planned(client, "delete")

    response = run(client, URL, plan, days="9", reason="Moved to dbt")

    assert re.fullmatch(r"/default/runs/[0-9a-f-]{36}/", response["Location"])
    assert ended("delete") == dict.fromkeys(KEYS, "succeeded")
    lines = Event.objects.filter(action="variables.delete", begins=True)
    assert {line.reason for line in lines} == {"Moved to dbt"}
    assert "Deletion of 3 variables" in client.get(response["Location"]).content.decode()

    run(client, URL, planned(client, "restore"))
    assert ended("restore") == dict.fromkeys(KEYS, "succeeded")


def test_leaves_out_what_was_not_ticked(client: Client) -> None:
    plan = planned(client, "delete")

    run(client, URL, plan, days="7", chosen=["variables:beta"])

    assert ended("delete") == {"beta": "succeeded"}


@pytest.mark.parametrize("days", ["", "6", "31", "x"])
def test_wants_a_window_that_aws_takes(client: Client, days: str) -> None:
    response = run(client, URL, planned(client, "delete"), days=days)

    assert response.status_code == 422
    assert "3 will change" in response.content.decode()
    assert not Event.objects.filter(action="batch.run").exists()


def test_refuses_an_empty_choice(client: Client) -> None:
    assert planned(client, "delete", []).status_code == 422
    assert planned(client, "nonsense").status_code == 422
    assert planned(client, "retype").status_code == 422
    nothing = run(client, URL, planned(client, "delete"), days="7", chosen=[])
    assert nothing.status_code == 422
    assert not Event.objects.filter(action="batch.run").exists()


def test_says_of_each_why_it_can_not_be(client: Client, emulator: Emulator) -> None:
    with connected(emulator.endpoint) as aws:
        aws.delete_secret(SecretId="airflow/variables/beta", RecoveryWindowInDays=7)

    page = planned(client, "describe", [*KEYS, "nowhere"], text="Ours").content.decode()

    assert "2 can’t be done" in page
    assert "It waits for its deletion. Restore it first." in page
    assert "There is no such variable, or none any more." in page


def test_takes_all_that_match_the_filter(client: Client) -> None:
    bar = form_in(client.get("/default/variables/?q=a+l").content.decode(), "bulk")
    assert bar["filter"] == ["q=a+l"]

    page = client.post(URL, bar | {"action": "delete", "all": "1"})

    assert "Delete: 1 variable" in page.content.decode()
    run(client, URL, page, days="7")
    assert ended("delete") == {"alpha": "succeeded"}


def test_is_refused_where_other_secrets_match_by_now(client: Client, emulator: Emulator) -> None:
    bar = form_in(client.get("/default/variables/").content.decode(), "bulk")
    put(emulator, "airflow/variables/delta", CANARY)
    client.post("/default/variables/refresh/")

    response = client.post(URL, bar | {"action": "delete", "all": "1"})

    assert response.status_code == 409
    assert "The list has changed" in response.content.decode()


def test_sets_descriptions_and_keeps_the_values(client: Client, emulator: Emulator) -> None:
    plan = planned(client, "describe", within="The", text="Our")

    run(client, URL, plan)

    for key in KEYS:
        assert of(emulator, key)["Description"] == f"Our {key}"
        assert of(emulator, key)["SecretString"] == CANARY
    assert CANARY not in str(list(Event.objects.values()))


def test_labels_what_is_current(client: Client, emulator: Emulator) -> None:
    run(client, URL, planned(client, "label", label="before-migration"))

    assert ended("label") == dict.fromkeys(KEYS, "succeeded")
    assert "before-migration" in of(emulator, "alpha")["VersionStages"]
    again = planned(client, "label", label="before-migration").content.decode()
    assert "3 are the same" in again


def test_sets_tags_and_removes_some(client: Client, emulator: Emulator) -> None:
    with connected(emulator.endpoint) as aws:
        for key in KEYS[:2]:
            tags: list[TagTypeDef] = [{"Key": "old", "Value": "1"}, {"Key": "kept", "Value": "2"}]
            aws.tag_resource(SecretId=f"airflow/variables/{key}", Tags=tags)

    run(client, URL, planned(client, "tag", put="owner=dwh\nteam = a b", removed="old"))

    assert ended("tag") == dict.fromkeys(KEYS, "succeeded")
    assert tags_of(emulator, "alpha") == {"owner": "dwh", "team": "a b", "kept": "2"}
    assert tags_of(emulator, "gamma") == {"owner": "dwh", "team": "a b"}


@pytest.mark.parametrize(
    "fields",
    [
        {"put": "", "removed": ""},
        {"put": "no equals sign"},
        {"put": "aws:x=1"},
        {"put": "airflow:conn-type=http"},
        {"put": "secretsadmin:x=1"},
        {"put": "a=1\na=2"},
        {"put": f"{'k' * 129}=1"},
        {"put": f"k={'v' * 257}"},
        {"put": "k={}"},
        {"removed": "airflow:conn-type"},
        {"put": "a=1", "removed": "a"},
    ],
)
def test_takes_no_tags_that_aws_or_this_dashboard_refuse(
    client: Client, fields: dict[str, str]
) -> None:
    response = planned(client, "tag", **fields)

    assert response.status_code == 422
    assert 'class="errors"' in response.content.decode()


def test_renames_by_a_copy_and_a_deletion(client: Client, emulator: Emulator) -> None:
    with connected(emulator.endpoint) as aws:
        aws.tag_resource(
            SecretId="airflow/variables/alpha", Tags=[{"Key": "owner", "Value": "dwh"}]
        )
    plan = planned(client, "rename", put_before="dwh_", find="al", replacement="AL")
    assert "can&#x27;t rename a secret" in plan.content.decode()

    run(client, URL, plan, days="7")

    assert of(emulator, "dwh_ALpha")["SecretString"] == CANARY
    assert of(emulator, "dwh_ALpha")["Description"] == "The alpha"
    assert tags_of(emulator, "dwh_ALpha") == {"owner": "dwh"}
    assert ended("duplicate") == dict.fromkeys(KEYS, "succeeded")
    assert ended("delete") == dict.fromkeys(KEYS, "succeeded")
    assert CANARY not in str(list(Event.objects.values()))


def test_deletes_nothing_that_somebody_saved_since_the_plan(
    client: Client, emulator: Emulator
) -> None:
    plan = planned(client, "delete")
    overwrite(emulator, "airflow/variables/beta", "newer")

    run(client, URL, plan, days="7")

    assert ended("delete") == {"alpha": "succeeded", "beta": "conflict", "gamma": "succeeded"}
    assert of(emulator, "beta")["SecretString"] == "newer"


def test_asks_once_more_where_somebody_saved_since_and_the_form_comes_back(
    client: Client, emulator: Emulator
) -> None:
    plan = planned(client, "delete")
    overwrite(emulator, "airflow/variables/beta", "newer")
    client.post("/default/variables/refresh/")

    page = run(client, URL, plan, days="3")

    assert "Somebody saved it since you looked." in page.content.decode()
    assert form_in(page.content.decode(), "plan")["chosen"] == [
        "variables:alpha",
        "variables:gamma",
    ]


def test_deletes_nothing_that_got_its_first_value_since_the_plan(
    client: Client, emulator: Emulator
) -> None:
    with connected(emulator.endpoint) as aws:
        aws.create_secret(Name="airflow/variables/empty")
    client.post("/default/variables/refresh/")
    plan = planned(client, "delete", ["empty"])
    overwrite(emulator, "airflow/variables/empty", "first")

    run(client, URL, plan, days="7")

    assert ended("delete") == {"empty": "conflict"}


def test_says_so_where_something_ticked_can_not_be_done_any_more(
    client: Client, emulator: Emulator
) -> None:
    plan = planned(client, "rename", put_before="dwh_")
    put(emulator, "airflow/variables/dwh_beta", "theirs")
    client.post("/default/variables/refresh/")

    page = run(client, URL, plan, days="7")

    assert page.status_code == 422
    assert "Some of what you ticked can’t be done any more." in page.content.decode()
    assert not Event.objects.filter(action="batch.run").exists()


def test_keeps_the_ticks_where_the_form_comes_back(client: Client) -> None:
    plan = planned(client, "delete")

    wrong = run(client, URL, plan, days="3", chosen=["variables:beta"])
    cleared = run(client, URL, plan, tick="none", run=[])

    assert wrong.status_code == 422
    assert form_in(wrong.content.decode(), "plan")["chosen"] == ["variables:beta"]
    assert "chosen" not in form_in(cleared.content.decode(), "plan")


def test_renames_nothing_that_somebody_saved_since_the_plan(
    client: Client, emulator: Emulator
) -> None:
    plan = planned(client, "rename", put_before="dwh_")
    overwrite(emulator, "airflow/variables/beta", "newer")

    run(client, URL, plan, days="7")

    assert ended("duplicate") == {"alpha": "succeeded", "beta": "conflict", "gamma": "succeeded"}
    assert ended("delete") == {"alpha": "succeeded", "gamma": "succeeded"}
    assert ended("create") == {"dwh_alpha": "succeeded", "dwh_gamma": "succeeded"}


def test_keeps_the_old_id_where_somebody_saved_it_after_it_was_copied(
    settings: Settings, client: Client, emulator: Emulator
) -> None:
    plan = planned(client, "rename", ["beta"], put_before="dwh_")

    def save_after(forward: Forward) -> Answer:
        answer = forward()
        overwrite(emulator, "airflow/variables/beta", "newer")
        return answer

    with FaultProxy(emulator.endpoint) as proxy:
        proxy.when("CreateSecret").behave = save_after
        use(settings, proxy.endpoint)
        run(client, URL, plan, days="7")

    assert ended("delete") == {"beta": "conflict"}
    assert of(emulator, "beta")["SecretString"] == "newer"
    assert of(emulator, "dwh_beta")["SecretString"] == CANARY


def test_renames_none_onto_another(client: Client) -> None:
    page = planned(client, "rename", find="alpha", replacement="beta").content.decode()
    assert "This id is there already." in page

    both = planned(client, "rename", ("alpha", "gamma"), find="alpha", replacement="x y")
    assert "1 can’t be done" in both.content.decode()


def test_moves_connections_to_another_type(client: Client, emulator: Emulator) -> None:
    name = "airflow/connections/orders"
    put(emulator, name, f"postgres://svc:{CANARY}@db/orders")
    put(emulator, "airflow/connections/broken", f"{CANARY}")
    sent = {"action": "retype", "id": ["orders", "broken"], "type": "redshift", "plan": "1"}

    run(client, CONNECTIONS_URL, client.post(CONNECTIONS_URL, sent))

    assert stored(emulator, name)["SecretString"] == f"redshift://svc:{CANARY}@db/orders"
    tags = {tag["Key"]: tag["Value"] for tag in stored(emulator, name)["Tags"]}
    assert tags == {"airflow:conn-type": "redshift"}
    ends = Event.objects.filter(action="connections.update", begins=False)
    assert {event.secret: event.outcome for event in ends} == {
        "orders": "succeeded",
        "broken": "failed",
    }
    assert CANARY not in str(list(Event.objects.values()))


def test_goes_on_from_the_version_of_the_plan(client: Client, emulator: Emulator) -> None:
    plan = planned(client, "describe", text="Ours")
    overwrite(emulator, "airflow/variables/beta", "newer")

    run(client, URL, plan)

    assert ended("update") == {"alpha": "succeeded", "beta": "conflict", "gamma": "succeeded"}
    assert of(emulator, "beta")["Description"] == "The beta"


def test_asks_for_each_id_whether_the_person_may(
    configure: Configure, shared_database: dict[str, str]
) -> None:
    emulator = configure(
        """
        [[grants]]
        group = "team-a"
        role = "editor"
        ids = ["a_*"]

        [[grants]]
        group = "team-a"
        role = "viewer"
        ids = ["b_*"]
        """
    )
    for key in ("a_1", "b_1", "c_1"):
        put(emulator, f"dev/variables/{key}", CANARY)
    client = Client()
    client.force_login(somebody("ann", "team-a"))
    sent = {"action": "delete", "id": ["a_1", "b_1", "c_1", "none"], "plan": "1"}

    plan = client.post("/dev/variables/bulk/", sent)

    page = plan.content.decode()
    assert page.count("You may not do this to it.") == 1
    assert page.count("There is no such variable, or none any more.") == 2
    run(client, "/dev/variables/bulk/", plan, days="7", chosen=["variables:a_1", "variables:b_1"])
    assert ended("delete") == {"a_1": "succeeded"}


def test_is_offered_to_those_who_may(signed_in: As, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/variables/alpha", CANARY)

    editors = signed_in("editor").get("/default/variables/").content.decode()
    viewers = signed_in("viewer").get("/default/variables/").content.decode()

    assert 'name="id" value="alpha" form="bulk"' in editors
    assert "Move to another type" not in editors
    assert 'form="bulk"' not in viewers
    assert signed_in("viewer").post(URL, {"action": "delete", "id": "x"}).status_code == 403


def test_says_so_where_the_rows_are_more_than_a_page_can_send_back(client: Client) -> None:
    rest = json.dumps(["variables:alpha"] * (LONGEST_JSON // len("variables:alpha")))

    response = run(client, URL, planned(client, "delete"), days="7", rest=rest)

    assert response.status_code == 422
    assert "Take fewer of them at once." in response.content.decode()
    assert not Event.objects.filter(action="batch.run").exists()


@pytest.mark.parametrize("version", ["x" * 65, "\ud800" * 36, "nul\0" * 9, [["x" * 36]], None])
def test_is_done_on_top_of_nothing_that_is_no_version(
    client: Client, emulator: Emulator, version: object
) -> None:
    versions = json.dumps({"variables:alpha": version})
    with counting(emulator) as calls:
        sent = {"versions": versions, "shown": "[]", "chosen": "variables:alpha", "run": "1"}
        response = planned(client, "describe", ["alpha"], text="New", **sent)

    assert response.status_code == 422
    assert "<p>The plan came back broken. Look at it again.</p>" in response.content.decode()
    assert not {"GetSecretValue", "UpdateSecret"} & set(calls)
    assert not Event.objects.filter(action="batch.run").exists()
