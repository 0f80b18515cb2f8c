"""Print the least IAM policy for Airflow or for the dashboard, by what the configuration says.

Where it doesn't name the account or the region, AWS is asked who the dashboard is there.
"""

import json
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from secretsadmin.audit.recording import at_the_command_line
from secretsadmin.config.environments import Environment
from secretsadmin.config.site import configured_site
from secretsadmin.doctor.located import locate
from secretsadmin.iam.policies import PURPOSES, WITH_TRAIL, NothingToAllow, policy_for
from secretsadmin.iam.terraform import policy_document

_ACCOUNT = re.compile(r"[0-9]{12}")
_PARTITION = re.compile(r"aws(-[a-z]+)*")


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("environment", help="The name of an environment.")
        parser.add_argument(
            "--for",
            dest="purpose",
            choices=PURPOSES,
            required=True,
            help="Airflow itself, or a dashboard for what viewers, editors, or all roles may do.",
        )
        parser.add_argument(
            "--account", default="", help="The account's twelve digits, if AWS isn't to be asked."
        )
        parser.add_argument("--partition", default="", help="Such as aws, aws-cn or aws-us-gov.")
        parser.add_argument(
            "--cloudtrail",
            action="store_true",
            help="Also let the dashboard look up in CloudTrail who did what, for editor or full.",
        )
        parser.add_argument(
            "--terraform", action="store_true", help="Print a data source of Terraform, not JSON."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        environment = _environment(options["environment"])
        _check(options)
        located = locate(
            environment,
            actor=at_the_command_line(),
            account=options["account"],
            partition=options["partition"],
        )
        purpose = options["purpose"]
        try:
            policy = policy_for(
                environment, purpose, located.place, with_trail=options["cloudtrail"]
            )
        except NothingToAllow as error:
            raise CommandError(str(error)) from None
        for note in (*located.notes, *policy.notes):
            self.stderr.write(note)
        if options["terraform"]:
            self.stdout.write(policy_document(policy, f"{environment.name}_{purpose}"))
        else:
            self.stdout.write(json.dumps(policy.document(), indent=2))


def _environment(name: str) -> Environment:
    environments = configured_site().environments
    if name not in environments:
        raise CommandError(
            f"There is no environment {name!r}. There are {', '.join(environments)}."
        )
    return environments[name]


def _check(options: dict[str, Any]) -> None:
    if options["account"] and not _ACCOUNT.fullmatch(options["account"]):
        raise CommandError("--account takes the twelve digits of an AWS account.")
    if options["partition"] and not _PARTITION.fullmatch(options["partition"]):
        raise CommandError("--partition takes a partition of AWS, such as aws-cn.")
    if options["cloudtrail"] and options["purpose"] not in WITH_TRAIL:
        raise CommandError(f"--cloudtrail goes with --for {' or '.join(WITH_TRAIL)}.")
