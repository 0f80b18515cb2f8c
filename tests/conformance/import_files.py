"""What a real Airflow imports of files: PYTHON import_files.py < asked.

Runs in the environment of `make conformance`. `asked` is a JSON object of lists of files, by kind.
Each goes through Airflow's own command into a database that is empty, and the last line of the
output is what the database has then, by kind and file. The lines of a file that ends in `.env-json`
are what Airflow's import misreads, so they become variables of the environment, where Airflow reads
them. All of it is one process, because an Airflow takes long to begin.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance import temporary_airflow  # noqa: F401 - Airflow reads its settings when it is imported.

# Before it writes a variable, Airflow looks for the key behind its back end. This one has none, as
# where somebody moves from Secrets Manager to Airflow's database; and no migration has to be run.
del os.environ["AIRFLOW__SECRETS__BACKEND"]
os.environ["AIRFLOW__DATABASE__CHECK_MIGRATIONS"] = "false"

# isort: split
from airflow.cli.cli_parser import get_parser
from airflow.models.connection import Connection
from airflow.models.variable import Variable
from airflow.secrets.environment_variables import CONN_ENV_PREFIX, EnvironmentVariablesBackend
from airflow.utils.session import create_session

from tests.conformance.export_files import columns_of, fill, stored


def imported(kind: str, file: str) -> Any:
    with create_session() as session:
        for model in (Connection, Variable):
            session.query(model).delete()
    arguments = get_parser().parse_args([kind, "import", file])
    arguments.func(arguments)
    return stored()[kind]


def lines(file: str) -> Iterator[tuple[str, Any]]:
    backend = EnvironmentVariablesBackend()
    backend._set_connection_class(Connection)  # noqa: SLF001 - as Airflow's configuration does.
    for line in Path(file).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        conn_id, _, text = line.partition("=")
        os.environ[f"{CONN_ENV_PREFIX}{conn_id.upper()}"] = text
        yield conn_id, columns_of(backend.get_connection(conn_id))


def made_of(kind: str, file: str) -> Any:
    if file.endswith(".env-json"):
        return dict(lines(file))
    return imported(kind, file)


def main() -> None:
    asked = json.load(sys.stdin)
    fill({"connections": {}, "variables": {}})
    made = {kind: {file: made_of(kind, file) for file in files} for kind, files in asked.items()}
    sys.stdout.write(f"\n{json.dumps(made)}\n")


if __name__ == "__main__":
    main()
