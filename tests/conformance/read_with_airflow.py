"""What a real Airflow finds in Secrets Manager: a line of JSON for each line of arguments.

Run it with an Airflow's Python and Airflow's own AIRFLOW__SECRETS__BACKEND_KWARGS in the
environment:

echo '["--connection", "my_db", "--connection", "other", "--variable", "key"]' |
read_with_airflow.py

    {"connections": {"my_db": {"server": {"conn_type": …}, "task": {…}},
                     "other": {"server": null, "task": null}},
     "variables": {"key": "value"}, "config": {}}

Null is what Airflow finds nothing for, or nothing that it can use: it doesn't tell the two apart.
Each line is answered by a process of its own, forked from one that has imported Airflow, as a
supervisor starts its tasks.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.conformance import temporary_airflow  # noqa: F401 - Airflow reads its settings when it is imported.

# isort: split
from airflow.configuration import get_custom_secret_backend
from airflow.exceptions import AirflowNotFoundException
from airflow.models.connection import Connection as ServerConnection
from airflow.sdk import Connection as TaskConnection
from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowRuntimeError

READERS: dict[str, Callable[[str], Any]] = {
    "server": ServerConnection.get_connection_from_secrets,
    "task": TaskConnection.get,
}
NAMES = ("conn_type", "host", "login", "password", "schema", "port")


def fields(connection: Any) -> dict[str, Any]:
    return {name: getattr(connection, name) for name in NAMES} | {"extra": connection.extra_dejson}


def found(look_up: Callable[[], Any]) -> Any:
    """Both of Airflow's ways to say that it doesn't know an id."""
    try:
        return look_up()
    except (AirflowNotFoundException, AirflowRuntimeError):
        return None


def readings(conn_id: str) -> dict[str, Any]:
    connections = {name: found(partial(read, conn_id)) for name, read in READERS.items()}
    return {name: connection and fields(connection) for name, connection in connections.items()}


def answer(asked: argparse.Namespace) -> dict[str, Any]:
    backend = get_custom_secret_backend()
    return {
        "connections": {conn_id: readings(conn_id) for conn_id in asked.connection},
        "variables": {key: found(partial(Variable.get, key)) for key in asked.variable},
        "config": {option: backend.get_config(option) for option in asked.config},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for kind in ("connection", "variable", "config"):
        parser.add_argument(f"--{kind}", action="append", default=[], metavar="ID")
    for line in sys.stdin:
        if child := os.fork():
            os.waitpid(child, 0)
        else:
            sys.stdout.write(f"{json.dumps(answer(parser.parse_args(json.loads(line))))}\n")
            sys.stdout.flush()
            os._exit(0)


if __name__ == "__main__":
    main()
