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
from secretsadmin.transfer.files import (
    Decoded,
    File,
    Options,
    UnreadableFile,
    decode,
    read,
    recognise,
)
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
        parser.add_argument(
            "--case",
            choices=("lower", "kept"),
            default="lower",
            help="How ids of AIRFLOW_CONN_… and AIRFLOW_VAR_… lines are written.",
        )
        parser.add_argument(
            "--envelope",
            choices=("auto", "envelope", "value"),
            default="auto",
            help="What a variable is that is an object with “value”: Airflow's way to write a "
            "value with its description, or the value.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say what would happen to each."
        )
        parser.add_argument("--yes", action="store_true", help="Do it without asking.")
        parser.add_argument("--reason", default="", help="Kept in the audit log.")
        parser.add_argument("--as", dest="name", default="", help="Who runs it, for the audit log.")

    def handle(self, *_args: Any, **options: Any) -> None:
        environment = _environment(options["environment"])
        decoded = _decoded(options["file"])
        file = _file(decoded.text, Options(options["case"], options["envelope"]))
        entries = [entry for entry in file.entries if options["kind"] in (None, entry.kind)]
        actor = at_the_command_line(options["name"])
        rules = Rules("skip" if options["existing"] == "skip" else "overwrite")
        plan = _told(
            lambda: Import(environment, rules, actor, reason=options["reason"]).plan(entries)
        )
        self._tell_of_file(decoded, file)
        if options["dry_run"]:
            self._tell_each(plan)
        self._tell(plan)
        is_in_part = bool(file.unread or plan.counts["refused"])
        if options["dry_run"]:
            sys.exit(IN_PART if is_in_part else 0)
        if options["existing"] == "fail" and plan.counts["change"]:
            raise CommandError(
                "Some ids are there already, and nothing was done. Choose --existing skip or "
                "overwrite.",
                returncode=CANNOT,
            )
        if not options["yes"] and not self._is_agreed(plan, options["file"]):
            raise CommandError("Nothing was done.", returncode=CANNOT)
        self._run(environment, plan, actor, options["reason"])
        if is_in_part:
            sys.exit(IN_PART)

    def _tell_of_file(self, decoded: Decoded, file: File) -> None:
        """What it was taken for, and what was left out of it or taken otherwise."""
        self.stderr.write(f"Read as: {file.format.title}.")
        for note in (*decoded.notes, *file.notes):
            self.stderr.write(note)
        if file.envelopes:
            how = "an envelope of Airflow's" if file.are_envelopes else "the value itself"
            number = len(file.envelopes)
            self.stderr.write(f"{number:,} objects with “value”: each was taken for {how}.")
        if file.unread:
            unread = file.unread
            self.stderr.write(
                f"From line {unread.line:,} on the file was not read. {unread.sentence}"
            )

    def _tell_each(self, plan: Plan) -> None:
        """A line for each that isn't refused, with the names of the fields that change."""
        for row in plan.rows:
            if row.fate != "refused":
                said = " ".join(filter(None, (*row.changes, row.reason)))
                self.stdout.write(f"{row.fate} {row.key} {said}".rstrip())

    def _tell(self, plan: Plan) -> None:
        for row in plan.rows:
            place = f"line {row.line or 0}: {row.ref.key}"
            if row.fate == "refused":
                self.stderr.write(f"{place}: {row.reason}")
            for note in row.notes:
                self.stderr.write(f"note on {place}: {note}")
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


def _decoded(path: str) -> Decoded:
    try:
        data = sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
        return decode(data, settings.IMPORT_BYTES)
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.", returncode=CANNOT) from None
    except UnreadableFile as error:
        raise CommandError(f"line {error.line}: {error}", returncode=CANNOT) from None


def _file(text: str, options: Options) -> File:
    try:
        return read(text, recognise(text), options)
    except UnreadableFile as error:
        raise CommandError(f"line {error.line}: {error}", returncode=CANNOT) from None


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
