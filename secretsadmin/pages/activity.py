"""The page of the audit log: the acts that fit its filter and that the person may read, by day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access.requests import Request
from secretsadmin.audit.acts import Activity, text_of
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.reading import NEWEST, STAR, Stretch, walk
from secretsadmin.audit.verifying import Verified, last_verified
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Tone
from secretsadmin.noted import RUN
from secretsadmin.pages.activity_filter import (
    BEFORE,
    ActivityFilter,
    audit_url,
    filtered_url,
    person_url,
)
from secretsadmin.pages.listing import PAGE
from secretsadmin.pages.phrases import person
from secretsadmin.pages.readable import OwnAlone, own_alone, scope_of
from secretsadmin.templatetags.secretsadmin import visible

# By its day the continuation of a page knows whether it begins with a heading.
DAY = "day"
BADGES: Mapping[str, Tone] = {
    Outcome.FAILED: "danger",
    Outcome.DENIED: "danger",
    Outcome.CONFLICT: "caution",
    Outcome.UNKNOWN: "caution",
    Outcome.OBSERVED: "info",
    Outcome.STARTED: "neutral",
}
NO_END_OF_WRITE = (
    "Whether it was changed isn’t known: AWS’s answer was lost. Look at the history of the secret. "
    "A version that was made is there."
)
NO_END_OF_LOOK = "Whether it was shown isn’t known: count it as shown."
NO_END = "Whether it happened isn’t known."
NOT_ENDED = (
    "It has no outcome yet. If its process has ended, what became of it is looked up and told here."
)


@dataclass(frozen=True)
class AuditRow:
    """One act as the page shows it. `titles` are those of the environments, by their names."""

    act: Activity
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def who(self) -> SafeString:
        """Whoever did it; a person has a page of their own."""
        if not self.act.person:
            return format_html("{}", self.act.who)
        name, url = person(self.act.who), person_url(self.act.person)
        if not url:
            return name
        return format_html('<a href="{}">{}</a>', url, name)

    @property
    def secret(self) -> SafeString:
        """What it was done to, with the way there; nothing where that is no single secret."""
        name = visible(self.act.id)
        if not name:
            return SafeString()
        if not self.act.url:
            return format_html(' <code class="mono">{}</code>', name)
        return format_html(' <a class="mono" href="{}">{}</a>', self.act.url, name)

    @property
    def place(self) -> str:
        """Where it was done, as a part of the sentence."""
        name = self.act.environment
        if not name:
            return ""
        return f" in {visible(self.titles.get(name, name))}"

    @property
    def reason(self) -> SafeString:
        if not self.act.reason:
            return SafeString()
        return format_html(", reason: <bdi>“{}”</bdi>", visible(self.act.reason))

    @property
    def sentence(self) -> SafeString:
        """Who did what to which secret where, and why."""
        return format_html("{} {}", self.who, self.predicate)

    @property
    def predicate(self) -> SafeString:
        """The same below the name of whoever did it."""
        manner = self.act.manner and f" {self.act.manner}"
        return format_html(
            "{}{}{}{}{}{}",
            visible(self.act.deed),
            self.secret,
            visible(manner),
            self.place,
            self.act.rest,
            self.reason,
        )

    @property
    def badge(self) -> tuple[str, Tone] | None:
        """Its outcome, where that isn't what the sentence says already."""
        tone = BADGES.get(self.act.outcome)
        if tone is None:
            return None
        return self.act.outcome, tone

    @property
    def advice(self) -> str:
        """What is to be known of an act without a known end."""
        if self.act.outcome == Outcome.STARTED:
            return NOT_ENDED
        if self.act.outcome != Outcome.UNKNOWN:
            return ""
        if self.act.action.writes:
            return NO_END_OF_WRITE
        if self.act.action.discloses:
            return NO_END_OF_LOOK
        return NO_END

    @property
    def url(self) -> str:
        return reverse("audit-event", args=[self.act.start.act])

    @property
    def run_url(self) -> str:
        """Where a run over many secrets is told in full."""
        if self.act.action != RUN:
            return ""
        return reverse("run", args=[self.act.environment, self.act.start.act])

    @property
    def request_url(self) -> str:
        """Where all of its request is listed."""
        if not self.act.start.correlation:
            return ""
        return filtered_url({"request": self.act.start.correlation})

    @property
    def details(self) -> list[tuple[str, str]]:
        """The ids by which logs know the act, and what else its lines say, each with a label."""
        details = [(label, value) for label, value in self.act.ids if value]
        for name, value in sorted(self.act.details.items()):
            details.append((visible(name.replace("_", " ").capitalize()), visible(text_of(value))))
        return details


@dataclass(frozen=True)
class Day:
    """The acts of one day, the newest first. What goes on with a day has no heading of its own."""

    date: date
    rows: tuple[AuditRow, ...]
    has_heading: bool = True

    @property
    def title(self) -> str:
        today = timezone.now().astimezone(UTC).date()
        text = f"{self.date:%A}, {self.date.day} {self.date:%B} {self.date.year}"
        if self.date == today:
            return f"Today, {text}"
        if self.date == today - timedelta(days=1):
            return f"Yesterday, {text}"
        return text


def days_of(rows: Iterable[AuditRow], continued: str = "") -> tuple[Day, ...]:
    """The rows by day, in UTC. `continued` is the day whose heading stands above them already."""
    days: list[Day] = []
    for day, group in groupby(rows, key=lambda row: row.act.when.astimezone(UTC).date()):
        has_heading = bool(days) or day.isoformat() != continued
        days.append(Day(day, tuple(group), has_heading))
    return tuple(days)


@dataclass(frozen=True)
class Nothing:
    """Why the page shows no act."""

    title: str
    sentence: str


@dataclass(frozen=True)
class Exact:
    """A name that the filter took as a whole, and where names that contain it are looked for."""

    name: str
    wider_url: str


@dataclass(frozen=True)
class AuditPage:
    """The acts that fit the filter, among those that the person may read."""

    form: ActivityFilter
    environment: Environment | None
    stretch: Stretch
    days: tuple[Day, ...]
    own_alone: OwnAlone | None
    verified: Verified | None = None
    exact: Exact | None = None

    @property
    def status(self) -> int:
        if self.form.errors:
            return 422
        return 200

    @property
    def clear_url(self) -> str:
        return audit_url(self.environment)

    @property
    def newest_url(self) -> str:
        """The way back to the first page; nothing on that page."""
        if self.form.errors or self.form.place == NEWEST:
            return ""
        return filtered_url(self.form.filled)

    @property
    def older_url(self) -> str:
        """Where the record goes on; nothing at its end."""
        if self.stretch.next is None:
            return ""
        return filtered_url({**self.form.filled, BEFORE: str(self.stretch.next)})

    @property
    def continuation_url(self) -> str:
        """The same for a page that goes on below its last day."""
        day = self.form.data.get(DAY, "")
        if self.days:
            day = self.days[-1].date.isoformat()
        return f"{self.older_url}&{urlencode({DAY: day})}"

    @property
    def looked_back_to(self) -> datetime | None:
        return self.stretch.looked_back_to

    @property
    def is_filtered(self) -> bool:
        return bool(self.form.errors) or self.form.is_narrow

    @property
    def nothing(self) -> Nothing:
        if self.form.errors:
            sentences = [*self.form.sentences, "Nothing is shown until that is put right."]
            return Nothing("The filter can’t be understood", " ".join(sentences))
        if self.newest_url:
            return Nothing("Nothing older", "The record has no older event for this.")
        if self.form.is_narrow:
            return Nothing("No event matches", self._no_match)
        return Nothing("No events yet", self._no_events)

    @property
    def _no_match(self) -> str:
        if self.own_alone:
            return f"None of your own acts fits this filter. {self.own_alone.others}"
        return "None of the recorded events fits this filter."

    @property
    def _no_events(self) -> str:
        place = ""
        if self.environment:
            place = f" in {self.environment.title}"
        predicate = f"opened, revealed or changed anything{place} yet."
        if self.own_alone:
            return f"You haven’t {predicate} {self.own_alone.others}"
        return f"Nobody has {predicate}"


def audit_page(request: Request, environments: list[Environment], data: object = None) -> AuditPage:
    """What the request's query string, or this `data`, asks for.

    The person may view these environments.
    """
    form = ActivityFilter(data or request.GET, environments=environments)
    by_name = {environment.name: environment for environment in environments}
    environment = by_name.get(form.environment_name)
    listed = environments
    if environment:
        listed = [environment]
    limits = own_alone(request.user, listed)
    if form.errors:
        return AuditPage(form, environment, Stretch((), None), (), limits)
    scope = scope_of(request, environments)
    way = walk(form.asked, scope)
    stretch = way.step(form.place, PAGE)
    verified = None
    if scope.is_everything:
        verified = last_verified()
    return AuditPage(
        form,
        environment,
        stretch,
        days_of(rows_of(stretch.acts, environments), request.GET.get(DAY, "")),
        limits,
        verified,
        _exact(form, way.exact),
    )


def rows_of(acts: Iterable[Activity], environments: Iterable[Environment]) -> list[AuditRow]:
    titles = {environment.name: environment.title for environment in environments}
    return [AuditRow(act, titles) for act in acts]


def _exact(form: ActivityFilter, name: str) -> Exact | None:
    if name not in ("user", "secret") or not form.filled.get(name):
        return None
    text = form.filled[name].strip()
    wider = {**form.filled, name: f"{STAR}{text}{STAR}"}
    return Exact(text, filtered_url(wider))
