"""What was seen to have happened outside the dashboard: the words of the record, and sentences.

An observation is a line with the action OBSERVE and nobody's name. Its `details` say `what` was
seen, by one of the words below, and `since` and `until`, the times of the two looks between which
it happened. `fields` are the labels that were moved, `version` is where they stand now, and
`previous` where the first of them stood. A line with the word NAMED tells who CloudTrail says it
was; its `details` are those of a `Caller`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from secretsadmin.audit.models import Event, EventQuerySet
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BY_NAME
from secretsadmin.noted import OBSERVE

APPEARED, VANISHED = "appeared", "vanished"
SCHEDULED, RESTORED = "scheduled", "restored"
# A version that nobody made here, and a label that was put on a known version, or taken off.
MADE, MOVED, TAKEN = "made", "moved", "taken"
NAMED = "named"

# How many observations of one secret a page looks at.
MOST = 200

# Who did it, and who tells who it was.
OUTSIDE, CLOUDTRAIL = "Somebody outside", "CloudTrail"
_DEEDS = {
    APPEARED: "created the {kind}",
    VANISHED: "deleted for good the {kind}",
    SCHEDULED: "scheduled the deletion of the {kind}",
    RESTORED: "took back the deletion of the {kind}",
    MADE: "saved a version of the {kind}",
    MOVED: "moved {labels} to another version of the {kind}",
    TAKEN: "took {labels} off a version of the {kind}",
    NAMED: "names {caller} for a change outside of the {kind}",
}
_PUT = "put {labels} on a version of the {kind}"
_UNKNOWN_WORD = "changed the {kind}"
_SORTS = {"AssumedRole": "the role", "IAMUser": "the user", "AWSService": "the service"}


@dataclass(frozen=True)
class Caller:
    """Who made a call, as CloudTrail tells it. `event` is CloudTrail's id of it.

    `of` is the observation that the answer belongs to, empty where it belongs to a version alone.
    """

    call: str
    event: str
    at: str
    sort: str = ""
    name: str = ""
    session: str = ""
    arn: str = ""
    account: str = ""
    address: str = ""
    agent: str = ""
    of: str = ""

    @classmethod
    def from_details(cls, details: Mapping[str, Any]) -> Self:
        return cls(**{name: str(details.get(name, "")) for name in cls.__dataclass_fields__})

    def details(self) -> dict[str, str]:
        """What the record keeps of it."""
        return {"what": NAMED} | {name: text for name, text in asdict(self).items() if text}

    @property
    def words(self) -> str:
        """Such as “the role etl (session ci) of account 123456789012, from 192.0.2.7”."""
        words = f"{_SORTS.get(self.sort, '')} {self.name or self.arn or 'somebody'}".strip()
        if self.session:
            words += f" (session {self.session})"
        if self.account:
            words += f" of account {self.account}"
        if self.address:
            words += f", from {self.address}"
        return words


def who(event: Event) -> str:
    if word(event) == NAMED:
        return CLOUDTRAIL
    return OUTSIDE


def deed(event: Event) -> str:
    """What an observation tells, after `who` and before the secret's id."""
    what = word(event)
    labels = " and ".join(f"the label “{label}”" for label in event.fields) or "a label"
    caller = ""
    if what == NAMED:
        caller = Caller.from_details(event.details or {}).words
    pattern = _DEEDS.get(what, _UNKNOWN_WORD)
    if what == MOVED and not event.previous:
        pattern = _PUT
    return pattern.format(kind=_kind(event), labels=labels, caller=caller)


def sentence(event: Event) -> str:
    """What an observation tells, where nothing else names the secret."""
    return f"{who(event)} {deed(event)}"


def word(event: Event) -> str:
    return str((event.details or {}).get("what", ""))


def seen_between(event: Event) -> tuple[datetime, datetime] | None:
    """The two looks between which it happened; None where the line doesn't tell."""
    details = event.details or {}
    try:
        return datetime.fromisoformat(details["since"]), datetime.fromisoformat(details["until"])
    except (KeyError, TypeError, ValueError):
        return None


def caller_of(event: Event) -> Caller:
    return Caller.from_details(event.details or {})


def of_secret(ref: Ref) -> list[Event]:
    """The last observations of a secret, newest first."""
    seen = observed(Event.objects.on(ref), [ref.kind.name])
    return list(seen.order_by("-id")[:MOST])


def observed(events: EventQuerySet, kinds: Iterable[str]) -> EventQuerySet:
    """The observations among these lines."""
    return events.filter(action__in=[f"{kind}.{OBSERVE.verb}" for kind in kinds])


def _kind(event: Event) -> str:
    kind = BY_NAME.get(event.kind)
    if kind is None:
        return "secret"
    return kind.singular
