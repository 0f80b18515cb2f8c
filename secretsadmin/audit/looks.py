"""Looks at lists of names: one line for a while, because an open list asks again by itself."""

from datetime import datetime, timedelta
from threading import Lock

from django.utils import timezone

from secretsadmin.audit.recording import Actor, Place, note
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.noted import LIST

# A person who goes on looking at a list is recorded again after this time, by each worker.
A_LOOK = timedelta(minutes=10)
# How many people and lists a worker remembers.
MOST_LOOKS = 10_000

_looks: dict[tuple[str, str | None, str, str], datetime] = {}
_lock = Lock()


def note_list(environment: Environment, kind: Kind, actor: Actor) -> None:
    """Record that somebody looks at the names of this list. Raises NotRecorded."""
    look = (actor.user, actor.address, environment.name, kind.name)
    now = timezone.now()
    with _lock:
        last = _looks.get(look)
    if last is not None and now - last < A_LOOK:
        return
    note(
        f"{kind.name}.{LIST.verb}",
        actor=actor,
        place=Place(environment.name, kind.name),
    )
    with _lock:
        if len(_looks) >= MOST_LOOKS:
            _looks.clear()
        _looks[look] = now


def forget() -> None:
    """Start cold, as a new worker does."""
    with _lock:
        _looks.clear()
