"""What a real Airflow's import makes of files: PYTHON read_files.py < paths > readings.

Runs in the environment of `make conformance`. Paths are a JSON object of lists, by kind. Each file
becomes an object by id; connections are read as for `airflow connections import`, and variables as
for `airflow variables import`.
"""

import json
import sys
from dataclasses import asdict
from typing import Any

from tests.conformance.real_airflow import as_ours

# isort: split
from airflow.secrets.local_filesystem import load_connections_dict, load_variables


def connections(path: str) -> dict[str, Any]:
    loaded = load_connections_dict(path)
    return {
        conn_id: {**asdict(as_ours(made)), "description": made.description or ""}
        for conn_id, made in loaded.items()
    }


def variables(path: str) -> dict[str, Any]:
    return {key: _stored(value) for key, value in load_variables(path).items()}


def _stored(value: Any) -> dict[str, str]:
    """airflow/cli/commands/variable_command.py, variables_import, and Variable.set."""
    description = None
    if isinstance(value, dict) and "value" in value:
        value, description = value["value"], value.get("description")
    text = value if isinstance(value, str) else json.dumps(value, indent=2)
    return {"text": text, "description": description or ""}


def main() -> None:
    paths = json.load(sys.stdin)
    read = {
        "connections": {path: connections(path) for path in paths["connections"]},
        "variables": {path: variables(path) for path in paths["variables"]},
    }
    json.dump(read, sys.stdout)


if __name__ == "__main__":
    main()
