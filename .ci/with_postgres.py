"""Runs a command with DATABASE_URL on a PostgreSQL cluster of its own, which is gone afterwards."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "secretsadmin"


def main() -> None:
    with cluster() as running:
        environment = {**os.environ, "DATABASE_URL": running.url}
        command = subprocess.run(sys.argv[1:], env=environment, check=False)
        sys.exit(command.returncode)


class Cluster:
    """It listens at a socket in its folder alone: it takes no port, and nobody else reaches it."""

    def __init__(self, folder: Path) -> None:
        self.url = f"postgres://{USER}@/{folder}/postgres"
        data = folder / "data"
        as_owner = _as_owner_of(folder)
        initdb = [*as_owner, _program("initdb"), "-D", str(data), "-U", USER]
        _run([*initdb, "-A", "trust", "--no-sync"])
        self._pg_ctl = [*as_owner, _program("pg_ctl"), "-D", str(data), "-w", "-s"]
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{folder}' "
            "-c fsync=off -c max_connections=50"
        )
        self._how = ["-l", str(folder / "log"), "-o", options]

    def start(self) -> None:
        _run([*self._pg_ctl, *self._how, "start"])

    def stop(self) -> None:
        _run([*self._pg_ctl, "-m", "immediate", "stop"])


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster that runs, and is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="secretsadmin-postgres-") as folder:
        made = Cluster(Path(folder))
        made.start()
        try:
            yield made
        finally:
            made.stop()


def _as_owner_of(folder: Path) -> list[str]:
    """The words before a command that root runs as `postgres`, who then owns the folder.

    PostgreSQL refuses to run as root. Another user needs no such words.
    """
    if os.geteuid():
        return []
    shutil.chown(folder, "postgres")
    return [_program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _program(name: str) -> str:
    if path := shutil.which(name):
        return path
    # Debian keeps the programs of each release apart.
    for debian_path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}"):
        return str(debian_path)
    sys.exit(f"{name} is missing: install PostgreSQL (Debian: apt-get install postgresql).")


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
