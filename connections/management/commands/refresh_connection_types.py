"""Make a catalogue of connection types of one Airflow's own providers, custom ones included."""

import json
import subprocess
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.providers import catalogue, declared
from connections.providers.catalogue import dump, parse

SCRIPT = Path(__file__).parents[1] / "ask_airflow.py"
# Importing all hooks of all providers takes a minute on a slow disk.
SECONDS = 600


class Command(BaseCommand):
    help = __doc__
    # It needs nothing of what a site is configured with.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from-airflow", required=True, help="The Python of the Airflow to ask."
        )
        parser.add_argument(
            "--output", required=True, type=Path, help="Where to write the catalogue."
        )
        parser.add_argument(
            "--only-installed",
            action="store_true",
            help="Leave out the types that this Airflow has no provider for.",
        )
        parser.add_argument(
            "--without-libraries",
            action="store_true",
            help="Ask the hooks, too, whose libraries this Airflow doesn't have.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        built_in = catalogue.types()
        arguments = ["--without-libraries"] if options["without_libraries"] else []
        installed = declared.from_airflow(_ask(options["from_airflow"], arguments), built_in)
        types = installed if options["only_installed"] else {**built_in, **installed}
        text = dump(types.values())
        parse(text)
        _write(options["output"], text)
        new = sorted(set(installed) - set(built_in))
        self.stdout.write(
            f"{len(types)} connection types, {len(installed)} of them from this Airflow."
        )
        if new:
            self.stdout.write(f"New here: {', '.join(new)}.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror}.") from None


def _ask(python: str, arguments: list[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "answer.json")
        _run([python, str(SCRIPT), str(answer), *arguments])
        rows: list[dict[str, Any]] = json.loads(answer.read_text(encoding="utf-8"))
        return rows


def _run(command: list[str]) -> None:
    """Airflow itself tells what goes wrong in it, on the terminal."""
    try:
        subprocess.run(command, check=True, timeout=SECONDS)
    except FileNotFoundError:
        raise CommandError(f"There is no Python at {command[0]}.") from None
    except PermissionError:
        raise CommandError(f"{command[0]} can't be run.") from None
    except subprocess.TimeoutExpired:
        raise CommandError(f"Airflow didn't answer within {SECONDS} seconds.") from None
    except subprocess.CalledProcessError:
        raise CommandError(
            f"{command[0]} couldn't ask its Airflow. Is apache-airflow installed there?"
        ) from None
