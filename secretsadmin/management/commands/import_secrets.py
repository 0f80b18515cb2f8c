"""Imports a file's connections or variables into an environment."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from secretsadmin.audit import batches
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.recording import Actor, NotRecorded, at_the_command_line
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import configured_site
from secretsadmin.management.progress import bar_of, stopped_by_interrupts
from secretsadmin.store.errors import StoreError
from secretsadmin.transfer.files import Entry, UnreadableFile, decode, read, recognise
from secretsadmin.transfer.importing import Import, Rules
from secretsadmin.transfer.plan import FATES, Plan
from secretsadmin.transfer.running import Order, Run

# How it exits: something was refused or failed, or nothing could be done at all.
IN_PART, CANNOT = 1, 2
STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="A file, or - for standard input.")
        parser.add_argument("--environment", required=True, help="The name of an environment.")
        parser.add_argument(
            "--kind",
            choices=("connections", "variables"),
            help="What to take of a file that holds both; all of it otherwise.",
        )
        parser.add_argument(
            "--existing",
            choices=("skip", "overwrite", "fail"),
            default="fail",
            help="What becomes of ids that are there already (fail, unless said otherwise).",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what would happen.")
        parser.add_argument("--yes", action="store_true", help="Do it without asking.")
        parser.add_argument("--reason", default="", help="Kept in the audit log.")
        parser.add_argument("--as", dest="name", default="", help="Who runs it, for the audit log.")

    def handle(self, *_args: Any, **options: Any) -> None:
        environment = _environment(options["environment"])
        entries = _entries(options["file"], options["kind"])
        actor = at_the_command_line(options["name"])
        rules = Rules("skip" if options["existing"] == "skip" else "overwrite")
        plan = _told(
            lambda: Import(environment, rules, actor, reason=options["reason"]).plan(entries)
        )
        self._tell(plan)
        if options["dry_run"]:
            sys.exit(IN_PART if plan.counts["refused"] else 0)
        if options["existing"] == "fail" and plan.counts["change"]:
            raise CommandError(
                "Some ids are there already, and nothing was done. Choose --existing skip or "
                "overwrite.",
                returncode=CANNOT,
            )
        if not options["yes"] and not self._is_agreed(plan, options["file"]):
            raise CommandError("Nothing was done.", returncode=CANNOT)
        self._run(environment, plan, actor, options["reason"])

    def _tell(self, plan: Plan) -> None:
        for row in plan.rows:
            if row.fate == "refused":
                self.stderr.write(f"line {row.line or 0}: {row.ref.key}: {row.reason}")
        counts = plan.counts
        told = [f"{counts[fate]} {fate}" for fate in FATES if counts[fate]]
        self.stderr.write(", ".join(told) or "nothing to do")

    def _is_agreed(self, plan: Plan, file: str) -> bool:
        if file == STANDARD_INPUT or not sys.stdin.isatty():
            raise CommandError("Say --yes where nobody can be asked.", returncode=CANNOT)
        return input(f"Import {len(plan.steps())}? [y/N] ").strip().lower() == "y"

    def _run(self, environment: Environment, plan: Plan, actor: Actor, reason: str) -> None:
        steps = plan.steps()
        if steps:
            order = Order(environment, "import", steps, actor, reason=reason)
            run = Run(order)
            with stopped_by_interrupts(run), bar_of(run, self.stderr):
                _told(run.carry_out)
            self._tell_end(run)
        if plan.counts["refused"]:
            sys.exit(IN_PART)

    def _tell_end(self, run: Run) -> None:
        batch = batches.batch(run.id)
        if batch is None:
            return
        for end in batch.ends.exclude(outcome=Outcome.SUCCEEDED).order_by("id"):
            self.stderr.write(f"{end.secret}: {end.outcome} ({end.error})")
        self.stderr.write(f"{run.counts[Outcome.SUCCEEDED]} of {batch.planned} done")
        if run.counts[Outcome.SUCCEEDED] != batch.planned:
            sys.exit(IN_PART)


def _environment(name: str) -> Environment:
    environments = configured_site().environments
    if name not in environments:
        raise CommandError(
            f"There is no environment {name!r}. There are {', '.join(environments)}.",
            returncode=CANNOT,
        )
    return environments[name]


def _entries(path: str, kind: str | None) -> list[Entry]:
    try:
        data = sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
        decoded = decode(data, settings.IMPORT_BYTES)
        file = read(decoded.text, recognise(decoded.text))
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.", returncode=CANNOT) from None
    except UnreadableFile as error:
        raise CommandError(f"line {error.line}: {error}", returncode=CANNOT) from None
    return [entry for entry in file.entries if kind is None or entry.kind == kind]


def _told(act: Callable[[], Any]) -> Any:
    """What the act returns. What keeps it from beginning is told."""
    try:
        return act()
    except StoreError as error:
        sentence = f"{error.sentence} {error.changed} {error.next}"
        raise CommandError(sentence, returncode=CANNOT) from None
    except NotRecorded:
        sentence = "The audit log takes no record, so nothing was done."
        raise CommandError(sentence, returncode=CANNOT) from None
