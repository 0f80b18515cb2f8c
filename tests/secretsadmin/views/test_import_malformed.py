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
