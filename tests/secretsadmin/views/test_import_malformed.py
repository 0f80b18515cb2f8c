"""An import of a malformed file ... (each test finishes the sentence)."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.support.malformed_files import FILES, SECRET, Malformed
from tests.support.wire import counting

HANDED_BACK = re.compile(r'<textarea[^>]* name="text".*?</textarea>', re.DOTALL)
# What can be read, and can't be stored.
ODD = {
    "a number of 5,000 digits": '{"a": {"conn_type": "http", "port": %s}}' % ("9" * 5_000),
    "a number beyond all": '{"a": {"conn_type": "http", "port": 1e999999}}',
    "a negative port": '{"a": {"conn_type": "http", "port": -1}}',
    "an id with blanks": '{"a b": {"conn_type": "http"}}',
    "an id with a NUL": '{"a\\u0000b": {"conn_type": "http"}}',
    "an id of a path": '{"../a": {"conn_type": "http"}, "a//b": {"conn_type": "http"}}',
    "an id without an end": '{"%s": {"conn_type": "http"}}' % ("a" * 600),
    "an id in other letters": '{"\\u202eab": {"conn_type": "http"}, "ä": {"conn_type": "http"}}',
    "connections among variables": '{"a": {"conn_type": "http"}, "b": "text", "c": [null, 1]}',
}


def sent(client: Client, malformed: Malformed) -> HttpResponse:
    file = SimpleUploadedFile("export", malformed.data)
    fields = {"existing": "overwrite", "plan": "1", "format": malformed.format}
    return client.post("/default/import/", {"file": file, **fields})  # type: ignore[return-value]


@pytest.mark.parametrize("malformed", FILES, ids=lambda malformed: malformed.name)
def test_names_the_field_or_the_row_and_writes_and_quotes_nothing(
    editor: Client, secrets_manager: Emulator, malformed: Malformed
) -> None:
    with counting(secrets_manager) as calls:
        response = sent(editor, malformed)

    page = response.content.decode()
    assert response.status_code in (200, 413, 422)
    assert set(calls) <= {"ListSecrets"}
    assert SECRET not in HANDED_BACK.sub("", page)
    assert SECRET not in str(list(Event.objects.values()))
    if response.status_code == 200:
        assert "can’t be done" in page or "was not read" in page
    else:
        assert not calls
    if response.status_code == 422:
        assert 'aria-invalid="true"' in page


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_plans_nothing_that_can_not_be_stored(
    editor: Client, secrets_manager: Emulator, content: str
) -> None:
    odd = Malformed("odd", content, "", format="connections-json")

    with counting(secrets_manager) as calls:
        response = sent(editor, odd)

    page = response.content.decode()
    assert response.status_code in (200, 422)
    assert "can’t be done" in page or 'aria-invalid="true"' in page
    assert set(calls) <= {"ListSecrets"}
