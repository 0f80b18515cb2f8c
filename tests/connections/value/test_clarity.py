"""A raw & in a secret of a URI ... (each test finishes the sentence)."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from connections.pasting import UnreadablePaste, paste
from connections.pasting.mending import mend
from connections.providers import catalogue
from connections.value.clarity import is_clear
from connections.value.connection import Connection
from secretsadmin.audit.models import Event
from secretsadmin.demo.emulator import Emulator
from tests.support.site import CONNECTIONS, overwrite, put

NAME = "airflow/connections/orders"
PIECES = ("hunter2", "sesame3")
SECRETS = (
    "postgres://svc@db/orders?sslpassword=hun&hunter2=x&sesame3",
    "postgres://svc@db/orders?sslpassword=hun&hunter2&sslmode=require&sesame3=x",
    "http://h/?token=hun&timeout=5&hunter2=sesame3",
    "http://h/?token=hun&user&hunter2=sesame3",
    "http://h/?__EXTRA__=1&api_key=hun&hunter2=sesame3",
    "http://h/?%70assword=hun&hunter2=sesame3",
    "http://h/?unknown=hun&hunter2&sesame3",
    "http://h/?pin=hun&hunter2=sesame3",
    "http://h/?sas=hun&hunter2=sesame3",
    "http://h/?x_auth=hun&hunter2=sesame3",
    "snowflake://u:p@h/db?account=a&private_key_content=hun&hunter2&sesame3=x",
)
CLEAR = (
    "postgres://svc:pw@db:5432/orders?sslmode=require&connect_timeout=10",
    "postgres://svc@db/orders?sslpassword=hun%26ter2&sslmode=require",
    "http://h/?X-One=1&X-Two=2",
    "http://h/?X-One=1&token=abc",
    "http://h/?token=abc&timeout=5",
    "aws://?aws_access_key_id=AK&region_name=eu&extra__aws__x=1",
    "http://h/?__extra__=%7B%22password%22%3A+%22hun%26ter2%22%2C+%22x%22%3A+1%7D",
    "http://h/?&&x=1&",
    '{"conn_type": "http", "extra": {"token": "hun&ter2", "x": 1}}',
)
WORDS = st.text(st.sampled_from("abcdef0123456789"), min_size=3, max_size=8)


@pytest.mark.parametrize("text", SECRETS)
def test_is_shown_by_none_of_its_pieces(
    editor: Client, secrets_manager: Emulator, text: str
) -> None:
    old = put(secrets_manager, NAME, "postgres://svc@db/orders")
    new = overwrite(secrets_manager, NAME, text)

    pages = [
        editor.post(f"{CONNECTIONS}/open/orders/"),
        editor.post(f"{CONNECTIONS}/open/orders/", {"version": new}),
        editor.post(f"{CONNECTIONS}/edit/orders/"),
        editor.post(f"{CONNECTIONS}/compare/orders/", {"one": old, "other": new}),
        editor.get(f"{CONNECTIONS}/detail/orders/"),
        editor.get(f"{CONNECTIONS}/history/orders/"),
    ]

    assert {page.status_code for page in pages} == {200}
    assert not [piece for piece in PIECES for page in pages if piece in page.content.decode()]
    records = str(list(Event.objects.values()))
    assert not [piece for piece in PIECES if piece in records]


@pytest.mark.parametrize("text", SECRETS)
def test_is_told_where_it_is_pasted(text: str) -> None:
    with pytest.raises(UnreadablePaste) as refused:
        paste(text)

    assert "%26 for &" in str(refused.value)
    assert not [piece for piece in PIECES if piece in str(refused.value)]


@pytest.mark.parametrize("text", SECRETS)
def test_is_mended_by_no_guess(text: str) -> None:
    assert mend(text, None, catalogue.types()) is None


@pytest.mark.parametrize("text", CLEAR)
def test_is_seen_in_no_text_that_has_none(text: str) -> None:
    assert is_clear(text)


@given(
    key=st.sampled_from(["password", "token", "api_key", "private_key"]),
    pieces=st.lists(WORDS, min_size=2),
)
def test_is_seen_whatever_the_secret_is(key: str, pieces: list[str]) -> None:
    assert not is_clear(f"http://h/?timeout=1&{key}={'&'.join(pieces)}")


@given(
    extra=st.dictionaries(
        st.sampled_from(["password", "x", "X-Y", "timeout"]) | WORDS, st.text(max_size=5)
    )
)
def test_is_none_in_what_is_saved_here(extra: dict[str, str]) -> None:
    assert is_clear(Connection("http", host="h", extra=extra).encode().text)
