"""The page of a secret tells its last versions from what is known, without a call to AWS."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.support.record import add_line
from tests.support.site import CONNECTIONS, VARIABLES, create, current, overwrite, put
from tests.support.wire import connected, counting

NAME = "airflow/connections/orders"
DETAIL = f"{CONNECTIONS}/detail/orders/"


def told(response: Any) -> list[str]:
    assert response.status_code == 200
    return [version.id for version in response.context["page"].versions]


def save(client: Client, emulator: Emulator, host: str) -> str:
    client.post(f"{CONNECTIONS}/update/orders/", {"version": current(emulator, NAME), "host": host})
    return current(emulator, NAME)


def test_shows_who_made_each_and_asks_aws_nothing(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions

    with counting(secrets_manager) as calls:
        response = editor.get(DETAIL)

    assert not calls
    assert told(response) == [new, old]
    page = response.content.decode()
    assert "editor changed host" in page
    assert "editor created it with" in page
    assert "AWSPREVIOUS" in page


def test_leads_to_all_of_them_to_comparing_and_to_rolling_back(
    editor: Client, versions: tuple[str, str]
) -> None:
    old, _ = versions

    page = editor.get(DETAIL).content.decode()

    assert f'href="{CONNECTIONS}/history/orders/"' in page
    assert f'href="{CONNECTIONS}/compare/orders/?one={old}"' in page
    assert f'href="{CONNECTIONS}/roll-back/orders/?to={old}"' in page


def test_offers_a_viewer_no_roll_back(signed_in: As, versions: tuple[str, str]) -> None:
    page = signed_in("viewer").get(DETAIL).content.decode()

    assert "/compare/orders/" in page
    assert "/roll-back/orders/" not in page


def test_shows_the_last_four_also_those_without_a_label(
    editor: Client, secrets_manager: Emulator
) -> None:
    create(editor)
    saved = [save(editor, secrets_manager, f"db-{number}") for number in range(4)]

    response = editor.get(DETAIL)

    assert told(response) == saved[::-1]
    assert "AWS may remove it" in response.content.decode()


def test_shows_the_one_before_after_a_roll_back(editor: Client, versions: tuple[str, str]) -> None:
    old, new = versions
    editor.post(f"{CONNECTIONS}/roll-back/orders/", {"to": old, "version": new})

    assert told(editor.get(DETAIL)) == [old, new]


def test_shows_one_that_was_made_outside_and_one_with_a_label_of_ones_own(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    old, new = versions
    editor.post(f"{CONNECTIONS}/label/orders/", {"label": "tested", "to": old})
    outside = overwrite(secrets_manager, NAME, "postgres://elsewhere")
    editor.post(f"{CONNECTIONS}/refresh/")

    response = editor.get(DETAIL)

    assert told(response) == [outside, new, old]
    page = response.content.decode()
    assert "made outside the dashboard" in page
    assert "tested" in page


def test_of_a_description_alone_shows_no_version(editor: Client, versions: tuple[str, str]) -> None:
    old, new = versions
    editor.post(f"{CONNECTIONS}/update/orders/", {"version": new, "description": "Of the shop"})

    assert told(editor.get(DETAIL)) == [new, old]


@pytest.mark.parametrize("is_current", [True, False])
def test_takes_none_of_an_older_secret_of_the_same_name(
    editor: Client, secrets_manager: Emulator, *, is_current: bool
) -> None:
    """Somebody may even have given the newer secret's version the id of what the old one held."""
    act = uuid4()
    with travel(timezone.now() - timedelta(days=90)):
        add_line(act=act, version=str(act), fields=["host"])
    more = {"ClientRequestToken": str(act)} if is_current else {}
    version = put(secrets_manager, NAME, "postgres://h", **more)

    response = editor.get(DETAIL)

    assert told(response) == [version]
    assert response.context["page"].versions[0].outside


def test_shows_none_beside_an_old_one(editor: Client, versions: tuple[str, str]) -> None:
    assert told(editor.get(DETAIL, {"version": versions[0]})) == []


def test_offers_nothing_that_a_deletion_keeps_from_happening(
    editor: Client, versions: tuple[str, str]
) -> None:
    editor.post(f"{CONNECTIONS}/delete/orders/", {"days": "7"})

    response = editor.get(DETAIL)

    assert told(response) == list(versions[::-1])
    assert "/roll-back/orders/" not in response.content.decode()


def test_shows_no_panel_where_nothing_has_a_value(
    editor: Client, secrets_manager: Emulator
) -> None:
    with connected(secrets_manager.endpoint) as client:
        client.create_secret(Name="airflow/variables/empty")

    response = editor.get(f"{VARIABLES}/detail/empty/")

    assert told(response) == []
    assert 'id="versions"' not in response.content.decode()


def test_shows_the_one_before_however_old_it_is_at_its_place_in_time(
    editor: Client, secrets_manager: Emulator, versions: tuple[str, str]
) -> None:
    """A roll back to the oldest one, and a save on top of it."""
    old, _ = versions
    later = [save(editor, secrets_manager, f"db-{number}") for number in range(3)]
    editor.post(f"{CONNECTIONS}/roll-back/orders/", {"to": old, "version": later[-1]})
    newest = save(editor, secrets_manager, "the-last")

    assert told(editor.get(DETAIL)) == [newest, *later[:0:-1], old]
