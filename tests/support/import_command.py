"""`manage.py import_secrets` in a process of its own, as an administrator runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.support.appending import ROOT
from tests.support.wire import REGION


@dataclass(frozen=True)
class Importer:
    """Imports into the environment `default`, with an audit log of its own in the folder."""

    folder: Path
    endpoint: str
    calls_per_second: float

    @property
    def file(self) -> Path:
        """The database with the audit log."""
        return self.folder / "audit.sqlite3"

    def migrate(self) -> None:
        subprocess.run(
            self._command("migrate", "--verbosity", "0"),
            cwd=ROOT,
            env=self._environment,
            check=True,
        )

    def run(
        self, file: Path | Literal["-"], *options: str, given: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """`given` is what standard input has."""
        with self.started(file, *options) as process:
            output, errors = process.communicate(given)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    @contextmanager
    def started(
        self, file: Path | Literal["-"], *options: str, errors: int = subprocess.PIPE
    ) -> Iterator[subprocess.Popen[str]]:
        """Whoever starts it may kill it. It ends with the block. `errors` may be a terminal."""
        arguments = (str(file), "--environment", "default", "--yes", *options)
        with subprocess.Popen(
            self._command("import_secrets", *arguments),
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "manage.py", *arguments]

    @property
    def _environment(self) -> dict[str, str]:
        kwargs = {"endpoint_url": self.endpoint, "region_name": REGION}
        return {
            **os.environ,
            "AIRFLOW__SECRETS__BACKEND_KWARGS": json.dumps(kwargs),
            "BATCH_CALLS_PER_SECOND": str(self.calls_per_second),
            "DATABASE_URL": f"sqlite:///{self.file}",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "SECRETSADMIN_CONFIG": "",
        }
