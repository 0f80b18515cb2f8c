"""`make demo`: the dashboard with an embedded Secrets Manager, sample data and four users, on this machine alone.

Everything is made anew at each start, in one folder; Ctrl-C ends all of it.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import django
from django.core.management import call_command

from secretsadmin.demo.emulator import fill_with_history, serve

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".demo"
REGION = "eu-central-1"
USERS = {"admin": "admins", "editor": "editors", "viewer": "viewers", "auditor": "auditors"}
CONFIG = """\
[environments.dev]
title = "Development"
color = "green"
[environments.dev.backend_kwargs]
{kwargs}
connections_prefix = "dev/airflow/connections"
variables_prefix = "dev/airflow/variables"
config_prefix = "dev/airflow/config"

[environments.prod]
title = "Production"
color = "red"
protected = true
teams = ["analytics"]
[environments.prod.backend_kwargs]
{kwargs}
connections_prefix = "prod/airflow/connections"
variables_prefix = "prod/airflow/variables"
config_prefix = "prod/airflow/config"
"""


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m secretsadmin.demo")
    asked.add_argument("--port", type=int, default=8000)
    asked.add_argument("--emulator-port", type=int, default=0)
    options = asked.parse_args()
    _require_free(options.port)
    # A terminal's end and a supervisor's request end the demo as Ctrl-C does.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with serve(options.emulator_port) as emulator:
        fill_with_history(emulator)
        _prepare(options.port, emulator.endpoint)
        passwords = _make_users()
        _tell(options.port, emulator.endpoint, passwords)
        _serve(options.port)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} is taken. Choose another one: make demo PORT={port + 1}")


def _prepare(port: int, endpoint: str) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700)
    kwargs = f'region_name = "{REGION}"\nendpoint_url = "{endpoint}"\n'
    kwargs += 'aws_access_key_id = "demo"\naws_secret_access_key = "demo"'
    (FOLDER / "config.toml").write_text(CONFIG.format(kwargs=kwargs), encoding="utf-8")
    os.environ.update(
        DJANGO_SETTINGS_MODULE="secretsadmin.settings",
        SECRET_KEY=secrets.token_urlsafe(50),
        AUDIT_KEY=secrets.token_urlsafe(50),
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        DATABASE_URL=f"sqlite:///{FOLDER / 'demo.sqlite3'}",
        SECRETSADMIN_CONFIG=str(FOLDER / "config.toml"),
    )
    django.setup()
    call_command("migrate", verbosity=0)


def _make_users() -> dict[str, str]:
    from django.contrib.auth.models import Group, User  # noqa: PLC0415 - there are no models before django.setup.

    passwords = {name: secrets.token_urlsafe(9) for name in USERS}
    for name, group in USERS.items():
        user = User.objects.create_user(name, password=passwords[name])
        user.groups.add(Group.objects.get(name=group))
    return passwords


def _tell(port: int, endpoint: str, passwords: dict[str, str]) -> None:
    print(f"\n  The dashboard:            http://127.0.0.1:{port}")
    for name, password in passwords.items():
        print(f"    sign in as {name:9}      {password}")
    print(f"  Its Secrets Manager:      {endpoint} (region {REGION}, any credentials)")
    print("    aws secretsmanager list-secrets --endpoint-url " + endpoint)
    print("  Ctrl-C ends it.\n", flush=True)


def _serve(port: int) -> None:
    command = [sys.executable, "-m", "gunicorn", "secretsadmin.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "8", "--log-level", "warning", "--preload"]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        sys.exit(process.wait())
    except KeyboardInterrupt:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
