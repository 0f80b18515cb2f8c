"""What the record says of the last week in an environment, and what is unusual in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from secretsadmin.actions import COPY, REVEAL, WRITING, audit_actions
from secretsadmin.audit import observations
from secretsadmin.audit.models import Event, EventQuerySet, Outcome
from secretsadmin.noted import OBSERVE

WEEK = timedelta(days=7)
# How many weeks before this one somebody's week is compared with.
WEEKS_BEFORE = 8
# Somebody's week is unusual if it has this many reveals, and more than twice as many as any before.
LEAST, TIMES = 5, 2
SHOWING = (REVEAL.verb, COPY.verb)
# How many observations of a week are told apart by their words.
MOST_OBSERVED = 5_000


@dataclass(frozen=True)
class Discloser:
    """Somebody who revealed or copied something this week.

    `busiest` is the most that they did so in one of the weeks before. It `is_first` where they
    never did so here before.
    """

    user: str
    count: int
    busiest: int = 0
    is_first: bool = False

    @property
    def is_unusual(self) -> bool:
        return self.is_first or (self.count >= LEAST and self.count > TIMES * self.busiest)


@dataclass(frozen=True)
class Week:
    """The last seven days: changes, who made them, refusals, what was seen outside, disclosures."""

    since: datetime
    changes: int
    changers: int
    denied: int
    outside: Counter[str]
    disclosers: tuple[Discloser, ...]


class _Place(NamedTuple):
    environment: str
    kinds: tuple[str, ...]

    def events(self) -> EventQuerySet:
        return Event.objects.filter(environment=self.environment, kind__in=self.kinds)


def week(environment: str, kinds: Sequence[str], *, user: str = "") -> Week:
    """The last week of these kinds: everybody's acts, or those of the `user` alone.

    Three questions, which the record answers from the lines of that week alone. There are two more
    on a new day, and where somebody is new.
    """
    now = timezone.now()
    since = now - WEEK
    place = _Place(environment, tuple(kinds))
    here = acts = place.events()
    if user:
        acts = here.filter(user=user)
    changes, denied, shown = Counter[str](), 0, Counter[str]()
    for who, action, outcome, count in _counts(acts, kinds, since):
        if outcome == Outcome.DENIED:
            denied += count
        elif action.partition(".")[2] in SHOWING:
            shown[who] += count
        else:
            changes[who] += count
    return Week(
        since,
        changes.total(),
        len(changes),
        denied,
        _outside(here, kinds, since),
        _disclosers(here, place, since, shown),
    )


def _counts(
    acts: EventQuerySet, kinds: Iterable[str], since: datetime
) -> Iterable[tuple[str, str, str, int]]:
    told = audit_actions(kinds, (*WRITING, *SHOWING))
    is_told = Q(outcome=Outcome.DENIED) | Q(outcome=Outcome.SUCCEEDED, action__in=told)
    lines = acts.filter(is_told, at__gt=since).order_by()
    counted = lines.values("user", "action", "outcome").annotate(count=Count("id"))
    return counted.values_list("user", "action", "outcome", "count")


def _outside(here: EventQuerySet, kinds: Iterable[str], since: datetime) -> Counter[str]:
    """What was seen outside, by its word in the record."""
    seen = here.filter(
        action__in=audit_actions(kinds, [OBSERVE.verb]), outcome=Outcome.OBSERVED, at__gt=since
    )
    words = Counter[str]()
    for event in seen.order_by("-id").only("details")[:MOST_OBSERVED]:
        words[observations.word(event)] += 1
    del words[observations.NAMED]
    return words


def _disclosers(
    here: EventQuerySet, place: _Place, since: datetime, shown: Counter[str]
) -> tuple[Discloser, ...]:
    """The people, those with most first."""
    oldest = Event.objects.order_by("id").only("at", "mac").first()
    if not shown or oldest is None:
        return ()
    busiest = _busiest(place, since.date(), oldest.mac)
    first: set[str] = set()
    # As long as the record is younger than a week, everybody does everything for the first time.
    if oldest.at < since:
        first = _newcomers(here, place, since, [user for user in shown if user not in busiest])
    disclosers = []
    for user, count in shown.most_common():
        disclosers.append(Discloser(user, count, busiest.get(user, 0), user in first))
    return tuple(disclosers)


@lru_cache(maxsize=64)
def _busiest(place: _Place, day: date, record: str) -> Mapping[str, int]:
    """The most that each person did in one of the weeks before that day.

    A process asks for it once a day, because no line is added to the past. `record` is the seal of
    the record's first line, which tells one database from another.
    """
    del record
    until = datetime.combine(day, time.min, UTC)
    lately = _shown(place.events(), place).filter(at__gt=until - WEEKS_BEFORE * WEEK, at__lte=until)
    by_day = lately.annotate(day=TruncDate("at")).values("user", "day").annotate(count=Count("id"))
    weeks = Counter[tuple[str, int]]()
    for user, on, count in by_day.values_list("user", "day", "count"):
        weeks[user, (day - on).days // 7] += count
    busiest: dict[str, int] = {}
    for (user, _), count in weeks.items():
        busiest[user] = max(count, busiest.get(user, 0))
    return busiest


def _newcomers(
    here: EventQuerySet, place: _Place, since: datetime, users: Sequence[str]
) -> set[str]:
    """Those who never did it here before."""
    if not users:
        return set()
    before = _shown(here, place).filter(user__in=users, at__lte=since)
    return set(users).difference(before.values_list("user", flat=True).distinct())


def _shown(events: EventQuerySet, place: _Place) -> EventQuerySet:
    shown = audit_actions(place.kinds, SHOWING)
    return events.filter(action__in=shown, outcome=Outcome.SUCCEEDED).order_by()
