"""A real Airflow, asked over HTTP with its own backend; it starts anew for each question, as a task does."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from connections.connection import Connection
from secretsadmin.demo.site import ROOT

PYTHON = os.environ.get("CONFORMANCE_PYTHON", ".venv-conformance/bin/python")


class RealAirflow:
    def __init__(self, kwargs: Mapping[str, Any]) -> None:
        self.environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(kwargs),
        }

    def connection(self, conn_id: str) -> list[Connection]:
        return self.connections([conn_id])[conn_id]

    def connections(self, conn_ids: Iterable[str]) -> dict[str, list[Connection]]:
        """Each as both of Airflow's generations read it; without those that find nothing."""
        answer = self._ask(*chain.from_iterable(("--connection", conn_id) for conn_id in conn_ids))
        return {
            conn_id: [_connection(reading) for reading in readings.values() if reading]
            for conn_id, readings in answer["connections"].items()
        }

    def variable(self, key: str) -> str | None:
        value: str | None = self._ask("--variable", key)["variables"][key]
        return value

    def _ask(self, *arguments: str) -> Any:
        command = [PYTHON, "tests/conformance/read_with_airflow.py", *arguments]
        answer = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=True)
        return json.loads(answer.stdout)


def _connection(reading: Mapping[str, Any]) -> Connection:
    texts = {name: reading[name] or "" for name in ("conn_type", "host", "login", "password", "schema")}
    return Connection(**texts, port=reading["port"], extra=reading["extra"])
