"""The activity of one person: their roles, what they did, and what they looked at."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import action_of
from secretsadmin.audit.acts import MOST_ACTS
from secretsadmin.audit.reading import Scope, acts_of, looks_of
from secretsadmin.config.environments import Environment
from secretsadmin.pages.activity import AuditRow, rows_of
from secretsadmin.pages.activity_filter import filtered_url
from secretsadmin.pages.phrases import counted
from secretsadmin.pages.readable import scope_of

WEEK = timedelta(days=7)
# With how many weeks before it this week is compared.
USUAL_WEEKS = 4


@dataclass(frozen=True)
class Looks:
    """How often somebody looked at secrets in the last seven days, and in the weeks before.

    `by_action` says how, with words such as “Reveal”. `before` begins with the latest week.
    """

    by_action: tuple[tuple[str, int], ...]
    before: tuple[int, ...]

    @property
    def this_week(self) -> int:
        return sum(count for _, count in self.by_action)

    @property
    def this_week_text(self) -> str:
        """How many, and how, such as “3: open 2, reveal 1”."""
        ways = ", ".join(f"{title.lower()} {count}" for title, count in self.by_action)
        if not ways:
            return str(self.this_week)
        return f"{self.this_week}: {ways}"

    @property
    def sentence(self) -> str:
        often = f"{counted(self.this_week, 'look')} in the last 7 days"
        if not any(self.before):
            return f"{often}, and none in the four weeks before."
        usual = round(sum(self.before) / len(self.before))
        return f"{often}; {usual:,} a week in the four weeks before."

    @property
    def is_unusual(self) -> bool:
        """Whether there were twice as many as in any of the weeks before, and more than a few."""
        return self.this_week >= max(10, 2 * max(self.before) + 1)


@dataclass(frozen=True)
class Standing:
    """The roles of a person in one environment."""

    environment: str
    roles: str


@dataclass(frozen=True)
class PersonPage:
    """What is known of a person, as far as whoever looks may know it."""

    name: str
    is_own: bool
    is_known: bool
    standings: tuple[Standing, ...]
    last_sign_in: datetime | None
    changes: tuple[AuditRow, ...]
    looked_at: tuple[AuditRow, ...]
    looks: Looks

    @property
    def all_url(self) -> str:
        return filtered_url({"user": self.name})

    @property
    def is_anybody(self) -> bool:
        """Whether there is anything to tell, or somebody of this name."""
        return self.is_own or self.is_known or bool(self.changes or self.looked_at)


def person_page(request: Request, environments: list[Environment], name: str) -> PersonPage | None:
    """The page of a person; None if the viewer may not read what that person did.

    To whoever may read a part of the record, a person is there who did something in that part.
    """
    scope = scope_of(request, environments)
    is_own = name == request.user.get_username()
    # PostgreSQL takes no text with such a character, so nobody has such a name.
    if (scope.own and not is_own) or "\0" in name:
        return None
    user = User.objects.filter(username=name).first()
    knows_everybody = is_own or scope.is_everything
    page = PersonPage(
        name,
        is_own,
        is_known=knows_everybody and user is not None,
        standings=_standings(user if knows_everybody else None, environments),
        last_sign_in=user.last_login if user and knows_everybody else None,
        changes=tuple(rows_of(acts_of(name, scope, MOST_ACTS, looks=False), environments)),
        looked_at=tuple(rows_of(acts_of(name, scope, MOST_ACTS, looks=True), environments)),
        looks=_looks(name, scope),
    )
    if not page.is_anybody:
        return None
    return page


def _standings(user: User | None, environments: Iterable[Environment]) -> tuple[Standing, ...]:
    if user is None or not user.is_active:
        return ()
    standings = []
    for environment in environments:
        roles = " and ".join(policy.roles(user, environment))
        if roles:
            standings.append(Standing(environment.title, roles))
    return tuple(standings)


def _looks(name: str, scope: Scope) -> Looks:
    now = timezone.now()
    looks = looks_of(name, scope, now - (USUAL_WEEKS + 1) * WEEK)
    before = [0] * USUAL_WEEKS
    titles: Counter[str] = Counter()
    for at, action in looks:
        week = (now - at) // WEEK
        if week <= 0:
            titles[action_of(action).title] += 1
        elif week <= USUAL_WEEKS:
            before[week - 1] += 1
    return Looks(tuple(titles.most_common()), tuple(before))
