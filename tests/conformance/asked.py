"""A real Airflow, asked over HTTP with its own backend, in a new process for each question."""

import json
import os
from collections.abc import Iterable, Mapping
from itertools import chain
from subprocess import PIPE, Popen
from typing import Any, Self

from connections.value.connection import Connection
from secretsadmin.demo.site import ROOT

PYTHON = os.environ.get("CONFORMANCE_PYTHON", ".venv-conformance/bin/python")


class RealAirflow:
    def __init__(self, kwargs: Mapping[str, Any]) -> None:
        given = {"PYTHONPATH": str(ROOT), "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(kwargs)}
        self.process = Popen(
            [PYTHON, "tests/conformance/read_with_airflow.py"],
            cwd=ROOT,
            env=os.environ | given,
            stdin=PIPE,
            stdout=PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def connection(self, conn_id: str) -> list[Connection]:
        return self.connections([conn_id])[conn_id]

    def connections(self, conn_ids: Iterable[str]) -> dict[str, list[Connection]]:
        """Each as the server and a task read it; without those that find nothing."""
        answer = self._ask(*chain.from_iterable(("--connection", conn_id) for conn_id in conn_ids))
        return {
            conn_id: [_connection(reading) for reading in readings.values() if reading]
            for conn_id, readings in answer["connections"].items()
        }

    def variable(self, key: str) -> str | None:
        return self.variables([key])[key]

    def variables(self, keys: Iterable[str]) -> dict[str, str | None]:
        answer = self._ask(*chain.from_iterable(("--variable", key) for key in keys))
        return dict(answer["variables"])

    def _ask(self, *arguments: str) -> Any:
        asked, answered = self.process.stdin, self.process.stdout
        assert asked
        assert answered
        print(json.dumps(arguments), file=asked, flush=True)
        return json.loads(answered.readline())


def _connection(reading: Mapping[str, Any]) -> Connection:
    texts = {
        name: reading[name] or "" for name in ("conn_type", "host", "login", "password", "schema")
    }
    # An extra that is no object is nothing to a hook.
    extra = reading["extra"] if isinstance(reading["extra"], dict) else {}
    return Connection(**texts, port=reading["port"], extra=extra)
