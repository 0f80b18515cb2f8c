"""Any text in any format ... (each test finishes the sentence)."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connections.adapter import ADAPTER as CONNECTIONS
from secretsadmin.adapter import CannotImport
from secretsadmin.transfer.files import (
    FORMATS,
    Entry,
    Format,
    Options,
    UnreadableFile,
    check_text,
    read,
    recognise,
)
from tests.secretsadmin.transfer.files import MOST
from tests.support.site import BACKEND
from variables.adapter import ADAPTER as VARIABLES

PIECES = (
    *"{}[],:\"'=#-?|>&*!%\\ \n\t\r",
    *("\n  ", "\n- ", ': "', '": ', "null", "true", "1.50", "012", "~", "---\n", "\u2028", "\x85"),
    *('"a": ', "a: ", "a=", "conn_id", "conn_type", "conn_uri", "extra", "value", "description"),
    *("airflow:\n", "connections:\n", "variables:\n", "AIRFLOW_CONN_", "AIRFLOW_VAR__A___", "://"),
    *(
        "http://h",
        '{"conn_type": "http"}',
        "postgres://u:p@h/d?a=1",
        "NaN",
        "9" * 50,
        "é",
        "\ud800",
    ),
)
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=60)
ADAPTERS = {"connections": CONNECTIONS, "variables": VARIABLES}


def convert(entry: Entry) -> None:
    if entry.source is not None:
        with suppress(CannotImport):
            ADAPTERS[entry.kind].from_file(entry.source, BACKEND)


@pytest.mark.parametrize("of_file", FORMATS, ids=lambda of_file: of_file.key)
@given(text=texts)
@settings(max_examples=300)
def test_gives_entries_with_a_source_or_a_problem_or_else_one_sentence(
    of_file: Format, text: str
) -> None:
    with suppress(UnreadableFile):
        check_text(text, MOST)
        file = read(text, of_file, Options(envelope="envelope"))
        for entry in file.entries:
            assert (entry.source is None) == bool(entry.problem)
            assert 1 <= entry.line <= len(text.splitlines()) + 1
            convert(entry)


@given(text=texts)
@settings(max_examples=1000)
def test_is_recognised_or_refused_in_a_sentence(text: str) -> None:
    with suppress(UnreadableFile):
        check_text(text, MOST)
        read(text, recognise(text))
