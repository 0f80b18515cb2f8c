"""What happened to a secret while somebody was editing it."""

from dataclasses import dataclass
from datetime import datetime

from secretsadmin.audit.models import Event, makers
from secretsadmin.environments import Ref
from secretsadmin.store import reads
from secretsadmin.store.reads import Secret


@dataclass(frozen=True)
class ShownConflict:
    """What happened while the person was typing; `version` is the one to save on top of, with open eyes."""

    version: str
    by: str
    when: datetime | None
    fields: tuple[str, ...]


def conflict_of(ref: Ref, version: str) -> ShownConflict:
    secret: Secret = reads.describe(ref)
    opened_on = makers([version]).get(version)
    since = Event.objects.on(ref).that_may_have_written().filter(id__gt=opened_on.id if opened_on else 0)
    # These change no value, and name in the event's fields what isn't one of the secret's.
    since = since.exclude(action__regex=r"\.(label|delete|restore)$")
    theirs = list(since.order_by("id"))
    known = [event for event in theirs if event.version == secret.current]
    fields = dict.fromkeys(name for event in theirs for name in event.fields)
    return ShownConflict(
        version=secret.current,
        by=known[-1].user if known else "",
        when=known[-1].at if known else secret.changed,
        fields=tuple(fields),
    )
