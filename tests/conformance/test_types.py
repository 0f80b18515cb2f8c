"""A real Airflow hands its hook exactly what a person fills into the form of each type."""

from django.test import Client

from connections.providers import catalogue
from connections.value.connection import differing_fields
from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.site import KWARGS
from tests.conformance.asked import RealAirflow
from tests.support.forms import as_sent
from tests.support.generated import filled
from tests.support.site import CONNECTIONS, current, errors


def test_is_read_with_every_field_and_json_type_before_and_after_an_unchanged_save(
    editor: Client, secrets_manager: Emulator
) -> None:
    wanted = {name: filled(one) for name, one in catalogue.types().items()}
    for name, sent in wanted.items():
        form = as_sent(editor.get(f"{CONNECTIONS}/create/", {"conn_type": name}))
        created = editor.post(f"{CONNECTIONS}/create/", form | {"conn_id": name} | sent.typed)
        assert created.status_code == 302, (name, errors(created))

    with RealAirflow(KWARGS | {"endpoint_url": secrets_manager.endpoint}) as airflow:
        found = airflow.connections(wanted)
    wrong = {
        name: [differing_fields(reading, sent.connection) for reading in found[name]]
        for name, sent in wanted.items()
        if len(found[name]) != 2
        or any(differing_fields(reading, sent.connection) for reading in found[name])
    }
    assert wrong == {}

    for name in wanted:
        before = current(secrets_manager, f"airflow/connections/{name}")
        for asked in ({}, {"reveal": "1"}):
            opened = editor.post(f"{CONNECTIONS}/edit/{name}/", asked)
            saved = editor.post(f"{CONNECTIONS}/update/{name}/", as_sent(opened))
            assert saved.status_code == 302, (name, errors(saved))
            assert current(secrets_manager, f"airflow/connections/{name}") == before, name
