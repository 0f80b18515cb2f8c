"""What is longer than any secret ... (each test finishes the sentence)."""

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from secretsadmin.forms.base import MOST_IN_A_FORM
from secretsadmin.kinds import MAX_CHARACTERS
from tests.support.site import POSTGRES, put
from tests.support.wire import counting

FORMS = {
    "connections": POSTGRES,
    "variables": {"key": "colour", "value": "blue"},
    "config": {"key": "sql_alchemy_conn", "value": "sqlite://"},
}
FIELDS = [
    *(
        ("connections", name)
        for name in ("conn_id", "conn_type", "host", "port", "password", "extra", "secret")
    ),
    *(("connections", name) for name in ("description", "reason")),
    *(("variables", name) for name in ("key", "value", "description")),
    *(("config", name) for name in ("key", "value")),
]
LONG = " " * MAX_CHARACTERS + "x"
SAID = "Secrets Manager keeps at most 65,536 bytes."


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_is_refused_by_the_name_of_its_field_and_stays_in_the_form(
    editor: Client, secrets_manager: Emulator, kind: str, name: str
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(f"/default/{kind}/create/", FORMS[kind] | {name: LONG})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [
        name if name in response.context["form"].fields else "__all__"
    ]
    page = response.content.decode()
    assert f"This is {len(LONG):,} characters long, and {SAID}" in page
    assert LONG in page or name not in response.context["form"].fields
    assert not calls
    assert not Event.objects.exists()


@pytest.mark.parametrize(("kind", "name"), FIELDS)
@pytest.mark.parametrize(
    ("button", "status"),
    [({"preview": "1"}, 200), ({"fill": "1"}, 422), ({"new_type": "mysql"}, 422)],
    ids=["preview", "fill", "new_type"],
)
def test_is_told_while_somebody_types(
    editor: Client,
    secrets_manager: Emulator,
    kind: str,
    name: str,
    button: dict[str, str],
    status: int,
) -> None:
    sent = FORMS[kind] | button | {name: LONG}

    with counting(secrets_manager) as calls:
        response = editor.post(f"/default/{kind}/create/", sent)

    assert response.status_code == status
    assert SAID in response.content.decode()
    assert not calls


@pytest.mark.parametrize(("press", "status"), [("save", 422), ("preview", 200), ("review", 422)])
@pytest.mark.parametrize(
    ("kind", "text", "name"),
    [("connections", "postgres://svc@db/orders", "host"), ("variables", "blue", "value")],
)
def test_is_refused_before_what_is_stored_is_read(
    editor: Client,
    secrets_manager: Emulator,
    kind: str,
    text: str,
    name: str,
    press: str,
    status: int,
) -> None:
    version = put(secrets_manager, f"airflow/{kind}/orders", text)
    editor.get(f"/default/{kind}/update/orders/")

    with counting(secrets_manager) as calls:
        sent = {name: LONG, "version": version, press: "1"}
        response = editor.post(f"/default/{kind}/update/orders/", sent)

    assert response.status_code == status
    assert SAID in response.content.decode()
    assert not calls.keys() - {"DescribeSecret"}


def test_counts_over_all_fields(editor: Client, secrets_manager: Emulator) -> None:
    part = "x" * (MOST_IN_A_FORM // 3 + 1)

    with counting(secrets_manager) as calls:
        response = editor.post(
            "/default/connections/create/",
            POSTGRES | {"host": part, "login": part, "password": part},
        )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["__all__"]
    assert part in response.content.decode()
    assert not calls


def test_counts_over_names_that_come_many_times(editor: Client, secrets_manager: Emulator) -> None:
    sent = POSTGRES | {"clear": ["x" * 1000] * 200}

    response = editor.post("/default/connections/create/", sent)

    assert response.status_code == 422
    assert SAID in response.content.decode()
