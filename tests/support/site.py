"""Short words for what tests do at the site's edges."""

import re
from html import unescape
from typing import Any

from django.test import Client

from connections.value.connection import Connection
from connections.value.readers import NEWEST, Reader
from secretsadmin.audit.models import Event
from secretsadmin.config.backend import BackendConfig
from secretsadmin.demo.emulator import Emulator
from tests.support.wire import connected

CONNECTIONS = "/default/connections"
VARIABLES = "/default/variables"
POSTGRES = {
    "conn_id": "orders",
    "conn_type": "postgres",
    "host": "Db.Example.com",
    "login": "svc",
    "password": "p@ss/w:rd?#%+ü",
    "schema": "orders",
    "port": "5432",
    "extra": '{"sslmode": "require", "nested": {"a": [1, true]}}',
    "description": "Orders of the shop",
    "format": "auto",
}
# As Airflow's own defaults are.
BACKEND = BackendConfig.from_kwargs({})
SERVER = Reader.of("3.3", "server")


def stored(emulator: Emulator, name: str) -> dict[str, Any]:
    """The current value and the metadata of a secret, asked for as Airflow asks."""
    with connected(emulator.endpoint) as client:
        return {**client.describe_secret(SecretId=name), **client.get_secret_value(SecretId=name)}


def read_by_airflow(emulator: Emulator, conn_id: str) -> Connection:
    """What the newest Airflow's server and its tasks make of a connection; they have to agree."""
    text = stored(emulator, f"airflow/connections/{conn_id}")["SecretString"]
    one, other = (Connection.from_secret(text, reader=reader) for reader in (SERVER, NEWEST))
    assert one == other
    return one


def put(emulator: Emulator, name: str, text: str | bytes, **more: Any) -> str:
    """Make a secret outside the dashboard; its version's id."""
    value: dict[str, Any] = (
        {"SecretBinary": text} if isinstance(text, bytes) else {"SecretString": text}
    )
    with connected(emulator.endpoint) as client:
        return client.create_secret(Name=name, **value, **more)["VersionId"]


def overwrite(emulator: Emulator, name: str, text: str) -> str:
    """Change a secret outside the dashboard; its new version's id."""
    with connected(emulator.endpoint) as client:
        return client.put_secret_value(SecretId=name, SecretString=text)["VersionId"]


def current(emulator: Emulator, name: str) -> str:
    return str(stored(emulator, name)["VersionId"])


def acts() -> list[tuple[str, str, str]]:
    """Every line of the record: action, secret, outcome."""
    return list(Event.objects.order_by("id").values_list("action", "secret", "outcome"))


def last_act() -> list[tuple[str, str, list[str], str]]:
    """The lines of the last act: action, outcome, what was disclosed, and the error."""
    act = Event.objects.latest("id").act
    lines = Event.objects.filter(act=act).order_by("id")
    return [(line.action, line.outcome, line.fields, line.error) for line in lines]


def errors(response: Any) -> dict[str, list[str]]:
    """The form's errors by field."""
    form = response.context["form"]
    return {name: [str(error) for error in found] for name, found in form.errors.items()}


def field(response: Any, name: str) -> str:
    """What stands in an input of the page."""
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', response.content.decode())
    return found[1] if found else ""


def create(client: Client, **fields: str) -> None:
    response = client.post(f"{CONNECTIONS}/create/", POSTGRES | fields)
    assert response.status_code == 302, errors(response)


def words(response: Any) -> str:
    """The words of a page, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def assert_says(response: Any, *sentences: str) -> None:
    page = response.content.decode()
    for sentence in sentences:
        assert sentence in page
