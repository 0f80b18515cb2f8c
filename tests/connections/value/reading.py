"""Reading a connection as an Airflow's server and its tasks do."""

import json
from typing import Any

import pytest

from connections.value.connection import Connection, Reader, UnreadableSecret
from connections.value.readers import NEWEST
from tests.support.site import SERVER

BOTH = pytest.mark.parametrize("reader", [SERVER, NEWEST], ids=["server", "task"])
LONG_NUMBER = "9" * 5_000


def read(text: str, reader: Reader = NEWEST, **words: list[str]) -> Connection:
    return Connection.from_secret(text, reader=reader, extra_conn_words=words)


def read_object(reader: Reader = NEWEST, /, **stored: Any) -> Connection:
    return read(json.dumps(stored), reader)


def unreadable_field(text: str, reader: Reader = NEWEST) -> str:
    with pytest.raises(UnreadableSecret) as caught:
        read(text, reader)
    return caught.value.field
