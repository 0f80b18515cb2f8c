"""What a person saves in a browser: a real Airflow reads exactly that, over HTTP, with its own backend."""

import json
import os
import subprocess
from typing import Any

from connections.connection import Connection
from secretsadmin.demo.site import ROOT
from tests.browser.fixtures import Visit
from tests.browser.journeys import create_update_roll_back
from tests.browser.sites import Site

PYTHON = os.environ.get("CONFORMANCE_PYTHON", ".venv-conformance/bin/python")


class RealAirflow:
    """Starts anew for each question, as a task does."""

    def __init__(self, site: Site) -> None:
        self.environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(site.kwargs("dev")),
        }

    def connection(self, conn_id: str) -> list[Connection]:
        readings = self._ask("--connection", conn_id)["connections"][conn_id]
        return [_connection(reading) for reading in readings.values() if reading]

    def variable(self, key: str) -> str | None:
        value: str | None = self._ask("--variable", key)["variables"][key]
        return value

    def _ask(self, *arguments: str) -> Any:
        command = [PYTHON, "tests/conformance/read_with_airflow.py", *arguments]
        answer = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=True)
        return json.loads(answer.stdout)


def _connection(reading: dict[str, Any]) -> Connection:
    texts = {name: reading[name] or "" for name in ("conn_type", "host", "login", "password", "schema")}
    return Connection(**texts, port=reading["port"], extra=reading["extra"])


def test_is_read_by_airflow(visit: Visit, site: Site, fresh: str, *, scripts: bool) -> None:
    create_update_roll_back(visit(scripts=scripts), RealAirflow(site), fresh)
