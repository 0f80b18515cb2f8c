"""All findings of an environment, for somebody who waits until AWS has given its whole list."""

from collections.abc import Mapping

from secretsadmin.audit.looks import note_list
from secretsadmin.audit.recording import Actor
from secretsadmin.audit.standing import Standing
from secretsadmin.config.environments import Environment
from secretsadmin.kinds import KINDS, Kind
from secretsadmin.lint.checks import look_through
from secretsadmin.lint.finding import Finding
from secretsadmin.lint.together import beside_each_other
from secretsadmin.store import sweep
from secretsadmin.store.reads import Secret

# All secrets of an environment, by the name of their kind and by their keys.
Lists = Mapping[str, Mapping[str, Secret]]


def all_secrets(environment: Environment, actor: Actor) -> Lists:
    """What there is; one call for each hundred. No value is read.

    Each list that is looked at is recorded first. Raises NotRecorded, and any StoreError.
    """
    lists = {}
    for kind in KINDS:
        if environment.backend.is_enabled(kind.name):
            note_list(environment, kind, actor)
            lists[kind.name] = _all_secrets(environment, kind)
    return lists


def all_findings(environment: Environment, lists: Lists) -> list[Finding]:
    """What metadata tells of each secret."""
    findings: list[Finding] = []
    for kind, secrets in lists.items():
        standing = Standing(environment.name, kind)
        standing.catch_up()
        findings += look_through(secrets, standing)
    return [*findings, *beside_each_other(lists)]


def _all_secrets(environment: Environment, kind: Kind) -> dict[str, Secret]:
    secrets: dict[str, Secret] = {}
    for page in sweep.pages(environment, kind):
        secrets |= page
    return secrets
