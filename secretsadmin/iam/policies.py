"""The least IAM policies for Airflow and for the dashboard, by what an environment's kwargs say.

Sources: AWS's service authorization reference for Secrets Manager, and its page on the JSON
policy elements, which has the way to write a wildcard that stands for itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from secretsadmin.actions import WHO, verbs
from secretsadmin.config.environments import Environment
from secretsadmin.iam.calls import DECRYPTING, ENCRYPTING, WITHOUT_RESOURCE, calls_of

# Whom a policy is for, and which of the dashboard's actions it allows: those of a role, or all of
# them. Airflow has none of them, and CloudTrail is asked only where somebody wants that.
PURPOSES: dict[str, tuple[str, ...]] = {
    "airflow": (),
    "viewer": verbs(lambda action: "viewer" in action.roles and action != WHO),
    "editor": verbs(lambda action: "editor" in action.roles and action != WHO),
    "full": verbs(lambda action: action != WHO),
}
# For whom CloudTrail may be asked, too.
WITH_TRAIL = ("editor", "full")
TRAIL = "cloudtrail:LookupEvents"
SHORTEST_WINDOW = 7

# What stands in a policy where the configuration doesn't say it. IAM refuses all three.
NO_ACCOUNT, NO_REGION = "ACCOUNT-ID", "REGION"
_OF_PARTITION = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_ESCAPED = str.maketrans({"*": "${*}", "?": "${?}", "$": "${$}"})


class NothingToAllow(ValueError):
    """Raised for an environment in which Airflow looks nothing up, so no policy is needed."""


@dataclass(frozen=True)
class Condition:
    operator: str
    key: str
    value: str


@dataclass(frozen=True)
class Statement:
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    effect: str = "Allow"
    conditions: tuple[Condition, ...] = ()

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        for condition in self.conditions:
            operators = document.setdefault("Condition", {})
            operators.setdefault(condition.operator, {})[condition.key] = condition.value
        return document


@dataclass(frozen=True)
class Policy:
    """A policy, and what whoever attaches it has to know."""

    statements: tuple[Statement, ...]
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As IAM takes it, in JSON."""
        return {
            "Version": "2012-10-17",
            "Statement": [statement.document() for statement in self.statements],
        }


@dataclass(frozen=True)
class Place:
    """Where an environment's secrets are, in the words of an ARN."""

    partition: str
    region: str
    account: str

    @property
    def is_known(self) -> bool:
        """Whether no placeholder stands in it."""
        return self.region != NO_REGION and self.account != NO_ACCOUNT

    def secrets(self, prefix: str) -> str:
        """All secrets whose names begin so. AWS puts a hyphen and six characters behind a name."""
        name = prefix.translate(_ESCAPED)
        return f"arn:{self.partition}:secretsmanager:{self.region}:{self.account}:secret:{name}*"


def place_of(
    environment: Environment, *, account: str = "", partition: str = "", region: str = ""
) -> Place:
    """Where the secrets are; what is given wins over what the configuration says."""
    region = region or environment.backend.region
    return Place(
        partition or _partition_of(environment, region),
        region or NO_REGION,
        account or environment.account or NO_ACCOUNT,
    )


def policy_for(
    environment: Environment, purpose: str, place: Place, *, with_trail: bool = False
) -> Policy:
    """The least policy for one of PURPOSES. Raises NothingToAllow.

    `with_trail` lets the dashboard look calls up in CloudTrail, too.
    """
    prefixes = prefixes_of(environment)
    if not prefixes:
        raise NothingToAllow(
            f"All three prefixes of {environment.name} are null: "
            "Airflow looks nothing up in Secrets Manager, so no policy is needed."
        )
    actions = {"secretsmanager:GetSecretValue"}
    if purpose != "airflow":
        actions = set(calls_of(PURPOSES[purpose]))
    if with_trail:
        actions.add(TRAIL)
    resources = tuple(place.secrets(prefix) for prefix in prefixes)
    statements = (
        *_allowing(actions, resources),
        *_for_key(environment, actions, place),
        *(() if purpose == "airflow" else _denying()),
    )
    notes = [*_notes(environment, prefixes, place)]
    if purpose != "airflow" and environment.source_identity:
        notes.append("The role's trust policy has to allow sts:SetSourceIdentity, too.")
    return Policy(statements, tuple(notes))


def prefixes_of(environment: Environment) -> tuple[str, ...]:
    """What the names of its secrets begin with, without those that another one covers.

    A team's secrets begin like those of their kind.
    """
    backend = environment.backend
    enabled = [kind for kind in backend.prefixes if backend.is_enabled(kind)]
    prefixes = dict.fromkeys(backend.name_prefix(kind) for kind in enabled)
    return tuple(prefix for prefix in prefixes if not _is_covered(prefix, prefixes))


def _is_covered(prefix: str, prefixes: Iterable[str]) -> bool:
    return any(prefix.startswith(other) for other in prefixes if other != prefix)


def _allowing(actions: set[str], resources: tuple[str, ...]) -> Iterator[Statement]:
    yield Statement("Secrets", tuple(sorted(actions - WITHOUT_RESOURCE)), resources)
    if names := actions & WITHOUT_RESOURCE:
        # IAM knows no resource for these, so they can't be limited to a prefix.
        yield Statement("WithoutResource", tuple(sorted(names)), ("*",))


def _for_key(environment: Environment, actions: set[str], place: Place) -> Iterator[Statement]:
    if not environment.kms_key:
        return
    key_actions = []
    if actions & DECRYPTING:
        key_actions.append("kms:Decrypt")
    if actions & ENCRYPTING:
        key_actions.append("kms:GenerateDataKey")
    suffix = ".cn" if place.partition == "aws-cn" else ""
    service = f"secretsmanager.{place.region}.amazonaws.com{suffix}"
    through = Condition("StringEquals", "kms:ViaService", service)
    yield Statement("Key", tuple(key_actions), (environment.kms_key,), conditions=(through,))


def _denying() -> Iterator[Statement]:
    """What the dashboard never does, so that no other policy of its role allows it either."""
    delete, everywhere = ("secretsmanager:DeleteSecret",), ("*",)
    forced = Condition("Bool", "secretsmanager:ForceDeleteWithoutRecovery", "true")
    yield Statement("NoForcedDeletion", delete, everywhere, "Deny", (forced,))
    window = str(SHORTEST_WINDOW)
    short = Condition("NumericLessThan", "secretsmanager:RecoveryWindowInDays", window)
    yield Statement("NoShortWindow", delete, everywhere, "Deny", (short,))
    replicated = Condition("Null", "secretsmanager:AddReplicaRegions", "false")
    replicating = ("secretsmanager:CreateSecret", "secretsmanager:ReplicateSecretToRegions")
    yield Statement("NoReplicas", replicating, everywhere, "Deny", (replicated,))


def _notes(environment: Environment, prefixes: tuple[str, ...], place: Place) -> Iterator[str]:
    if "" in prefixes:
        kinds = [kind for kind, prefix in environment.backend.prefixes.items() if prefix == ""]
        names = " and ".join(f"{kind}_prefix" for kind in kinds)
        yield (
            f"{names} is empty, so the policy covers every secret of the account and the region. "
            "Give the kind a prefix, or make it null."
        )
    if place.account == NO_ACCOUNT:
        yield f"Write the account's twelve digits in place of {NO_ACCOUNT}."
    if place.region == NO_REGION:
        yield f"The kwargs name no region_name: write it in place of {NO_REGION}."


def _partition_of(environment: Environment, region: str) -> str:
    """The partition that its role's or its key's ARN names, or else the region."""
    role = str(environment.backend.aws.get("role_arn", ""))
    for arn in (role, environment.kms_key):
        if arn.startswith("arn:"):
            return arn.split(":")[1]
    for start, partition in _OF_PARTITION.items():
        if region.startswith(start):
            return partition
    return "aws"
