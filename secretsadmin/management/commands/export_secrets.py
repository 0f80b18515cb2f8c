"""Exports an environment's connections, variables or config options to a file.

The file holds values in the clear, unless the format has none.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from secretsadmin.adapters import adapter_of
from secretsadmin.audit.looks import note_list
from secretsadmin.audit.recording import NotRecorded, at_the_command_line
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import BY_NAME, Kind
from secretsadmin.pages.listing import has_page
from secretsadmin.store.errors import StoreError
from secretsadmin.store.listing import listing
from secretsadmin.store.reads import Secret
from secretsadmin.transfer.exporting import Export, formats_of
from secretsadmin.transfer.written.formats import FORMATS_BY_KEY, ExportFormat

# How it exits: something was left out, or there is no file at all.
IN_PART, CANNOT = 1, 2
STANDARD_OUTPUT = "-"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--environment", required=True, help="The name of an environment.")
        parser.add_argument("--kind", required=True, choices=tuple(BY_NAME))
        parser.add_argument("--format", required=True, choices=tuple(FORMATS_BY_KEY))
        parser.add_argument(
            "--output",
            required=True,
            help="A file that isn't there yet, for you alone to read; or - for standard output.",
        )
        parser.add_argument("--yes", action="store_true", help="Do it without asking.")
        parser.add_argument("--reason", default="", help="Kept in the audit log.")
        parser.add_argument("--as", dest="name", default="", help="Who runs it, for the audit log.")

    def handle(self, *_args: Any, **options: Any) -> None:
        environment = _environment(options["environment"])
        kind = BY_NAME[options["kind"]]
        file_format = _format(kind, options["format"])
        actor = at_the_command_line(options["name"])
        with _told():
            export = Export(
                environment,
                kind,
                _secrets(environment, kind),
                file_format,
                actor,
                options["reason"],
            )
            if not options["yes"] and not self._is_agreed(export, options["output"]):
                raise CommandError("Nothing was done.", returncode=CANNOT)
            if not file_format.has_values:
                note_list(environment, kind, actor)
            self._write(export, options["output"])
        self._tell(export)

    def _is_agreed(self, export: Export, output: str) -> bool:
        if output == STANDARD_OUTPUT or not sys.stdin.isatty():
            raise CommandError("Say --yes where nobody can be asked.", returncode=CANNOT)
        counted = export.kind.counted(len(export.secrets))
        return input(f"Export {counted} to {output}? [y/N] ").strip().lower() == "y"

    def _write(self, export: Export, output: str) -> None:
        if output == STANDARD_OUTPUT:
            for piece in export.begin():
                self.stdout.write(piece.decode(), ending="")
            return
        with _file(output) as file:
            for piece in export.begin():
                file.write(piece)

    def _tell(self, export: Export) -> None:
        for key, why in export.left_out.items():
            self.stderr.write(f"{key}: left out: {why}")
        self.stderr.write(f"{export.written} of {len(export.secrets)} exported")
        if export.broke_off:
            raise CommandError(
                f"The export broke off ({export.broke_off}). The file is not complete.",
                returncode=CANNOT,
            )
        if export.left_out:
            sys.exit(IN_PART)


@contextmanager
def _file(path: str) -> Iterator[BinaryIO]:
    """A new file for its owner alone. It is removed again where nothing came into it."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{path} can't be made: {error.strerror}.", returncode=CANNOT) from None
    with os.fdopen(number, "wb") as file:
        try:
            yield file
        except (StoreError, NotRecorded):
            Path(path).unlink(missing_ok=True)
            raise


@contextmanager
def _told() -> Iterator[None]:
    """Tells what keeps the export from beginning."""
    try:
        yield
    except StoreError as error:
        raise CommandError(f"{error.sentence} {error.next}", returncode=CANNOT) from None
    except NotRecorded:
        sentence = "The audit log takes no record, so nothing was done."
        raise CommandError(sentence, returncode=CANNOT) from None


def _environment(name: str) -> Environment:
    environments = configured_site().environments
    if name not in environments:
        raise CommandError(
            f"There is no environment {name!r}. There are {', '.join(environments)}.",
            returncode=CANNOT,
        )
    return environments[name]


def _format(kind: Kind, key: str) -> ExportFormat:
    offered = formats_of(kind, adapter_of(kind))
    if FORMATS_BY_KEY[key] not in offered:
        keys = ", ".join(known.key for known in offered)
        raise CommandError(
            f"{kind.title} have no format {key}. They have {keys}.", returncode=CANNOT
        )
    return FORMATS_BY_KEY[key]


def _secrets(environment: Environment, kind: Kind) -> list[Secret]:
    """What is there to be read. Raises any StoreError."""
    if not environment.backend.is_enabled(kind.name):
        raise CommandError(f"{environment.name} has no {kind.plural}.", returncode=CANNOT)
    snapshot = listing(environment, kind).sweep_and_wait()
    if snapshot.problem:
        raise snapshot.problem
    there = [secret for secret in snapshot.secrets if not secret.deleted]
    return [secret for secret in there if has_page(secret.ref)]
