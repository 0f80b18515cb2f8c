"""What we export and Airflow imports ... (each test finishes the sentence).

Whatever a real SecretsManagerBackend reads, the database of a real Airflow has afterwards; but for
what stands here, each with its reason.
"""

import json
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from connections.value.connection import Connection, NotRepresentable, differing_fields
from secretsadmin.demo.emulator import Emulator, serve
from secretsadmin.demo.site import ROOT
from tests.conformance import stored
from tests.conformance.asked import PYTHON, RealAirflow
from tests.conformance.cases import secret_text
from tests.support.import_command import Importer
from tests.support.wire import REGION, connected

SEED = 12
# Fewer than in test_round_trip, because each goes into every format.
CONNECTIONS, VARIABLES, HOSTILE = 200, 100, 80
OF_CONNECTIONS = ("json", "yaml", "env", "env-json")
OF_VARIABLES = ("json", "yaml", "env")

LONG = "x" * 201
# Texts as people write them, by id.
WRITTEN: dict[str, str] = {
    "other_words": '{"conn_type": "postgres", "user": "u", "pass": "p", "host": "h"}',
    "extra_object": '{"conn_type": "aws", "extra": {"region_name": "x", "n": 1}}',
    "port_as_text": '{"conn_type": "http", "host": "h", "port": "443"}',
    "further_keys": '{"conn_type": "http", "host": "h", "owner": "me"}',
    "long_names": "google-cloud-platform://?extra__google_cloud_platform__project=x",
    "in_a_query": "aws://?role_arn=arn%3Aaws&num=5&on=true&o=%7B%22a%22%3A+1%7D",
    "in_extra": "aws://?__extra__=%7B%22a%22%3A+%7B%22b%22%3A+1%7D%7D",
    "protocol": "http://https%3A%2F%2Fh%3A80/v1",
    "postgresql_uri": "postgresql://u:p%40@Host:5432/Db",
    "port_0_in_uri": "redis://h:0",
    "typeless": '{"host": "h"}',
    "no_connection": "what is this",
    "two..dots": "http://h",
    "at@sign": "http://h",
    LONG: "http://h",
}
KEYS: dict[str, str] = {"equals=sign": "v", "at@sign": "v", LONG: "v", "slash/ed": "v"}

# By id: the fields that the server reads otherwise, and why.
READ_OTHERWISE: dict[str, tuple[tuple[str, ...], str]] = {
    "in_a_query": (
        ("extra.num", "extra.on", "extra.o"),
        "the server reads a query's values as JSON, and tasks as text, which is what a file has",
    ),
}

# By format: what is left out, and why; but for the hostile texts.
IDS = (
    "Airflow imports ids of up to 200 letters, digits, dots, hyphens and underscores, "
    "without two dots in a row."
)
IN_NO_FILE = {
    "at@sign": IDS,
    "two..dots": IDS,
    LONG: IDS,
    "typeless": "Airflow imports no connection without a type.",
    "no_connection": "It isn't written as a connection is, so no other spelling is sure.",
}
PORT = "JSON would change the port."
TYPE = "A URI would change the connection type."
LEFT_OUT_CONNECTIONS: dict[str, dict[str, str]] = {
    "json": IN_NO_FILE,
    "yaml": IN_NO_FILE,
    "env-json": IN_NO_FILE | {"port_0_in_uri": PORT},
    "env": IN_NO_FILE | {"upper_type": TYPE},
}
SEVERAL = "It has several lines, and the format has one for each variable."
LEFT_OUT_VARIABLES: dict[str, dict[str, str]] = {
    "json": {},
    "yaml": {},
    "env": {
        **dict.fromkeys(("a.b-c", "newline", "object_laid_out"), SEVERAL),
        **dict.fromkeys(("drawn_000", "drawn_029", "drawn_038"), SEVERAL),
        "equals=sign": "Its key has an equals sign, where Airflow ends the key of a line.",
    },
}


class Exporter(Importer):
    """Exports from the environment `default`."""

    def export(self, kind: str, format_key: str, file: Path) -> dict[str, str]:
        """What was left out, and why."""
        options = ("--environment", "default", "--kind", kind, "--format", format_key, "--yes")
        done = subprocess.run(
            self._command("export_secrets", *options, "--output", str(file)),
            cwd=ROOT,
            env=self._environment,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
        lines = [line.partition(": left out: ") for line in done.stderr.splitlines()]
        left_out = {key: why for key, is_told, why in lines if is_told}
        assert done.returncode == bool(left_out), done.stderr
        return left_out


@dataclass(frozen=True)
class Moved:
    """By kind and format, what we left out of a file and why, and what Airflow made of the file."""

    left_out: dict[str, dict[str, dict[str, str]]]
    made: dict[str, dict[str, Any]]


def text_of(number: int, columns: stored.Columns) -> str:
    """By turns in both spellings; where none is written here, as Airflow's own import has it."""
    fields = {name: value for name, value in columns.items() if value is not None}
    fields.pop("description", None)
    made = Connection(**{**fields, "extra": json.loads(fields.get("extra") or "{}")})
    try:
        return made.encode("json" if number % 2 else "uri").text
    except NotRepresentable:
        return json.dumps(fields)


def connections() -> dict[str, tuple[str, str]]:
    """Texts and descriptions, by id."""
    texts = {}
    some = islice(stored.connections(SEED).items(), CONNECTIONS)
    for number, (conn_id, columns) in enumerate(some):
        texts[conn_id] = text_of(number, columns), columns.get("description") or ""
    source = random.Random(SEED)  # noqa: S311 - nobody has to guess it.
    hostile = {f"hostile_{number:03}": secret_text(source) for number in range(HOSTILE)}
    return texts | {conn_id: (text, "") for conn_id, text in {**WRITTEN, **hostile}.items() if text}


def variables() -> dict[str, tuple[str, str]]:
    """The same. Secrets Manager keeps no empty value."""
    texts = {key: (text, "") for key, text in KEYS.items()}
    for key, columns in islice(stored.variables(SEED).items(), VARIABLES):
        if columns["val"]:
            texts[key] = columns["val"], columns.get("description") or ""
    return texts


@pytest.fixture(scope="module")
def full() -> Iterator[Emulator]:
    with serve() as emulator, connected(emulator.endpoint) as client:
        for kind, texts in (("connections", connections()), ("variables", variables())):
            for key, (text, description) in texts.items():
                client.create_secret(
                    Name=f"airflow/{kind}/{key}", SecretString=text, Description=description
                )
        yield emulator


@pytest.fixture(scope="module")
def airflow(full: Emulator) -> Iterator[RealAirflow]:
    with RealAirflow({"endpoint_url": full.endpoint, "region_name": REGION}) as airflow:
        yield airflow


@pytest.fixture(scope="module")
def moved(full: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = tmp_path_factory.mktemp("exported")
    exporter = Exporter(folder, full.endpoint, 10_000)
    exporter.migrate()
    files = {
        "connections": {key: folder / f"connections.{key}" for key in OF_CONNECTIONS},
        "variables": {key: folder / f"variables.{key}" for key in OF_VARIABLES},
    }
    left_out = {
        kind: {key: exporter.export(kind, key, file) for key, file in some.items()}
        for kind, some in files.items()
    }
    made = made_of({kind: [*map(str, some.values())] for kind, some in files.items()})
    return Moved(
        left_out,
        {
            kind: {key: made[kind][str(file)] for key, file in some.items()}
            for kind, some in files.items()
        },
    )


def made_of(files: dict[str, list[str]]) -> Any:
    done = subprocess.run(
        [PYTHON, "-W", "ignore", "tests/conformance/import_files.py"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=json.dumps(files),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def is_hostile(key: str) -> bool:
    return key.startswith("hostile_")


@pytest.fixture(scope="module")
def readings(airflow: RealAirflow) -> dict[str, list[Connection]]:
    return airflow.connections(sorted(connections()))


@pytest.mark.parametrize("format_key", OF_CONNECTIONS)
def test_is_every_connection_that_the_back_end_reads(
    moved: Moved, readings: dict[str, list[Connection]], format_key: str
) -> None:
    left_out = moved.left_out["connections"][format_key]
    made = moved.made["connections"][format_key]
    texts = connections()

    told = {conn_id: why for conn_id, why in left_out.items() if not is_hostile(conn_id)}
    assert told == LEFT_OUT_CONNECTIONS[format_key]
    assert made.keys() == texts.keys() - left_out.keys()
    for conn_id, columns in made.items():
        # Lines of URIs have no place for a description.
        description = "" if format_key == "env" else texts[conn_id][1]
        assert columns.pop("description") == description, conn_id
        # A server refuses some of the hostile texts that tasks read.
        *of_server, of_task = readings[conn_id]
        assert of_server or is_hostile(conn_id), conn_id
        assert not differing_fields(of_task, Connection(**columns)), conn_id
        otherwise, _ = READ_OTHERWISE.get(conn_id, ((), ""))
        for reading in of_server:
            assert differing_fields(reading, Connection(**columns)) == otherwise, conn_id


@pytest.mark.parametrize("format_key", OF_VARIABLES)
def test_is_every_variable_that_the_back_end_reads(
    airflow: RealAirflow, moved: Moved, format_key: str
) -> None:
    left_out = moved.left_out["variables"][format_key]
    made = moved.made["variables"][format_key]
    stored_there = variables()

    assert left_out == LEFT_OUT_VARIABLES[format_key]
    assert made.keys() == stored_there.keys() - left_out.keys()
    texts = airflow.variables(sorted(made))
    for key, had in made.items():
        assert had["text"] == texts[key], key
        # Such a line has no place for a description, either.
        description = "" if format_key == "env" else stored_there[key][1]
        assert had["description"] == description, key
