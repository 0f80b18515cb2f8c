"""The writes that the audit log knows of, and AWS's list may not show yet."""

from datetime import datetime

from secretsadmin.audit.models import Event
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import Kind
from secretsadmin.store.reads import Secret


def last_writes(
    environment: Environment, kind: Kind, since: datetime, key: str = ""
) -> dict[str, Event]:
    """The last write of any process to each secret, or to the one with this key; one query."""
    events = Event.objects.that_may_have_written().filter(
        environment=environment.name, kind=kind.name, at__gt=since
    )
    if key:
        events = events.filter(secret=key)
    return {event.secret: event for event in events.order_by("id")}


def shows(secret: Secret, write: Event) -> bool:
    """Whether a secret's metadata surely shows what a write did."""
    # A label may stand where it was put although an older write doesn't show yet, and tags alike.
    if "description" in write.fields or write.action.endswith((".label", ".tag")):
        return False
    if write.action.endswith(".delete"):
        return secret.deleted is not None
    if write.action.endswith(".restore"):
        return secret.deleted is None
    return secret.current == write.version


def placeholder(environment: Environment, kind: Kind, write: Event) -> Secret:
    """What the log alone knows of a secret."""
    ref = Ref.from_key(environment, kind, write.secret)
    return Secret(ref, created=write.at, changed=write.at)
