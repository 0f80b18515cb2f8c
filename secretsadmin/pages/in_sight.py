"""The secrets of a list that a person may view: grants may name ids and teams."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from secretsadmin.access import policy
from secretsadmin.access.policy import Somebody
from secretsadmin.actions import VIEW
from secretsadmin.audit.standing import Standing
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import Kind
from secretsadmin.lint.checks import look_through, with_errors
from secretsadmin.lint.finding import Finding
from secretsadmin.lint.together import beside_each_other
from secretsadmin.store.listing import Snapshot, listing
from secretsadmin.store.marks import Marks


@dataclass(frozen=True)
class InSight:
    """A list as one person sees it."""

    snapshot: Snapshot
    marks: Marks
    standing: Standing


@dataclass(frozen=True)
class Counts:
    """How many secrets a person sees, and how many of them wait for their deletion.

    `size` is None until AWS was asked for all of them.
    """

    size: int | None
    scheduled: int


def in_sight(user: Somebody, environment: Environment, kind: Kind) -> InSight:
    """What is known now of the secrets that the person may view."""
    here = listing(environment, kind)
    snapshot = here.read()
    marks = here.marks()
    is_within = policy.limit_of(user, VIEW.verb, environment, kind)
    if is_within is not None:
        secrets = tuple(secret for secret in snapshot.secrets if is_within(secret.ref))
        snapshot = replace(snapshot, secrets=secrets)
        marks = marks.among({secret.ref.key for secret in secrets})
    return InSight(snapshot, marks, here.standing)


def whole_sight(user: Somebody, environment: Environment, kind: Kind) -> InSight:
    """The same after AWS was asked for all of the list, if it answers in a page's time."""
    here = listing(environment, kind)
    if here.size is None:
        here.sweep_and_wait()
    return in_sight(user, environment, kind)


def counts(user: Somebody, environment: Environment, kind: Kind) -> Counts:
    """The numbers in the menu of each page, which asks AWS for nothing."""
    here = listing(environment, kind)
    is_within = policy.limit_of(user, VIEW.verb, environment, kind)
    if is_within is None:
        return Counts(here.size, here.scheduled)
    secrets = [secret for secret in here.remembered_secrets() if is_within(secret.ref)]
    waiting = [secret for secret in secrets if secret.deleted]
    if here.size is None:
        return Counts(None, len(waiting))
    return Counts(len(secrets), len(waiting))


def findings_in(environment: Environment, sights: Mapping[Kind, InSight]) -> list[Finding]:
    """What is wrong with the secrets that the person sees, by their metadata alone."""
    findings: list[Finding] = []
    lists = {}
    for kind, here in sights.items():
        keyed = {secret.ref.key: secret for secret in here.snapshot.secrets}
        lists[kind.name] = keyed
        of_all = listing(environment, kind).worked_out(look_through)
        findings += [finding for finding in of_all if finding.id in keyed]
    return [*findings, *beside_each_other(lists)]


def errors_in_sight(user: Somebody, environment: Environment, kind: Kind) -> int:
    """How many errors the menu of each page tells of, which asks AWS and the record for nothing."""
    here = listing(environment, kind)
    keys = here.worked_out(with_errors)
    is_within = policy.limit_of(user, VIEW.verb, environment, kind)
    if is_within is None:
        return len(keys)
    seen_keys = {secret.ref.key for secret in here.remembered_secrets() if is_within(secret.ref)}
    return sum(key in seen_keys for key in keys)
