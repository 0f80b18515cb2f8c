"""A file that Airflow exported ... (each test finishes the sentence)."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connections.adapter import ADAPTER as CONNECTIONS
from connections.value.connection import Connection, differing_fields
from secretsadmin.demo.site import ROOT
from secretsadmin.transfer.files import File, decode, read, recognise
from tests.conformance.asked import PYTHON
from tests.support.site import BACKEND
from variables.adapter import ADAPTER as VARIABLES

EXPORTS = ROOT / "tests" / "secretsadmin" / "transfer" / "airflow_files"
MOST = 5 * 1024 * 1024
OF_CONNECTIONS = ("out2.json", "out2.yaml", "out2.env", "out3.json", "out3.yaml", "out3.env")
OF_VARIABLES = ("out2.vars.json", "out3.vars.json")

# The fields in which we read otherwise than Airflow 3.3.2's own import, and why.
BY_QUERY = "the server reads a query's values as JSON, and tasks as the text that was exported"
OTHER_FIELDS = {
    ("out2.env", "gcp"): (("extra.keyfile_dict",), BY_QUERY),
    ("out3.env", "gcp"): (("extra.keyfile_dict",), BY_QUERY),
}

# What was stored before the exports were made. Airflow's export loses some of it, for both of us.
STORED = {
    "big": "12345678901234567890123",
    "bool": "true",
    "desc": "hello",
    "empty": "",
    "env": '{"value": 3}',
    "float": "1.50",
    "n_str": "1",
    "nl": "line1\nline2\n",
    "nul": "null",
    "num": "42",
    "obj": '{"a": 1, "b": [true, null]}',
    "quoted": '"q"',
    "s": "plain",
    "umlaut": "Grüße",
    "ws": ' {"a": 1} ',
}
LAYOUT = "the layout of the file, where Airflow lays it out anew"
LOST = "the export lost it, so nobody can read it back"
# By file and key: what we store where it isn't what was stored, and why.
OTHER_TEXTS = {
    ("out2.vars.json", "env"): ('{\n    "value": 3\n}', LAYOUT),
    ("out2.vars.json", "float"): ("1.5", LOST),
    ("out2.vars.json", "obj"): (
        '{\n    "a": 1,\n    "b": [\n        true,\n        null\n    ]\n}',
        LAYOUT,
    ),
    ("out2.vars.json", "quoted"): ("q", LOST),
    ("out2.vars.json", "ws"): ('{\n    "a": 1\n}', LAYOUT),
    ("out3.vars.json", "env"): ('{\n    "value": 3\n}', LAYOUT),
    ("out3.vars.json", "float"): ("1.5", LOST),
    ("out3.vars.json", "obj"): (
        '{\n    "a": 1,\n    "b": [\n        true,\n        null\n    ]\n}',
        LAYOUT,
    ),
    ("out3.vars.json", "ws"): ('{\n    "a": 1\n}', LAYOUT),
}
# What Airflow's own import makes otherwise of what it exported itself.
AIRFLOWS_DAMAGE = {
    ("out2.vars.json", "env"): ("3", "it takes the variable's own object for an envelope"),
    ("out2.vars.json", "quoted"): ("q", LOST),
    ("out2.vars.json", "float"): ("1.5", LOST),
    ("out3.vars.json", "float"): ("1.5", LOST),
}


@cache
def of_airflow() -> Any:
    asked = {
        "connections": [str(EXPORTS / name) for name in OF_CONNECTIONS],
        "variables": [str(EXPORTS / name) for name in OF_VARIABLES],
    }
    done = subprocess.run(
        [PYTHON, "-W", "ignore", "tests/conformance/read_files.py"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def ours(path: Path) -> File:
    text = decode(path.read_bytes(), MOST).text
    return read(text, recognise(text))


def connections_of(name: str) -> dict[str, tuple[Connection, str]]:
    connections = {}
    for entry in ours(EXPORTS / name).entries:
        assert entry.source is not None, (name, entry.id, entry.problem)
        text = CONNECTIONS.from_file(entry.source, BACKEND).draft.text
        connections[entry.id] = (Connection.from_secret(text), entry.description)
    return connections


@pytest.mark.parametrize("name", OF_CONNECTIONS)
def test_gives_the_connections_that_airflows_import_makes_of_it(name: str) -> None:
    theirs = of_airflow()["connections"][str(EXPORTS / name)]
    made = connections_of(name)

    assert made.keys() == theirs.keys()
    for conn_id, (connection, description) in made.items():
        other = dict(theirs[conn_id])
        assert description == other.pop("description"), conn_id
        expected, _ = OTHER_FIELDS.get((name, conn_id), ((), ""))
        assert differing_fields(connection, Connection(**other)) == expected, conn_id


def test_gives_them_from_lines_of_json_too_where_airflows_import_makes_nonsense_of_them() -> None:
    for release in ("out2", "out3"):
        assert connections_of(f"{release}.envjson") == connections_of(f"{release}.json")


@pytest.mark.parametrize("name", OF_VARIABLES)
def test_gives_the_variables_that_were_stored(name: str) -> None:
    variables = {entry.id: entry for entry in ours(EXPORTS / name).entries}

    assert variables.keys() == STORED.keys()
    for key, stored in STORED.items():
        expected, _ = OTHER_TEXTS.get((name, key), (stored, ""))
        entry = variables[key]
        assert entry.source == expected, key
        if expected:
            assert VARIABLES.from_file(expected, BACKEND).draft.text == expected


@pytest.mark.parametrize("name", OF_VARIABLES)
def test_gives_what_airflows_import_stores_but_for_layout_and_damage(name: str) -> None:
    theirs = of_airflow()["variables"][str(EXPORTS / name)]

    for entry in ours(EXPORTS / name).entries:
        assert isinstance(entry.source, str)
        there = theirs[entry.id]
        damaged, _ = AIRFLOWS_DAMAGE.get((name, entry.id), ("", ""))
        if damaged:
            assert there["text"] == damaged, entry.id
        elif entry.source.startswith("{"):
            assert json.loads(there["text"]) == json.loads(entry.source), entry.id
        else:
            assert there["text"] == entry.source, entry.id
        assert there["description"] == entry.description, entry.id
