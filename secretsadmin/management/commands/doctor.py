"""Say what holds of the set-up and what doesn't, a line each, with the mend.

Exits with 0 if all holds, with 1 if something doesn't, and with 2 if it can't look, as for an
environment that isn't there. A caution and what can't be tried leave 0.
"""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from secretsadmin.audit.recording import at_the_command_line
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import configured_site
from secretsadmin.doctor import examination
from secretsadmin.doctor.line import Line
from secretsadmin.doctor.sight import EVERYTHING

SOMETHING_FAILS, CANNOT = 1, 2
# What the lines of the site have in place of an environment's name.
SITE = ""
Found = tuple[str, tuple[Line, ...]]


class Command(BaseCommand):
    help = __doc__
    # It says itself what is wrong with a site that can't start.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("environment", nargs="?", default="", help="Without one: all.")
        parser.add_argument("--json", action="store_true", help="Print a list of lines as JSON.")

    def handle(self, *_: Any, **options: Any) -> None:
        found = list(_found(options["environment"]))
        if options["json"]:
            self.stdout.write(json.dumps(_listed(found), indent=2))
        else:
            self._tell(found)
        if any(line.status == "fails" for _, lines in found for line in lines):
            sys.exit(SOMETHING_FAILS)

    def _tell(self, found: Iterable[Found]) -> None:
        styles: dict[str, Callable[[str], str]] = {
            "holds": self.style.SUCCESS,
            "fails": self.style.ERROR,
            "caution": self.style.WARNING,
        }
        for name, lines in found:
            self.stdout.write(self.style.MIGRATE_HEADING(name or "The site"))
            for line in lines:
                status = styles.get(line.status, str)(f"{line.status:<9}")
                self.stdout.write(f"  {status}  {line.check}: {line.sentence}")
                if line.mend:
                    self.stdout.write(f"{'':13}{line.mend}")


def _found(name: str) -> Iterator[Found]:
    """The site first, since nothing works without it. Raises CommandError."""
    environments = _environments(name)
    site = examination.examine_site()
    can_work = all(line.status != "fails" for line in site if line.area == "site")
    yield SITE, (*site, *examination.examine_file())
    actor = at_the_command_line()
    for environment in environments:
        if can_work:
            lines = examination.examine(environment, actor=actor, sight=EVERYTHING)
        else:
            lines = examination.examine_configuration(environment, EVERYTHING)
        yield environment.name, lines


def _environments(name: str) -> list[Environment]:
    """The one of this name, or all of them; none where the configuration can't be read."""
    try:
        environments = configured_site().environments
    except ImproperlyConfigured:
        return []
    if not name:
        return list(environments.values())
    if name not in environments:
        problem = f"There is no environment {name!r}. There are {', '.join(environments)}."
        raise CommandError(problem, returncode=CANNOT)
    return [environments[name]]


def _listed(found: Iterable[Found]) -> list[dict[str, Any]]:
    listed = []
    for name, lines in found:
        for line in lines:
            listed.append({"environment": name, **asdict(line), "seconds": round(line.seconds, 3)})
    return listed
