"""What the person may not do, where a page leaves it out or refuses it: why, and who may."""

from collections.abc import Iterable, Mapping

from secretsadmin import policy
from secretsadmin.access import Denied
from secretsadmin.environments import Environment
from secretsadmin.htmx import Request
from secretsadmin.kinds import Kind

ACTS = {
    "create": "create {one}",
    "update": "edit {it}",
    "open": "open {it}",
    "compare": "compare versions",
    "reveal": "show what is masked",
    "copy": "copy {it} whole",
    "delete": "delete {it}",
    "restore": "restore {it}",
    "roll-back": "roll back",
    "label": "move labels",
}
# What a page is about that a sentence stands on.
THE_ONE_HERE = {"one": "one", "it": "it"}


def missing_rights(request: Request, environment: Environment, kind: Kind, verbs: Iterable[str]) -> str:
    """Nothing where the person may do all of it."""
    by_roles: dict[tuple[str, ...], list[str]] = {}
    for verb in verbs:
        if not policy.may(request.user, verb, environment, kind):
            by_roles.setdefault(policy.roles_that_may(verb, environment), []).append(verb)
    return " ".join(_sentence(environment, roles, missing) for roles, missing in by_roles.items())


def refusal(request: Request, denied: Denied) -> str:
    """Who the person is where they were refused, and who may do it there."""
    here, kind, verb = denied.environment, denied.kind, denied.verb
    roles = policy.roles(request.user, here, kind)
    own = _listed(f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in roles)
    words = {"one": f"a {kind.singular}", "it": f"this {kind.singular}"} if kind else THE_ONE_HERE
    who_may = _sentence(here, policy.roles_that_may(verb, here), [verb], words)
    return f"You are {own} in {here.title}. {who_may}"


def whom_to_ask(denied: Denied) -> str:
    """The groups whose members may do it. Roles have the dashboard's own names, groups the company's."""
    groups = policy.groups_that_may(denied.verb, denied.environment, denied.kind)
    if not groups:
        return "No group has that role yet. Ask whoever runs the dashboard for it."
    who = " or ".join(groups)
    return f"Ask somebody in the group {who} to do it, or whoever looks after the groups to add you."


def _sentence(
    environment: Environment, roles: Iterable[str], verbs: Iterable[str], words: Mapping[str, str] = THE_ONE_HERE
) -> str:
    who = _listed(f"{role}s" for role in roles)
    acts = _listed(ACTS[verb].format_map(words) for verb in verbs)
    if environment.protected and policy.GUARDED.issuperset(verbs):
        return f"{environment.title} is protected: only {who} may {acts}."
    return f"{who.capitalize()} may {acts}."


def _listed(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
