"""What the record says of a kind's secrets today: who changed each, and what was found in it.

A process keeps this in memory and asks the record for what is new, because a list of ten thousand
secrets can't look each of them up.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, NamedTuple

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from secretsadmin.actions import (
    DISCLOSING,
    PUTTING_IN_PLACE,
    READING,
    SCAN,
    action_of,
    audit_actions,
)
from secretsadmin.audit.models import (
    FOUND,
    Event,
    EventQuerySet,
    Outcome,
    acted_at,
    last_of_each,
    place_of,
)
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BINARY, OLDER_WORDS, TROUBLES

# A line may be committed after a younger one, and the clocks of two machines differ a little.
OVERLAP = timedelta(minutes=1)
_NOT_READ = (Outcome.STARTED, Outcome.DENIED)
_SAYS_WHAT_WAS_FOUND = Q(format__isnull=False) | Q(error=BINARY)
_SAYS_TROUBLE = Q(format__in=[*TROUBLES, *OLDER_WORDS]) | Q(error=BINARY)


class Line(NamedTuple):
    """The needed columns of an event, because ten thousand whole events take long to make."""

    id: int
    secret: str
    version: str
    user: str
    at: datetime
    action: str
    outcome: str
    format: str | None
    error: str
    details: Mapping[str, Any] | None
    correlation: str


class Change(NamedTuple):
    """The last act here that put another value in place, and its place among the others."""

    place: int
    version: str
    user: str
    acted_at: datetime


class Finding(NamedTuple):
    """What was found in a version that was shown: one of TROUBLES, or empty."""

    id: int
    trouble: str
    at: datetime


class Scanned(NamedTuple):
    """What a scan found in the version that it read: the names of rules. `run` is the scan's id."""

    id: int
    version: str
    rules: tuple[str, ...]
    at: datetime
    run: str


class Standing:
    """The last change of each secret, what was found in its versions, and when it was read here.

    `revision` grows when something is learnt. Until then, results worked out of these stay true.
    """

    def __init__(self, environment: str, kind: str) -> None:
        self._events = Event.objects.filter(environment=environment, kind=kind)
        puts = audit_actions([kind], PUTTING_IN_PLACE)
        self._is_change = Q(action__in=puts, outcome=Outcome.SUCCEEDED)
        self._is_disclosure = Q(action__in=audit_actions([kind], DISCLOSING))
        read = audit_actions([kind], READING)
        # What was refused here has read nothing, and what was broken off gets an outcome later.
        self._is_reading = Q(action__in=read) & ~Q(outcome__in=_NOT_READ)
        self._caught_up: datetime | None = None
        self._lock = Lock()
        self._changes: dict[str, Change] = {}
        self._findings: dict[tuple[str, str], Finding] = {}
        self._reads: dict[str, datetime] = {}
        self._is_scan = Q(action__in=audit_actions([kind], [SCAN.verb]), details__has_key=FOUND)
        self._scans: dict[str, Scanned] = {}
        self.revision = 0

    def changes(self) -> list[tuple[str, Change]]:
        """By secret."""
        with self._lock:
            return list(self._changes.items())

    def findings(self) -> list[tuple[tuple[str, str], Finding]]:
        """What was found in versions, by secret and version."""
        with self._lock:
            return list(self._findings.items())

    def change(self, secret: str) -> Change | None:
        return self._changes.get(secret)

    def finding(self, secret: str, version: str) -> Finding | None:
        return self._findings.get((secret, version))

    def read(self, secret: str) -> datetime | None:
        """When an act here read its value last."""
        return self._reads.get(secret)

    def scanned(self, secret: str) -> Scanned | None:
        """What the last scan of it found, if one has read it."""
        return self._scans.get(secret)

    def catch_up(self) -> None:
        """Ask the record for what is new: one query, and four the first time."""
        now = timezone.now()
        if self._caught_up is None:
            queries = self._all()
        else:
            queries = [self._since(min(self._caught_up, now) - OVERLAP)]
        lines: list[Line] = []
        for query in queries:
            lines.extend(Line(*columns) for columns in query.values_list(*Line._fields))
        with self._lock:
            self._caught_up = now
            for line in lines:
                self._take(line)

    def _since(self, moment: datetime) -> EventQuerySet:
        # A line that says what was found is one of a reading.
        is_news = self._is_change | self._is_reading
        return self._events.filter(is_news, at__gt=moment).order_by("id")

    def _all(self) -> list[EventQuerySet]:
        changes = self._events.filter(self._is_change)
        later_findings = self._events.filter(
            self._is_disclosure & _SAYS_WHAT_WAS_FOUND,
            secret=OuterRef("secret"),
            version=OuterRef("version"),
            id__gt=OuterRef("id"),
        )
        last_reads = self._events.filter(self._is_reading).values("secret").annotate(last=Max("id"))
        troubles = self._events.filter(self._is_disclosure & _SAYS_TROUBLE)
        return [
            last_of_each(changes, "secret"),
            troubles.filter(~Exists(later_findings)),
            self._events.filter(id__in=last_reads.values("last")),
            last_of_each(self._events.filter(self._is_scan), "secret"),
        ]

    def _take(self, line: Line) -> None:
        action = action_of(line.action)
        if action.effect == "puts" and line.outcome == Outcome.SUCCEEDED:
            self._take_change(line)
        if action.discloses and (line.format is not None or line.error == BINARY):
            self._take_finding(line)
        if action.verb in READING:
            self._take_read(line)
        if action == SCAN and line.details and FOUND in line.details:
            self._take_scan(line, line.details[FOUND])

    def _take_change(self, line: Line) -> None:
        change = self._changes.get(line.secret)
        place = place_of(line.id, line.details)
        if change is None or change.place < place:
            at = acted_at(line.at, line.details)
            self._changes[line.secret] = Change(place, line.version, line.user, at)
            self.revision += 1

    def _take_read(self, line: Line) -> None:
        before = self._reads.get(line.secret)
        if before and before >= line.at:
            return
        self._reads[line.secret] = line.at
        # AWS tells the day of a reading and no more.
        if before is None or before.date() != line.at.date():
            self.revision += 1

    def _take_scan(self, line: Line, rules: Iterable[str]) -> None:
        before = self._scans.get(line.secret)
        if before and before.id >= line.id:
            return
        scanned = Scanned(line.id, line.version, tuple(rules), line.at, line.correlation)
        self._scans[line.secret] = scanned
        self.revision += 1

    def _take_finding(self, line: Line) -> None:
        key = (line.secret, line.version)
        before = self._findings.get(key)
        if before and before.id >= line.id:
            return
        finding = _finding(line)
        if finding.trouble:
            self._findings[key] = finding
            self.revision += 1
        elif before:
            del self._findings[key]
            self.revision += 1


def findings(ref: Ref, versions: Iterable[str]) -> dict[str, Finding]:
    """What was found last in each of these versions of a secret, where somebody was shown them."""
    is_disclosure = Q(action__in=audit_actions([ref.kind], DISCLOSING))
    shown = Event.objects.on(ref).filter(is_disclosure & _SAYS_WHAT_WAS_FOUND)
    of_versions = shown.filter(version__in=list(versions))
    last = of_versions.values("version").annotate(last=Max("id")).values("last")
    return {event.version: _finding(event) for event in Event.objects.filter(id__in=last)}


def _finding(line: Line | Event) -> Finding:
    word = line.format or ""
    if line.error == BINARY:
        word = BINARY
    trouble = OLDER_WORDS.get(word, word)
    if trouble not in TROUBLES:
        trouble = ""
    return Finding(line.id, trouble, line.at)
