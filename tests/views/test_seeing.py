"""Seeing what is there: lists, details, disclosures and histories."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from connections.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.faults import FaultProxy
from tests.site import CONNECTIONS, acts, create, current, overwrite, put
from tests.wire import connected, counting

NAME = "airflow/connections/orders"


def ids(response: Any) -> list[str]:
    return [row.id for row in response.context["rows"]]


def test_a_warm_list_asks_aws_nothing(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "postgres://h", Tags=[{"Key": "airflow:conn-type", "Value": "postgres"}])
    put(secrets_manager, "airflow/variables/other", "1")
    cold = editor.get(f"{CONNECTIONS}/")

    with counting(secrets_manager) as calls:
        warm = editor.get(f"{CONNECTIONS}/")

    assert ids(cold) == ids(warm) == ["orders"]
    assert warm.context["rows"][0].type == "Postgres"
    assert not calls


def test_a_list_filters_sorts_and_pages_by_its_address(editor: Client, secrets_manager: Emulator) -> None:
    for number in range(60):
        text = f"number {number}"
        put(secrets_manager, f"airflow/connections/c{number:02}", text, Description=text)
    editor.post(f"{CONNECTIONS}/refresh/")

    first, second = editor.get(f"{CONNECTIONS}/"), editor.get(f"{CONNECTIONS}/?page=2")
    assert (len(ids(first)), len(ids(second))) == (50, 10)
    assert ids(editor.get(f"{CONNECTIONS}/?q=NUMBER C5")) == [f"c5{digit}" for digit in range(10)]
    assert ids(editor.get(f"{CONNECTIONS}/?sort=-id"))[0] == "c59"
    assert ids(editor.get(f"{CONNECTIONS}/?q=nothing-like-it")) == []


@pytest.mark.parametrize("asked", ["page=x", "page=999", "sort=nonsense", "state=nonsense", "type=%00"])
def test_a_list_survives_nonsense_in_its_address(editor: Client, secrets_manager: Emulator, asked: str) -> None:
    put(secrets_manager, NAME, "postgres://h")

    assert editor.get(f"{CONNECTIONS}/?{asked}").status_code == 200


def test_a_list_keeps_what_it_knows_when_aws_fails(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        put(secrets_manager, NAME, "postgres://h")
        editor.get(f"{CONNECTIONS}/")
        proxy.when("ListSecrets").deny()
        editor.post(f"{CONNECTIONS}/refresh/")
        response = editor.get(f"{CONNECTIONS}/")

    assert ids(response) == ["orders"]
    assert "secretsmanager:ListSecrets" in response.content.decode()


def test_a_list_tells_what_is_unusual(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    overwrite(secrets_manager, NAME, "postgres://outside")
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/connections/empty")
    put(secrets_manager, "airflow/connections/leaving", "postgres://h")
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId="airflow/connections/leaving", RecoveryWindowInDays=7)
    editor.post(f"{CONNECTIONS}/refresh/")

    rows = {row.id: [badge.text for badge in row.badges] for row in editor.get(f"{CONNECTIONS}/").context["rows"]}

    assert rows["orders"] == ["changed outside"]
    assert rows["empty"] == ["no current value"]
    assert rows["leaving"][0].startswith("deleted on")


def test_a_list_is_filtered_by_what_people_call_a_type(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, NAME, "aws://", Tags=[{"Key": "airflow:conn-type", "Value": "aws"}])
    editor.post(f"{CONNECTIONS}/refresh/")

    assert ids(editor.get(f"{CONNECTIONS}/?q=amazon web")) == ["orders"]


def test_a_new_connection_shows_at_once_with_whoever_made_it(editor: Client, secrets_manager: Emulator) -> None:
    editor.get(f"{CONNECTIONS}/")
    create(editor)

    row = editor.get(f"{CONNECTIONS}/").context["rows"][0]

    assert (row.id, row.type, row.description, row.changed_by) == ("orders", "Postgres", "Orders of the shop", "editor")


def test_a_detail_page_holds_no_value_and_opening_takes_one_call(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    with counting(secrets_manager) as calls:
        first = editor.get(f"{CONNECTIONS}/detail/orders/")
        opened = editor.post(f"{CONNECTIONS}/open/orders/")

    assert dict(calls) == {"GetSecretValue": 1}
    assert "Example.com" not in first.content.decode()
    text = opened.content.decode()
    assert "Db.Example.com" in text
    assert "require" in text
    assert "p@ss" not in text
    assert "[1, true]" not in text
    assert acts()[-2:] == [("connections.open", "orders", "started"), ("connections.open", "orders", "succeeded")]


def test_a_masked_extra_is_told_by_its_length_only_where_that_gives_nothing_away(
    editor: Client, secrets_manager: Emulator
) -> None:
    extra = {"text": "hunter2", "switch": True, "number": 12345, "list": [1]}
    put(secrets_manager, NAME, Connection(conn_type="postgres", extra=extra).to_json())

    fields = editor.post(f"{CONNECTIONS}/open/orders/").context["opened"].fields

    hints = {field.label: field.hint for field in fields if field.masked}
    assert hints == {"text": "7 characters", "switch": "true, false or null", "number": "a number", "list": "a list"}


def test_a_reveal_shows_one_field(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    password = editor.post(f"{CONNECTIONS}/reveal/orders/", {"field": "password"})
    extra = editor.post(f"{CONNECTIONS}/reveal/orders/", {"field": "extra.nested"}, headers={"HX-Request": "true"})

    assert "p@ss/w:rd?#%+ü" in password.content.decode()
    assert "[1, true]" not in password.content.decode()
    assert "[1, true]" in extra.content.decode()
    assert "p@ss" not in extra.content.decode()
    assert Event.objects.latest("id").fields == ["extra.nested"]
    assert password["Cache-Control"] == "no-store"


def test_a_reveal_of_a_field_that_is_not_there_is_not_found(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    assert editor.post(f"{CONNECTIONS}/reveal/orders/", {"field": "extra.none"}).status_code == 404


def test_a_viewer_opens_and_does_not_reveal(signed_in: As, editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    assert signed_in("viewer").post(f"{CONNECTIONS}/open/orders/").status_code == 200
    with counting(secrets_manager) as calls:
        assert signed_in("viewer").post(f"{CONNECTIONS}/reveal/orders/").status_code == 403
        assert signed_in("auditor").post(f"{CONNECTIONS}/open/orders/").status_code == 403
    assert not calls
    assert acts()[-1] == ("connections.open", "orders", "denied")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("postgres://u:p/w@h/db", "Airflow will not find this connection"),
        (b"\x00\xff", "Airflow finds nothing here"),
        ('{"conn_type": "x", "login": 5}', "Airflow will not find this connection"),
        ("x" * 65_536, "Airflow"),
        ("\u202e\x01{", "Airflow"),
        ("postgres://h/?a=30", "differently"),
        ('{"conn_type": "postgres", "region_name": "x"}', "region_name"),
        ('{"conn_id": "orders", "conn_type": "postgres"}', "for the type, as that stands first"),
    ],
)
def test_a_strange_secret_is_shown_for_what_it_is(
    editor: Client, secrets_manager: Emulator, text: str | bytes, said: str
) -> None:
    put(secrets_manager, NAME, text)

    for method in (editor.get, editor.post):
        url = f"{CONNECTIONS}/{'detail' if method == editor.get else 'open'}/orders/"
        response = method(url)
        assert response.status_code == 200
    assert said in response.content.decode()
    assert "p/w" not in response.content.decode()
    assert editor.get(f"{CONNECTIONS}/history/orders/").status_code == 200


def test_a_secret_without_a_value_says_so(editor: Client, secrets_manager: Emulator) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name=NAME)

    assert "Airflow finds nothing here" in editor.post(f"{CONNECTIONS}/open/orders/").content.decode()


def test_an_unknown_id_is_not_found(editor: Client, secrets_manager: Emulator) -> None:
    for verb in ("detail", "history", "update", "roll-back", "delete"):
        assert editor.get(f"{CONNECTIONS}/{verb}/unknown/", {"to": "0" * 32}).status_code == 404, verb


def test_a_history_tells_who_made_each_version_with_one_call(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)
    mine = current(secrets_manager, NAME)
    outside = overwrite(secrets_manager, NAME, "postgres://outside")

    with counting(secrets_manager) as calls:
        response = editor.get(f"{CONNECTIONS}/history/orders/")

    versions = {version.id: version for version in response.context["versions"]}
    assert calls["ListSecretVersionIds"] == 1
    assert "GetSecretValue" not in calls
    assert versions[outside].outside
    assert versions[outside].current
    assert versions[mine].by == "editor"
    assert versions[mine].labels == ("AWSPREVIOUS",)
    assert "made outside the dashboard" in response.content.decode()
