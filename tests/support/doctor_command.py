"""`manage.py doctor` as a script sees it: its status, and its lines by the names of checks."""

import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.core.management import call_command


@dataclass(frozen=True)
class Told:
    status: int
    lines: tuple[dict[str, Any], ...]

    def line(self, check: str, environment: str | None = None) -> dict[str, Any]:
        """The one line of this name."""
        named = [
            line
            for line in self.lines
            if line["check"] == check and environment in (None, line["environment"])
        ]
        assert len(named) == 1, (check, named)
        return named[0]

    def sentences(self, check: str) -> list[str]:
        return [line["sentence"] for line in self.lines if line["check"] == check]

    def checks(self, status: str, start: str = "") -> set[str]:
        """The names of the checks with this result that begin so."""
        return {
            line["check"]
            for line in self.lines
            if line["status"] == status and line["check"].startswith(start)
        }


def doctor(*arguments: str) -> Told:
    status, text = doctor_text(*arguments, "--json")
    return Told(status, tuple(json.loads(text)))


def doctor_text(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    status = 0
    try:
        call_command("doctor", *arguments, stdout=out, no_color=True)
    except SystemExit as end:
        status = int(str(end.code))
    return status, out.getvalue()
