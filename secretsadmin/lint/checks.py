"""Which check belongs to which rule, and what they make of one secret or of a list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from secretsadmin.audit.standing import Standing
from secretsadmin.lint import ids, rules, states, versions
from secretsadmin.lint.context import Check, Context
from secretsadmin.lint.finding import Finding, Rule
from secretsadmin.store.reads import Secret, Version

CHECKS: tuple[tuple[Rule, Check], ...] = (
    (rules.PATTERN_EXCLUDES, ids.excluded_by_pattern),
    (rules.UNKNOWN_TEAM, ids.of_unknown_team),
    (rules.PREFIX_TWICE, ids.with_prefix_twice),
    (rules.NO_VALUE, states.without_value),
    (rules.TWO_HYPHENS, ids.with_two_hyphens),
    (rules.ID_CHARACTERS, ids.with_odd_characters),
    (rules.ID_LENGTH, ids.too_long),
    (rules.EMPTY_PART, ids.with_empty_part),
    (rules.UNKNOWN_OPTION, ids.of_no_option),
    (rules.ROTATION_STUCK, versions.rotation_stuck),
    (rules.ROTATION_OVERDUE, versions.rotation_overdue),
    (rules.MANAGED, versions.managed),
    (rules.TERRAFORM_OVERTAKEN, versions.overtaking_terraform),
    (rules.OTHER_KEY, states.with_other_key),
    (rules.REPLICATION, versions.out_of_sync),
    (rules.LABELS_NEAR_LIMIT, versions.many_labels),
    (rules.TERRAFORM_MADE, versions.made_by_terraform),
    (rules.ROTATED, versions.rotated),
    (rules.REPLICA, versions.replica),
    (rules.NO_TYPE, states.without_type),
    (rules.UNREAD, states.unread),
    (rules.LONG_UNREAD, states.long_unread),
)
_ERRORS = tuple((rule, check) for rule, check in CHECKS if rule.level == "error")
# What waits for its deletion has no other fault that is worth mending.
_OF_SCHEDULED = ((rules.SCHEDULED, states.scheduled),)


def look_through(secrets: Mapping[str, Secret], standing: Standing) -> tuple[Finding, ...]:
    """What is wrong with each of these secrets, which are given by their keys, in their order."""
    keys = sorted(secrets, key=str.lower)
    context = Context(datetime.now(UTC), standing)
    return tuple(_look_through((secrets[key] for key in keys), context, CHECKS))


def with_errors(secrets: Mapping[str, Secret], standing: Standing) -> tuple[str, ...]:
    """The key of the secret of each error. It takes a fraction of the time."""
    context = Context(datetime.now(UTC), standing)
    in_use = [secret for secret in secrets.values() if not secret.deleted]
    return tuple(finding.id for finding in _look_through(in_use, context, _ERRORS))


def findings_of(secret: Secret, context: Context) -> list[Finding]:
    """What is wrong with one secret by itself."""
    return list(_look_through([secret], context, CHECKS))


def finding_of_versions(
    secret: Secret, all_versions: Sequence[Version], context: Context
) -> Finding | None:
    """What is wrong with the versions of a secret. AWS lists them for one secret at a time."""
    sentence = versions.many_versions(all_versions, context)
    if not sentence:
        return None
    return finding(secret, rules.VERSIONS_NEAR_LIMIT, sentence)


def finding(secret: Secret, rule: Rule, sentence: str) -> Finding:
    ref = secret.ref
    return Finding(ref.environment.name, ref.kind.name, ref.key, rule, sentence)


def _look_through(
    secrets: Iterable[Secret], context: Context, checks: Sequence[tuple[Rule, Check]]
) -> Iterator[Finding]:
    for secret in secrets:
        for rule, check in _OF_SCHEDULED if secret.deleted else checks:
            sentence = check(secret, context)
            if sentence:
                yield finding(secret, rule, sentence)
