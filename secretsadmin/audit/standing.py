"""What the record says of the secrets of one kind as they stand: who changed each last, and what was found in it.

A process keeps it and asks the record for what came since, because a list of ten thousand can't look each of them up.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from secretsadmin.audit.models import Event, EventQuerySet, Outcome
from secretsadmin.environments import Ref
from secretsadmin.kinds import BINARY, OLDER_WORDS, TROUBLES

CHANGES = ("create", "update", "roll-back")
DISCLOSURES = ("open", "compare", "reveal", "copy")
# A line may be committed after a younger one, and the clocks of two machines differ a little.
OVERLAP = timedelta(minutes=1)


class Line(NamedTuple):
    """What is needed of a line of the record: making ten thousand whole ones takes long."""

    id: int
    secret: str
    version: str
    user: str
    at: datetime
    action: str
    form: str | None
    error: str


class Change(NamedTuple):
    """The last act here that put another value in place. `id` is that of its line in the record."""

    id: int
    version: str
    user: str
    at: datetime


class Finding(NamedTuple):
    """What somebody found who was shown a version: one of TROUBLES, or nothing where Airflow reads it."""

    id: int
    trouble: str
    at: datetime


class Standing:
    """The last change of each secret, and what was found in its versions.

    `revision` grows with what is learnt, so that what follows from both needn't be worked out again.
    """

    def __init__(self, environment: str, kind: str) -> None:
        self._events = Event.objects.filter(environment=environment, kind=kind)
        self._change = Q(action__in=[f"{kind}.{verb}" for verb in CHANGES], outcome=Outcome.SUCCEEDED)
        self._disclosure = Q(action__in=[f"{kind}.{verb}" for verb in DISCLOSURES])
        self._asked: datetime | None = None
        self._lock = Lock()
        self._changes: dict[str, Change] = {}
        self._findings: dict[tuple[str, str], Finding] = {}
        self.revision = 0

    def changes(self) -> list[tuple[str, Change]]:
        """By secret."""
        with self._lock:
            return list(self._changes.items())

    def findings(self) -> list[tuple[tuple[str, str], Finding]]:
        """What keeps Airflow from reading a version, by secret and version."""
        with self._lock:
            return list(self._findings.items())

    def change(self, secret: str) -> Change | None:
        return self._changes.get(secret)

    def finding(self, secret: str, version: str) -> Finding | None:
        return self._findings.get((secret, version))

    def catch_up(self) -> None:
        """One query, and two the first time."""
        now = timezone.now()
        queries = self._all() if self._asked is None else self._since(min(self._asked, now) - OVERLAP)
        lines = [Line(*columns) for query in queries for columns in query.values_list(*Line._fields)]
        with self._lock:
            self._asked = now
            for line in lines:
                self._take(line)

    def _since(self, moment: datetime) -> list[EventQuerySet]:
        told = self._change | (self._disclosure & _TELLING)
        return [self._events.filter(told, at__gt=moment).order_by("id")]

    def _all(self) -> list[EventQuerySet]:
        last = self._events.filter(self._change).values("secret").annotate(last=Max("id")).values("last")
        later = self._events.filter(
            self._disclosure & _TELLING, secret=OuterRef("secret"), version=OuterRef("version"), id__gt=OuterRef("id")
        )
        troubles = self._events.filter(self._disclosure & _TROUBLED).filter(~Exists(later))
        return [self._events.filter(id__in=last), troubles]

    def _take(self, line: Line) -> None:
        if line.action.rpartition(".")[2] in CHANGES:
            known = self._changes.get(line.secret)
            if known is None or known.id < line.id:
                self._changes[line.secret] = Change(line.id, line.version, line.user, line.at)
                self.revision += 1
            return
        key, found = (line.secret, line.version), _finding(line)
        known_finding = self._findings.get(key)
        if known_finding and known_finding.id >= line.id:
            return
        if found.trouble:
            self._findings[key] = found
        elif not self._findings.pop(key, None):
            return
        self.revision += 1


def findings(ref: Ref, versions: Iterable[str]) -> dict[str, Finding]:
    """What was found last in each of these versions of a secret, as far as somebody was shown them."""
    disclosure = Q(action__in=[f"{ref.kind}.{verb}" for verb in DISCLOSURES])
    telling = Event.objects.on(ref).filter(disclosure & _TELLING, version__in=list(versions))
    last = telling.values("version").annotate(last=Max("id")).values("last")
    return {line.version: _finding(line) for line in Event.objects.filter(id__in=last)}


def _finding(line: Line | Event) -> Finding:
    word = BINARY if line.error == BINARY else line.form or ""
    trouble = OLDER_WORDS.get(word, word)
    return Finding(line.id, trouble if trouble in TROUBLES else "", line.at)


_TELLING = Q(form__isnull=False) | Q(error=BINARY)
_TROUBLED = Q(form__in=[*TROUBLES, *OLDER_WORDS]) | Q(error=BINARY)
