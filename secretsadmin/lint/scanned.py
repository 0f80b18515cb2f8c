"""What the last scans found in values, as far as that still holds. The record has rules' names."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from secretsadmin.audit.batches import last_lines
from secretsadmin.audit.models import SHARED
from secretsadmin.audit.standing import Scanned, Standing
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.lint.context import day
from secretsadmin.lint.finding import Finding
from secretsadmin.lint.rules import SHARED_PASSWORD, rules_by_name
from secretsadmin.store.reads import Secret

# A sentence names so many others at most.
MOST_NAMED = 5

# A secret by the name of its kind and its key.
Place = tuple[str, str]


@dataclass(frozen=True)
class LastScan:
    """What the last scans of some secrets of a kind say. It is for people who may scan them.

    `still_true` are the scans of versions that are current still, by the secrets' keys, and
    `findings` what they found. `changed` are the keys of secrets of which another version is
    current by now.
    """

    still_true: Mapping[str, Scanned]
    changed: frozenset[str]
    findings: tuple[Finding, ...]

    @cached_property
    def runs(self) -> frozenset[str]:
        return frozenset(scanned.run for scanned in self.still_true.values())

    def with_newer(self, newer: "LastScan") -> "LastScan":
        """The same with what is known by now of some of these secrets."""
        return replace(self, still_true={**self.still_true, **newer.still_true})

    def among(self, keys: Collection[str]) -> "LastScan":
        return LastScan(
            {key: scanned for key, scanned in self.still_true.items() if key in keys},
            self.changed.intersection(keys),
            tuple(finding for finding in self.findings if finding.id in keys),
        )


def findings_of_last_scan(secrets: Mapping[str, Secret], standing: Standing) -> LastScan:
    """What was found in these secrets, which are given by their keys."""
    still_true = {}
    changed = set()
    findings: list[Finding] = []
    for key, secret in secrets.items():
        scanned = standing.scanned(key)
        if scanned is None or secret.deleted:
            continue
        if scanned.version != secret.current:
            changed.add(key)
            continue
        still_true[key] = scanned
        findings += _findings(secret.ref, scanned)
    return LastScan(still_true, frozenset(changed), tuple(findings))


def keys_without_name(secrets: Mapping[str, Secret], _: Standing) -> frozenset[str]:
    """The keys of those that no scan asks for, as no id of ours could make their names."""
    return frozenset(key for key, secret in secrets.items() if not secret.ref.has_name)


def _findings(ref: Ref, scanned: Scanned) -> Iterator[Finding]:
    by_name = rules_by_name()
    for name in scanned.rules:
        # A rule of an older release may be gone.
        if rule := by_name.get(name):
            sentence = f"A scan found this on {day(scanned.at)}."
            yield Finding(ref.environment.name, ref.kind.name, ref.key, rule, sentence)


def groups_of_last_scan(scans: Mapping[str, LastScan], runs: Collection[str]) -> list[list[Place]]:
    """Which of the secrets of these runs have a password in common, by kinds' names. One query.

    It is for people who may both scan and reveal the secrets.
    """
    groups = []
    for line in last_lines(runs):
        for names in (line.details or {}).get(SHARED, ()):
            places = [_place_of(name) for name in names]
            # A later scan of a secret compared it anew.
            groups.append([place for place in places if _is_of(scans, place, str(line.act))])
    return [places for places in groups if len(places) > 1]


def _is_of(scans: Mapping[str, LastScan], place: Place, run: str) -> bool:
    kind, key = place
    scanned = scans[kind].still_true.get(key) if kind in scans else None
    return scanned is not None and scanned.run == run


def shared_passwords(
    environment: Environment, groups: Iterable[Collection[Place]]
) -> Iterator[Finding]:
    """A finding for each secret of each group."""
    for places in groups:
        for kind, key in places:
            others = [name for place in places if place != (kind, key) for name in place[1:]]
            sentence = f"It has a password in common with {_listed(others)}."
            yield Finding(environment.name, kind, key, SHARED_PASSWORD, sentence)


def _place_of(name: str) -> Place:
    kind, _, key = name.partition("/")
    return kind, key


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    if more > 0:
        return f"{', '.join(names[:MOST_NAMED])} and {more:,} others"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
