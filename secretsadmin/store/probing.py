"""What AWS lets the dashboard do, tried without touching a secret, and without making one.

IAM answers before Secrets Manager looks for the secret. So a call on a name that no secret has is
refused where it isn't allowed, and finds nothing where it is. All of it takes an act of the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from secretsadmin.config.environments import Environment
from secretsadmin.store import aws
from secretsadmin.store.errors import NotAllowed, NotFound, Refused, Unavailable
from secretsadmin.store.reads import CURRENT

Answer = Literal["allowed", "denied", "unclear"]
# How many pages of names are looked through, and how many names a page has.
MOST_PAGES, PAGE_SIZE = 10, 100
LIST = "secretsmanager:ListSecrets"
_NOBODY_HAS = "secretsadmin-doctor"
_TAG = "secretsadmin:doctor"
# What a call says beside the secret's name. No call of these makes a secret, and none forces
# anything: a forced deletion says nothing of a secret that isn't there.
_ON_A_SECRET: Mapping[str, tuple[str, dict[str, Any]]] = {
    "secretsmanager:DescribeSecret": ("describe_secret", {}),
    "secretsmanager:GetSecretValue": ("get_secret_value", {"VersionStage": CURRENT}),
    "secretsmanager:ListSecretVersionIds": ("list_secret_version_ids", {}),
    "secretsmanager:PutSecretValue": ("put_secret_value", {"SecretString": "none"}),
    "secretsmanager:UpdateSecret": ("update_secret", {"Description": "none"}),
    "secretsmanager:UpdateSecretVersionStage": (
        "update_secret_version_stage",
        {"VersionStage": CURRENT, "MoveToVersionId": "0" * 32},
    ),
    "secretsmanager:TagResource": ("tag_resource", {"Tags": [{"Key": _TAG, "Value": "none"}]}),
    "secretsmanager:UntagResource": ("untag_resource", {"TagKeys": [_TAG]}),
    "secretsmanager:DeleteSecret": ("delete_secret", {"RecoveryWindowInDays": 7}),
    "secretsmanager:RestoreSecret": ("restore_secret", {}),
}
_ON_NO_SECRET = frozenset({LIST, "secretsmanager:BatchGetSecretValue", "cloudtrail:LookupEvents"})


@dataclass(frozen=True)
class Place:
    """Where Secrets Manager is asked."""

    region: str
    endpoint: str


@dataclass(frozen=True)
class Identity:
    """Who the dashboard is for AWS. `date` is AWS's time, as HTTP's header has it."""

    arn: str
    account: str
    date: str = ""


@dataclass(frozen=True)
class Listed:
    """A secret in AWS's list. Without a key of the customer's own, `key` is empty."""

    name: str
    key: str = ""


@dataclass(frozen=True)
class Names:
    """What AWS lists; `is_whole` where it lists nothing more."""

    secrets: tuple[Listed, ...]
    is_whole: bool
    date: str = ""


def place(environment: Environment) -> Place:
    """Where it is asked; AWS isn't. Raises Misconfigured and BadCredentials."""
    meta = aws.client(environment).meta
    return Place(meta.region_name, meta.endpoint_url)


def identity(environment: Environment) -> Identity:
    """Who the dashboard is for AWS, which takes no permission. Raises any StoreError."""
    answer = aws.call(aws.identity_client(environment).get_caller_identity)
    return Identity(str(answer["Arn"]), str(answer["Account"]), aws.date_of(answer))


def names(environment: Environment, beginnings: tuple[str, ...]) -> Names:
    """The first 1,000 names that begin so, or that there are without beginnings.

    Emulators take a beginning for a part. Raises any StoreError.
    """
    filters: list[Any] = [{"Key": "name", "Values": list(beginnings)}] if beginnings else []
    secrets: list[Listed] = []
    answer: Any = {}
    for _ in range(MOST_PAGES):
        next_page = {"NextToken": answer["NextToken"]} if answer else {}
        answer = aws.call(
            aws.client(environment).list_secrets,
            MaxResults=PAGE_SIZE,
            Filters=filters,
            **next_page,
        )
        for entry in answer["SecretList"]:
            secrets.append(Listed(entry["Name"], entry.get("KmsKeyId", "")))
        if "NextToken" not in answer:
            break
    return Names(tuple(secrets), "NextToken" not in answer, aws.date_of(answer))


def can_be_tried(action: str) -> bool:
    """Whether there is a call of this IAM action that can do no harm."""
    return action in _ON_A_SECRET or action in _ON_NO_SECRET


def on_a_secret(environment: Environment, action: str, prefix: str) -> Answer:
    """Whether IAM lets the dashboard do this to the secrets below a prefix.

    Raises StoreErrors that say nothing of the permission.
    """
    method, more = _ON_A_SECRET[action]
    name = f"{prefix}{_NOBODY_HAS}-{uuid4().hex}"
    call = getattr(aws.client(environment), method)
    return _answer(call, {"SecretId": name, **more})


def on_no_secret(environment: Environment, action: str) -> Answer:
    """Whether IAM lets the dashboard do what IAM knows no resource for. Raises as above."""
    if action == "cloudtrail:LookupEvents":
        return _of_trail(environment)
    if action == LIST:
        return _answer(aws.client(environment).list_secrets, {"MaxResults": 1})
    name = f"{_NOBODY_HAS}-{uuid4().hex}"
    call = aws.client(environment).batch_get_secret_value
    return _answer(call, {"SecretIdList": [name]})


def _of_trail(environment: Environment) -> Answer:
    """CloudTrail is another service, and its silence says nothing of Secrets Manager."""
    try:
        call = aws.trail_client(environment).lookup_events
        nobodys = {"AttributeKey": "EventId", "AttributeValue": str(uuid4())}
        return _answer(call, {"LookupAttributes": [nobodys], "MaxResults": 1})
    except Unavailable:
        return "unclear"


def _answer(method: Any, sent: Mapping[str, Any]) -> Answer:
    try:
        aws.call(method, **sent)
    except NotFound:
        return "allowed"
    except NotAllowed as error:
        if error.action.startswith("sts:"):
            # The role can't be taken, so this was never asked for.
            raise
        return "denied"
    except Refused as error:
        if type(error) is Refused:
            return "unclear"
        raise
    return "allowed"
