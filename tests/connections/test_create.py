"""Creating a connection: HTTP in, AWS calls and rows of the record out."""

from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.wire import connected, counting

URL = "/default/connections/create/"
FIELDS = {
    "conn_id": "orders",
    "conn_type": "postgres",
    "host": "Db.Example.com",
    "login": "svc",
    "password": "p@ss/w:rd?#%+ü",
    "schema": "orders",
    "port": "5432",
    "extra": '{"sslmode": "require", "nested": {"a": [1, true]}}',
    "description": "Orders of the shop",
    "form": "auto",
}


def test_stores_it_with_one_call(editor: Client, secrets_manager: Emulator) -> None:
    with counting(secrets_manager) as calls:
        response = editor.post(URL, FIELDS)

    assert response.status_code == 302, response.content.decode()[:3000]
    assert response["Location"] == "/default/connections/detail/orders/"
    assert dict(calls) == {"CreateSecret": 1}
    with connected(secrets_manager.endpoint) as client:
        secret = client.describe_secret(SecretId="airflow/connections/orders")
    assert secret["Description"] == "Orders of the shop"
    assert secret["Tags"] == [{"Key": "airflow:conn-type", "Value": "postgres"}]
    started, succeeded = Event.objects.order_by("id")
    assert (started.outcome, succeeded.outcome) == ("started", "succeeded")
    assert list(secret["VersionIdsToStages"]) == [str(started.act)]
