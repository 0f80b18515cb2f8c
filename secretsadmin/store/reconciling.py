"""Acts whose end nobody recorded get one, and what unfinished saves left behind is cleared up.

A process that is killed leaves acts that have begun and not ended. Others end as `unknown`, because
an answer was lost and AWS couldn't be asked. Both are looked at again until AWS tells. A process
that ends its act later all the same knows better: the last line of an act counts.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Max
from django.utils import timezone

from secretsadmin.actions import UPDATE, WRITING, action_of, audit_actions
from secretsadmin.audit import batches
from secretsadmin.audit.models import Event, EventQuerySet, Outcome
from secretsadmin.audit.recording import (
    NOBODY,
    Act,
    NotRecorded,
    Overtaken,
    conclude,
    recording,
)
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.kinds import BY_NAME
from secretsadmin.noted import EXPORT_LOG, RUN, WITHDRAW
from secretsadmin.store import aftermath, aws, errors, reads, stages, traces
from secretsadmin.store.reads import CURRENT, PREVIOUS
from secretsadmin.store.writes import CANDIDATE, WITHDRAWN

log = logging.getLogger(__name__)

# No act lives longer than this beyond its time with AWS: it has its outcome to record.
MARGIN = timedelta(seconds=5)
# After so long nobody waits any more for AWS to tell.
PATIENCE = timedelta(days=1)
# A pass asks AWS about so many acts at most, and looks at so many lines at once.
MOST, LINES = 100, 50_000
# The words of the record for what AWS wasn't asked about, or couldn't tell.
INTERRUPTED, NOT_ASKED, NOT_CONFIGURED = "Interrupted", "NotAsked", "NotConfigured"
BROKEN_OFF = "BrokenOff"
# What reconcile() counts beside outcomes.
LEFT, WITHDRAWALS = "left", "withdrawn"
# Errors that the next act of the same environment would meet, too.
_OF_THE_ENVIRONMENT = (errors.Unavailable, errors.BadCredentials, errors.Misconfigured)


def reconcile() -> Counter[str]:
    """Look through the whole record once. Returns how many acts ended how.

    Those that are left for another time, and the labels that were taken off, are counted as well.
    """
    return Reconciler().run()


@dataclass
class _Pass:
    """One pass: its moment, what it counts, and the environments whose AWS didn't answer in it."""

    now: datetime
    counts: Counter[str] = field(default_factory=Counter)
    silent: set[str] = field(default_factory=set)

    @property
    def latest(self) -> datetime:
        """Acts that began before it are over, whatever became of them."""
        return self.now - MARGIN - timedelta(seconds=settings.AWS_SECONDS)


@dataclass(frozen=True)
class _Act:
    begun: Event
    last_line: Event

    @property
    def is_write(self) -> bool:
        return action_of(self.begun.action).writes


class Reconciler:
    """What a process knows from its passes before, so that none looks at the whole record again."""

    def __init__(self) -> None:
        # All acts that began with a line up to this number have an end.
        self._ended_until = 0
        # Acts of which nobody can tell any more, and those whose candidates were looked at.
        self._given_up: set[UUID] = set()
        self._cleared: set[UUID] = set()

    def run(self) -> Counter[str]:
        """One pass. Raises NotRecorded, and the database's errors; the next pass goes on."""
        this = _Pass(timezone.now())
        # The youngest come first: what became of an act tells of those before it.
        acts = [*self._without_end(this), *self._unknown(this)]
        for act in sorted(acts, key=lambda act: act.begun.id, reverse=True)[:MOST]:
            self._settle(act, this)
        for event in self._with_candidates(this):
            self._clear(event, this)
        return this.counts

    # --- acts without an end ---

    def _without_end(self, this: _Pass) -> list[_Act]:
        head = Event.objects.aggregate(last=Max("id"))["last"] or 0
        starts = list(self._starts_without_end(head))
        open_numbers = [start.id for start in starts]
        self._ended_until = min([*open_numbers, head + 1]) - 1
        return [_Act(start, start) for start in starts if _is_over(start, this)]

    def _starts_without_end(self, head: int) -> Iterator[Event]:
        # PostgreSQL gives no statement more than two seconds here.
        for number in range(self._ended_until, head, LINES):
            starts = Event.objects.filter(begins=True, id__gt=number, id__lte=number + LINES)
            yield from starts.unfinished().filter(id__lte=head)

    def _unknown(self, this: _Pass) -> list[_Act]:
        """The writes of which even their own process couldn't tell."""
        names = audit_actions(BY_NAME, [*WRITING, WITHDRAW.verb])
        lines = Event.objects.filter(outcome=Outcome.UNKNOWN, begins=False, action__in=names)
        ends = list(lines.filter(at__lt=this.latest).that_stand().order_by("-id")[:LINES])
        ends = [end for end in ends if end.act not in self._given_up][:MOST]
        begun = _beginnings(ends)
        return [_Act(begun[end.act], end) for end in ends if end.act in begun]

    def _settle(self, act: _Act, this: _Pass) -> None:
        try:
            outcome = self._end(act, this)
        except Overtaken:
            return
        except (NotRecorded, DatabaseError):
            raise
        except Exception as error:  # noqa: BLE001 - an act that nobody understands holds up no other.
            what = {"act": str(act.begun.act), "error": type(error).__name__}
            log.error("an act can't be looked up", extra=what)
            outcome = self._leave(act, this)
        this.counts[outcome] += 1
        if outcome == LEFT:
            return
        log.warning("an act had no outcome", extra={"act": str(act.begun.act), "code": outcome})

    def _end(self, act: _Act, this: _Pass) -> str:
        """The outcome that it gets, or LEFT."""
        if act.begun.action == RUN.audit_name:
            return self._conclude(act, _unknown(act, BROKEN_OFF))
        if not act.is_write:
            return self._conclude(act, _unknown(act, INTERRUPTED))
        ref = _ref_of(act.begun)
        if ref is None:
            return self._conclude(act, _unknown(act, NOT_CONFIGURED))
        if act.begun.environment in this.silent:
            return self._leave(act, this)
        try:
            verdict = aftermath.verdict(act.begun, act.last_line, ref, this.now)
        except errors.StoreError as error:
            if isinstance(error, _OF_THE_ENVIRONMENT):
                this.silent.add(act.begun.environment)
            return self._leave(act, this)
        return self._conclude(act, verdict)

    def _leave(self, act: _Act, this: _Pass) -> str:
        if act.begun.at > this.now - PATIENCE:
            return LEFT
        return self._conclude(act, _unknown(act, NOT_ASKED))

    def _conclude(self, act: _Act, verdict: aftermath.Verdict) -> str:
        if verdict.outcome == Outcome.UNKNOWN:
            self._given_up.add(act.begun.act)
        if verdict.outcome != act.last_line.outcome:
            conclude(act.last_line, act.begun, verdict.act, verdict.outcome)
        return verdict.outcome

    # --- candidates of saves that didn't go through ---

    def _with_candidates(self, this: _Pass) -> list[Event]:
        """The outcomes of the saves whose candidate may still have its label."""
        refused = Event.objects.filter(
            outcome__in=(Outcome.FAILED, Outcome.CONFLICT, Outcome.DENIED),
            begins=False,
            action__in=audit_actions(BY_NAME, [UPDATE.verb]),
            at__gt=this.now - PATIENCE,
        )
        lines = refused.that_stand().order_by("-id")[:LINES]
        return [line for line in lines if self._may_have_candidate(line)][:MOST]

    def _may_have_candidate(self, line: Event) -> bool:
        has_version = line.version == str(line.act)
        is_withdrawn = WITHDRAWN.items() <= (line.details or {}).items()
        return has_version and not is_withdrawn and line.act not in self._cleared

    def _clear(self, line: Event, this: _Pass) -> None:
        ref = _ref_of(line)
        if ref is None or line.environment in this.silent:
            return
        try:
            if withdraw(ref, line.version):
                this.counts[WITHDRAWALS] += 1
                log.warning("a label was left behind", extra={"act": line.version})
        except errors.ScheduledForDeletion:
            # It can only be taken off once somebody has restored the secret.
            return
        except _OF_THE_ENVIRONMENT:
            this.silent.add(line.environment)
            return
        except errors.StoreError as error:
            log.error("a label stays", extra={"act": line.version, "error": error.code})
        self._cleared.add(line.act)


@aws.deadline()
def _is_over(start: Event, this: _Pass) -> bool:
    """Whether the act can't be going on any more."""
    if start.action == RUN.audit_name:
        return batches.is_dead(start)
    if start.action == EXPORT_LOG.audit_name:
        # An export lasts as long as its reader takes.
        return start.at < this.now - PATIENCE
    return start.at < this.latest


def withdraw(ref: Ref, version: str) -> bool:
    """Take the label of a candidate off this version, which never became current; two calls.

    Whether it stood there. Raises ScheduledForDeletion, NotRecorded, and any StoreError.
    """
    try:
        secret = reads.describe(ref)
    except errors.NotFound:
        return False
    labels = secret.versions.get(version, ())
    was_current = CURRENT in labels or PREVIOUS in labels
    if CANDIDATE not in labels or was_current:
        return False
    if secret.deleted:
        raise errors.ScheduledForDeletion
    move = Act(fields=(CANDIDATE,), previous=version)
    with recording(ref, WITHDRAW.verb, actor=NOBODY, act=move) as act:
        stages.move(
            ref, act, CANDIDATE, to="", version=version, has_moved=lambda: not _stands(ref, version)
        )
    return True


def _stands(ref: Ref, version: str) -> bool:
    return traces.holder(reads.describe(ref).versions, CANDIDATE) == version


def _unknown(act: _Act, error: str) -> aftermath.Verdict:
    line = act.last_line
    told = Act(tuple(line.fields), line.version, line.previous, error=error, id=act.begun.act)
    return aftermath.Verdict(Outcome.UNKNOWN, told)


def _beginnings(ends: list[Event]) -> dict[UUID, Event]:
    starts: EventQuerySet = Event.objects.filter(act__in=[end.act for end in ends], begins=True)
    return {start.act: start for start in starts}


def _ref_of(event: Event) -> Ref | None:
    """The secret; None where the configuration has no such place any more."""
    environment, kind = find_environment(event.environment), BY_NAME.get(event.kind)
    if environment is None or kind is None:
        return None
    ref = Ref.from_key(environment, kind, event.secret)
    try:
        ref.check_name()
    except (InvalidId, KindDisabled):
        return None
    return ref
