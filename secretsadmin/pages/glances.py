"""What a person may view of a list as it is remembered here, for answers within a keystroke."""

from dataclasses import dataclass, replace

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.actions import VIEW
from secretsadmin.config.environments import Environment, Grant
from secretsadmin.kinds import Kind
from secretsadmin.store.listing import Snapshot, listing
from secretsadmin.store.reads import Secret

# The names of an environment and a kind, and the grants through which somebody sees the list; None
# where they see all of it.
_Sight = tuple[str, str, tuple[Grant, ...] | None]
# How many a worker remembers.
MOST_GLANCES = 100
_glances: dict[_Sight, "Glance"] = {}


@dataclass(frozen=True)
class Glance:
    """The secrets that somebody may view, sorted by id, and the types of those.

    `snapshot` has all of the list.
    """

    secrets: tuple[Secret, ...]
    types: frozenset[str]
    snapshot: Snapshot


def glance(user: Somebody, environment: Environment, kind: Kind, *, may_ask: bool) -> Glance:
    """What is remembered; where the page may ask and a list is due, AWS is asked meanwhile."""
    snapshot = listing(environment, kind).glance(may_ask=may_ask)
    is_within = policy.limit_of(user, VIEW.verb, environment, kind)
    grants = None
    if is_within is not None:
        grants = policy.grants_allowing(user, VIEW.verb, environment, kind)
    sight = (environment.name, kind.name, grants)
    remembered = _glances.get(sight)
    if remembered is not None and remembered.snapshot.secrets is snapshot.secrets:
        return replace(remembered, snapshot=snapshot)
    # All of a list is gone through before anybody's words are looked for, so no answer takes longer
    # for the ids that the person may not see.
    secrets = snapshot.secrets
    if is_within is not None:
        secrets = tuple(secret for secret in secrets if is_within(secret.ref))
    return _remember(sight, Glance(secrets, frozenset(map(_type_of, secrets)), snapshot))


def _type_of(secret: Secret) -> str:
    return secret.type


def _remember(sight: _Sight, seen: Glance) -> Glance:
    if len(_glances) >= MOST_GLANCES:
        _glances.clear()
    _glances[sight] = seen
    return seen
