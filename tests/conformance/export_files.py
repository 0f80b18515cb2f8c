"""What a real Airflow exports of a database that it has filled: PYTHON export_files.py < asked.

Runs in the environment of `make conformance`. `asked` is a JSON object: the `folder` for the files,
and the `connections` and `variables` to store, by id, with the columns of Airflow's database. The
last line of the output is what the database has in the end. All of it is one process, because an
Airflow takes long to begin.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from tests.conformance.real_airflow import as_ours

# isort: split
from airflow.cli.cli_parser import get_parser
from airflow.models.connection import Connection
from airflow.models.team import Team
from airflow.models.variable import Variable
from airflow.settings import engine
from airflow.utils.session import create_session

# By the file's name: the command that writes it.
EXPORTS = {
    "connections.json": ("connections", "--file-format", "json"),
    "connections.yaml": ("connections", "--file-format", "yaml"),
    "connections-uri.env": (
        *("connections", "--file-format", "env"),
        *("--serialization-format", "uri"),
    ),
    "connections-json.env": (
        *("connections", "--file-format", "env"),
        *("--serialization-format", "json"),
    ),
    "variables.json": ("variables",),
}


def fill(asked: dict[str, Any]) -> None:
    tables = [model.__table__ for model in (Team, Connection, Variable)]
    Connection.metadata.create_all(engine, tables=tables)
    with create_session() as session:
        for conn_id, columns in asked["connections"].items():
            session.add(Connection(conn_id=conn_id, **columns))
        for key, columns in asked["variables"].items():
            session.add(Variable(key=key, **columns))


def export(folder: str) -> None:
    for name, (kind, *options) in EXPORTS.items():
        arguments = get_parser().parse_args([kind, "export", f"{folder}/{name}", *options])
        arguments.func(arguments)


def stored() -> dict[str, Any]:
    with create_session() as session:
        return {
            "connections": {
                connection.conn_id: columns_of(connection)
                for connection in session.query(Connection)
            },
            "variables": {
                variable.key: {"text": variable.val, "description": variable.description or ""}
                for variable in session.query(Variable)
            },
        }


def columns_of(connection: Any) -> dict[str, Any]:
    return {**asdict(as_ours(connection)), "description": connection.description or ""}


def main() -> None:
    asked = json.load(sys.stdin)
    fill(asked)
    export(asked["folder"])
    sys.stdout.write(f"\n{json.dumps(stored())}\n")


if __name__ == "__main__":
    main()
