"""How far a run over many secrets is, how it went, and what became of each secret."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.actions import ADMINISTER, AUDIT, SCAN
from secretsadmin.audit.acts import OUR_ERRORS, what_was_run
from secretsadmin.audit.batches import Batch, batches_in
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import BY_NAME, KINDS, Kind, Tone
from secretsadmin.pages.activity_event import error_in_words
from secretsadmin.texts import duration
from secretsadmin.transfer.running import IN_PART

ROWS = 50
# What comes after a run has ended, by its verb: the name of the page's URL, and what its link says.
NEXT = {SCAN.verb: ("inventory-health", "See what was found")}
TONES: dict[str, Tone] = {
    Outcome.SUCCEEDED: "ok",
    Outcome.FAILED: "danger",
    Outcome.DENIED: "danger",
    Outcome.CONFLICT: "caution",
    Outcome.UNKNOWN: "caution",
}


@dataclass(frozen=True)
class Done:
    """One secret of the run, and how its act ended, as the line of this number says."""

    number: int
    environment: str
    kind: Kind
    id: str
    outcome: str
    error: str

    @property
    def url(self) -> str:
        return reverse(f"{self.kind.name}:detail", args=[self.environment, self.id])

    @property
    def tone(self) -> Tone:
        return TONES.get(self.outcome, "neutral")

    @property
    def why(self) -> str:
        if self.outcome == Outcome.SUCCEEDED:
            return ""
        return error_in_words(self.error) or self.error


@dataclass(frozen=True)
class Count:
    """How many of its acts ended so, and where they are listed."""

    outcome: str
    text: str
    tone: Tone
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class RunPage:
    """A run, as far as the person may see its secrets."""

    environment: Environment
    batch: Batch
    outcome: str
    paginated: Page[Event]
    may_stop: bool

    @property
    def title(self) -> str:
        return title_of(self.batch)

    @property
    def when(self) -> datetime:
        return self.batch.begun.at

    @property
    def is_going_on(self) -> bool:
        return self.batch.is_going_on

    @property
    def can_be_stopped(self) -> bool:
        return self.may_stop and self.is_going_on and not self.batch.was_stopped

    @property
    def state(self) -> str:
        """A sentence that says how it stands."""
        if self.is_going_on and self.batch.was_stopped:
            return "It was asked to stop, and ends after the acts that are under way."
        if self.is_going_on:
            return f"{self.batch.done:,} of {self.batch.planned:,} done{self._pace}."
        if self.batch.end is None:
            return f"{OUR_ERRORS['BrokenOff']}."
        if self.batch.end.outcome == Outcome.SUCCEEDED:
            return f"All {self.batch.planned:,} are done."
        reason = OUR_ERRORS.get(self.batch.end.error, self.batch.end.error)
        return f"{self.batch.done:,} of {self.batch.planned:,} done. {reason}."

    @property
    def tone(self) -> Tone:
        if self.is_going_on:
            return "info"
        if self.batch.end and self.batch.end.outcome == Outcome.SUCCEEDED:
            return "ok"
        return "caution"

    @property
    def _pace(self) -> str:
        left = self.batch.seconds_left
        if left is None:
            return ""
        return f", {self.batch.rate:.0f} a second, {duration(left)} left"

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        counts = []
        for outcome, number in sorted(self.batch.counts.items()):
            counts.append(
                Count(
                    outcome,
                    f"{number:,} {outcome}",
                    TONES.get(outcome, "neutral"),
                    f"{self.url}?outcome={outcome}",
                    outcome == self.outcome,
                )
            )
        return tuple(counts)

    @property
    def rows(self) -> tuple[Done, ...]:
        here = self.environment.name
        return tuple(
            # Whoever may see the run may not know the environment that a promotion reads.
            Done(
                event.pk,
                here,
                BY_NAME[event.kind],
                event.secret,
                event.outcome,
                event.error,
            )
            for event in self.paginated
        )

    @property
    def next(self) -> tuple[str, str] | None:
        """Where to go on once it has ended: an address, and what its link says."""
        if self.is_going_on or self.batch.verb not in NEXT:
            return None
        name, text = NEXT[self.batch.verb]
        return reverse(name, args=[self.environment.name]), text

    @property
    def url(self) -> str:
        return reverse("run", args=[self.environment.name, self.batch.id])

    @property
    def stop_url(self) -> str:
        return reverse("stop-run", args=[self.environment.name, self.batch.id])


def may_see(request: Request, batch: Batch) -> bool:
    """Whether the person ran it, or may see what everybody did to all of its secrets."""
    if batch.user == request.user.get_username():
        return True
    environment = request.environment
    kinds = [kind for kind in KINDS if batch.begun.kind in ("", kind.name)]
    return environment is not None and all(
        policy.may_for_all(request.user, AUDIT.verb, environment, kind) for kind in kinds
    )


def may_stop(request: Request, environment: Environment, batch: Batch) -> bool:
    if batch.user == request.user.get_username():
        return True
    return policy.may(request.user, ADMINISTER.verb, environment)


def run_page(request: Request, environment: Environment, batch: Batch) -> RunPage:
    outcome = request.GET.get("outcome", "")
    if outcome not in TONES:
        outcome = ""
    ends = batch.ends
    if outcome:
        ends = ends.filter(outcome=outcome)
    paginated = Paginator(ends.order_by("-id"), ROWS).get_page(request.GET.get("page"))
    stops = may_stop(request, environment, batch)
    return RunPage(environment, batch, outcome, paginated, stops)


@dataclass(frozen=True)
class RunLine:
    """One of the environment's runs in their list."""

    batch: Batch
    environment: Environment

    @property
    def title(self) -> str:
        return title_of(self.batch)

    @property
    def url(self) -> str:
        return reverse("run", args=[self.environment.name, self.batch.id])

    @property
    def outcome(self) -> str:
        if self.batch.is_going_on:
            return "going on"
        if self.batch.end is None:
            return Outcome.UNKNOWN
        if self.batch.end.error == IN_PART:
            return "in part"
        return self.batch.end.outcome

    @property
    def tone(self) -> Tone:
        if self.outcome == "in part":
            return "caution"
        return TONES.get(self.outcome, "info")


def run_lines(request: Request, environment: Environment) -> tuple[RunLine, ...]:
    """The environment's last runs that the person may see."""
    batches = batches_in(environment.name)
    return tuple(RunLine(run, environment) for run in batches if may_see(request, run))


def title_of(batch: Batch) -> str:
    """Such as “Import of 300 connections”."""
    noun = what_was_run(batch.verb, batch.begun.kind, batch.planned)
    return f"{noun[:1].upper()}{noun[1:]}"
