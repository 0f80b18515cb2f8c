"""A duplicate ... (each test finishes the sentence)."""

from uuid import uuid4

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As
from tests.secretsadmin.conftest import Configure
from tests.support.people import somebody
from tests.support.site import acts, put, stored
from tests.support.wire import counting

URL = "/default/connections/duplicate/orders/"
NAME = "airflow/connections/orders"
CANARY = f"canary-{uuid4().hex}"
TEXT = f"postgres://svc:{CANARY}@db/orders"
TAGS = [{"Key": "owner", "Value": "dwh"}, {"Key": "airflow:conn-type", "Value": "postgres"}]


@pytest.fixture
def client(signed_in: As, secrets_manager: Emulator) -> Client:
    put(secrets_manager, NAME, TEXT, Tags=TAGS, Description="Orders")
    return signed_in("editor")


def test_has_the_same_value_description_and_tags(client: Client, secrets_manager: Emulator) -> None:
    with counting(secrets_manager) as calls:
        response = client.post(URL, {"id": "orders_2", "reason": "A trial"})

    assert response["Location"] == "/default/connections/detail/orders_2/"
    copy = stored(secrets_manager, f"{NAME}_2")
    assert (copy["SecretString"], copy["Description"]) == (TEXT, "Orders")
    assert sorted(copy["Tags"], key=str) == sorted(TAGS, key=str)
    assert calls["GetSecretValue"] == calls["CreateSecret"] == 1
    assert acts() == [
        ("connections.duplicate", "orders", "started"),
        ("connections.duplicate", "orders", "succeeded"),
        ("connections.create", "orders_2", "started"),
        ("connections.create", "orders_2", "succeeded"),
    ]
    assert set(Event.objects.values_list("reason", flat=True)) == {"A trial"}


def test_shows_nobody_the_value(client: Client) -> None:
    page = client.get(URL).content.decode()
    answer = client.post(URL, {"id": "orders_2"}, follow=True).content.decode()

    assert CANARY not in page + answer
    assert CANARY not in str(list(Event.objects.values()))


@pytest.mark.parametrize("id_", ["", "orders", "with space", "x" * 600])
def test_needs_a_new_id_that_airflow_can_ask_for(
    client: Client, secrets_manager: Emulator, id_: str
) -> None:
    with counting(secrets_manager) as calls:
        response = client.post(URL, {"id": id_})

    assert response.status_code == 422
    assert 'class="errors"' in response.content.decode()
    assert not {"GetSecretValue", "CreateSecret"} & set(calls)


def test_takes_nobodys_place(client: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/connections/taken", "http://theirs")

    response = client.post(URL, {"id": "taken"})

    assert response.status_code == 422
    assert "A secret of this name exists already" in response.content.decode()
    assert stored(secrets_manager, "airflow/connections/taken")["SecretString"] == "http://theirs"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["dev", "prod"])
def test_shows_nobody_more_by_its_new_id(configure: Configure, name: str) -> None:
    emulator = configure(
        """
        [[grants]]
        group = "team-a"
        role = "editor"
        ids = ["a_*"]

        [[grants]]
        group = "team-a"
        actions = ["view", "duplicate"]
        ids = ["b_*"]
        """
    )
    put(emulator, f"{name}/connections/b_1", TEXT)
    client = Client()
    client.force_login(somebody("ann", "team-a"))

    # In `prod`, which is protected, an editor opens what is theirs, and reveals nothing.
    shown = client.post(f"/{name}/connections/duplicate/b_1/", {"id": "a_1"})
    elsewhere = client.post(f"/{name}/connections/duplicate/b_1/", {"id": "c_1"})

    assert (shown.status_code, elsewhere.status_code) == (403, 403)
    assert "a copy would show you that" in shown.content.decode()
    assert ("connections.create", "c_1", "denied") in acts()
    assert not Event.objects.filter(action="connections.duplicate").exists()
