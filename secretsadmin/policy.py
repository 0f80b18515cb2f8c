"""Who may do what, where. Denied by default; asked afresh at each request, so a change of rights holds at the next."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User

from secretsadmin import environments
from secretsadmin.environments import Environment, Grant
from secretsadmin.kinds import Kind

SEE = frozenset({"view", "history", "open", "compare"})
WRITE = frozenset({"create", "update", "roll-back", "label", "delete", "restore"})
# The one shows a masked field; the other hands out all of a secret at once.
DISCLOSE = frozenset({"reveal", "copy"})
RIGHTS = {
    "viewer": SEE,
    "editor": SEE | WRITE | DISCLOSE,
    "admin": SEE | WRITE | DISCLOSE | {"audit"},
    "auditor": frozenset({"view", "history", "audit"}),
}
# In a protected environment these are for admins alone.
GUARDED = DISCLOSE | {"delete"}


def may(
    user: AbstractBaseUser | AnonymousUser, action: str, environment: Environment, kind: Kind | None = None
) -> bool:
    """Whether the person may do this to secrets of this kind; with no kind, to those of any kind."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser:
        return True
    return any(_allows(role, action, environment) for role in _roles(user, environment, kind))


def may_learn(
    user: AbstractBaseUser | AnonymousUser,
    environment: Environment,
    kind: Kind | None = None,
) -> bool:
    """Whether an answer to the person may depend on what is stored and masked.

    Whoever may not reveal it could else type guesses, and read from the answers which of them is right.
    """
    return may(user, "reveal", environment, kind)


def may_everywhere(user: AbstractBaseUser | AnonymousUser, action: str) -> bool:
    """Whether the person may do this wherever there is anything, or was."""
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser:
        return True
    unlimited = {
        grant.role
        for grant in environments.site().grants
        if grant.group in _groups(user) and not grant.environments and not grant.kinds
    }
    return any(action in RIGHTS[role] for role in unlimited)


def roles_that_may(action: str, environment: Environment) -> tuple[str, ...]:
    """The roles that allow this here, for telling people whom to ask."""
    return tuple(role for role in RIGHTS if _allows(role, action, environment))


def groups_that_may(action: str, environment: Environment, kind: Kind | None = None) -> tuple[str, ...]:
    """The groups that have such a role here, for telling people whom to ask."""
    grants = environments.site().grants
    here = [grant for grant in grants if _covers(grant, environment, kind)]
    return tuple(dict.fromkeys(grant.group for grant in here if _allows(grant.role, action, environment)))


def roles(
    user: AbstractBaseUser | AnonymousUser, environment: Environment, kind: Kind | None = None
) -> tuple[str, ...]:
    """The person's roles here, for showing."""
    if isinstance(user, User) and user.is_superuser:
        return ("superuser",)
    return tuple(sorted(_roles(user, environment, kind))) if isinstance(user, User) else ()


def _allows(role: str, action: str, environment: Environment) -> bool:
    if environment.protected and action in GUARDED:
        return role == "admin"
    return action in RIGHTS[role]


def _roles(user: User, environment: Environment, kind: Kind | None) -> set[str]:
    return {
        grant.role
        for grant in environments.site().grants
        if grant.group in _groups(user) and _covers(grant, environment, kind)
    }


def _covers(grant: Grant, environment: Environment, kind: Kind | None) -> bool:
    here = not grant.environments or environment.name in grant.environments
    return here and (not grant.kinds or kind is None or kind.name in grant.kinds)


def _groups(user: User) -> frozenset[str]:
    # The request's own user object remembers the names, so a page asks once; the next request asks again.
    known: frozenset[str] | None = user.__dict__.get("group_names")
    if known is None:
        known = user.__dict__["group_names"] = frozenset(user.groups.values_list("name", flat=True))
    return known
