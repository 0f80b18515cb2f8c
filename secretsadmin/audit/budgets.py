"""How many masked values a person may be shown in a minute and in an hour.

The record itself is counted, so the budget holds over all workers.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from secretsadmin.actions import BUDGETED, audit_actions
from secretsadmin.audit.models import Event, EventQuerySet, Outcome
from secretsadmin.audit.reading import PLAIN
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import BY_NAME

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class OverBudget(Exception):
    """Raised before anything is shown. `seconds` is how long the person has to wait."""

    outcome = "denied"
    code = "budget"

    def __init__(self, budget: "Budget", seconds: int) -> None:
        super().__init__("budget")
        self.budget = budget
        self.seconds = seconds


@dataclass(frozen=True)
class Budget:
    """So many in so much time."""

    most: int
    time: timedelta

    @property
    def text(self) -> str:
        period = "an hour"
        if self.time == MINUTE:
            period = "a minute"
        return f"{self.most} {period}"


def budgets_of(environment: Environment) -> tuple[Budget, Budget]:
    per_minute, per_hour = environment.reveals_per_minute, environment.reveals_per_hour
    if per_minute is None:
        per_minute = settings.REVEALS_PER_MINUTE
    if per_hour is None:
        per_hour = settings.REVEALS_PER_HOUR
    return Budget(per_minute, MINUTE), Budget(per_hour, HOUR)


def check(user: str, environment: Environment) -> None:
    """Raises OverBudget where the person was shown as many as they may be, in this environment.

    It has to run in the transaction that appends the next one.
    """
    now = timezone.now()
    for budget in budgets_of(environment):
        shown = _shown(user, environment, now - budget.time)
        if shown.count() >= budget.most:
            raise OverBudget(budget, _seconds_left(shown.first(), budget, now))


def _shown(user: str, environment: Environment, since: datetime) -> EventQuerySet:
    """What the person was shown since then, the oldest first.

    Only the time goes by an index: a person may have many lines, and an hour has few.
    """
    theirs = Q(
        its_user=user,
        its_outcome=Outcome.STARTED,
        # Those that were refused name a reason.
        error="",
        its_environment=environment.name,
        its_action__in=audit_actions(BY_NAME, BUDGETED),
    )
    lately = Event.objects.annotate(**PLAIN).filter(at__gt=since, begins=True)
    return lately.filter(theirs).order_by("at")


def _seconds_left(oldest: Event | None, budget: Budget, now: datetime) -> int:
    if oldest is None:
        return int(budget.time.total_seconds())
    return max(1, int((oldest.at + budget.time - now).total_seconds()) + 1)
