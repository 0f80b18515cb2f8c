"""What a rule knows beside the secret's own metadata."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from secretsadmin.audit.standing import Standing
from secretsadmin.store.reads import Secret


@dataclass(frozen=True)
class Context:
    """The moment at which a rule is asked, and what the record says of the secret's kind."""

    now: datetime
    standing: Standing

    @property
    def today(self) -> date:
        return self.now.astimezone(UTC).date()


# A rule's check. It says what is wrong with the secret, in a sentence; nothing where nothing is.
Check = Callable[[Secret, Context], str]


def day(moment: datetime) -> str:
    """A day in a sentence. A finding may be read long after it was made, so the year is in it."""
    return f"{moment.astimezone(UTC):%-d %B %Y}"
