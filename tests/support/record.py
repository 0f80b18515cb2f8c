"""Lines of the audit log as they would be, had somebody acted through the dashboard."""

from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from secretsadmin.audit import chain
from secretsadmin.audit.models import Event, Outcome


def add_line(**columns: Any) -> Event:
    """A sealed line about the connection `orders`, in which these columns are otherwise."""
    line = {
        "act": uuid4(),
        "outcome": Outcome.SUCCEEDED,
        "user": "ben",
        "environment": "default",
        "kind": "connections",
        "secret": "orders",
        "action": "connections.update",
        **columns,
    }
    line.setdefault("begins", line["outcome"] == Outcome.STARTED)
    # The model gives back a UUID only where it was given one.
    event = Event(**line | {"act": UUID(str(line["act"]))})
    with transaction.atomic():
        chain.append(event)
    return event
