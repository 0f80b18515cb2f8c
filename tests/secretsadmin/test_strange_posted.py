"""A strange text in a form ... (each test finishes the sentence)."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, VARIABLES
from tests.support.strange import LONE, OBJECTS, WHOLE
from tests.support.wire import counting

CREATE = {"connections": f"{CONNECTIONS}/create/", "variables": f"{VARIABLES}/create/"}
# Codecs that Python knows: of other alphabets, of bytes into bytes, and some whose texts hold half
# surrogates.
CHARSETS = (
    "utf-7",
    "utf-16",
    "idna",
    "punycode",
    "zlib",
    "hex",
    "rot13",
    "unicode_escape",
    "raw_unicode_escape",
)
TYPES = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
PRESSES: tuple[dict[str, str], ...] = (
    {},
    {"preview": "1"},
    {"new_type": "postgres"},
    {"fill": "1", "entry": "paste"},
)
TEXTS = {
    **OBJECTS,
    **{
        name: WHOLE[name]
        for name in ("half a surrogate, encoded", "marks in a URI", "many line ends")
    },
}


def body_of(kind: str, fields: dict[str, str]) -> bytes:
    if kind.startswith("multipart"):
        parts = (
            f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
            for k, v in fields.items()
        )
        return "".join((*parts, "--x--\r\n")).encode()
    return urlencode(fields).encode()


@pytest.mark.parametrize("content_type", TYPES)
@pytest.mark.parametrize("charset", CHARSETS)
def test_is_refused_in_another_encoding(
    editor: Client, secrets_manager: Emulator, charset: str, content_type: str
) -> None:
    body = body_of(content_type, {"key": "a", "value": "+2AA-"})

    with counting(secrets_manager) as calls:
        # Django's own post() would write the body anew in that encoding.
        response = editor.generic(
            "POST", CREATE["variables"], body, f"{content_type}; charset={charset}"
        )

    assert response.status_code == 415
    assert not calls
    assert not Event.objects.exists()


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", '; charset="UTF8"'])
def test_is_taken_as_browsers_send_it(editor: Client, charset: str) -> None:
    body = body_of(TYPES[1], {"key": "a", "value": "é"})

    response = editor.generic("POST", CREATE["variables"], body, content_type=TYPES[1] + charset)

    assert response.status_code == 302


@pytest.mark.parametrize("press", PRESSES, ids=str)
def test_is_answered_for_a_connection(editor: Client, press: dict[str, str]) -> None:
    statuses = {}
    for name, text in TEXTS.items():
        sent = {
            "conn_id": f"x{name}",
            "conn_type": "http",
            "host": text[:100],
            "extra": text,
            "secret": text,
        }
        statuses[name] = editor.post(CREATE["connections"], sent | press).status_code

    assert {name: status for name, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize("press", PRESSES[:2], ids=str)
def test_is_answered_for_a_variable(editor: Client, press: dict[str, str]) -> None:
    statuses = {}
    for number, (name, text) in enumerate(TEXTS.items()):
        sent = {"key": f"x{number}", "value": text, "description": text[:100], "reason": "\0\u202e"}
        statuses[name] = editor.post(CREATE["variables"], sent | press).status_code

    assert {name: status for name, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (r'{"\ud800": 1}', "half a surrogate pair"),
        (r'{"a": [{"b": "\udfff"}]}', "half a surrogate pair"),
        ('{"a": 1e999}', "a number is none"),
        ('{"a": [-1e999]}', "a number is none"),
        ('{"a": NaN}', "a number is none"),
        (f'{{"a": {"9" * 5000}}}', "a number is none"),
    ],
)
@pytest.mark.parametrize("press", PRESSES[:3], ids=str)
def test_is_told_beside_the_extra_that_it_stands_in(
    editor: Client, secrets_manager: Emulator, extra: str, said: str, press: dict[str, str]
) -> None:
    sent: dict[str, Any] = {"conn_id": "x", "conn_type": "http", "host": "h", "extra": extra}

    with counting(secrets_manager) as calls:
        response = editor.post(CREATE["connections"], sent | press)

    assert response.status_code == (200 if "preview" in press else 422)
    assert said in response.content.decode()
    assert LONE not in response.content.decode()
    assert not calls
