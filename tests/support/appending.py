"""Several processes that add to one audit log at once."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def at_once(url: str, processes: int, lines: int) -> tuple[float, int]:
    """How many seconds that took, and how often the log took no record."""
    command = [sys.executable, "-m", "tests.support.appending", str(lines)]
    with _started(command, _environment(url), processes) as workers:
        for worker in workers:
            assert worker.stdout
            assert worker.stdout.readline() == "ready\n"
        start = time.perf_counter()
        for worker in workers:
            assert worker.stdin
            worker.stdin.write("go\n")
            worker.stdin.flush()
        refused = 0
        for worker in workers:
            output, _ = worker.communicate()
            assert worker.returncode == 0
            refused += int(output)
        return time.perf_counter() - start, refused


@contextmanager
def _started(
    command: list[str], environment: dict[str, str], count: int
) -> Iterator[list[subprocess.Popen[str]]]:
    workers = []
    for _ in range(count):
        workers.append(
            subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
    try:
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()


def manage(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` with these arguments, on that database."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=_environment(url),
        capture_output=True,
        text=True,
        check=False,
    )


def _environment(url: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def append(lines: int) -> None:
    import django  # noqa: PLC0415 - only a worker needs it.

    django.setup()
    from secretsadmin.audit.recording import Actor, NotRecorded, note  # noqa: PLC0415 - as above.

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    refused = taken = 0
    while taken < lines:
        try:
            note("session.sign-in", actor=Actor(f"worker {os.getpid()}"))
        except NotRecorded:
            refused += 1
        else:
            taken += 1
    sys.stdout.write(str(refused))


if __name__ == "__main__":
    append(int(sys.argv[1]))
