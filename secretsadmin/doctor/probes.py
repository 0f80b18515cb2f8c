"""Probes: secrets that show by AWS's own date that Airflow reads what is written here.

A probe is a variable or a connection with a harmless value. No code of this dashboard asks AWS for
that value, so a probe that has the date of a reading was read by somebody else. Which probes there
are is what the record says, and not a tag in AWS that anybody there could put on another secret:
what is removed here was surely made here. See docs/decisions/0029.
"""

import logging
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from secretsadmin.actions import DELETE, PROBE, READING, audit_actions
from secretsadmin.audit.deletions import SHORTEST, last_deletions
from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.recording import NOBODY, Actor
from secretsadmin.audit.standing import Standing
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import BY_NAME, CONNECTIONS, VARIABLES, Kind
from secretsadmin.store import aws, reads, writes
from secretsadmin.store.errors import NotFound, StoreError
from secretsadmin.store.marks import was_read_elsewhere
from secretsadmin.store.reads import Secret
from secretsadmin.store.writes import Draft

log = logging.getLogger(__name__)

# What can be a probe. A config option can't: Airflow asks for those that it knows alone.
PROBED = (VARIABLES, CONNECTIONS)
TAG = "secretsadmin:probe"
DESCRIPTION = "Made by Secrets Admin to prove that Airflow reads; removed after a day."
TEXTS = {
    VARIABLES.name: "Secrets Admin wrote this to prove that Airflow reads it.",
    CONNECTIONS.name: "generic://secretsadmin-probe.invalid",
}
_TAGS = {TAG: "true"}
_DRAFTS = {
    VARIABLES.name: Draft(
        TEXTS[VARIABLES.name], fields=("value",), format="text", holds=("value",), tags=_TAGS
    ),
    CONNECTIONS.name: Draft(
        TEXTS[CONNECTIONS.name],
        type="generic",
        fields=("conn_type", "host"),
        format="uri",
        holds=("conn_type", "host"),
        tags=_TAGS,
    ),
}
KEPT = timedelta(days=1)
# How long the site tries to remove a probe. After that it is left to people.
REMEMBERED = timedelta(days=30)
# Where AWS refuses, it is asked once a day, as each try is a line of the record.
PAUSE = timedelta(days=1)
# About so many probes AWS is asked at once, the newest first.
MOST = 10
WAS_OLD = "A probe is removed after a day."
WAS_REMOVED = "A probe that isn't needed any more."


@dataclass(frozen=True)
class Probe:
    """A probe that nobody removed.

    `secret` is what AWS says of it now; None where AWS doesn't say. `is_spoilt` means that its
    value was also shown here, so that AWS's date may be that of this dashboard.
    """

    ref: Ref
    made: datetime
    by: str
    secret: Secret | None = None
    is_spoilt: bool = False

    @property
    def read(self) -> datetime | None:
        """The midnight before Airflow read it last, as far as AWS says."""
        if self.secret is None or self.is_spoilt:
            return None
        return self.secret.accessed

    @property
    def is_waiting(self) -> bool:
        """Whether it still has to be read."""
        return self.read is None and not self.is_spoilt


def new_id() -> str:
    return f"secretsadmin-probe-{uuid.uuid4().hex[:8]}"


def make(ref: Ref, *, actor: Actor) -> None:
    """Store a probe; one call. Raises what `writes.create` raises."""
    draft = _DRAFTS[ref.kind.name]
    writes.create(ref, draft, PROBE, actor=actor, description=DESCRIPTION)


@aws.deadline()
def remove(ref: Ref, *, actor: Actor, reason: str = WAS_REMOVED) -> None:
    """Schedule its deletion, as early as AWS takes it; two calls.

    Raises NotFound for whatever isn't a probe, or isn't one any more, NotRecorded, and any
    StoreError.
    """
    made = _made(ref.environment, [ref.kind], timezone.now() - REMEMBERED, secret=ref.key)
    if not made or not _is_probe(reads.describe(ref), made[0]):
        raise NotFound("NoProbe")
    writes.schedule_deletion(ref, days=SHORTEST.days, actor=actor, reason=reason)


@aws.deadline()
def probes_in(
    environment: Environment, kinds: Iterable[Kind], is_seen: Callable[[Ref], bool]
) -> list[Probe]:
    """The probes that are there and are seen, the newest first; a call each.

    Once AWS fails, it isn't asked about the others.
    """
    made = []
    for event in _made(environment, kinds, timezone.now() - REMEMBERED):
        ref = Ref.from_key(environment, BY_NAME[event.kind], event.secret)
        if is_seen(ref):
            made.append((ref, event))
    shown = _shown_here(event for _, event in made[:MOST])
    probes = []
    is_silent = False
    for ref, event in made[:MOST]:
        secret = None
        try:
            if not is_silent:
                secret = reads.describe(ref)
        except (NotFound, InvalidId, KindDisabled):
            continue
        except StoreError:
            is_silent = True
        if secret is None or _is_probe(secret, event):
            is_spoilt = (event.kind, event.secret) in shown
            probes.append(Probe(ref, event.acted_at, event.user, secret, is_spoilt))
    return probes


def read_last(probes: Iterable[Probe]) -> Probe | None:
    """The probe that Airflow read last; None where it read none."""
    read = None
    for probe in probes:
        if probe.read and (read is None or read.read is None or read.read < probe.read):
            read = probe
    return read


def last_read_elsewhere(secrets: Iterable[Secret], standing: Standing) -> datetime | None:
    """The last day on which somebody else than this dashboard read any of these secrets.

    Where Airflow reads, it is most likely Airflow. A list may be minutes behind: AWS is asked about
    probes by `probes_in` alone.
    """
    days = []
    for secret in secrets:
        if secret.accessed and was_read_elsewhere(secret, standing.read(secret.ref.key)):
            days.append(secret.accessed)
    return max(days, default=None)


def clear_up() -> None:
    """Remove the probes that are older than a day. What AWS refuses is tried again tomorrow."""
    for environment in configured_site().environments.values():
        now = timezone.now()
        for event in _made(environment, PROBED, now - REMEMBERED):
            ref = Ref.from_key(environment, BY_NAME[event.kind], event.secret)
            if event.acted_at < now - KEPT and not _was_tried(ref, now - PAUSE):
                _clear_up(ref)


def _clear_up(ref: Ref) -> None:
    try:
        remove(ref, actor=NOBODY, reason=WAS_OLD)
    except (NotFound, InvalidId, KindDisabled):
        return
    except StoreError as error:
        log.warning("a probe was not removed", extra={"error": error.code})


def _was_tried(ref: Ref, since: datetime) -> bool:
    tries = Event.objects.on(ref).filter(action=f"{ref.kind}.{DELETE.verb}", at__gt=since)
    return tries.exists()


def _made(
    environment: Environment, kinds: Iterable[Kind], since: datetime, **only: str
) -> list[Event]:
    """The outcomes of the acts that made probes, the newest first, without those removed since."""
    made: list[Event] = []
    for kind in kinds:
        acts = Event.objects.that_may_have_written().filter(
            environment=environment.name,
            kind=kind.name,
            action=f"{kind}.{PROBE.verb}",
            at__gt=since,
            **only,
        )
        deletions = last_deletions(environment.name, kind.name, timezone.now(), **only)
        for event in acts:
            deletion = deletions.get(event.secret)
            if deletion is None or deletion.place < event.place:
                made.append(event)
    return sorted(made, key=lambda event: event.place, reverse=True)


def _is_probe(secret: Secret, made: Event) -> bool:
    """Whether it is what that act made: nobody changed it since, nor scheduled its deletion."""
    return secret.current == str(made.act) and TAG in secret.tags and secret.deleted is None


def _shown_here(made: Iterable[Event]) -> set[tuple[str, str]]:
    """Those of the probes whose value somebody may have been shown here."""
    shown: set[tuple[str, str]] = set()
    for event in made:
        here = Event.objects.filter(
            environment=event.environment, kind=event.kind, secret=event.secret, id__gt=event.id
        )
        looks = here.filter(action__in=audit_actions([event.kind], READING))
        if looks.exclude(outcome=Outcome.DENIED).exists():
            shown.add((event.kind, event.secret))
    return shown
