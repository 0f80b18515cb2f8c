"""Run a command with DATABASE_URL on a PostgreSQL cluster of its own, which is gone afterwards."""

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
    with tempfile.TemporaryDirectory(prefix="secretsadmin-postgres-") as folder, _cluster(Path(folder)) as url:
        sys.exit(subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False).returncode)


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    """A socket in the folder is its only way in, so no port is taken and nobody else gets in."""
    data = folder / "data"
    as_owner = _as_owner_of(folder)
    pg_ctl = [*as_owner, _program("pg_ctl"), "-D", str(data), "-w", "-s"]
    _run([*as_owner, _program("initdb"), "-D", str(data), "-U", USER, "-A", "trust", "--no-sync"])
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=50"
    _run([*pg_ctl, "-l", str(folder / "log"), "-o", options, "start"])
    try:
        yield f"postgres://{USER}@/{folder}/postgres"
    finally:
        _run([*pg_ctl, "-m", "immediate", "stop"])


def _as_owner_of(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root, so root hands the folder to the user that Debian made for it."""
    if os.geteuid():
        return []
    shutil.chown(folder, "postgres")
    return [_program("setpriv"), "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _program(name: str) -> str:
    found = shutil.which(name) or next(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)
    if not found:
        sys.exit(f"{name} is missing: install PostgreSQL (Debian: apt-get install postgresql).")
    return found


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
