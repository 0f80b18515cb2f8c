"""What Airflow exports and we import ... (each test finishes the sentence).

Whatever the database of Airflow has, a real SecretsManagerBackend reads afterwards; but for what
stands here, each with its reason.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from connections.value.connection import Connection, differing_fields
from secretsadmin.demo.emulator import Emulator
from secretsadmin.demo.site import ROOT
from tests.conformance import stored
from tests.conformance.asked import PYTHON, RealAirflow
from tests.support.import_command import Importer
from tests.support.wire import REGION, connected

SEED = 11
JSON, YAML = "connections.json", "connections.yaml"
URIS, JSON_LINES = "connections-uri.env", "connections-json.env"
OF_CONNECTIONS = (JSON, YAML, URIS, JSON_LINES)

# By file: what is refused, and why.
MASK = "*** is what Airflow writes where it masks a password"
ARN = "AWS takes the end of the id for that of an ARN"
KEYS = "a key with raw separators might be a piece of a secret"
REFUSED = {
    JSON: {"mask_like": MASK, "ends-secret": ARN},
    YAML: {"mask_like": MASK, "ends-secret": ARN},
    JSON_LINES: {"mask_like": MASK, "ends-secret": ARN},
    URIS: {
        "ends-secret": ARN,
        "extra_6": KEYS,
        "host_with_odd_protocol": "Airflow writes a host's protocol raw, whatever is in it",
    },
    "variables.json": {
        "empty": "Secrets Manager keeps no empty value",
        "nan": "NaN is no JSON, and the file has it without quotation marks",
    },
}
# What an id becomes, by file.
NAMED = "lines of an environment file have names like this for an id"
RENAMED = {
    URIS: {"AIRFLOW_CONN_TWICE": ("twice", NAMED)},
    JSON_LINES: {"AIRFLOW_CONN_TWICE": ("twice", NAMED)},
}
# What a field becomes in every file.
CHANGED: dict[str, tuple[dict[str, Any], str]] = {
    "port_0": ({"port": None}, "Airflow takes a port of 0 for none"),
    "postgresql": ({"conn_type": "postgres"}, "Airflow reads the one as the other"),
}
# What fields become in lines of URIs beside that.
CHANGED_IN_URIS: dict[str, tuple[dict[str, Any], str]] = {
    "protocol_alone": ({"host": ""}, "no URI tells a protocol without a host from none"),
    "upper_type": ({"conn_type": "postgres"}, "Airflow lower-cases a URI's type"),
}
# What variables become, as the export reads their text as JSON and writes it anew.
OTHER_TEXTS = {"exponent": "1000.0", "float": "1.5"}
LAID_OUT_ANEW = {
    *("list", "object", "object_laid_out", "object_like_an_envelope", "object_with_value"),
}


@dataclass(frozen=True)
class Exported:
    """A database of Airflow, and the files that Airflow wrote of it."""

    folder: Path
    connections: dict[str, dict[str, Any]]
    variables: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("exported")
    asked = {
        "folder": str(folder),
        "connections": stored.connections(SEED),
        "variables": stored.variables(SEED),
    }
    done = subprocess.run(
        [PYTHON, "-W", "ignore", "tests/conformance/export_files.py"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return Exported(folder, **json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def airflow(aws_of_airflow: Emulator) -> Iterator[RealAirflow]:
    kwargs = {"endpoint_url": aws_of_airflow.endpoint, "region_name": REGION}
    with RealAirflow(kwargs) as airflow:
        yield airflow


@pytest.fixture(scope="module")
def migrated(aws_of_airflow: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Importer:
    importer = Importer(tmp_path_factory.mktemp("site"), aws_of_airflow.endpoint, 10_000)
    importer.migrate()
    return importer


@pytest.fixture
def importer(migrated: Importer, aws_of_airflow: Emulator, tmp_path: Path) -> Importer:
    """With an empty audit log, beside an empty Secrets Manager."""
    aws_of_airflow.begin_anew()
    importer = replace(migrated, folder=tmp_path)
    shutil.copyfile(migrated.file, importer.file)
    return importer


def imported(importer: Importer, emulator: Emulator, file: Path) -> dict[str, str]:
    """The descriptions of what is there afterwards, by name."""
    refused = REFUSED[file.name]
    done = importer.run(file)
    assert done.returncode == 1, done.stderr
    told = {line.split(":")[1].strip() for line in done.stderr.splitlines() if line[:4] == "line"}
    assert told == refused.keys()
    with connected(emulator.endpoint) as client:
        pages = client.get_paginator("list_secrets").paginate()
        secrets = [secret for page in pages for secret in page["SecretList"]]
    return {secret["Name"].split("/")[-1]: secret.get("Description", "") for secret in secrets}


def expected(file: str, conn_id: str, columns: dict[str, Any]) -> Connection:
    changed, _ = CHANGED.get(conn_id, ({}, ""))
    if file == URIS:
        in_uris, _ = CHANGED_IN_URIS.get(conn_id, ({}, ""))
        changed = changed | in_uris
    names = ("conn_type", "host", "login", "password", "schema", "port", "extra")
    return Connection(**{name: columns[name] for name in names} | changed)


def is_as_expected(file: str, made: Connection, wanted: Connection) -> bool:
    differing = differing_fields(made, wanted)
    if file == URIS and differing == ("host",):
        # A URI's host is lower-cased, unless a percent sign keeps it.
        return made.host.lower() == wanted.host.lower()
    return not differing


@pytest.mark.parametrize("file", OF_CONNECTIONS)
def test_is_every_connection_that_airflows_database_has(
    exported: Exported,
    importer: Importer,
    aws_of_airflow: Emulator,
    airflow: RealAirflow,
    file: str,
) -> None:
    descriptions = imported(importer, aws_of_airflow, exported.folder / file)

    names = {
        conn_id: RENAMED.get(file, {}).get(conn_id, (conn_id, ""))[0]
        for conn_id in exported.connections.keys() - REFUSED[file].keys()
    }
    assert descriptions.keys() == set(names.values())
    readings = airflow.connections(sorted(descriptions))
    for conn_id, name in names.items():
        columns = exported.connections[conn_id]
        wanted = expected(file, conn_id, columns)
        assert len(readings[name]) == 2, conn_id
        for made in readings[name]:
            assert is_as_expected(file, made, wanted), (conn_id, differing_fields(made, wanted))
        # A URI has no place for a description.
        description = "" if file == URIS else columns["description"]
        assert descriptions[name] == description, conn_id


def test_is_every_variable_that_airflows_database_has(
    exported: Exported, importer: Importer, aws_of_airflow: Emulator, airflow: RealAirflow
) -> None:
    file = "variables.json"
    descriptions = imported(importer, aws_of_airflow, exported.folder / file)

    assert descriptions.keys() == exported.variables.keys() - REFUSED[file].keys()
    texts = airflow.variables(sorted(descriptions))
    for key, description in descriptions.items():
        had = exported.variables[key]
        text = texts[key]
        assert text is not None, key
        assert description == had["description"], key
        wanted = OTHER_TEXTS.get(key, had["text"])
        # The file has objects and lists as JSON, so their layout isn't in it.
        if key in LAID_OUT_ANEW:
            assert json.loads(text) == json.loads(wanted), key
        else:
            assert text == wanted, key
