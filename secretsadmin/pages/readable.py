"""Which part of the record somebody may read: their own acts, or those of everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from django.contrib.auth.models import User
from django.db.models import Q

from secretsadmin.access import policy
from secretsadmin.access.authentication import may_enter
from secretsadmin.access.recorded import secrets_of
from secretsadmin.access.requests import Request
from secretsadmin.actions import AUDIT, REVEAL, SCAN
from secretsadmin.audit.models import Event
from secretsadmin.audit.reading import Scope
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site, find_environment
from secretsadmin.kinds import BY_NAME, KINDS

# What an act on the site as a whole has in place of an environment.
SITE = ""


def scope_of(request: Request, environments: Iterable[Environment]) -> Scope:
    """All acts where the person may read the record, and their own in the other environments.

    The person may view these environments. Acts on the site as a whole, such as sign-ins, are for
    whoever may read everything; everybody may read their own. An environment that asks for a second
    factor is left out if none was used.
    """
    user = request.user
    withheld = _withheld(request)
    may_know = partial(_may_know, user)
    if policy.may_everywhere(user, "audit"):
        # Some acts name environments that never existed, or that were removed since.
        if not withheld:
            return Scope(is_everything=True, may_know=may_know)
        return Scope(~Q(its_environment__in=withheld), may_know=may_know)
    visible = [here for here in environments if here.name not in withheld]
    name = user.get_username()
    own = Q(its_environment__in=[SITE, *(environment.name for environment in visible)])
    others = _of_others(user, visible)
    if not others:
        return Scope(own, own=name, may_know=may_know)
    return Scope(own & Q(its_user=name) | others, may_know=may_know)


def _may_know(user: User, line: Event) -> bool:
    """Whether the person may scan the secret of a line, or all secrets of the line's environment.

    A line of all of them tells which have the same passwords, so it takes the right to reveal, too.
    """
    environment = find_environment(line.environment)
    if environment is None:
        return False
    kind = BY_NAME.get(line.kind)
    if kind and line.secret:
        ref = Ref.from_key(environment, kind, line.secret)
        return policy.may(user, SCAN.verb, environment, kind, ref)
    return all(
        policy.may_for_all(user, verb, environment, kind)
        for kind in KINDS
        for verb in (SCAN.verb, REVEAL.verb)
    )


def _withheld(request: Request) -> list[str]:
    environments = configured_site().environments.values()
    return [here.name for here in environments if not may_enter(request, here)]


def _of_others(user: User, environments: Sequence[Environment]) -> Q:
    readable = Q()
    for kind in KINDS:
        for environment in environments:
            if policy.may(user, AUDIT.verb, environment, kind):
                here = Q(its_environment=environment.name, its_kind=kind.name)
                readable |= here & secrets_of(user, AUDIT.verb, environment, kind, "its_secret")
    return readable


@dataclass(frozen=True)
class OwnAlone:
    """What the page says to somebody who doesn't see everybody's acts.

    `where` names the environments with only their own acts, and is empty if those are all of them.
    `who` names the roles that see everybody's acts.
    """

    where: str
    who: str

    @property
    def limit(self) -> str:
        if self.where:
            return f"In {self.where} you see only your own acts;"
        return "You see only your own acts;"

    @property
    def others(self) -> str:
        place = ""
        if self.where:
            place = f" in {self.where}"
        return f"What others did{place} is for {self.who}."


def own_alone(user: User, environments: list[Environment]) -> OwnAlone | None:
    """Where the person sees only their own acts, and who sees all acts there."""
    limited = [here for here in environments if not _may_read_all(user, here)]
    if not limited:
        return None
    where = ""
    if limited != environments:
        where = " and ".join(environment.title for environment in limited)
    roles = policy.roles_that_may("audit", limited[0])
    return OwnAlone(where, " and ".join(f"{role}s" for role in roles))


def _may_read_all(user: User, environment: Environment) -> bool:
    return all(policy.may_for_all(user, "audit", environment, kind) for kind in KINDS)
