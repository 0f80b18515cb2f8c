"""The versions of a secret over HTTP: what is known of each, and going back to one without reading it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django.fixtures import Settings
from time_machine import travel

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.faults import FaultProxy
from tests.site import CONNECTIONS, POSTGRES, VARIABLES, acts, create, current, field, overwrite, put
from tests.wire import connected, counting

NAME = "airflow/connections/orders"
HISTORY = f"{CONNECTIONS}/history/orders/"
ROLL_BACK = f"{CONNECTIONS}/roll-back/orders/"
HTMX = {"HX-Request": "true"}


LOST = "11111111-2222-4333-8444-555555555555"


def record(verb: str, outcome: str, version: str = "", previous: str = "") -> None:
    """A line of the record of an act by ben, whose version LOST may be."""
    Event.objects.create(
        act=LOST,
        outcome=outcome,
        at=timezone.now(),
        user="ben",
        environment="default",
        kind="connections",
        secret="orders",
        action=f"connections.{verb}",
        fields=["host"] if version == LOST else [],
        version=version,
        previous=previous,
    )


def told(response: Any) -> dict[str, Any]:
    """The versions that a timeline shows, by id."""
    assert response.status_code == 200
    return {version.id: version for version in response.context["versions"]}


def texts(response: Any, *wanted: str) -> None:
    page = response.content.decode()
    for text in wanted:
        assert text in page


def move(emulator: Emulator, to: str, version: str, label: str = "AWSCURRENT") -> None:
    """Move a label outside the dashboard."""
    with connected(emulator.endpoint) as client:
        client.update_secret_version_stage(
            SecretId=NAME, VersionStage=label, MoveToVersionId=to, RemoveFromVersionId=version
        )


def leave_behind(emulator: Emulator, *labels: str) -> None:
    """Make the version LOST; without a label of its own it becomes the current one."""
    with connected(emulator.endpoint) as client:
        client.put_secret_value(
            SecretId=NAME, SecretString="x://h", ClientRequestToken=LOST, VersionStages=list(labels) or ["AWSCURRENT"]
        )


def test_tell_what_airflow_read_since_when(editor: Client, versions: tuple[str, str]) -> None:
    old, new = versions

    known = told(editor.get(HISTORY))

    (before,), (now,) = known[old].periods, known[new].periods
    made = Event.objects.get(act=new, outcome="succeeded").at
    assert before.end == now.start == made
    assert now.is_now
    assert not before.is_now


def test_tell_both_times_that_a_version_was_read(editor: Client, versions: tuple[str, str]) -> None:
    old, new = versions
    editor.post(ROLL_BACK, {"to": old, "version": new, "reason": "The <new> host is down"})

    response = editor.get(HISTORY)

    known = told(response)
    assert [period.is_now for period in known[old].periods] == [False, True]
    assert [period.is_now for period in known[new].periods] == [False]
    texts(response, "rolled back by <bdi>editor</bdi>: <bdi>“The &lt;new&gt; host is down”</bdi>")


def test_tell_that_airflow_read_nothing_while_it_was_to_be_deleted(editor: Client, versions: tuple[str, str]) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})
    gone = told(editor.get(HISTORY))
    editor.post(f"{CONNECTIONS}/restore/orders/")
    back = told(editor.get(HISTORY))

    assert [period.is_now for period in gone[versions[1]].periods] == [False]
    assert [period.is_now for period in back[versions[1]].periods] == [False, True]


def test_tell_of_one_made_outside_since_when_airflow_reads_it(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")

    known = told(editor.get(HISTORY))

    (period,) = known[outside].periods
    assert period.is_now
    assert period.start == known[outside].created
    assert known[versions[1]].periods[0].end == period.start


def test_tell_that_a_label_was_moved_outside(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    move(secrets_manager, old, new)

    response = editor.get(HISTORY)

    assert [period.is_now for period in told(response)[old].periods] == [False, True]
    texts(response, "it was made current outside the dashboard", "until another was made current outside")


def test_tell_of_a_save_that_was_too_late(editor: Client, secrets_manager: Emulator, versions: tuple[str, str]) -> None:
    """A candidate that lost the race stays for a while, and Airflow never read it."""
    record("update", "conflict", LOST)
    leave_behind(secrets_manager, "SECRETSADMIN")

    loser = told(editor.get(HISTORY))[LOST]

    assert loser.was_refused
    assert not loser.periods
    assert loser.labels == ()
    assert "somebody else was faster" in loser.sentence


def test_tell_of_a_save_that_aws_did_not_finish(
    editor: Client, secrets_manager: Emulator, settings: Settings, versions: tuple[str, str]
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("UpdateSecretVersionStage").deny()
        editor.post(f"{CONNECTIONS}/update/orders/", POSTGRES | {"host": "third.example.com", "version": versions[1]})
        known = told(editor.get(HISTORY))

    (left,) = (version for id_, version in known.items() if id_ not in versions)
    assert left.was_refused
    assert "AWS didn't make it the current one" in left.sentence


def test_tell_of_a_save_whose_end_is_not_recorded(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    leave_behind(secrets_manager, "SECRETSADMIN")
    record("update", "started", previous=versions[1])

    assert told(editor.get(HISTORY))[LOST].sentence == "ben began to save it, and how that ended isn't recorded"


def test_tell_of_a_lost_answer_by_what_the_next_save_found(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    leave_behind(secrets_manager)
    record("update", "unknown", LOST, versions[1])
    editor.post(f"{CONNECTIONS}/refresh/")
    editor.post(f"{CONNECTIONS}/update/orders/", POSTGRES | {"host": "third.example.com", "version": LOST})

    known = told(editor.get(HISTORY))

    (read,) = known[LOST].periods
    assert known[versions[1]].periods[0].end == read.start
    assert read.end


def test_tell_of_no_roll_back_that_the_next_one_found_undone(editor: Client, versions: tuple[str, str]) -> None:
    old, new = versions
    record("roll-back", "unknown", old, new)
    editor.post(ROLL_BACK, {"to": old, "version": new})

    assert [period.begun.rolled_back_by for period in told(editor.get(HISTORY))[old].periods] == ["", "editor"]


@pytest.mark.parametrize("is_restored", [True, False])
def test_tell_of_a_restore_whose_answer_was_lost_by_what_is_now(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], *, is_restored: bool
) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})
    if is_restored:
        with connected(secrets_manager.endpoint) as client:
            client.restore_secret(SecretId=NAME)
    record("restore", "unknown")

    periods = told(editor.get(HISTORY))[versions[1]].periods

    assert [(period.is_now, bool(period.start)) for period in periods] == [(False, True), (True, True)][
        : 1 + is_restored
    ]


def test_tell_until_when_one_was_read_that_another_hand_had_made_current(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    move(secrets_manager, old, new)
    editor.post(f"{CONNECTIONS}/refresh/")
    editor.post(f"{CONNECTIONS}/update/orders/", POSTGRES | {"host": "third.example.com", "version": old})

    response = editor.get(HISTORY)

    assert [period.end for period in told(response)[new].periods] == [None]
    texts(response, "Airflow read it until", "; since when isn")


def test_tell_of_one_that_waited_for_a_rotation_only_from_when_it_was_made_current(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    leave_behind(secrets_manager, "AWSPENDING")
    editor.post(f"{CONNECTIONS}/update/orders/", POSTGRES | {"host": "third.example.com", "version": versions[1]})
    editor.post(ROLL_BACK, {"to": LOST, "version": current(secrets_manager, NAME)})

    known = told(editor.get(HISTORY))

    assert [period.is_now for period in known[LOST].periods] == [True]
    assert [bool(period.end) for period in known[versions[1]].periods] == [True]


def test_tell_the_same_of_one_made_outside_once_it_has_a_label(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside, *_ = (overwrite(secrets_manager, NAME, f"postgres://h{number}") for number in range(3))
    before = told(editor.get(HISTORY))[outside].periods

    editor.post(f"{CONNECTIONS}/label/orders/", {"label": "tested", "to": outside})

    after = told(editor.get(HISTORY))[outside]
    assert after.labels == ("tested",)
    assert after.periods == before != ()


def test_of_a_hundred_are_told_with_one_call(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    for number in range(98):
        overwrite(secrets_manager, NAME, f"postgres://h{number}")
    editor.post(f"{CONNECTIONS}/refresh/")

    with counting(secrets_manager) as calls:
        first = editor.get(HISTORY)
    last = editor.get(f"{HISTORY}?page=4")

    assert calls == {"ListSecretVersionIds": 1}
    assert len(told(first)) == len(told(last)) == 25
    assert versions[0] in told(last)


@pytest.mark.parametrize(
    ("who", "offered"),
    [("viewer", {"look", "compare"}), ("auditor", set()), ("editor", {"look", "compare", "roll_back"})],
)
def test_offer_what_the_person_may_do(signed_in: As, versions: tuple[str, str], who: str, offered: set[str]) -> None:
    old = told(signed_in(who).get(HISTORY))[versions[0]]

    assert {name for name in ("look", "compare", "roll_back") if getattr(old, f"{name}_url")} == offered


def test_say_that_airflow_finds_nothing_where_none_is_current(editor: Client, secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)

    texts(editor.get(HISTORY), "no version is the current one", "knows no version")


def test_say_what_is_current_by_what_aws_has_just_told(editor: Client, secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)
        editor.post(f"{CONNECTIONS}/refresh/")
        client.put_secret_value(SecretId=NAME, SecretString="x://h")

    assert "no version is the current one" not in editor.get(HISTORY).content.decode()


def test_take_a_roll_back_back_with_one_call(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    rolled_back = editor.post(ROLL_BACK, {"to": old, "version": new}, follow=True)
    undo = rolled_back.context["undo"]

    with counting(secrets_manager) as calls:
        response = editor.post(ROLL_BACK, {"to": undo.to, "version": undo.version})

    assert response.status_code == 302
    assert calls == {"UpdateSecretVersionStage": 1}
    assert current(secrets_manager, NAME) == new


def test_offer_no_undo_once_something_else_has_happened(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    editor.post(ROLL_BACK, {"to": old, "version": new})
    assert editor.get(HISTORY).context["undo"]

    overwrite(secrets_manager, NAME, "postgres://elsewhere")

    assert editor.get(HISTORY).context["undo"] is None


def test_offer_no_undo_a_day_later(signed_in: As, editor: Client, versions: tuple[str, str]) -> None:
    editor.post(ROLL_BACK, {"to": versions[0], "version": versions[1]})

    with travel(timezone.now() + timedelta(hours=25), tick=True):
        assert signed_in("editor").get(HISTORY).context["undo"] is None


def test_offer_no_undo_after_a_save(editor: Client, versions: tuple[str, str]) -> None:
    assert editor.get(HISTORY).context["undo"] is None


def test_show_an_undo_to_nobody_who_may_not_roll_back(signed_in: As, editor: Client, versions: tuple[str, str]) -> None:
    editor.post(ROLL_BACK, {"to": versions[0], "version": versions[1]})

    assert "Undo this roll back" not in signed_in("viewer").get(HISTORY).content.decode()


def test_are_known_with_their_form_and_fields_before_a_roll_back(editor: Client, versions: tuple[str, str]) -> None:
    response = editor.get(ROLL_BACK, {"to": versions[0]})

    texts(response, "readers read it back", "conn_type, host, login, password", "URI")
    assert field(response, "version") == versions[1]
    event = Event.objects.get(act=versions[0], outcome="succeeded")
    assert event.form == "uri"
    assert "extra.sslmode" in (event.holds or ())


def test_that_were_made_outside_are_called_unchecked(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")
    overwrite(secrets_manager, NAME, "postgres://again")

    with counting(secrets_manager) as calls:
        response = editor.get(ROLL_BACK, {"to": outside})

    texts(response, 'Checked</dt><dd><span class="value prose">No.', "Check what Airflow would read")
    assert set(calls) <= {"ListSecretVersionIds", "DescribeSecret"}


def test_that_are_gone_can_not_be_rolled_back_to(editor: Client, versions: tuple[str, str]) -> None:
    assert editor.get(ROLL_BACK, {"to": "0" * 32}).status_code == 404


@pytest.mark.parametrize("to", ["", "x", "' OR 1", "%00" * 20, "a" * 65])
def test_are_named_by_ids_alone(editor: Client, secrets_manager: Emulator, versions: tuple[str, str], to: str) -> None:
    known = acts()

    with counting(secrets_manager) as calls:
        codes = [editor.get(ROLL_BACK, {"to": to}).status_code, editor.post(ROLL_BACK, {"to": to}).status_code]

    assert codes == [404 if to else 302, 422]
    assert not calls
    assert acts() == known


def test_that_are_current_already_are_not_offered(editor: Client, versions: tuple[str, str]) -> None:
    texts(editor.get(ROLL_BACK, {"to": versions[1]}), "This version is the current one already")


def test_keep_the_reason_where_the_label_has_moved_meanwhile(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")

    response = editor.post(ROLL_BACK, {"to": versions[0], "version": versions[1], "reason": "It was better"})
    again = editor.post(ROLL_BACK, {"to": versions[0], "version": field(response, "version"), "reason": "x"})

    assert response.status_code == 409
    texts(response, "made another version current", "It was better")
    assert field(response, "version") == outside
    assert again.status_code == 302
    assert current(secrets_manager, NAME) == versions[0]


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["with htmx", "without"])
def test_that_are_old_are_opened_as_themselves(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str], headers: dict[str, str]
) -> None:
    old, _ = versions
    page = editor.get(f"{CONNECTIONS}/detail/orders/", {"version": old})
    asked = {"version": field(page, "version")}

    opened = editor.post(f"{CONNECTIONS}/open/orders/", asked, headers=headers)
    revealed = editor.post(f"{CONNECTIONS}/reveal/orders/", asked | {"field": "password"}, headers=headers)

    texts(page, "another version than the current one")
    texts(opened, "Db.Example.com", f'name="version" value="{old}"')
    texts(revealed, escape(POSTGRES["password"]), f'name="version" value="{old}"')
    disclosed = Event.objects.filter(action__in=["connections.open", "connections.reveal"], outcome="succeeded")
    assert {event.version for event in disclosed} == {old}


def test_that_are_binary_are_said_to_be_nothing_for_airflow(editor: Client, secrets_manager: Emulator) -> None:
    old = put(secrets_manager, "airflow/variables/blob", b"\x00\xff")
    overwrite(secrets_manager, "airflow/variables/blob", "text")

    response = editor.post(f"{VARIABLES}/open/blob/", {"version": old})

    texts(response, "Airflow would find nothing here")


@pytest.mark.parametrize("verb", ["detail", "open", "reveal"])
def test_can_not_be_asked_for_by_what_is_no_id(editor: Client, versions: tuple[str, str], verb: str) -> None:
    known = acts()
    ask = editor.get if verb == "detail" else editor.post

    assert ask(f"{CONNECTIONS}/{verb}/orders/", {"version": "../../etc"}).status_code == 404
    assert acts() == known


def test_that_a_list_still_takes_for_current_are_looked_at_as_themselves(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/refresh/")
    overwrite(secrets_manager, NAME, "postgres://elsewhere.example.com")

    with counting(secrets_manager) as calls:
        page = editor.get(told(editor.get(HISTORY))[versions[1]].look_url)
        opened = editor.post(f"{CONNECTIONS}/open/orders/", {"version": field(page, "version")})

    assert calls == {"ListSecretVersionIds": 1, "DescribeSecret": 1, "GetSecretValue": 1}
    texts(page, "another version than the current one")
    texts(opened, "new.example.com", "What Airflow would read")


@pytest.mark.parametrize("where", ["look", "roll back"])
def test_of_another_secret_are_told_nothing_of(editor: Client, secrets_manager: Emulator, where: str) -> None:
    create(editor)
    create(editor, conn_id="other")
    foreign = current(secrets_manager, "airflow/connections/other")

    if where == "look":
        response = editor.get(f"{CONNECTIONS}/detail/orders/", {"version": foreign})
    else:
        response = editor.post(ROLL_BACK, {"to": foreign, "version": current(secrets_manager, NAME)})

    assert "created it with" not in response.content.decode()


def test_that_are_gone_are_not_found_when_they_are_opened(editor: Client, versions: tuple[str, str]) -> None:
    assert editor.post(f"{CONNECTIONS}/open/orders/", {"version": "0" * 32}).status_code == 404
