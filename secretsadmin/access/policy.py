"""Who may do what, where. Nobody may do anything that no grant allows.

Each request asks anew, so a change of rights holds at the next request. One function decides,
`decide`; the pages ask it, too, so that they offer nothing that would be refused.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from secretsadmin.action import ROLES
from secretsadmin.actions import BREAK_GLASS, BY_VERB, REVEAL
from secretsadmin.config.environments import Environment, Grant, Identified
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import Kind

Somebody = AbstractBaseUser | AnonymousUser


@dataclass(frozen=True)
class Decision:
    """Whether it is allowed, and why; `grant` is the one that decided, if one did."""

    is_allowed: bool
    reason: str
    grant: Grant | None = None


INACTIVE = Decision(False, "nobody is signed in, or the account is disabled")
SUPERUSER = Decision(True, "a superuser may do everything")
NO_GRANT = Decision(False, "no grant of the person's groups allows it")
NOT_EVERYWHERE = Decision(False, "no grant of theirs that holds everywhere allows it")
NEEDS_APPROVAL = Decision(
    False, "changes here need an approval, and no grant of theirs allows break-glass"
)


def decide(
    user: Somebody,
    verb: str,
    environment: Environment,
    kind: Kind | None = None,
    secret: Identified | None = None,
) -> Decision:
    """Whether the person may do this to the secret; to any of the kind if none is given."""
    if not isinstance(user, User) or not user.is_active:
        return INACTIVE
    if user.is_superuser:
        return SUPERUSER
    decided = _decide_by_grants(user, verb, environment, kind, secret)
    if not decided.is_allowed or not _needs_approval(verb, environment):
        return decided
    if _decide_by_grants(user, BREAK_GLASS.verb, environment, kind, secret).is_allowed:
        return decided
    return NEEDS_APPROVAL


def may(
    user: Somebody,
    verb: str,
    environment: Environment,
    kind: Kind | None = None,
    secret: Identified | None = None,
) -> bool:
    return decide(user, verb, environment, kind, secret).is_allowed


def may_learn(
    user: Somebody, environment: Environment, kind: Kind | None, secret: Identified | None
) -> bool:
    """Whether an answer to the person may depend on what is stored and masked.

    Otherwise people who may not reveal it could type guesses, and the answers would tell which
    guess is right.
    """
    return may(user, REVEAL.verb, environment, kind, secret)


def may_for_all(user: Somebody, verb: str, environment: Environment, kind: Kind) -> bool:
    """Whether the person may do this to every secret of the kind, whatever its id."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser:
        return True
    grants = _allowing(user, verb, environment, kind)
    return any(not grant.is_limited for grant in grants)


def limit_of(
    user: Somebody, verb: str, environment: Environment, kind: Kind
) -> Callable[[Identified], bool] | None:
    """To which secrets of the kind the person may do this; None where there is no limit."""
    if may_for_all(user, verb, environment, kind):
        return None
    grants = []
    if isinstance(user, User) and user.is_active:
        grants = list(_allowing(user, verb, environment, kind))

    def is_within(secret: Identified) -> bool:
        return any(grant.covers(environment.name, kind.name, secret) for grant in grants)

    return is_within


def grants_allowing(
    user: Somebody, verb: str, environment: Environment, kind: Kind
) -> tuple[Grant, ...]:
    """The person's grants that allow this to some secret of the kind, for questions to the record.

    None for a superuser, who needs none.
    """
    if not isinstance(user, User) or not user.is_active:
        return ()
    return tuple(_allowing(user, verb, environment, kind))


def decide_everywhere(user: Somebody, verb: str) -> Decision:
    """Whether the person may do this in all environments, also in those that were removed."""
    if not isinstance(user, User) or not user.is_active:
        return INACTIVE
    if user.is_superuser:
        return SUPERUSER
    for grant in grants_of(user):
        if _is_unlimited(grant) and grant.allows(verb, is_protected=True):
            return Decision(True, f"{grant.title} allows it", grant)
    return NOT_EVERYWHERE


def may_everywhere(user: Somebody, verb: str) -> bool:
    return decide_everywhere(user, verb).is_allowed


def may_anywhere(user: Somebody, verb: str) -> bool:
    """Whether the person may do this to some kind of secret in some environment."""
    environments = configured_site().environments.values()
    return any(may(user, verb, environment) for environment in environments)


def roles_that_may(verb: str, environment: Environment) -> tuple[str, ...]:
    """The roles that allow this here, for telling people whom to ask."""
    needed = _needed(verb, environment)
    return tuple(role for role in ROLES if _allows_all(Grant("", role), needed, environment))


def groups_that_may(
    verb: str,
    environment: Environment,
    kind: Kind | None = None,
    secret: Identified | None = None,
) -> tuple[str, ...]:
    """The groups that may do this here, for telling people whom to ask."""
    holders = [
        _groups_with(needed, environment, kind, secret) for needed in _needed(verb, environment)
    ]
    first, *others = holders
    return tuple(group for group in first if all(group in other for other in others))


def roles(user: Somebody, environment: Environment, kind: Kind | None = None) -> tuple[str, ...]:
    """The person's roles here, for showing."""
    if not isinstance(user, User):
        return ()
    if user.is_superuser:
        return ("superuser",)
    kind_name = kind.name if kind else None
    held = set()
    for grant in grants_of(user):
        if grant.role and grant.covers(environment.name, kind_name, None):
            held.add(grant.role)
    return tuple(sorted(held))


def are_guarded(verbs: Iterable[str], environment: Environment) -> bool:
    """Whether roles below admin may do none of this here, as the environment is protected."""
    return environment.protected and all(BY_VERB[verb].is_guarded for verb in verbs)


def grants_of(user: User) -> tuple[Grant, ...]:
    """The grants of the person's groups."""
    groups = _groups(user)
    return tuple(grant for grant in configured_site().grants if grant.group in groups)


def _decide_by_grants(
    user: User,
    verb: str,
    environment: Environment,
    kind: Kind | None,
    secret: Identified | None,
) -> Decision:
    for grant in _allowing(user, verb, environment, kind):
        if grant.covers(environment.name, kind.name if kind else None, secret):
            return Decision(True, f"{grant.title} allows it", grant)
    return NO_GRANT


def _allowing(
    user: User, verb: str, environment: Environment, kind: Kind | None
) -> Iterator[Grant]:
    """The person's grants that allow this to any secret there."""
    kind_name = kind.name if kind else None
    for grant in grants_of(user):
        covers = grant.covers(environment.name, kind_name, None)
        if covers and grant.allows(verb, is_protected=environment.protected):
            yield grant


def _needed(verb: str, environment: Environment) -> tuple[str, ...]:
    """All the rights that the action takes here."""
    if _needs_approval(verb, environment):
        return (verb, BREAK_GLASS.verb)
    return (verb,)


def _allows_all(grant: Grant, verbs: Iterable[str], environment: Environment) -> bool:
    return all(grant.allows(verb, is_protected=environment.protected) for verb in verbs)


def _groups_with(
    verb: str, environment: Environment, kind: Kind | None, secret: Identified | None
) -> tuple[str, ...]:
    groups = []
    for grant in configured_site().grants:
        covers = grant.covers(environment.name, kind.name if kind else None, secret)
        if covers and _allows_all(grant, (verb,), environment):
            groups.append(grant.group)
    return tuple(dict.fromkeys(groups))


def _needs_approval(verb: str, environment: Environment) -> bool:
    action = BY_VERB.get(verb)
    return environment.approvals and action is not None and action.writes


def _is_unlimited(grant: Grant) -> bool:
    return not grant.environments and not grant.kinds and not grant.is_limited


def _groups(user: User) -> frozenset[str]:
    # The request's own user object keeps the names, so a page asks the database once.
    if "group_names" not in user.__dict__:
        user.__dict__["group_names"] = frozenset(user.groups.values_list("name", flat=True))
    names: frozenset[str] = user.__dict__["group_names"]
    return names
