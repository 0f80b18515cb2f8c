"""Creating a connection ... (each test finishes the sentence)."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.conftest import As, use
from tests.support.faults import FaultProxy
from tests.support.forms import as_sent
from tests.support.site import (
    CONNECTIONS,
    POSTGRES,
    acts,
    create,
    errors,
    field,
    put,
    read_by_airflow,
    stored,
)
from tests.support.wire import connected, counting

URL = f"{CONNECTIONS}/create/"


def test_stores_it_with_one_call_and_two_lines_of_the_record(
    editor: Client, secrets_manager: Emulator
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(URL, POSTGRES)

    assert response.status_code == 302
    assert response["Location"] == f"{CONNECTIONS}/detail/orders/"
    assert dict(calls) == {"CreateSecret": 1}
    secret = stored(secrets_manager, "airflow/connections/orders")
    assert secret["Description"] == "Orders of the shop"
    assert secret["Tags"] == [{"Key": "airflow:conn-type", "Value": "postgres"}]
    started, succeeded = Event.objects.order_by("id")
    assert (started.outcome, succeeded.outcome) == ("started", "succeeded")
    assert secret["VersionId"] == str(started.act) == succeeded.version
    assert set(succeeded.fields) == {
        *("conn_type", "host", "login", "password", "schema", "port"),
        *("extra.sslmode", "extra.nested"),
    }
    assert succeeded.request_id


def test_is_read_by_airflow_as_it_was_typed(editor: Client, secrets_manager: Emulator) -> None:
    create(editor)

    assert read_by_airflow(secrets_manager, "orders") == Connection(
        conn_type="postgres",
        host="Db.Example.com",
        login="svc",
        password="p@ss/w:rd?#%+ü",
        schema="orders",
        port=5432,
        extra={"sslmode": "require", "nested": {"a": [1, True]}},
    )


@pytest.mark.parametrize(("form", "start"), [("uri", "postgres://"), ("json", "{")])
def test_takes_the_form_that_was_asked_for(
    editor: Client, secrets_manager: Emulator, form: str, start: str
) -> None:
    create(editor, format=form)

    assert stored(secrets_manager, "airflow/connections/orders")["SecretString"].startswith(start)


def test_keeps_white_space_in_a_password(editor: Client, secrets_manager: Emulator) -> None:
    create(editor, password="  two spaces  ")

    assert read_by_airflow(secrets_manager, "orders").password == "  two spaces  "


def test_takes_a_pasted_uri_in_place_of_the_fields(
    editor: Client, secrets_manager: Emulator
) -> None:
    response = editor.post(
        URL, {"conn_id": "pasted", "secret": "mysql://svc:p%40ss@db:3306/shop?charset=utf8"}
    )

    assert response.status_code == 302
    read = read_by_airflow(secrets_manager, "pasted")
    assert (read.conn_type, read.password, read.port, read.extra) == (
        "mysql",
        "p@ss",
        3306,
        {"charset": "utf8"},
    )


def test_takes_pasted_json_with_aliases(editor: Client, secrets_manager: Emulator) -> None:
    pasted = '{"engine": "mysql", "username": "svc", "pass": "pw", "server": "db"}'
    editor.post(URL, {"conn_id": "pasted", "secret": pasted})

    read = read_by_airflow(secrets_manager, "pasted")
    assert (read.conn_type, read.login, read.password, read.host) == ("mysql", "svc", "pw", "db")


def test_lets_a_paste_that_was_not_taken_whole_be_looked_over_first(
    editor: Client, secrets_manager: Emulator
) -> None:
    pasted = {"conn_id": "x", "secret": "postgresql+psycopg2://u:pw@h/db?application_name=a"}

    refused = editor.post(URL, pasted)
    looked_over = as_sent(editor.post(URL, pasted | {"fill": "paste"}))
    saved = editor.post(URL, looked_over)

    assert "driver" in errors(refused)["secret"][0]
    assert saved.status_code == 302
    assert read_by_airflow(secrets_manager, "x").extra == {"application_name": "a"}


def test_takes_the_id_that_a_pasted_command_names(
    editor: Client, secrets_manager: Emulator
) -> None:
    command = "airflow connections add 'my_ftp' --conn-type ftp --conn-host h --conn-password pw"

    filled = editor.post(URL, {"secret": command, "fill": "paste"})

    sent = as_sent(filled)
    assert (sent["conn_id"], sent["conn_type"], sent["password"]) == (["my_ftp"], ["ftp"], ["pw"])


def test_fills_the_fields_from_a_paste_by_the_types_of_the_site(
    editor: Client, secrets_manager: Emulator, settings: Settings, tmp_path: Path
) -> None:
    own = {
        "acme_db": {
            "name": "Acme",
            "extra_fields": [{"name": "zone", "label": "Zone", "kind": "integer"}],
        }
    }
    (tmp_path / "types.json").write_text(json.dumps({"connection_types": own}), encoding="utf-8")
    config = f"""connection_types = "types.json"
        [environments.default.backend_kwargs]
        endpoint_url = "{secrets_manager.endpoint}"
    """
    (tmp_path / "site.toml").write_text(config, encoding="utf-8")
    settings.SECRETSADMIN_CONFIG = str(tmp_path / "site.toml")

    filled = editor.post(
        URL, {"secret": "acme-db+driver://ann:pw@db/sales?zone=3", "fill": "paste"}
    )

    sent = as_sent(filled)
    assert (sent["conn_type"], sent["extra.zone"], sent["login"]) == (["acme_db"], ["3"], ["ann"])


def test_refuses_what_it_can_not_fill_the_fields_from(
    editor: Client, secrets_manager: Emulator
) -> None:
    refused = editor.post(URL, {"secret": "hunter2", "fill": "paste", "entry": "paste"})

    assert refused.status_code == 422
    assert "hunter2" not in errors(refused)["secret"][0]
    assert as_sent(refused)["secret"] == ["hunter2"]


def test_fills_the_fields_from_what_was_pasted_and_stores_nothing(
    editor: Client, secrets_manager: Emulator
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(
            URL, {"conn_id": "x", "secret": "http://u:pw@Host:80/?a=b", "fill": "1"}
        )

    assert response.status_code == 200
    assert [field(response, name) for name in ("conn_type", "login", "password", "port")] == [
        "http",
        "u",
        "pw",
        "80",
    ]
    assert not calls
    assert not acts()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("conn_id", ""),
        ("conn_id", "has space"),
        ("conn_id", "ümlaut"),
        ("conn_id", "../other"),
        ("conn_id", "a//b"),
        ("conn_id", "airflow/connections/x"),
        ("conn_id", "airflow/variables/x"),
        ("conn_id", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x"),
        ("conn_id", "ends-abcdef"),
        ("conn_id", "x" * 251),
        ("conn_id", "with+plus"),
        ("conn_id", "nul\x00"),
        ("conn_type", ""),
        ("conn_type", "my type"),
        ("port", "70000"),
        ("port", "-1"),
        ("port", "54x2"),
        ("extra", "[1, 2]"),
        ("extra", "{not json"),
        ("extra", '{"a": 1, "a": 2}'),
        ("extra", '{"a": NaN}'),
        ("extra", "[" * 5000),
        ("password", "x" * 65_537),
        ("password", "ü" * 40_000),
        ("password", "nul\x00"),
        ("host", "nul\x00"),
        ("description", "x" * 2_049),
        ("format", "yaml"),
        ("secret", "no uri at all ://://://"),
        ("secret", "postgres://u:p/w@h/db"),
        ("secret", '{"conn_type": "x", "host": 5}'),
        ("secret", '{"foo": 1}'),
    ],
)
def test_refuses_bad_input_with_the_field_named_and_the_input_kept(
    editor: Client, secrets_manager: Emulator, name: str, value: str
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(URL, POSTGRES | {name: value})

    assert response.status_code == 422
    assert name in errors(response)
    assert response.context["form"][name].value() == value
    assert not calls
    assert not acts()


def test_hands_the_password_back_after_an_error(editor: Client, secrets_manager: Emulator) -> None:
    response = editor.post(URL, POSTGRES | {"port": "x", "password": "typed-once"})

    assert field(response, "password") == "typed-once"


def test_never_quotes_what_could_not_be_read(editor: Client, secrets_manager: Emulator) -> None:
    response = editor.post(URL, {"conn_id": "x", "secret": "postgres://u:hunter2/w@h/db"})

    assert not any("hunter2" in text for found in errors(response).values() for text in found)


def test_refuses_a_taken_name(editor: Client, secrets_manager: Emulator) -> None:
    put(secrets_manager, "airflow/connections/orders", "postgres://theirs")

    response = editor.post(URL, POSTGRES)

    assert response.status_code == 422
    assert "conn_id" in errors(response)
    assert f"{CONNECTIONS}/detail/orders/" in response.content.decode()
    assert (
        stored(secrets_manager, "airflow/connections/orders")["SecretString"] == "postgres://theirs"
    )
    assert acts()[-1] == ("connections.create", "orders", "failed")


def test_offers_to_restore_a_name_that_is_scheduled_for_deletion(
    editor: Client, secrets_manager: Emulator
) -> None:
    put(secrets_manager, "airflow/connections/orders", "postgres://theirs")
    with connected(secrets_manager.endpoint) as client:
        client.delete_secret(SecretId="airflow/connections/orders", RecoveryWindowInDays=7)

    response = editor.post(URL, POSTGRES)

    assert response.status_code == 422
    assert f'action="{CONNECTIONS}/restore/orders/"' in response.content.decode()


def test_keeps_the_input_when_aws_refuses(
    editor: Client, secrets_manager: Emulator, settings: Settings
) -> None:
    with FaultProxy(secrets_manager.endpoint) as proxy:
        use(settings, proxy.endpoint)
        proxy.when("CreateSecret").deny()
        response = editor.post(URL, POSTGRES)

    assert response.status_code == 502
    text = response.content.decode()
    assert "secretsmanager:CreateSecret" in text
    assert "Nothing was changed" in text
    assert field(response, "host") == "Db.Example.com"
    assert acts()[-1] == ("connections.create", "orders", "denied")


def test_previews_without_aws_and_with_every_secret_masked(
    editor: Client, secrets_manager: Emulator
) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(URL, POSTGRES | {"preview": "1"}, headers={"HX-Request": "true"})

    text = response.content.decode()
    assert response.status_code == 200
    assert "postgres://svc:" in text
    assert "p@ss" not in text
    assert "p%40ss" not in text
    assert "require" in text
    assert "[1, true]" not in text
    assert not calls
    assert not acts()


def test_previews_what_is_still_missing_without_calling_it_wrong(
    editor: Client, secrets_manager: Emulator
) -> None:
    sent = {"conn_id": "orders", "port": "many", "preview": "1"}

    form = editor.post(URL, sent, headers={"HX-Request": "true"}).context["form"]

    assert [note.text for note in form.missing] == ["Still missing: Connection type."]
    assert [str(wrong) for wrong in form.wrong] == [
        "Port: A port is a whole number from 0 to 65535, such as 5432."
    ]


def test_suggests_other_types_to_change_to(editor: Client, secrets_manager: Emulator) -> None:
    page = editor.get(URL, {"conn_type": "postgres"}).content.decode()

    assert 'list="conn_type_suggestions"' in page
    assert '<option value="google_cloud_platform">Google Cloud</option>' in page


def test_ends_with_how_to_use_it_once(editor: Client, secrets_manager: Emulator) -> None:
    first = editor.post(URL, POSTGRES, follow=True)
    again = editor.get(f"{CONNECTIONS}/detail/orders/")

    assert (first.context["page"].is_new, again.context["page"].is_new) == (True, False)


def test_is_refused_for_a_viewer(signed_in: As, secrets_manager: Emulator) -> None:
    with counting(secrets_manager) as calls:
        response = signed_in("viewer").post(URL, POSTGRES)

    assert response.status_code == 403
    assert not calls


def test_hands_a_stranger_back_what_they_sent(
    client: Client, secrets_manager: Emulator, db: None
) -> None:
    response = client.post(URL, POSTGRES)

    assert response.status_code == 401
    assert b"You are signed out" in response.content
    assert not acts()
