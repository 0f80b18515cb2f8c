"""What somebody with a shell does with the audit log: see docs/operations.md."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from secretsadmin.audit import archives, chain, checkpoints, pruning, roles, verifying
from secretsadmin.audit.recording import NotRecorded, at_the_command_line
from secretsadmin.store.reconciling import reconcile

# What argparse exits with, too. A log that isn't as it was sealed makes it 1.
CANNOT = 2


class Command(BaseCommand):
    help = "Verifies, signs and prunes the audit log, and settles what nobody saw end."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True, metavar="part")
        verify = parts.add_parser("verify", help="exits with 1 unless all lines are as sealed")
        verify.add_argument("--checkpoint", type=Path, help="a file of checkpoints")
        verify.add_argument(
            "--archive",
            type=Path,
            action="append",
            default=[],
            help="a file of pruned lines; may be given several times",
        )
        verify.set_defaults(run=self.verify)
        checkpoint = parts.add_parser("checkpoint", help="prints a signed head to keep elsewhere")
        checkpoint.set_defaults(run=self.checkpoint)
        prune = parts.add_parser("prune", help="moves old lines to a file")
        prune.add_argument("--before", type=_date, required=True, help="a day, as 2026-01-31")
        prune.add_argument("--to", type=Path, required=True, help="a file that isn't there yet")
        prune.set_defaults(run=self.prune)
        unfinished = parts.add_parser("reconcile", help="finds out what became of unfinished acts")
        unfinished.set_defaults(run=self.reconcile)
        role = parts.add_parser("role", help="prints SQL for a role that owns no tables")
        role.add_argument("name")
        role.set_defaults(run=self.role)

    def handle(self, *_: Any, run: Callable[..., None], **options: Any) -> None:
        try:
            _take_time()
            run(**options)
        except verifying.Broken as broken:
            self.stderr.write(str(broken))
            sys.exit(1)
        except DatabaseError as error:
            problem = f"The database doesn't answer ({type(error).__name__})."
            raise CommandError(problem, returncode=CANNOT) from None

    def verify(self, *, checkpoint: Path | None, archive: list[Path], **_: Any) -> None:
        seals = _checkpoints(checkpoint)
        try:
            extents = archives.verify(archive)
        except OSError as error:
            raise CommandError(_of(error), returncode=CANNOT) from None
        log = verifying.verify(archives.seals(extents.values()) | seals)
        for file, extent in extents.items():
            self.stdout.write(f"{file}: {extent}")
        self.stdout.write(str(log))
        compared = [number for number in seals if number >= log.beginning.number]
        if compared:
            self.stdout.write(
                f"Checkpoints that fit: {len(compared):,}, the last of line {max(compared):,}."
            )
        else:
            self.stdout.write(
                "Without a checkpoint of these lines, nothing shows whether later ones are missing."
            )

    def checkpoint(self, **_: Any) -> None:
        self.stdout.write(checkpoints.line_of(chain.head()))

    def prune(self, *, before: datetime, to: Path, **_: Any) -> None:
        try:
            pruned = pruning.prune(before, to, actor=at_the_command_line())
        except pruning.Refused as error:
            raise CommandError(str(error), returncode=CANNOT) from None
        except NotRecorded:
            problem = "The audit log takes no record, so nothing was pruned."
            raise CommandError(problem, returncode=CANNOT) from None
        except OSError as error:
            raise CommandError(_of(error), returncode=CANNOT) from None
        self.stdout.write(
            f"{pruned.count:,} lines, up to line {pruned.up_to:,}, are in {to} now.\n"
            f"Its SHA-256 is {pruned.digest}."
        )

    def reconcile(self, **_: Any) -> None:
        for outcome, count in sorted(reconcile().items()):
            self.stdout.write(f"{outcome}: {count:,}")

    def role(self, *, name: str, **_: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles.", returncode=CANNOT)
        schema, database = roles.place()
        for statement in roles.statements(name, schema, database):
            self.stdout.write(statement)


def _take_time() -> None:
    """The pages' limit of a statement's time is too short for a whole log."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def _date(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ArgumentTypeError("write a day as 2026-01-31") from None


def _checkpoints(file: Path | None) -> dict[int, str]:
    if file is None:
        return {}
    try:
        with file.open(encoding="utf-8") as lines:
            return checkpoints.read(lines).macs
    except checkpoints.NotOurs as error:
        # It may have been forged, so the log isn't shown to be as it was.
        raise verifying.Broken(chain.Head(0, chain.NOTHING), f"{file}: {error}") from None
    except OSError as error:
        raise CommandError(_of(error), returncode=CANNOT) from None


def _of(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}."
