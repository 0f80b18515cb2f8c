"""`manage.py audit`, as a shell sees it: its exit status, and what it prints."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command


@dataclass(frozen=True)
class Ran:
    status: int
    output: str
    errors: str


def audit(*arguments: str | Path) -> Ran:
    output, errors = StringIO(), StringIO()
    words = [str(argument) for argument in arguments]
    try:
        call_command("audit", *words, stdout=output, stderr=errors)
    except CommandError as error:
        return Ran(error.returncode, output.getvalue(), str(error))
    except SystemExit as end:
        return Ran(int(end.code or 0), output.getvalue(), errors.getvalue())
    return Ran(0, output.getvalue(), errors.getvalue())


def checkpoint(file: Path) -> Path:
    """A file with a checkpoint of the log as it is now."""
    file.write_text(audit("checkpoint").output)
    return file
