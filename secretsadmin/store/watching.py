"""Looks at AWS's own lists from time to time, for what happened outside the dashboard.

Metadata alone: no value is read. What no act explains is asked of AWS once more, secret by secret,
because a list is behind, and then recorded once as an observation. See docs/decisions/0023.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from secretsadmin.audit import chain
from secretsadmin.audit.bookkeeping import Bookmark, Sighting
from secretsadmin.audit.models import Outcome
from secretsadmin.audit.recording import NOBODY, Act, Place, note
from secretsadmin.audit.turns import in_turn
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.noted import OBSERVE
from secretsadmin.store import reads
from secretsadmin.store.errors import NotFound, StoreError
from secretsadmin.store.explaining import claims_on
from secretsadmin.store.outside import Change, Seen, changes, seen_in
from secretsadmin.store.sweep import pages

log = logging.getLogger(__name__)

# How often housekeeping should look.
SECONDS = 300
# How many secrets of one list a look asks AWS about at most. The next look finds the others.
MOST = 500
# How many secrets one transaction records. Whoever else records something waits for it meanwhile.
AT_ONCE = 50
ROWS_AT_ONCE = 1_000


@dataclass
class Look:
    """One look at a list.

    `head` is the number of the record's last line when it began. `before` is when the last look
    began that left nothing over. `number` counts what was recorded of this list, and is how a
    process notices that another one has looked at it meanwhile; it is negative before the first
    look.
    """

    environment: Environment
    kind: Kind
    began: datetime
    head: int
    before: datetime
    number: int = -1
    is_first: bool = True

    @property
    def name(self) -> str:
        return f"outside-{_digest(self.environment.name, self.kind.name)}"

    @property
    def place(self) -> str:
        """Another prefix, region or role is another list, of which nothing was seen yet."""
        backend = self.environment.backend
        named = [backend.aws.get(name, "") for name in ("endpoint_url", "role_arn", "profile_name")]
        return _digest(backend.name_prefix(self.kind.name), backend.region, *named)

    def ref(self, key: str) -> Ref:
        return Ref.from_key(self.environment, self.kind, key)


@dataclass(frozen=True)
class Finding:
    """What a look found of one secret, and what nobody here did to it."""

    key: str
    seen: Seen | None
    changes: Sequence[Change] = ()


class Overtaken(Exception):
    """Raised where another process has recorded something of this list meanwhile."""


def scan() -> None:
    """Look at every list once. A list that AWS doesn't give is left for the next time."""
    for environment in configured_site().environments.values():
        for kind in KINDS:
            if environment.backend.is_enabled(kind.name):
                _try(environment, kind)


def _try(environment: Environment, kind: Kind) -> None:
    try:
        look(environment, kind)
    except StoreError as error:
        log.warning("a list was not looked through", extra={"error": error.code})
    except Overtaken:
        log.info("another process looked through a list at the same time")


def look(environment: Environment, kind: Kind) -> None:
    """Look at one list. Raises Overtaken, NotRecorded, and any StoreError."""
    this = _begun(environment, kind)
    listed: dict[str, Seen] = {}
    for page in pages(environment, kind):
        for key, secret in page.items():
            listed[key] = seen_in(secret)
    if this.is_first:
        _note_all(this, listed)
    else:
        _compare(this, listed)


def _begun(environment: Environment, kind: Kind) -> Look:
    now = timezone.now()
    this = Look(environment, kind, now, chain.head().number, before=now)
    mark = Bookmark.objects.filter(name=this.name).first()
    if mark is not None:
        this.before, this.number = mark.at, mark.number
        this.is_first = mark.mac != this.place
    return this


def _note_all(this: Look, listed: Mapping[str, Seen]) -> None:
    """The first look at a list only notes what is there."""
    with transaction.atomic():
        _take(this, at=this.began)
        _sightings(this).delete()
        _add(this, listed.items())


def _compare(this: Look, listed: Mapping[str, Seen]) -> None:
    known = _known(this)
    differing = [key for key in sorted({*known, *listed}) if known.get(key) != listed.get(key)]
    asked, is_whole = 0, True
    for keys in _batches(differing, AT_ONCE):
        if asked >= MOST:
            is_whole = False
            break
        findings = _findings(this, keys, known, listed, this.head)
        strange = [finding.key for finding in findings if finding.changes]
        confirmed = _confirmed(this, strange[: MOST - asked], known, listed)
        asked += len(confirmed)
        is_whole = is_whole and len(confirmed) == len(strange)
        _record(this, [finding for finding in findings if not finding.changes] + confirmed)
    at = this.before
    if is_whole:
        at = this.began
    with transaction.atomic():
        _take(this, at=at)


def _findings(
    this: Look,
    keys: Sequence[str],
    known: Mapping[str, Seen],
    now: Mapping[str, Seen],
    head: int,
) -> list[Finding]:
    """What is left of the changes of these secrets, once our own acts are taken into account."""
    new_versions = {}
    for key in keys:
        before = known[key].labels.values() if key in known else ()
        after = now[key].labels.values() if key in now else ()
        new_versions[key] = set(after).difference(before)
    gone = set(keys).difference(now)
    claims = claims_on(
        this.environment, this.kind, new_versions, gone, since=this.before, until=head
    )
    findings = []
    for key in keys:
        left = changes(known.get(key), now.get(key), claims[key])
        findings.append(Finding(key, now.get(key), left))
    return findings


def _confirmed(
    this: Look, keys: Iterable[str], known: Mapping[str, Seen], listed: Mapping[str, Seen]
) -> list[Finding]:
    """What AWS says of these secrets now, one call each, because its list may be behind.

    An act that begins while AWS is asked is in the record by the time that this looks there. Once
    AWS fails, the others wait for the next look.
    """
    head = chain.head().number
    now: dict[str, Seen] = {}
    asked = []
    for key in keys:
        try:
            now[key] = seen_in(reads.describe(this.ref(key)))
        except NotFound:
            pass
        except InvalidId:
            # Nobody can ask for such a name here, so only the list tells of it.
            if key in listed:
                now[key] = listed[key]
        except StoreError:
            break
        asked.append(key)
    return _findings(this, asked, known, now, head)


def _record(this: Look, findings: Sequence[Finding]) -> None:
    """Record what was found, and remember what was seen, both or neither."""
    with in_turn(), transaction.atomic():
        _take(this, at=this.before)
        for finding in findings:
            for change in finding.changes:
                _note(this, finding.key, change)
        _sightings(this).filter(secret__in=[finding.key for finding in findings]).delete()
        seen = [(finding.key, finding.seen) for finding in findings if finding.seen]
        _add(this, seen)


def _note(this: Look, key: str, change: Change) -> None:
    details = {
        "what": change.what,
        "since": this.before.isoformat(timespec="seconds"),
        "until": this.began.isoformat(timespec="seconds"),
    }
    act = Act(
        fields=change.labels, version=change.version, previous=change.previous, details=details
    )
    place = Place.of(this.ref(key))
    action = f"{this.kind}.{OBSERVE.verb}"
    note(action, actor=NOBODY, place=place, act=act, outcome=Outcome.OBSERVED)


def _take(this: Look, *, at: datetime) -> None:
    """Lock the list's mark and move it on, in the caller's transaction. Raises Overtaken."""
    first = {"at": at, "mac": this.place, "number": this.number}
    marks = Bookmark.objects.select_for_update()
    mark, _ = marks.get_or_create(name=this.name, defaults=first)
    if mark.number != this.number:
        raise Overtaken
    this.number += 1
    mark.number, mark.at, mark.mac = this.number, at, this.place
    mark.save(update_fields=["number", "at", "mac"])


def _sightings(this: Look) -> QuerySet[Sighting]:
    return Sighting.objects.filter(environment=this.environment.name, kind=this.kind.name)


def _known(this: Look) -> dict[str, Seen]:
    known = {}
    rows = _sightings(this).values_list("secret", "labels", "is_scheduled")
    for key, labels, is_scheduled in rows.iterator(ROWS_AT_ONCE):
        known[key] = Seen(labels, is_scheduled)
    return known


def _add(this: Look, seen: Iterable[tuple[str, Seen]]) -> None:
    rows = [
        Sighting(
            environment=this.environment.name,
            kind=this.kind.name,
            secret=key,
            labels=dict(secret.labels),
            is_scheduled=secret.is_scheduled,
            at=this.began,
        )
        for key, secret in seen
    ]
    Sighting.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def _batches(keys: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def _digest(*parts: str) -> str:
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()
