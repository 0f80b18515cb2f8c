"""A look at all names of an environment's account and region, for those that miss its prefixes."""

from collections.abc import Sequence
from dataclasses import dataclass

from secretsadmin.audit.recording import Actor, Place, recording_at
from secretsadmin.config.environments import Environment
from secretsadmin.lint.finding import Finding
from secretsadmin.lint.near_misses import near_misses
from secretsadmin.noted import LOOK_AROUND
from secretsadmin.store import aws, sweep

# How much of a page's time AWS may take for its list.
PATIENCE = 0.6


@dataclass(frozen=True)
class AllNames:
    """What a look brought. It is whole where AWS gave all names in time."""

    findings: tuple[Finding, ...]
    count: int
    is_whole: bool


@aws.deadline()
def look_around(
    environment: Environment, environments: Sequence[Environment], *, actor: Actor
) -> AllNames:
    """As many names as AWS gives in a page's time. Raises NotRecorded, and any StoreError."""
    return _look_around(environment, environments, actor, is_patient=False)


def look_at_all(
    environment: Environment, environments: Sequence[Environment], *, actor: Actor
) -> AllNames:
    """All names, however long that takes. Raises NotRecorded, and any StoreError."""
    return _look_around(environment, environments, actor, is_patient=True)


def _look_around(
    environment: Environment, environments: Sequence[Environment], actor: Actor, *, is_patient: bool
) -> AllNames:
    findings: list[Finding] = []
    count = 0
    is_whole = True
    with recording_at(Place(environment.name), LOOK_AROUND, actor=actor) as act:
        for names in sweep.names(environment):
            count += len(names)
            findings += near_misses(names, environment, environments)
            if not is_patient and aws.seconds_left(PATIENCE) <= 0:
                is_whole = False
                break
        act.details = {**(act.details or {}), "names": count}
    return AllNames(tuple(findings), count, is_whole)
