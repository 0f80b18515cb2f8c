"""What the record knows of acts that may explain how a secret has changed."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from secretsadmin.actions import CREATING, RESTORE, WRITING, audit_actions
from secretsadmin.audit.deletions import has_ended, last_deletions
from secretsadmin.audit.models import CLOCKS, Event, Outcome, makers
from secretsadmin.config.environments import Environment
from secretsadmin.config.overlaps import are_apart
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.store.outside import Claims, claims_of
from secretsadmin.store.sweep import LAG

Place = tuple[str, str, str]


def claims_on(
    environment: Environment,
    kind: Kind,
    new_versions: Mapping[str, Iterable[str]],
    gone: Container[str],
    *,
    since: datetime,
    until: int,
) -> dict[str, Claims]:
    """What our acts may have done to these secrets since then, by their keys.

    `new_versions` are those that they hadn't then. The secrets of the keys in `gone` aren't there
    any more. `until` is the number of the record's last line when AWS was asked. AWS's list may
    have been behind when they were seen, and clocks differ.
    """
    begun = since - LAG - CLOCKS
    claims = {}
    refs = {key: _everywhere(Ref.from_key(environment, kind, key)) for key in new_versions}
    lines = _lines([ref for group in refs.values() for ref in group], begun)
    for key, versions in new_versions.items():
        own: list[Event] = []
        for ref in refs[key]:
            own += lines.get(_place(ref), [])
        own.sort(key=lambda line: line.id)
        claims[key] = claims_of(own, until)
        claims[key].makers = _made_here(refs[key], versions, begun)
        if key in gone:
            claims[key].is_end_due = any(_is_end_due(ref) for ref in refs[key])
    return claims


def _everywhere(ref: Ref) -> list[Ref]:
    """The secret in all environments and kinds of this site that may look up the same one."""
    backend = ref.environment.backend
    name = f"{backend.name_prefix(ref.kind.name)}{ref.key}"
    refs = [ref]
    for environment in configured_site().environments.values():
        if environment != ref.environment and are_apart(environment, ref.environment):
            continue
        for kind in KINDS:
            secret_id = environment.backend.parse(name, kind.name)
            if secret_id and (environment, kind) != (ref.environment, ref.kind):
                refs.append(Ref.from_secret_id(environment, kind, secret_id))
    return refs


def _lines(refs: Iterable[Ref], since: datetime) -> dict[Place, list[Event]]:
    """The lines of writes to these secrets, in order; a query for each list that they are in."""
    keys: dict[tuple[str, str], list[str]] = {}
    for ref in refs:
        keys.setdefault((ref.environment.name, ref.kind.name), []).append(ref.key)
    lines: dict[Place, list[Event]] = {}
    for (environment, kind), secrets in keys.items():
        written = Event.objects.filter(
            environment=environment,
            kind=kind,
            secret__in=secrets,
            at__gt=since,
            action__in=audit_actions([kind], WRITING),
        )
        for line in written.order_by("id"):
            lines.setdefault((environment, kind, line.secret), []).append(line)
    return lines


def _place(ref: Ref) -> Place:
    return ref.environment.name, ref.kind.name, ref.key


def _made_here(refs: Iterable[Ref], versions: Iterable[str], since: datetime) -> frozenset[str]:
    """Those of the versions that acts on this secret made.

    An act that was broken off long ago made none that shows only now: somebody else may have given
    a version its id.
    """
    wanted = dict.fromkeys(versions)
    made: set[str] = set()
    if not wanted:
        return frozenset()
    for ref in refs:
        for version, event in makers(ref, wanted).items():
            if event.outcome != Outcome.STARTED or event.at > since:
                made.add(version)
    return frozenset(made)


def _is_end_due(ref: Ref) -> bool:
    """Whether a deletion that was asked for here is over by now, and wasn't taken back here."""
    now = timezone.now()
    deletions = last_deletions(ref.environment.name, ref.kind.name, now, secret=ref.key)
    deletion = deletions.get(ref.key)
    if deletion is None or not has_ended(deletion, now):
        return False
    later = Event.objects.on(ref).filter(id__gt=deletion.id, outcome=Outcome.SUCCEEDED)
    brought_back = audit_actions([ref.kind], [*CREATING, RESTORE.verb])
    return not later.filter(action__in=brought_back).exists()
