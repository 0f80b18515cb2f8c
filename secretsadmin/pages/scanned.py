"""What scans found in values, for those who may scan them, and what there is to scan."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.actions import SCAN, VIEW
from secretsadmin.audit.batches import Batch, batches_in
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BY_NAME, KINDS, Kind
from secretsadmin.lint.finding import Finding
from secretsadmin.lint.scanned import (
    LastScan,
    Place,
    findings_of_last_scan,
    groups_of_last_scan,
    keys_without_name,
    shared_passwords,
)
from secretsadmin.pages.in_sight import InSight
from secretsadmin.store.listing import listing
from secretsadmin.store.reads import Secret

Sights = Mapping[Kind, InSight]


@dataclass(frozen=True)
class ScansInSight:
    """What the last scans say of the secrets that the person may scan.

    `total` counts these secrets, `scanned` those whose value is still the one that was scanned, and
    `changed` those whose value isn't.
    """

    findings: tuple[Finding, ...]
    total: int
    scanned: int
    changed: int


@dataclass(frozen=True)
class ScanBox:
    """The form that starts a scan, and what the last ones looked at."""

    url: str
    kinds: tuple[Kind, ...]
    status: str


def scanned_kinds(
    user: Somebody, environment: Environment, kinds: Iterable[Kind]
) -> tuple[Kind, ...]:
    """The kinds of which the person may scan a secret, if there is one."""
    return tuple(kind for kind in kinds if policy.may(user, SCAN.verb, environment, kind))


def secrets_to_scan(user: Somebody, environment: Environment, sights: Sights) -> list[Secret]:
    """What the person sees and may scan. What waits for its deletion can't be read.

    Neither can what has a name that no id of ours makes. Metadata says what is wrong with it.
    """
    secrets: list[Secret] = []
    for kind in scanned_kinds(user, environment, sights):
        secrets += _to_scan(user, environment, kind, sights[kind])
    return secrets


def _to_scan(user: Somebody, environment: Environment, kind: Kind, here: InSight) -> list[Secret]:
    nameless = listing(environment, kind).worked_out(keys_without_name)
    there = [secret for secret in here.snapshot.secrets if not secret.deleted]
    secrets = [secret for secret in there if secret.ref.key not in nameless]
    is_within = policy.limit_of(user, SCAN.verb, environment, kind)
    if is_within is None:
        return secrets
    return [secret for secret in secrets if is_within(secret.ref)]


def scans_in_sight(user: Somebody, environment: Environment, sights: Sights) -> ScansInSight:
    """What was found among the secrets that the person sees, as far as they may scan these."""
    scans: dict[str, LastScan] = {}
    total = 0
    for kind in scanned_kinds(user, environment, sights):
        secrets = _to_scan(user, environment, kind, sights[kind])
        total += len(secrets)
        last = listing(environment, kind).worked_out(findings_of_last_scan)
        if not _sees_all(user, environment, kind):
            last = last.among({secret.ref.key for secret in secrets})
        scans[kind.name] = last
    findings = [finding for last in scans.values() for finding in last.findings]
    runs = frozenset[str]().union(*(last.runs for last in scans.values()))
    findings += shared_passwords(environment, _shared(user, environment, scans, runs))
    scanned = sum(len(last.still_true) for last in scans.values())
    changed = sum(len(last.changed) for last in scans.values())
    return ScansInSight(tuple(findings), total, scanned, changed)


def shared_with_others(user: Somebody, secret: Secret, own: LastScan) -> list[Finding]:
    """That others have a password in common with the secret, of which this is the last scan.

    The others are those that this process remembers, as far as the person sees them.
    """
    ref, scans = secret.ref, {}
    if not own.still_true:
        return []
    for kind in scanned_kinds(user, ref.environment, KINDS):
        here = listing(ref.environment, kind)
        here.standing.catch_up()
        scans[kind.name] = here.worked_out(findings_of_last_scan)
    scans[ref.kind.name] = scans[ref.kind.name].with_newer(own)
    groups = _shared(user, ref.environment, scans, own.runs)
    place = (ref.kind.name, ref.key)
    findings = shared_passwords(ref.environment, groups)
    return [finding for finding in findings if (finding.kind, finding.id) == place]


def _sees_all(user: Somebody, environment: Environment, kind: Kind) -> bool:
    verbs = (VIEW.verb, SCAN.verb)
    return all(policy.may_for_all(user, verb, environment, kind) for verb in verbs)


def _shared(
    user: Somebody,
    environment: Environment,
    scans: Mapping[str, LastScan],
    runs: Collection[str],
) -> Iterator[list[Place]]:
    """Whoever may not reveal a secret could save a guess, and see here that it has the same."""
    for group in groups_of_last_scan(scans, runs):
        learnt = [place for place in group if _may_learn(user, environment, place)]
        if len(learnt) > 1:
            yield learnt


def _may_learn(user: Somebody, environment: Environment, place: Place) -> bool:
    kind = BY_NAME[place[0]]
    ref = Ref.from_key(environment, kind, place[1])
    may = all(policy.may(user, verb, environment, kind, ref) for verb in (VIEW.verb, SCAN.verb))
    return may and policy.may_learn(user, environment, kind, ref)


def scan_box(
    user: Somebody, environment: Environment, sights: Sights, scans: ScansInSight
) -> ScanBox | None:
    """None for whoever may not scan."""
    kinds = scanned_kinds(user, environment, sights)
    if not kinds:
        return None
    return ScanBox(reverse("scan", args=[environment.name]), kinds, _status(scans))


def _status(scans: ScansInSight) -> str:
    if not scans.scanned and not scans.changed:
        return "No value has been scanned yet."
    status = f"{scans.scanned:,} of {scans.total:,} values were scanned as they are now."
    if scans.changed == 1:
        status += " 1 was changed since."
    if scans.changed > 1:
        status += f" {scans.changed:,} were changed since."
    return status


def scan_under_way(user: User, environment: Environment) -> Batch | None:
    """The person's own scan, if one goes on there."""
    for run in batches_in(environment.name):
        if run.verb == SCAN.verb and run.user == user.get_username() and run.is_going_on:
            return run
    return None
