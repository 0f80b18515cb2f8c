"""What is wrong with one secret by its metadata and by its last scan, for its own pages."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.actions import REVEAL, SCAN, VIEW
from secretsadmin.config.backend import TEAM_SEPARATOR
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import KINDS
from secretsadmin.lint.checks import finding_of_versions, findings_of
from secretsadmin.lint.context import Context
from secretsadmin.lint.finding import Finding
from secretsadmin.lint.order import in_order
from secretsadmin.lint.rules import SCHEDULED
from secretsadmin.lint.scanned import findings_of_last_scan
from secretsadmin.lint.scanning import faults_of_value
from secretsadmin.lint.together import beside_each_other
from secretsadmin.pages.health import ShownFinding, shown
from secretsadmin.pages.scanned import shared_with_others
from secretsadmin.store.listing import listing
from secretsadmin.store.reads import Secret, Version


def findings_about(user: Somebody, secret: Secret) -> tuple[ShownFinding, ...]:
    """The findings of a secret, without what its page says already: that its deletion is due."""
    findings = [
        *findings_of(secret, _context(secret)),
        *_beside_others(user, secret),
        *_of_last_scan(user, secret),
    ]
    telling = [finding for finding in findings if finding.rule != SCHEDULED]
    environment = secret.ref.environment
    return tuple(shown(user, environment, finding) for finding in in_order(telling))


def finding_about_versions(
    user: Somebody, secret: Secret, versions: Sequence[Version]
) -> ShownFinding | None:
    """What is wrong with all versions of a secret, which its history asks AWS for."""
    finding = finding_of_versions(secret, versions, _context(secret))
    if finding is None:
        return None
    return shown(user, secret.ref.environment, finding)


def findings_in_value(user: Somebody, secret: Secret, text: str) -> tuple[ShownFinding, ...]:
    """What a scan finds in this text, in sentences of which the record keeps nothing.

    They tell of masked fields, so they are for people who may both scan and reveal it.
    """
    ref = secret.ref
    verbs = (SCAN.verb, REVEAL.verb)
    if not all(policy.may(user, verb, ref.environment, ref.kind, ref) for verb in verbs):
        return ()
    findings = []
    for fault in faults_of_value(secret, text):
        place = (ref.environment.name, ref.kind.name, ref.key)
        findings.append(Finding(*place, fault.rule, fault.sentence))
    return tuple(shown(user, ref.environment, finding) for finding in in_order(findings))


def _context(secret: Secret) -> Context:
    standing = listing(secret.ref.environment, secret.ref.kind).standing
    return Context(datetime.now(UTC), standing)


def _of_last_scan(user: Somebody, secret: Secret) -> Iterable[Finding]:
    ref = secret.ref
    if not policy.may(user, SCAN.verb, ref.environment, ref.kind, ref):
        return ()
    standing = listing(ref.environment, ref.kind).standing
    standing.catch_up()
    last = findings_of_last_scan({ref.key: secret}, standing)
    return [*last.findings, *shared_with_others(user, secret, last)]


def _beside_others(user: Somebody, secret: Secret) -> list[Finding]:
    """What is odd about the secret beside others that the person may view."""
    lists: dict[str, dict[str, Secret]] = {kind.name: {} for kind in KINDS}
    lists[secret.ref.kind.name][secret.ref.key] = secret
    for ref in _namesakes(secret.ref):
        other = listing(ref.environment, ref.kind).remembered(ref)
        if other and policy.may(user, VIEW.verb, ref.environment, ref.kind, ref):
            lists[ref.kind.name][ref.key] = other
    findings = beside_each_other(lists)
    own = secret.ref
    return [
        finding for finding in findings if (finding.kind, finding.id) == (own.kind.name, own.key)
    ]


def _namesakes(ref: Ref) -> list[Ref]:
    """The secrets with which another may be mixed up: of other kinds, and those of teams."""
    environment = ref.environment
    others = [Ref.from_key(environment, kind, ref.key) for kind in KINDS if kind != ref.kind]
    for team in environment.backend.teams_of(ref.kind.name):
        others.append(Ref.from_key(environment, ref.kind, f"{team}{TEAM_SEPARATOR}{ref.id}"))
    return others
