"""Look through the secrets of an environment, and say what Airflow can't use."""

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style

from secretsadmin.audit.recording import Actor, NotRecorded, at_the_command_line
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import configured_site
from secretsadmin.lint.around import look_at_all
from secretsadmin.lint.command import Lists, all_findings, all_secrets
from secretsadmin.lint.finding import LEVELS, Finding, Level
from secretsadmin.lint.order import in_order
from secretsadmin.lint.report import as_github, as_json, as_table, as_text
from secretsadmin.lint.rules import every_rule
from secretsadmin.lint.scanned import Place, shared_passwords
from secretsadmin.lint.scanning import Scan
from secretsadmin.management.progress import bar_of, stopped_by_interrupts
from secretsadmin.store.errors import StoreError
from secretsadmin.transfer.running import Run
from secretsadmin.transfer.scan import order_of

# What argparse exits with, too: nobody knows whether all is well. A finding makes it 1.
CANNOT = 2


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "environment", nargs="?", default="", help="The name of one. Without it: all of them."
        )
        parser.add_argument(
            "--near-misses",
            action="store_true",
            help="Also look at all names of the account, for those that miss a prefix by little.",
        )
        parser.add_argument(
            "--values",
            action="store_true",
            help="Also read each value once, which the audit log tells of each secret.",
        )
        parser.add_argument(
            "--fail-on",
            choices=("error", "caution"),
            default="error",
            help="Exit with 1 where something of this level was found, or worse.",
        )
        parser.add_argument("--format", choices=("text", "json", "github"), default="text")
        parser.add_argument(
            "--rules", action="store_true", help="Print the table of all rules, and ask nothing."
        )

    def handle(self, **options: Any) -> None:
        if options["rules"]:
            self.stdout.write(as_table(every_rule()))
            return
        try:
            findings = self._findings(options)
        except NotRecorded:
            problem = "The audit log takes no record, so nothing more was looked at."
            raise CommandError(problem, returncode=CANNOT) from None
        except StoreError as error:
            problem = f"AWS didn't give the whole list ({error.code})."
            raise CommandError(problem, returncode=CANNOT) from None
        self._print(findings, options["format"])
        if any(_is_as_bad(finding, options["fail_on"]) for finding in findings):
            sys.exit(1)

    def _findings(self, options: Mapping[str, Any]) -> list[Finding]:
        """In order. Raises CommandError, NotRecorded, and any StoreError."""
        everywhere = configured_site().environments
        actor = at_the_command_line()
        findings: list[Finding] = []
        for environment in _chosen(options["environment"]):
            lists = all_secrets(environment, actor)
            findings += all_findings(environment, lists)
            if options["near_misses"]:
                names = look_at_all(environment, tuple(everywhere.values()), actor=actor)
                findings += names.findings
            if options["values"]:
                findings += self._findings_of_values(environment, lists, actor)
        return in_order(findings)

    def _findings_of_values(
        self, environment: Environment, lists: Lists, actor: Actor
    ) -> list[Finding]:
        secrets = [secret for keyed in lists.values() for secret in keyed.values()]
        findings: list[Finding] = []
        there = [secret for secret in secrets if not secret.deleted]
        # AWS wouldn't be asked for any of twenty if one of them had a name that no id makes.
        scan = Scan((secret for secret in there if secret.ref.has_name), told=findings.append)
        if not scan.secrets:
            return []
        groups: list[list[Place]] = []
        run = Run(order_of(scan, environment, actor=actor, shared=groups.extend))
        with stopped_by_interrupts(run), bar_of(run, self.stderr):
            run.carry_out()
        if scan.looked_at < len(scan.secrets):
            number = f"{scan.looked_at:,} of {len(scan.secrets):,} values"
            problem = f"Only {number} of {environment.name} were looked at: the audit log says why."
            raise CommandError(problem, returncode=CANNOT)
        return [*findings, *shared_passwords(environment, groups)]

    def _print(self, findings: list[Finding], form: str) -> None:
        if form == "json":
            lines = [as_json(findings)]
        elif form == "github":
            lines = list(as_github(findings))
        else:
            lines = list(as_text(findings, self._paint))
        for line in lines:
            self.stdout.write(line)

    def _paint(self, level: Level, text: str) -> str:
        """The text in the level's color, if somebody reads it at a terminal."""
        style = self.style if self.stdout.isatty() else no_style()
        paints = {"error": style.ERROR, "caution": style.WARNING, "info": style.NOTICE}
        return str(paints[level](text))


def _chosen(name: str) -> list[Environment]:
    environments = configured_site().environments
    if not name:
        return list(environments.values())
    if name not in environments:
        raise CommandError(
            f"There is no environment {name!r}. There are {', '.join(environments)}.",
            returncode=CANNOT,
        )
    return [environments[name]]


def _is_as_bad(finding: Finding, level: Level) -> bool:
    return LEVELS.index(finding.rule.level) <= LEVELS.index(level)
