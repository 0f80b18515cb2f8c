"""What a person may do, where, by which grant, and whom to ask for the rest."""

from dataclasses import dataclass, replace

from django.contrib.auth.models import User

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.action import Action
from secretsadmin.actions import ACTIONS
from secretsadmin.audit.budgets import budgets_of
from secretsadmin.config.environments import Environment, Grant
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.pages.navigation import EnvironmentLink, link_to, visible_environments
from secretsadmin.pages.rights import listed


@dataclass(frozen=True)
class Right:
    """Actions that are alike: for which kinds and ids the person may do them, or who may.

    `where` is empty if they may not.
    """

    actions: str
    where: str
    through: str
    whom_to_ask: str


@dataclass(frozen=True)
class EnvironmentRights:
    """What the person may do in environments that are alike, and what stands before it there."""

    environments: tuple[EnvironmentLink, ...]
    roles: str
    rules: tuple[str, ...]
    rights: tuple[Right, ...]

    @property
    def own(self) -> tuple[Right, ...]:
        return tuple(right for right in self.rights if right.where)

    @property
    def of_others(self) -> tuple[Right, ...]:
        return tuple(right for right in self.rights if not right.where)


@dataclass(frozen=True)
class OwnRightsPage:
    groups: tuple[str, ...]
    environments: tuple[EnvironmentRights, ...]


def own_rights_page(request: Request) -> OwnRightsPage:
    user = request.user
    groups = user.groups.order_by("name").values_list("name", flat=True)
    alike: dict[EnvironmentRights, list[Environment]] = {}
    for environment in visible_environments(user):
        alike.setdefault(_rights_in(user, environment), []).append(environment)
    return OwnRightsPage(
        tuple(groups),
        tuple(
            replace(rights, environments=tuple(link_to(environment) for environment in them))
            for rights, them in alike.items()
        ),
    )


def _rights_in(user: User, environment: Environment) -> EnvironmentRights:
    """The rights in one environment, which isn't named yet, so that equal ones are equal."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for action in ACTIONS:
        alike.setdefault(_right(user, environment, action), []).append(action.title)
    return EnvironmentRights(
        (),
        " and ".join(policy.roles(user, environment)),
        tuple(_rules(environment)),
        tuple(Right(", ".join(titles), *right) for right, titles in alike.items()),
    )


def _rules(environment: Environment) -> list[str]:
    rules = []
    if environment.protected:
        rules.append("It is protected: roles below admin neither reveal, copy nor delete.")
    if environment.approvals:
        rules.append("Changes need an approval, or the right to break the glass.")
    if environment.second_factor:
        rules.append("Nobody gets in without a second factor.")
    if environment.reauthenticate_seconds:
        minutes = environment.reauthenticate_seconds // 60
        rules.append(f"A reveal or a change needs a sign-in of the last {minutes} minutes.")
    per_minute, per_hour = budgets_of(environment)
    rules.append(f"Nobody reveals more than {per_minute.text} and {per_hour.text}.")
    return rules


def _right(user: User, environment: Environment, action: Action) -> tuple[str, str, str]:
    """Where the person may do it, through what, and whom to ask where they may not."""
    allowed = [kind for kind in KINDS if policy.may(user, action.verb, environment, kind)]
    if not allowed:
        groups = policy.groups_that_may(action.verb, environment)
        ask = "No group has this right."
        if groups:
            ask = f"Members of {' or '.join(groups)} may."
        return "", "", ask
    grants = _grants(user, environment, action, allowed)
    return _where(user, environment, action, allowed), _through(user, grants), ""


def _grants(
    user: User, environment: Environment, action: Action, kinds: list[Kind]
) -> tuple[Grant, ...]:
    """The grants that allow it, each once."""
    grants: list[Grant] = []
    for kind in kinds:
        grants += policy.grants_allowing(user, action.verb, environment, kind)
    return tuple(dict.fromkeys(grants))


def _where(user: User, environment: Environment, action: Action, kinds: list[Kind]) -> str:
    """To what the person may do it: kinds with the same limits are told together."""
    kinds_by_limit: dict[str, list[str]] = {}
    for kind in kinds:
        limit = _limit(user, environment, action, kind)
        kinds_by_limit.setdefault(limit, []).append(kind.title.lower())
    if list(kinds_by_limit) == [""] and len(kinds) == len(KINDS):
        return "everything"
    return listed(f"{listed(names)}{limit}" for limit, names in kinds_by_limit.items())


def _limit(user: User, environment: Environment, action: Action, kind: Kind) -> str:
    """Which secrets of the kind, such as “ with ids such as a_*”; empty for all of them."""
    if policy.may_for_all(user, action.verb, environment, kind):
        return ""
    grants = policy.grants_allowing(user, action.verb, environment, kind)
    limits = []
    for grant in grants:
        limits.append(_words(grant))
    return listed(dict.fromkeys(limits))


def _words(grant: Grant) -> str:
    words = ""
    if grant.ids:
        words += f" with ids such as {' or '.join(grant.ids)}"
    if grant.teams:
        words += f" of the team {' or '.join(sorted(grant.teams))}"
    return words


def _through(user: User, grants: tuple[Grant, ...]) -> str:
    if user.is_superuser:
        return "superuser"
    return listed(dict.fromkeys(grant.title for grant in grants))
