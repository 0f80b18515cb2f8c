"""Sentences for people about what they may not do: why, and who may do it."""

from collections.abc import Iterable

from secretsadmin.access import policy
from secretsadmin.access.requests import Denied, Request
from secretsadmin.actions import BY_VERB, CREATE
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.forms.subject import Subject
from secretsadmin.kinds import Kind

# How a sentence names a secret on the page of one secret, or of one kind.
ON_ITS_PAGE = {"one": "one", "it": "it"}


def missing_rights(
    request: Request,
    environment: Environment,
    kind: Kind,
    verbs: Iterable[str],
    ref: Ref | None = None,
) -> str:
    """Who may do the verbs that the person may not. Empty if the person may do all of them."""
    missing: dict[tuple[str, ...], list[str]] = {}
    for verb in verbs:
        if not policy.may(request.user, verb, environment, kind, ref):
            roles = policy.roles_that_may(verb, environment)
            missing.setdefault(roles, []).append(verb)
    sentences = []
    for roles, missing_verbs in missing.items():
        sentences.append(_who_may(environment, roles, missing_verbs))
    return " ".join(sentences)


def refusal(request: Request, denied: Denied) -> str:
    """Which roles the refused person has there, and who may do it."""
    if _waits_for_approval(request, denied):
        return f"Changes in {denied.environment.title} need somebody’s approval."
    own = _own_roles(request, denied)
    names = ON_ITS_PAGE
    if denied.kind:
        names = {"one": f"a {denied.kind.singular}", "it": f"this {denied.kind.singular}"}
    roles = policy.roles_that_may(denied.verb, denied.environment)
    who_may = _who_may(denied.environment, roles, [denied.verb], names)
    return f"{own}{who_may}"


def not_this_id(request: Request, subject: Subject) -> str:
    """Why the person may not create a secret with this id, and with which they may."""
    grants = policy.grants_allowing(request.user, CREATE.verb, subject.environment, subject.kind)
    patterns = sorted({pattern for grant in grants for pattern in grant.ids})
    if not patterns:
        return "Your groups may not create one of this id or team."
    return f"Your groups may create ids such as {' or '.join(patterns)}."


def _waits_for_approval(request: Request, denied: Denied) -> bool:
    decision = policy.decide(
        request.user, denied.verb, denied.environment, denied.kind, denied.secret
    )
    return decision == policy.NEEDS_APPROVAL


def _own_roles(request: Request, denied: Denied) -> str:
    """The person's roles there, as a sentence; empty for somebody with single rights alone."""
    roles = policy.roles(request.user, denied.environment, denied.kind)
    if not roles:
        return ""
    own = listed(f"{_article(role)} {role}" for role in roles)
    return f"You are {own} in {denied.environment.title}. "


def whom_to_ask(denied: Denied) -> str:
    """The groups whose members may do it. People know their groups better than our roles."""
    groups = policy.groups_that_may(denied.verb, denied.environment, denied.kind, denied.secret)
    if not groups:
        return "No group has that right yet. Ask whoever runs the dashboard for it."
    names = " or ".join(groups)
    return (
        f"Ask somebody in the group {names} to do it, or whoever looks after the groups to add you."
    )


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them. There has to be one."""
    *others, last = words
    if not others:
        return last
    return f"{', '.join(others)} and {last}"


def _who_may(
    environment: Environment,
    roles: Iterable[str],
    verbs: list[str],
    names: dict[str, str] = ON_ITS_PAGE,
) -> str:
    who = listed(f"{role}s" for role in roles)
    what = listed(BY_VERB[verb].denied.format_map(names) for verb in verbs)
    if policy.are_guarded(verbs, environment):
        return f"{environment.title} is protected: only {who} may {what}."
    return f"{who.capitalize()} may {what}."


def _article(role: str) -> str:
    if role[0] in "aeiou":
        return "an"
    return "a"
