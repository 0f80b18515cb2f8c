"""A page that shows an old list while a new one is read asks again by itself, and is given what has changed since."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from secretsadmin.htmx import Request, respond, with_only
from secretsadmin.kinds import Kind
from secretsadmin.store.listing import Snapshot
from secretsadmin.views.problems import Problem, of_store

# By this header a page says what it shows, and until when it goes on asking, in seconds of the Unix epoch.
HEADER = "Shown"
_SHOWN = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{16})\.([0-9]{1,11})", re.ASCII)
LONGEST = timedelta(minutes=3)


@dataclass(frozen=True)
class Age:
    """What a page says of how old its list of a kind is.

    `newer` is of when a list was that the person has seen, where it is newer; `failed` is when AWS was asked in vain.
    """

    kind: Kind
    as_of: datetime | None
    is_asking: bool
    problem: Problem | None
    failed: datetime | None
    newer: datetime | None

    @classmethod
    def of(cls, kind: Kind, known: Snapshot) -> "Age":
        problem = of_store(known.problem) if known.problem else None
        return cls(kind, known.as_of, known.loading, problem, known.failed, known.newer)

    @property
    def is_cold(self) -> bool:
        """Whether the list isn't whole yet."""
        return self.is_asking and self.as_of is None

    @property
    def is_passing(self) -> bool:
        """Whether another list will follow soon: AWS is being asked, or will be asked again."""
        return self.is_asking or self.problem is not None


@dataclass(frozen=True)
class Ages:
    """Those of all lists that a page shows."""

    each: tuple[Age, ...]

    def __iter__(self) -> Iterator[Age]:
        return iter(self.each)

    @property
    def as_of(self) -> datetime | None:
        return min((age.as_of for age in self.each if age.as_of), default=None)

    @property
    def is_asking(self) -> bool:
        return any(age.is_asking for age in self.each)

    @property
    def is_passing(self) -> bool:
        return any(age.is_passing for age in self.each)

    @property
    def failing(self) -> Age | None:
        """The first whose list AWS didn't tell."""
        return next((age for age in self.each if age.problem), None)

    @property
    def behind(self) -> Age | None:
        """The first of which the person has seen a newer one."""
        return next((age for age in self.each if age.newer and age.as_of), None)


@dataclass(frozen=True)
class Poll:
    """What a page shows, its rows and what it says of their age, in short; and whether it goes on asking."""

    rows: str
    age: str
    until: int
    goes_on: bool

    @property
    def shown(self) -> str:
        return f"{self.rows}.{self.age}.{self.until}"


def answer(request: Request, template: str, context: dict[str, Any], *, rows: object, ages: Ages) -> HttpResponse:
    """The page, or as much of it as the page lacks that asks. `rows` is what it shows beside the ages, as plain data.

    In the template, `rows` and `age` are the ids of what shows both.
    """
    before = _SHOWN.fullmatch(request.headers.get(HEADER, "")) if request.htmx else None
    now = int(timezone.now().timestamp())
    latest = now + int(LONGEST.total_seconds())
    until = min(int(before[3]), latest) if before else latest
    goes_on = now < until and ages.is_passing
    poll = Poll(_short(rows), _short((ages, goes_on)), until, goes_on)
    if before and (before[1], before[2]) == (poll.rows, poll.age):
        return HttpResponse(status=204)
    response = respond(request, template, context | {"poll": poll}, partial="list")
    return with_only(response, "#age") if before and before[1] == poll.rows else response


def _short(shown: object) -> str:
    return blake2b(repr(shown).encode("utf-8", "replace"), digest_size=8).hexdigest()
