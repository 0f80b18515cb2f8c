"""A second Secrets Manager by other authors, which shares no mistake with the demo's.

It runs in an environment of its own, as it asks for another botocore than Airflow has there.
"""

import os
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from secretsadmin.demo.site import ROOT

PYTHON = os.environ.get("MINISTACK_PYTHON", ".venv-ministack/bin/python")
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Ministack:
    endpoint: str


@contextmanager
def running(folder: Path, *more_services: str, is_enforcing: bool = False) -> Iterator[Ministack]:
    """On the loopback interface alone, with nothing in it.

    It writes below the folder, if at all. `is_enforcing` lets it check signatures and policies.
    """
    # The socket listens before the server runs, so no other process can take the port in between.
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        (folder / "ministack.log").open("w") as log,
    ):
        port, number = listener.getsockname()[1], listener.fileno()
        # Without workers, the process that is ended is the one that serves.
        command = [
            PYTHON,
            "-m",
            "hypercorn",
            "ministack.app:app",
            "--bind",
            f"fd://{number}",
            "--workers",
            "0",
        ]
        environment = {
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "SERVICES": ",".join(("secretsmanager", *more_services)),
            "AUTH": str(is_enforcing).lower(),
        }
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=(number,), stdout=log, stderr=log
        )
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}/_ministack/health", timeout=SECONDS_TO_START
        ):
            yield Ministack(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()
