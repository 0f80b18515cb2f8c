"""What a page leaves out because the person may not do it, as a sentence that says why, and who may."""

from collections.abc import Iterable

from secretsadmin import policy
from secretsadmin.environments import Environment
from secretsadmin.htmx import Request
from secretsadmin.kinds import Kind

ACTS = {
    "create": "create one",
    "update": "edit it",
    "reveal": "show what is masked",
    "copy": "copy it whole",
    "delete": "delete it",
    "restore": "restore it",
    "roll-back": "roll back",
    "label": "move labels",
}


def missing_rights(request: Request, environment: Environment, kind: Kind, verbs: Iterable[str]) -> str:
    """Nothing where the person may do all of it."""
    by_roles: dict[tuple[str, ...], list[str]] = {}
    for verb in verbs:
        if not policy.may(request.user, verb, environment, kind):
            by_roles.setdefault(policy.roles_that_may(verb, environment), []).append(verb)
    return " ".join(_sentence(environment, roles, missing) for roles, missing in by_roles.items())


def _sentence(environment: Environment, roles: Iterable[str], verbs: list[str]) -> str:
    who = _listed(f"{role}s" for role in roles)
    acts = _listed(ACTS[verb] for verb in verbs)
    if environment.protected and policy.GUARDED.issuperset(verbs):
        return f"{environment.title} is protected: only {who} may {acts}."
    return f"{who.capitalize()} may {acts}."


def _listed(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
