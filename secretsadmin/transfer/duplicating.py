"""A secret under another id, with the same value. The value is shown to nobody."""

from collections.abc import Callable

from django.contrib.auth.models import User

from secretsadmin.access import policy
from secretsadmin.actions import DISCLOSING, DUPLICATE
from secretsadmin.audit.recording import Actor
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import WHOLE
from secretsadmin.store import aws, reads, tags, writes
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import Draft

WOULD_SHOW = "You may see more of the new id than of this one: a copy would show you that."


def refusal_of_copy(user: User, ref: Ref, to: Ref) -> str:
    """Why a copy under this id would show the person too much; empty where it wouldn't."""
    if policy.may_learn(user, ref.environment, ref.kind, ref):
        return ""
    for verb in DISCLOSING:
        may_there = policy.may(user, verb, to.environment, to.kind, to)
        if may_there and not policy.may(user, verb, ref.environment, ref.kind, ref):
            return WOULD_SHOW
    return ""


@aws.deadline()
def duplicate(
    secret: Secret,
    to: Ref,
    judge: Callable[[str], str],
    *,
    actor: Actor,
    reason: str = "",
    seen: str = "",
) -> None:
    """Create `to` with the secret's current value, description and own tags; two calls.

    `judge` names the format of the value for the record. With the version that was `seen`, it is
    that one or a Conflict. Raises what a reveal and a create raise.
    """
    value = reads.reveal(
        secret.ref, DUPLICATE.verb, actor=actor, reason=reason, find_format=judge, seen=seen
    )
    draft = Draft(value.text, secret.type, (WHOLE,), tags=tags.own(secret.tags))
    writes.create(to, draft, actor=actor, description=secret.description, reason=reason)
