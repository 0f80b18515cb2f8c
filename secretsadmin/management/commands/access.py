"""Say whether somebody may do something, and which grant decides."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from secretsadmin.access import policy
from secretsadmin.access.policy import Decision
from secretsadmin.actions import BY_VERB
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import BY_NAME, Kind


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        explain = commands.add_parser("explain", help=__doc__)
        explain.add_argument("user", help="The name of an account.")
        explain.add_argument("action", choices=sorted(BY_VERB), metavar="action")
        explain.add_argument("environment", nargs="?", default="", help="Without one: in each.")
        explain.add_argument(
            "kind",
            nargs="?",
            choices=sorted(BY_NAME),
            metavar="kind",
            help="Without one: for any kind.",
        )
        explain.add_argument("id", nargs="?", default="", help="Without one: for any id.")

    def handle(self, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['user']}.")
        if not options["environment"]:
            self._explain_everywhere(user, options["action"])
            return
        environment = configured_site().environments.get(options["environment"])
        if environment is None:
            raise CommandError(f"There is no environment {options['environment']}.")
        kind = BY_NAME[options["kind"]] if options["kind"] else None
        ref = None
        if kind and options["id"]:
            ref = Ref.from_key(environment, kind, options["id"])
        decision = policy.decide(user, options["action"], environment, kind, ref)
        self.stdout.write(_sentence(decision))
        if not decision.is_allowed:
            self._say_who_may(options["action"], environment, kind, ref)

    def _explain_everywhere(self, user: User, verb: str) -> None:
        """What they may do on the whole site, such as read all of the record, and in each place."""
        self.stdout.write(f"everywhere: {_sentence(policy.decide_everywhere(user, verb))}")
        for environment in configured_site().environments.values():
            decision = policy.decide(user, verb, environment)
            self.stdout.write(f"{environment.name}: {_sentence(decision)}")

    def _say_who_may(
        self, verb: str, environment: Environment, kind: Kind | None, ref: Ref | None
    ) -> None:
        groups = policy.groups_that_may(verb, environment, kind, ref)
        if groups:
            self.stdout.write(f"Members of {' or '.join(groups)} may.")
        else:
            self.stdout.write("No group may.")


def _sentence(decision: Decision) -> str:
    return f"{_WORDS[decision.is_allowed]}: {decision.reason}."


_WORDS = {True: "allowed", False: "denied"}
