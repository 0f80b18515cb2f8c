"""An import ... (each test finishes the sentence)."""

import html
import json
import re
from collections.abc import Callable
from typing import cast
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.pages.plan import MOST_ROWS
from secretsadmin.transfer import pace
from tests.conftest import As, begin_cold, use
from tests.secretsadmin.views import planned as planned_form
from tests.support.people import somebody
from tests.support.site import overwrite
from tests.support.site import stored as stored_at
from tests.support.wire import connected, counting

URL = "/default/import/"
CANARY = f"canary-{uuid4().hex}"
BOTH = json.dumps(
    {
        "orders": {"conn_type": "postgres", "host": "db", "password": CANARY},
        "billing": {"conn_type": "http", "host": "billing", "description": "The API"},
    }
)


@pytest.fixture
def editor(settings: Settings, empty_emulator: Emulator, shared_database: dict[str, str]) -> Client:
    """An editor, on a database that the threads of a run share."""
    settings.BATCH_CALLS_PER_SECOND = 10_000
    pace.forget()
    use(settings, empty_emulator.endpoint)
    client = Client()
    client.force_login(somebody("editor", "editors"))
    return client


@pytest.fixture
def stored(empty_emulator: Emulator) -> Callable[[], dict[str, str]]:
    def texts() -> dict[str, str]:
        with connected(empty_emulator.endpoint) as client:
            names = [secret["Name"] for secret in client.list_secrets()["SecretList"]]
            return {name: client.get_secret_value(SecretId=name)["SecretString"] for name in names}

    return texts


def store(emulator: Emulator, key: str, text: str) -> None:
    with connected(emulator.endpoint) as client:
        client.create_secret(Name=f"airflow/connections/{key}", SecretString=text)


def planned(client: Client, text: str = BOTH, **fields: str) -> HttpResponse:
    sent = {"text": text, "existing": "choose", "plan": "1", **fields}
    return cast("HttpResponse", client.post(URL, sent))


def run(client: Client, plan: HttpResponse, **fields: object) -> HttpResponse:
    return cast("HttpResponse", planned_form.run(client, URL, plan, **fields))


def ticked(page: HttpResponse) -> list[str]:
    """The ids of the rows that would be run."""
    chosen = planned_form.form_in(page.content.decode(), "plan").get("chosen", [])
    return [key.partition(":")[2] for key in chosen]


def test_shows_first_what_it_would_do(editor: Client, empty_emulator: Emulator) -> None:
    editor.get("/default/connections/")
    with counting(empty_emulator) as calls:
        response = planned(editor)

    page = response.content.decode()
    assert response.status_code == 200
    assert "2 will be created" in page
    assert "Airflow&#x27;s connections as JSON" in page
    assert "CreateSecret" not in calls
    assert not Event.objects.filter(action="batch.run").exists()


def test_creates_what_the_plan_says(editor: Client, stored: Callable[[], dict[str, str]]) -> None:
    response = run(editor, planned(editor))

    assert re.fullmatch(r"/default/runs/[0-9a-f-]{36}/", response.headers["Location"])
    assert stored().keys() == {"airflow/connections/orders", "airflow/connections/billing"}
    assert "All 2 are done" in editor.get(response.headers["Location"]).content.decode()
    created = Event.objects.filter(action="connections.create", outcome="succeeded")
    assert {event.secret for event in created} == {"orders", "billing"}
    assert CANARY not in str(list(Event.objects.values()))


def test_takes_a_file(editor: Client, stored: Callable[[], dict[str, str]]) -> None:
    file = SimpleUploadedFile("variables.env", b"AIRFLOW_VAR_SPEED=fast\n")

    plan = editor.post(URL, {"file": file, "existing": "choose", "plan": "1"})
    run(editor, cast("HttpResponse", plan))

    assert stored() == {"airflow/variables/speed": "fast"}


def test_leaves_out_the_rows_that_are_not_ticked(
    editor: Client, stored: Callable[[], dict[str, str]]
) -> None:
    run(editor, planned(editor), chosen=["connections:billing"])

    assert stored().keys() == {"airflow/connections/billing"}


def again(client: Client, page: HttpResponse, **fields: object) -> HttpResponse:
    """Send the plan's own form for another look."""
    sent = planned_form.form_in(page.content.decode(), "plan")
    return cast("HttpResponse", client.post(URL, {**sent, **fields}))


def test_keeps_the_ticks_where_somebody_looks_again(editor: Client) -> None:
    plan = planned(editor)
    assert ticked(plan) == ["orders", "billing"]

    page = again(editor, plan, plan="1", chosen=["connections:billing"])

    assert ticked(page) == ["billing"]
    assert ticked(run(editor, page, chosen=[])) == []


def test_shows_what_would_happen_now_where_a_run_is_refused(
    editor: Client, empty_emulator: Emulator
) -> None:
    store(empty_emulator, "orders", "postgres://db")
    text = json.dumps({"orders": "postgres://db", "billing": "postgres://billing"})
    plan = planned(editor, text, existing="overwrite")
    assert "1 is the same" in plan.content.decode()

    page = run(editor, plan, chosen=[])

    assert page.status_code == 422
    assert "1 is the same" in page.content.decode()
    assert ticked(page) == []


def test_asks_once_more_about_what_somebody_made_since_the_plan(
    editor: Client, empty_emulator: Emulator
) -> None:
    plan = planned(editor)
    store(empty_emulator, "orders", "postgres://theirs")
    editor.post("/default/connections/refresh/")

    page = again(editor, plan, plan="1")

    assert "Somebody saved it since you looked." in page.content.decode()
    assert ticked(page) == ["billing"]
    assert ticked(again(editor, page, tick="all")) == ["orders", "billing"]


def test_says_so_where_something_ticked_can_not_be_done_any_more(
    editor: Client, empty_emulator: Emulator
) -> None:
    plan = planned(editor)
    store(empty_emulator, "orders", "postgres://theirs")
    with connected(empty_emulator.endpoint) as client:
        client.delete_secret(SecretId="airflow/connections/orders", RecoveryWindowInDays=7)
    editor.post("/default/connections/refresh/")

    page = run(editor, plan)

    assert page.status_code == 422
    assert "Some of what you ticked can’t be done any more." in page.content.decode()
    assert ticked(page) == ["billing"]


def test_names_the_reason_where_it_is_too_long(editor: Client) -> None:
    page = run(editor, planned(editor), reason="x" * 1001)

    assert page.status_code == 422
    assert "at most 1000 characters" in page.content.decode()


def test_lets_all_rows_be_ticked_or_cleared_without_a_script(
    editor: Client, empty_emulator: Emulator
) -> None:
    store(empty_emulator, "orders", "postgres://other")
    plan = planned(editor)
    assert ticked(plan) == ["billing"]

    every = again(editor, plan, tick="all")
    assert ticked(every) == ["orders", "billing"]
    assert ticked(again(editor, every, tick="none")) == []
    assert ticked(again(editor, every, tick="none", look="create")) == ["orders"]
    assert ticked(again(editor, plan, tick="all", look="create")) == ["billing"]


def test_runs_what_the_page_does_not_show_where_that_is_ticked(
    editor: Client, stored: Callable[[], dict[str, str]]
) -> None:
    names = [f"k{number:03}" for number in range(MOST_ROWS + 2)]
    plan = planned(editor, "\n".join(f"AIRFLOW_VAR_{name.upper()}=1" for name in names))
    assert "2 more are not shown, of which 2 can be run." in plan.content.decode()

    cleared = again(editor, plan, tick="none")
    assert run(editor, cleared).status_code == 422
    assert run(editor, plan, chosen=[]).status_code == 302

    assert stored().keys() == {f"airflow/variables/{name}" for name in names[MOST_ROWS:]}


def test_overwrites_nothing_that_somebody_made_since_the_plan(
    editor: Client, empty_emulator: Emulator
) -> None:
    plan = planned(editor, existing="overwrite")
    store(empty_emulator, "orders", "postgres://theirs")
    editor.post("/default/connections/refresh/")

    run(editor, plan)

    assert stored_at(empty_emulator, "airflow/connections/orders")["SecretString"] == (
        "postgres://theirs"
    )
    ends = Event.objects.filter(begins=False, kind="connections", secret="orders")
    assert ends.latest("id").outcome == "conflict"


def test_leaves_alone_what_was_the_same_in_the_plan(
    editor: Client, empty_emulator: Emulator
) -> None:
    run(editor, planned(editor))
    plan = planned(editor, existing="overwrite")
    assert "2 are the same" in plan.content.decode()
    overwrite(empty_emulator, "airflow/connections/orders", "postgres://theirs")

    sent = {"text": BOTH, "existing": "overwrite", "versions": "{}", "shown": "[]"}
    assert editor.post(URL, {**sent, "run": "1"}).status_code == 422

    assert not Event.objects.filter(action="connections.update").exists()


def test_asks_about_what_is_there_already(
    editor: Client, empty_emulator: Emulator, stored: Callable[[], dict[str, str]]
) -> None:
    store(empty_emulator, "orders", "postgres://theirs@db")
    store(empty_emulator, "billing", "http://billing")

    plan = planned(editor, BOTH.replace(', "description": "The API"', ""))

    page = plan.content.decode()
    assert "1 to decide" in page
    assert "1 is the same" in page
    assert run(editor, plan).status_code == 422
    assert stored()["airflow/connections/orders"] == "postgres://theirs@db"
    run(editor, plan, chosen=["connections:orders"])
    assert CANARY in stored()["airflow/connections/orders"]


def test_overwrites_nothing_that_changed_since_the_plan(
    editor: Client, empty_emulator: Emulator, stored: Callable[[], dict[str, str]]
) -> None:
    store(empty_emulator, "orders", "postgres://theirs@db")
    plan = planned(editor, existing="overwrite")
    with connected(empty_emulator.endpoint) as client:
        client.put_secret_value(
            SecretId="airflow/connections/orders", SecretString="postgres://newer@db"
        )

    response = run(editor, plan)

    assert stored()["airflow/connections/orders"] == "postgres://newer@db"
    assert "1 conflict" in editor.get(response.headers["Location"]).content.decode()


def test_goes_on_from_what_was_read_where_aws_has_an_older_list(
    editor: Client, empty_emulator: Emulator, stored: Callable[[], dict[str, str]]
) -> None:
    empty_emulator.world.listing_lag = 300
    others = {f"k{number}": {"conn_type": "http", "host": "one"} for number in range(50)}
    run(editor, planned(editor, json.dumps(others)))
    begin_cold()

    others = {key: {"conn_type": "http", "host": "two"} for key in others}
    response = run(editor, planned(editor, json.dumps(others), existing="overwrite"))

    assert "All 50 are done" in editor.get(response.headers["Location"]).content.decode()
    empty_emulator.world.listing_lag = 0
    texts = stored()
    assert {texts[f"airflow/connections/{key}"] for key in others} == {"http://two"}


def test_refuses_single_rows_with_their_lines(editor: Client) -> None:
    text = 'good=http://good\nbad id!="http://x"\nworse={"conn_type": \n'

    page = planned(editor, text, format="connections-env").content.decode()

    assert "1 will be created" in page
    assert "can’t be done" in page
    assert "line 3" in page


def test_says_from_where_on_a_file_was_not_read(editor: Client) -> None:
    page = planned(editor, '{"a": {"conn_type": "http"},\n"b": {"conn').content.decode()

    assert "1 will be created" in page
    assert "From line 2 on the file was not read" in page


def test_offers_no_run_of_what_can_all_not_be_done(editor: Client) -> None:
    page = planned(editor, '{"no id at all": "http://h"}').content.decode()

    assert "1 entry." in page
    assert "1 can’t be done" in page
    assert 'name="run"' not in page


@pytest.mark.parametrize(("fields", "is_open"), [({}, False), ({"put_before": "a_"}, True)])
def test_unfolds_the_finer_options_that_are_in_use(
    editor: Client, fields: dict[str, str], *, is_open: bool
) -> None:
    sent = {"case": "lower", "envelope": "auto", "quotes": "auto", **fields}

    page = planned(editor, **sent).content.decode()

    assert ('<details class="options" open>' in page) == is_open


@pytest.mark.parametrize("text", ["", "  ", "{", "[1, 2"])
def test_keeps_what_was_sent_where_it_cannot_be_read(
    editor: Client, empty_emulator: Emulator, text: str
) -> None:
    with counting(empty_emulator) as calls:
        response = planned(editor, text, format="connections-json")

    assert response.status_code == 422
    assert not calls
    if text.strip():
        assert html.escape(text) in response.content.decode()


def test_renames_by_a_rule(editor: Client, stored: Callable[[], dict[str, str]]) -> None:
    run(editor, planned(editor, put_before="dwh_", find="ord", replacement="b"))

    assert stored().keys() == {"airflow/connections/dwh_bers", "airflow/connections/dwh_billing"}


def test_tells_nobody_who_may_not_see_it_whether_a_value_is_the_same(
    settings: Settings, two_environments: Emulator, as_role: As
) -> None:
    with connected(two_environments.endpoint) as client:
        client.create_secret(Name="prod/variables/k", SecretString="guess")
    pages = []
    for guess in ("guess", "wrong"):
        text = f"AIRFLOW_VAR_K={guess}"
        sent = {"text": text, "existing": "overwrite", "plan": "1"}
        page = as_role("editor").post("/prod/import/", sent).content.decode()
        pages.append(re.sub(r'(csrfmiddlewaretoken" value=")[^"]*', r"\1", page).replace(guess, ""))

    assert pages[0] == pages[1]


def test_is_refused_above_its_limit(editor: Client, settings: Settings) -> None:
    too_long = "A" * (settings.IMPORT_BYTES + settings.BODY_BYTES + 1)

    assert editor.post(URL, {"text": too_long}).status_code == 413


def test_asks_aws_for_the_list_of_a_kind_that_the_file_has_alone(
    editor: Client, empty_emulator: Emulator
) -> None:
    with counting(empty_emulator) as calls:
        planned(editor, "AIRFLOW_VAR_SPEED=fast")

    assert calls == {"ListSecrets": 1}


@pytest.mark.parametrize("description", ["half \ud800 a pair", "x" * 2_049])
def test_refuses_a_description_that_aws_would_not_take(
    editor: Client, description: str, stored: Callable[[], dict[str, str]]
) -> None:
    text = json.dumps({"speed": {"value": "fast", "description": description}})

    assert "1 can’t be done" in planned(editor, text).content.decode()
    assert planned(editor, text, run="1").status_code == 422
    assert stored() == {}
