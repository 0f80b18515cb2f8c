"""The overview's words on the last week: changes, refusals, what was seen outside, and reveals."""

from dataclasses import dataclass
from datetime import UTC
from urllib.parse import urlencode

from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.audit import observations
from secretsadmin.audit.insights import WEEKS_BEFORE, Discloser, Week, week
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.pages.phrases import counted

# What was seen outside, in the order and the words in which the page tells it.
_OUTSIDE = {
    observations.APPEARED: "appeared",
    observations.VANISHED: "vanished",
    observations.MADE: "saved",
    observations.MOVED: "moved to another version",
    observations.TAKEN: "lost a label",
    observations.SCHEDULED: "scheduled for deletion",
    observations.RESTORED: "restored",
}
# How many people the page names.
MOST_PEOPLE = 8


@dataclass(frozen=True)
class Line:
    """A sentence, with the page of the audit log that shows what it counts; empty without one."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class Person:
    """How often somebody revealed or copied, and what is unusual about that."""

    name: str
    text: str
    unusual: str
    url: str


@dataclass(frozen=True)
class Insights:
    """The last seven days. `is_own` says that only the person's own acts are told."""

    lines: tuple[Line, ...]
    people: tuple[Person, ...]
    more_people: int
    is_own: bool

    @property
    def more(self) -> str:
        if not self.more_people:
            return ""
        return f"and {self.more_people} more"


def _may_for_all(request: Request, verb: str, environment: Environment, kind: Kind) -> bool:
    return policy.may_for_all(request.user, verb, environment, kind)


def insights_of(request: Request, environment: Environment, kinds: list[Kind]) -> Insights:
    """What the person may know of the week: everybody's acts where they may read the record.

    The numbers leave out kinds of which the person may only view some secrets.
    """
    whole = [kind for kind in kinds if _may_for_all(request, "view", environment, kind)]
    may_audit = bool(whole) and all(
        _may_for_all(request, "audit", environment, kind) for kind in whole
    )
    user = request.user.get_username()
    told = week(environment.name, [kind.name for kind in whole], user="" if may_audit else user)
    links = _Links(environment, told, may_audit=may_audit)
    people = tuple(_person(discloser, links) for discloser in told.disclosers[:MOST_PEOPLE])
    return Insights(
        lines=_lines(told, links, is_own=not may_audit),
        people=people,
        more_people=len(told.disclosers) - len(people),
        is_own=not may_audit,
    )


@dataclass(frozen=True)
class _Links:
    environment: Environment
    week: Week
    may_audit: bool

    def to(self, **query: str) -> str:
        since = f"{self.week.since.astimezone(UTC):%Y-%m-%d}"
        query = {"environment": self.environment.name, **query, "since": since}
        return f"{reverse('audit')}?{urlencode(query)}"


def _lines(told: Week, links: _Links, *, is_own: bool) -> tuple[Line, ...]:
    lines = [Line(_changes(told, is_own=is_own))]
    seen = [f"{told.outside[word]} {text}" for word, text in _OUTSIDE.items() if told.outside[word]]
    if seen:
        url = links.to(action="observe") if links.may_audit else ""
        lines.append(Line(f"Outside the dashboard: {', '.join(seen)}", url))
    if told.denied:
        whose = " of yours" if is_own else ""
        text = f"{counted(told.denied, 'attempt')}{whose} denied"
        lines.append(Line(text, links.to(outcome="denied")))
    return tuple(lines)


def _changes(told: Week, *, is_own: bool) -> str:
    if not told.changes:
        return "You changed nothing here" if is_own else "Nobody changed anything here"
    changes = counted(told.changes, "change")
    if is_own:
        return f"{changes} by you"
    return f"{changes} by {_people(told.changers)}"


def _people(number: int) -> str:
    if number == 1:
        return "1 person"
    return f"{number} people"


def _person(discloser: Discloser, links: _Links) -> Person:
    unusual = ""
    if discloser.is_first:
        unusual = "for the first time here"
    elif discloser.is_unusual:
        unusual = (
            f"more than twice their busiest of the {WEEKS_BEFORE} weeks before, "
            f"which had {discloser.busiest}"
        )
    return Person(
        discloser.user,
        counted(discloser.count, "time"),
        unusual,
        links.to(user=discloser.user),
    )
