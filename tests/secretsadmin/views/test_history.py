"""A history ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.secretsadmin.views.conftest import NAME
from tests.secretsadmin.views.history import HISTORY, ROLL_BACK, move, told
from tests.support.site import CONNECTIONS, POSTGRES, assert_says, create, current, overwrite, put
from tests.support.wire import connected, counting


def test_tells_who_made_each_version_with_one_call(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    mine = current(secrets_manager, NAME)
    outside = overwrite(secrets_manager, NAME, "postgres://outside")

    with counting(secrets_manager) as calls:
        response = editor.get(f"{CONNECTIONS}/history/orders/")

    versions = {version.id: version for version in response.context["page"].versions}
    assert calls["ListSecretVersionIds"] == 1
    assert "GetSecretValue" not in calls
    assert versions[outside].outside
    assert versions[outside].current
    assert versions[mine].by == "editor"
    assert versions[mine].labels == ("AWSPREVIOUS",)
    assert "made outside the dashboard" in response.content.decode()


def test_tells_a_hundred_versions_with_one_call(
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


def test_tells_what_airflow_read_since_when(editor: Client, versions: tuple[str, str]) -> None:
    old, new = versions

    known = told(editor.get(HISTORY))

    (before,), (now,) = known[old].periods, known[new].periods
    made = Event.objects.get(act=new, outcome="succeeded").at
    assert before.end == now.start == made
    assert now.is_now
    assert not before.is_now


def test_tells_both_times_that_a_version_was_read(
    editor: Client, versions: tuple[str, str]
) -> None:
    old, new = versions
    editor.post(ROLL_BACK, {"to": old, "version": new, "reason": "The <new> host is down"})

    response = editor.get(HISTORY)

    known = told(response)
    assert [period.is_now for period in known[old].periods] == [False, True]
    assert [period.is_now for period in known[new].periods] == [False]
    assert_says(
        response, "rolled back by <bdi>editor</bdi>: <bdi>“The &lt;new&gt; host is down”</bdi>"
    )


def test_tells_that_airflow_read_nothing_while_it_was_to_be_deleted(
    editor: Client, versions: tuple[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})
    gone = told(editor.get(HISTORY))
    editor.post(f"{CONNECTIONS}/restore/orders/")
    back = told(editor.get(HISTORY))

    assert [period.is_now for period in gone[versions[1]].periods] == [False]
    assert [period.is_now for period in back[versions[1]].periods] == [False, True]


def test_tells_since_when_airflow_reads_a_version_from_outside(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")

    known = told(editor.get(HISTORY))

    (period,) = known[outside].periods
    assert period.is_now
    assert period.start == known[outside].created
    assert known[versions[1]].periods[0].end == period.start


def test_tells_the_same_of_a_version_from_outside_once_it_has_a_label(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    outside, *_ = (overwrite(secrets_manager, NAME, f"postgres://h{number}") for number in range(3))
    before = told(editor.get(HISTORY))[outside].periods

    editor.post(f"{CONNECTIONS}/label/orders/", {"label": "tested", "to": outside})

    after = told(editor.get(HISTORY))[outside]
    assert after.labels == ("tested",)
    assert after.periods == before != ()


def test_tells_that_a_label_was_moved_outside(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    move(secrets_manager, old, new)

    response = editor.get(HISTORY)

    assert [period.is_now for period in told(response)[old].periods] == [False, True]
    assert_says(
        response,
        "it was made current outside the dashboard",
        "until another was made current outside",
    )


def test_tells_until_when_a_version_was_read_that_another_hand_had_made_current(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    move(secrets_manager, old, new)
    editor.post(f"{CONNECTIONS}/refresh/")
    editor.post(
        f"{CONNECTIONS}/update/orders/", POSTGRES | {"host": "third.example.com", "version": old}
    )

    response = editor.get(HISTORY)

    assert [period.end for period in told(response)[new].periods] == [None]
    assert_says(response, "Airflow read it until", "; since when isn")


def test_says_of_an_unseen_version_that_it_is_current_and_no_more(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, NAME, "postgres://u:p/w@h/db")

    page = editor.get(HISTORY).content.decode()

    assert "It is current since" in page
    assert "Airflow reads it" not in page


def test_says_what_airflow_makes_of_a_version_that_somebody_was_shown(
    editor: Client, secrets_manager: Emulator
) -> None:
    broken = put(secrets_manager, NAME, "postgres://u:p/w@h/db")
    editor.post(f"{CONNECTIONS}/open/orders/")
    assert_says(
        editor.get(HISTORY), "It is current since", "Airflow cannot read it. So it was found"
    )
    overwrite(secrets_manager, NAME, "postgres://u:p@h/db")
    editor.post(f"{CONNECTIONS}/open/orders/")

    page = editor.get(HISTORY)

    assert_says(
        page, "Airflow reads it since", "It was current", "Airflow cannot read it. So it was"
    )
    offered = editor.get(ROLL_BACK, {"to": broken})
    assert_says(offered, "Airflow cannot read it. So it was found")


def test_says_that_airflow_reads_what_was_saved_here(
    editor: Client, versions: tuple[str, str]
) -> None:
    del versions

    page = editor.get(HISTORY)

    assert_says(page, "Airflow reads it since", "Airflow read it")
    assert "It is current" not in page.content.decode()


def test_says_that_airflow_finds_nothing_where_no_version_is_current(
    editor: Client, secrets_manager: Emulator
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)

    assert_says(editor.get(HISTORY), "no version is the current one", "knows no version")


def test_says_what_is_current_by_what_aws_has_just_told(
    editor: Client, secrets_manager: Emulator
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)
        editor.post(f"{CONNECTIONS}/refresh/")
        client.put_secret_value(SecretId=NAME, SecretString="x://h")

    assert "no version is the current one" not in editor.get(HISTORY).content.decode()


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        ("viewer", {"look", "compare"}),
        ("auditor", set()),
        ("editor", {"look", "compare", "roll_back"}),
    ],
)
def test_offers_what_the_person_may_do(
    signed_in: As, versions: tuple[str, str], who: str, offered: set[str]
) -> None:
    old = told(signed_in(who).get(HISTORY))[versions[0]]

    assert {name for name in ("look", "compare", "roll_back") if getattr(old.urls, name)} == offered
