"""Which secrets' lines of the record somebody may see: grants may name ids and teams."""

import re
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.config.backend import TEAM_SEPARATOR
from secretsadmin.config.environments import Environment, Grant
from secretsadmin.kinds import Kind

# It fits no key.
_NOTHING = r"\Z."


def secrets_of(
    user: Somebody, verb: str, environment: Environment, kind: Kind, column: str = "secret"
) -> Q:
    """A condition on the column with the secret's key: that the person may do this to it.

    Empty where they may do it to every secret of the kind.
    """
    if policy.may_for_all(user, verb, environment, kind):
        return Q()
    condition = Q(**{f"{column}__in": []})
    for grant in policy.grants_allowing(user, verb, environment, kind):
        condition |= Q(**{f"{column}__regex": _expression(grant, environment, kind)})
    return condition


def _expression(grant: Grant, environment: Environment, kind: Kind) -> str:
    """A regular expression for the keys of the secrets that the grant covers."""
    ids = "|".join(_pattern(pattern) for pattern in grant.ids) or ".*"
    teams = environment.backend.teams_of(kind.name)
    beginnings = [_team(name, teams) for name in teams if name in grant.teams]
    if not grant.teams:
        beginnings = [_no_team(teams), *(_team(name, teams) for name in teams)]
    # Both databases take a new line for any other character, and end at the very end.
    return rf"(?s)^({'|'.join(beginnings)})({ids})\Z" if beginnings else _NOTHING


def _team(name: str, teams: Iterable[str]) -> str:
    """The beginning of a team's keys. A longer name that begins alike is another team's."""
    head = name + TEAM_SEPARATOR
    longer = [other for other in teams if other != name and other.startswith(head)]
    return f"{_no_team(longer)}{re.escape(head)}"


def _no_team(teams: Iterable[str]) -> str:
    """The beginning of a key that is of none of these teams."""
    return "".join(f"(?!{re.escape(name + TEAM_SEPARATOR)}.)" for name in teams)


def _pattern(pattern: str) -> str:
    """A pattern that takes no longer for any key than its length lets it.

    Python would try each star at each place, and PostgreSQL, which doesn't, has no atomic groups.
    """
    first, *parts = [re.escape(part).replace(r"\?", ".") for part in re.split(r"\*+", pattern)]
    if not parts:
        return first
    group = "(?>" if connection.vendor == "sqlite" else "(?:"
    between = "".join(f"{group}.*?{part})" for part in parts[:-1])
    return f"{first}{between}.*{parts[-1]}"
