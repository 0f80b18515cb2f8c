"""An environment's overview: how many secrets there are, what waits, what was done last."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from secretsadmin.access import policy
from secretsadmin.access.recorded import secrets_of
from secretsadmin.access.requests import Request
from secretsadmin.actions import VIEW
from secretsadmin.audit.acts import Activity, changes_and_looks, has_changes
from secretsadmin.audit.models import Event
from secretsadmin.config.environments import Environment
from secretsadmin.doctor.steps import are_done
from secretsadmin.kinds import KINDS, Kind, Tone
from secretsadmin.pages.activity_filter import audit_url
from secretsadmin.pages.filters import STATES
from secretsadmin.pages.first_day import StepLine, first_day, unconfigured
from secretsadmin.pages.health import Count, counts_of
from secretsadmin.pages.in_sight import InSight, findings_in, in_sight
from secretsadmin.pages.insights import Insights, insights_of
from secretsadmin.pages.polling import Age, Ages, Notice
from secretsadmin.pages.scanned import scans_in_sight
from secretsadmin.store.marks import Marks
from secretsadmin.store.reads import Secret

LATELY = timedelta(days=7)


class Attention(NamedTuple):
    """How many secrets somebody should look at, and where they are listed."""

    text: str
    tone: Tone
    url: str


class Prefix(NamedTuple):
    """Where Airflow looks for a kind; the name is empty for a kind that it doesn't look up."""

    title: str
    name: str


@dataclass(frozen=True)
class Tile:
    """One kind on the overview. `changed` counts what was changed lately."""

    kind: Kind
    url: str
    disabled: str = ""
    count: int | None = None
    changed: int = 0
    attention: tuple[Attention, ...] = ()
    age: Age | None = None

    @property
    def changed_text(self) -> str:
        return f"{self.changed or 'none'} changed in the last 7 days"


@dataclass(frozen=True)
class OverviewPage:
    """The kinds of secret that the person may view, and what was done to them last.

    `activity` holds the last changes, and `looks` the last acts that only showed something. `steps`
    are those of the first day, and none where they are all done or nobody can tell.
    """

    environment: Environment
    tiles: tuple[Tile, ...]
    activity: list[Activity]
    looks: list[Activity]
    is_changed_elsewhere: bool
    prefixes: tuple[Prefix, ...]
    insights: Insights
    health: tuple[Count, ...] = ()
    health_url: str = ""
    steps: tuple[StepLine, ...] = ()
    unconfigured: SafeString | str = ""

    @property
    def ages(self) -> Ages:
        ages = tuple(tile.age for tile in self.tiles if tile.age)
        # Somebody on their first day waits for Airflow to read.
        return Ages(ages, waits=bool(self.steps))

    @property
    def shown(self) -> object:
        tiles = [replace(tile, age=None) for tile in self.tiles]
        acts = []
        for act in (*self.activity, *self.looks):
            acts.append((act.start.pk, act.outcome))
        return (tiles, acts, self.insights, self.health, self.steps)

    @property
    def status(self) -> str | SafeString:
        """When AWS gave the lists, or that they are still being read."""
        if self.ages.as_of:
            return self.ages.as_of_text
        if self.ages.is_asking:
            return "The lists are still being read from Secrets Manager."
        return ""

    @property
    def notices(self) -> tuple[Notice, ...]:
        notices = (_nowhere(self.unconfigured), _failure(self.ages), _behind(self.ages))
        return tuple(filter(None, notices))

    @property
    def no_activity(self) -> str:
        """What the page says where no change is recorded."""
        sentence = "Nobody has done anything through this dashboard yet."
        if self.looks:
            sentence = "Those who came last only looked."
        if self.is_changed_elsewhere:
            sentence += " What changed in the last 7 days was changed elsewhere."
        return sentence

    @property
    def audit_url(self) -> str:
        return audit_url(self.environment)


def _nowhere(unconfigured: SafeString | str) -> Notice | None:
    """A notice that no setting says where Airflow looks."""
    if not unconfigured:
        return None
    title = "Nothing says yet where Airflow looks its secrets up."
    return Notice("info", "", title, advice=unconfigured)


def _failure(ages: Ages) -> Notice | None:
    """A notice for the first list that AWS didn't give."""
    for age in ages:
        if age.problem:
            return Notice("caution", age.failed_text, age.problem.sentence, age.problem.next)
    return None


def _behind(ages: Ages) -> Notice | None:
    """A notice for the first list of which the person has seen a newer one."""
    for age in ages:
        if age.is_behind:
            return age.behind_notice(f"{age.kind.title}: you")
    return None


def overview_page(request: Request, environment: Environment) -> OverviewPage:
    kinds = [kind for kind in KINDS if policy.may(request.user, "view", environment, kind)]
    sights = {
        kind: in_sight(request.user, environment, kind)
        for kind in kinds
        if environment.backend.is_enabled(kind.name)
    }
    tiles = tuple(_tile(environment, kind, sights.get(kind)) for kind in kinds)
    acts = Event.objects.begun().filter(_seen(request, environment, kinds))
    activity, looks = changes_and_looks(acts)
    is_changed_elsewhere = False
    if not activity and any(tile.changed for tile in tiles):
        is_changed_elsewhere = not has_changes(acts, since=datetime.now(UTC) - LATELY)
    prefixes = environment.backend.prefixes
    scans = scans_in_sight(request.user, environment, sights)
    return OverviewPage(
        environment,
        tiles,
        activity,
        looks,
        is_changed_elsewhere,
        prefixes=tuple(Prefix(kind.title, prefixes[kind.name] or "") for kind in kinds),
        insights=insights_of(request, environment, kinds),
        health=counts_of(environment, [*findings_in(environment, sights), *scans.findings]),
        health_url=reverse("inventory-health", args=[environment.name]),
        steps=_steps(request, environment, sights),
        unconfigured=unconfigured(request, environment),
    )


def _steps(
    request: Request, environment: Environment, sights: dict[Kind, InSight]
) -> tuple[StepLine, ...]:
    """The steps of the first day, which lasts until all of them are done."""
    lines = first_day(request, environment, sights)
    if are_done(line.step for line in lines):
        return ()
    return lines


def _seen(request: Request, environment: Environment, kinds: list[Kind]) -> Q:
    """The lines of the record about secrets that the person may view."""
    condition = Q(pk__in=[])
    for kind in kinds:
        of_kind = Q(environment=environment.name, kind=kind.name)
        condition |= of_kind & secrets_of(request.user, VIEW.verb, environment, kind)
    return condition


def _tile(environment: Environment, kind: Kind, here: InSight | None) -> Tile:
    url = reverse(f"{kind.name}:index", args=[environment.name])
    if here is None:
        return Tile(kind, url, disabled=f"Airflow never looks here: {kind.name}_prefix is null.")
    snapshot = here.snapshot
    count = None
    if snapshot.as_of or snapshot.secrets:
        count = len(snapshot.secrets)
    return Tile(
        kind,
        url,
        count=count,
        changed=sum(_is_changed_lately(secret) for secret in snapshot.secrets),
        attention=_attention(here.marks, url),
        age=Age.from_snapshot(kind, snapshot),
    )


def _is_changed_lately(secret: Secret) -> bool:
    return secret.changed is not None and datetime.now(UTC) - secret.changed < LATELY


def _attention(marks: Marks, url: str) -> tuple[Attention, ...]:
    waiting = []
    for name, state in STATES.items():
        count = len(marks.of(state.mark))
        if state.attention and count:
            text = f"{count} {state.attention}"
            waiting.append(Attention(text, state.tone, f"{url}?state={name}"))
    return tuple(waiting)
