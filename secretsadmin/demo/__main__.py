"""`make demo`: the dashboard with an embedded Secrets Manager, sample data and four users.

It can be reached from this machine alone. Everything is made anew at each start, in a folder of the
port's. Ctrl-C ends all of it.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable

from secretsadmin.demo import site
from secretsadmin.demo.acts import perform
from secretsadmin.demo.emulator import fill_with_history, serve
from secretsadmin.demo.site import Person

FOLDER = site.ROOT / ".demo"
GROUPS = {"admin": "admins", "editor": "editors", "viewer": "viewers", "auditor": "auditors"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m secretsadmin.demo")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--emulator-port", type=int, default=0)
    options = parser.parse_args()
    _require_free(options.port)
    # A terminal's end and a supervisor's request end the demo as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    print("Making secrets, people and what they did ...", flush=True)
    people = [Person(name, group) for name, group in GROUPS.items()]
    with serve(options.emulator_port) as emulator:
        fill_with_history(emulator)
        _prepare(options.port, emulator.endpoint)
        site.settle(people)
        with emulator.believing_clients():
            perform(emulator.endpoint)
        _print_welcome(options.port, emulator.endpoint, people)
        _serve(options.port)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} is taken. Choose another one: make demo PORT={port + 1}")


def _prepare(port: int, endpoint: str) -> None:
    # Another demo may run here at another port.
    folder = FOLDER / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    os.environ.update(site.settings(folder, f"http://127.0.0.1:{port}", site.config(endpoint)))


def _print_welcome(port: int, endpoint: str, people: Iterable[Person]) -> None:
    print(f"\n  The dashboard:            http://127.0.0.1:{port}")
    for person in people:
        print(f"    sign in as {person.name:9}      {person.password}")
    print(f"  Its Secrets Manager:      {endpoint} (region {site.REGION}, any credentials)")
    print("    aws secretsmanager list-secrets --endpoint-url " + endpoint)
    print("  Ctrl-C ends it.\n", flush=True)


def _serve(port: int) -> None:
    process = subprocess.Popen(site.command(f"127.0.0.1:{port}"), cwd=site.ROOT)
    try:
        sys.exit(process.wait())
    except KeyboardInterrupt:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
