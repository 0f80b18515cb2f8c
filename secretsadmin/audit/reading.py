"""The record as its page and its exports read it: the newest act first, in steps of bounded cost.

A step looks through a limited number of lines, however many there are, and says where to go on. It
follows the index of what was asked for exactly, such as a person, or else the lines' own numbers.
Nothing counts lines, and nothing skips them by an offset.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from secretsadmin.audit.acts import LOOKS, Activity, with_outcomes
from secretsadmin.audit.models import CLOCKS, FOUND, SHARED, Event, EventQuerySet, Outcome

# How many lines a step looks through at most.
STEP = 20_000
NEWEST = 2**62
# What somebody asks for with a star on either side may stand anywhere in a name.
STAR = "*"
# The details that tell of values what only those may know who may scan them.
OF_VALUES = frozenset({FOUND, SHARED})

# The columns under names of their own, by which no index is used. A database without statistics
# would prefer an index of an environment, with hundreds of thousands of lines, to a step's bounds.
_COLUMNS = (
    *("user", "environment", "kind", "secret", "action", "at", "outcome"),
    *("correlation", "request_id"),
)
_LATER = Event.objects.filter(act=OuterRef("act"), id__gt=OuterRef("id")).order_by("id")
PLAIN: dict[str, Combinable] = {
    **{f"its_{name}": Coalesce(name, name) for name in _COLUMNS},
    # A query for a single number is asked line by line. A database could turn `Exists` into a join
    # with all of the record.
    "its_later": Subquery(_LATER.values("id")[:1]),
}


@dataclass(frozen=True)
class Asked:
    """Which acts somebody asks for. What is empty isn't asked."""

    user: str = ""
    environment: str = ""
    kind: str = ""
    secret: str = ""
    action: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    request: str = ""

    @property
    def named(self) -> dict[str, str]:
        """What is asked, by its name, for the record of an export."""
        return {name: str(value) for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Scope:
    """Which acts somebody may read: all, those that fit a condition, or only their own.

    The condition is on PLAIN columns. `may_know` says whether the person may know what a line tells
    of values.
    """

    condition: Q = field(default_factory=Q)
    own: str = ""
    is_everything: bool = False
    may_know: Callable[[Event], bool] = lambda _: False

    def conceal(self, line: Event) -> None:
        """Take out of the line, as it stands in memory, what the person may not know."""
        if not line.details or OF_VALUES.isdisjoint(line.details) or self.may_know(line):
            return
        kept = {name: line.details[name] for name in line.details.keys() - OF_VALUES}
        line.details = kept or None

    def told(self, starts: list[Event]) -> list[Activity]:
        """Acts with their outcomes, from the lines with which they began."""
        acts = with_outcomes(starts)
        for act in acts:
            self.conceal(act.start)
            self.conceal(act.last_line)
        return acts


@dataclass(frozen=True)
class Stretch:
    """The acts that a step met, and the number before which the record goes on.

    `looked_back_to` is set where the step ended before it met as many acts as it should.
    """

    acts: tuple[Activity, ...]
    next: int | None
    looked_back_to: datetime | None = None


@dataclass(frozen=True)
class Walk:
    """A way through the record, on which all acts lie that were asked for.

    `along` holds the lines of the way; `fitting` says which of them count. `exact` names what was
    taken for a whole name. Without it the way goes by the lines' own numbers. `outcome` is how the
    acts ended, if that was asked.
    """

    scope: Scope
    along: EventQuerySet
    fitting: Q
    bounds: tuple[int, int]
    exact: str = ""
    outcome: str = ""

    def step(self, before: int, size: int) -> Stretch:
        top = min(before, self.bounds[1] + 1)
        bottom = self.bottom(top)
        fitting = self.along.alias(**PLAIN).filter(self.fitting, id__lt=top, id__gte=bottom)
        lines = list(fitting.order_by("-id")[:size])
        acts = tuple(self._with_outcome(self.scope.told(_starts(lines))))
        if len(lines) == size:
            return Stretch(acts, lines[-1].pk)
        if bottom <= self.bounds[0]:
            return Stretch(acts, None)
        return Stretch(acts, bottom, _time_of(bottom))

    def _with_outcome(self, acts: list[Activity]) -> list[Activity]:
        """Those that ended as asked: a later line may say otherwise than the one on the way."""
        if not self.outcome:
            return acts
        return [act for act in acts if act.outcome == self.outcome]

    def steps(self, size: int) -> Iterator[Stretch]:
        """All of the way. Every step asks the database anew."""
        before: int | None = NEWEST
        while before is not None:
            stretch = self.step(before, size)
            yield stretch
            before = stretch.next

    def bottom(self, top: int) -> int:
        """The number of the last line through which a step from here looks."""
        if not self.exact:
            last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
            return max(min(top, last + 1) - STEP, self.bounds[0])
        numbers = self.along.filter(id__lt=top).order_by("-id").values_list("id", flat=True)
        farthest = list(numbers[STEP - 1 : STEP])
        return max([self.bounds[0], *farthest])


def walk(asked: Asked, scope: Scope) -> Walk:
    """The way to what somebody asks for and may read."""
    exact = _exact(asked, scope)
    along = Event.objects.filter(**exact)
    fitting = scope.condition & _fitting(asked, exact)
    if asked.outcome:
        fitting &= _of_outcome(asked.outcome, exact)
    elif asked.request and "correlation" not in exact:
        # What AWS called its request stands in the lines with which acts ended.
        fitting &= Q(begins=True, its_correlation=asked.request) | Q(its_request_id=asked.request)
    else:
        fitting &= Q(begins=True)
    return Walk(scope, along, fitting, _bounds(asked), next(iter(exact), ""), asked.outcome)


def _exact(asked: Asked, scope: Scope) -> Mapping[str, str]:
    """The one column with an index that is asked for exactly, with its value.

    Whether a name exists as a whole is told only to those who may read everything.
    """
    if scope.own:
        return {"user": scope.own}
    if scope.is_everything:
        wholes = {
            "correlation": asked.request,
            "secret": asked.secret,
            "user": asked.user,
        }
        for name, value in wholes.items():
            if value and Event.objects.filter(**{name: value}).exists():
                return {name: value}
    if asked.outcome:
        return {"outcome": asked.outcome}
    return {}


def _fitting(asked: Asked, exact: Mapping[str, str]) -> Q:
    fitting = Q()
    for name in ("user", "secret"):
        value = getattr(asked, name)
        # Whoever reads their own acts alone may ask for another person all the same.
        if value and exact.get(name) != value:
            fitting &= Q(**{f"its_{name}__icontains": value.strip(STAR)})
    if asked.request and "correlation" not in exact:
        fitting &= Q(its_correlation=asked.request) | Q(its_request_id=asked.request)
    for name in ("environment", "kind"):
        if getattr(asked, name):
            fitting &= Q(**{f"its_{name}": getattr(asked, name)})
    if asked.action:
        fitting &= Q(its_action__endswith=f".{asked.action}")
    return fitting & _between(asked)


def _of_outcome(outcome: str, exact: Mapping[str, str]) -> Q:
    fitting = Q()
    if "outcome" not in exact:
        fitting &= Q(its_outcome=outcome)
    if outcome == Outcome.STARTED:
        # Nearly all acts have such a line, and few have no later one.
        fitting &= Q(its_later=None)
    return fitting


def _between(asked: Asked) -> Q:
    # The first and the last moment are named, because otherwise the database works out the day of
    # each line.
    fitting = Q()
    if asked.since:
        fitting &= Q(its_at__gte=datetime.combine(asked.since, time.min, UTC))
    if asked.until:
        fitting &= Q(its_at__lte=datetime.combine(asked.until, time.max, UTC))
    return fitting


def _bounds(asked: Asked) -> tuple[int, int]:
    """The numbers of the first and the last line that can be of these days.

    Clocks of several machines differ a little, so numbers follow the time only roughly.
    """
    numbers: Any = Event.objects.values_list("id", flat=True)
    first, last = numbers.order_by("id").first() or 0, NEWEST
    if asked.since:
        since = _shifted(datetime.combine(asked.since, time.min, UTC), -1)
        first = numbers.filter(at__gte=since).order_by("at", "id").first() or NEWEST
    if asked.until:
        until = _shifted(datetime.combine(asked.until, time.max, UTC), 1)
        last = numbers.filter(at__lte=until).order_by("-at", "-id").first() or 0
    return first, last


def _shifted(moment: datetime, direction: int) -> datetime:
    try:
        return moment + direction * CLOCKS
    except OverflowError:
        return moment


def _starts(lines: list[Event]) -> list[Event]:
    """The lines with which these lines' acts began, in the same order."""
    missing = [line.act for line in lines if not line.begins]
    begun = {}
    if missing:
        for start in Event.objects.filter(act__in=missing, begins=True):
            begun[start.act] = start
    starts = {line.act: line if line.begins else begun.get(line.act, line) for line in lines}
    return list(starts.values())


def _time_of(number: int) -> datetime | None:
    return Event.objects.filter(id=number).values_list("at", flat=True).first()


def lines_of(act: UUID, scope: Scope) -> list[Event]:
    """All lines of an act, the first one first; none if the person may not read it."""
    lines = list(Event.objects.filter(act=act).order_by("id"))
    readable = Event.objects.filter(act=act).alias(**PLAIN).filter(scope.condition)
    if scope.own:
        readable = readable.filter(user=scope.own)
    if not readable.exists():
        return []
    for line in lines:
        scope.conceal(line)
    return lines


def acts_of(person: str, scope: Scope, size: int, *, looks: bool) -> tuple[Activity, ...]:
    """What somebody looked at last, or what else they did last."""
    actions = Q(its_action__in=LOOKS)
    if not looks:
        actions = ~actions
    return _way_of(person, scope, actions).step(NEWEST, size).acts


def looks_of(person: str, scope: Scope, since: datetime) -> list[tuple[datetime, str]]:
    """When somebody looked at secrets since then and how, by the last lines that are of them."""
    way = _way_of(person, scope, Q(its_action__in=LOOKS, its_at__gte=since))
    lines = way.along.alias(**PLAIN).filter(way.fitting, id__gte=way.bottom(NEWEST))
    return list(lines.order_by("-id").values_list("at", "action"))


def _way_of(person: str, scope: Scope, fitting: Q) -> Walk:
    along = Event.objects.filter(user=person)
    if scope.own and scope.own != person:
        along = along.none()
    return Walk(scope, along, scope.condition & Q(begins=True) & fitting, (0, NEWEST), "user")
