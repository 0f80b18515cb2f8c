"""What can be seen: metadata for whoever may view, and values by an audited disclosure alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from secretsadmin.audit.models import Act, Actor, recording
from secretsadmin.environments import Ref
from secretsadmin.store import aws
from secretsadmin.store.errors import NotFound, NoValue

CURRENT = "AWSCURRENT"
TYPE_TAG = "airflow:conn-type"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's metadata. Times are UTC; `versions` maps version ids to their staging labels."""

    ref: Ref
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    created: datetime | None = None
    changed: datetime | None = None
    deleted: datetime | None = None

    @property
    def type(self) -> str:
        return self.tags.get(TYPE_TAG, "")

    @property
    def current(self) -> str:
        """The id of the version that Airflow reads, or nothing where there is none."""
        return next((version for version, labels in self.versions.items() if CURRENT in labels), "")


@dataclass(frozen=True)
class Version:
    """One version of a secret, without its value."""

    id: str
    labels: tuple[str, ...]
    created: datetime | None


@dataclass(frozen=True)
class Value:
    """A secret's text and the version that it stood in."""

    text: str = field(repr=False)
    version: str


def secret_of(ref: Ref, entry: Mapping[str, Any]) -> Secret:
    """A secret from an entry of ListSecrets or an answer of DescribeSecret, which name their parts alike."""
    stages = entry.get("VersionIdsToStages") or entry.get("SecretVersionsToStages") or {}
    return Secret(
        ref=ref,
        description=entry.get("Description") or "",
        tags={tag["Key"]: tag.get("Value", "") for tag in entry.get("Tags") or ()},
        versions={version: tuple(labels) for version, labels in stages.items()},
        created=entry.get("CreatedDate"),
        changed=entry.get("LastChangedDate") or entry.get("CreatedDate"),
        deleted=entry.get("DeletedDate"),
    )


def describe(ref: Ref) -> Secret:
    """One call: DescribeSecret. Raises NotFound, and any StoreError."""
    with aws.calling(ref.environment) as client:
        answer = client.describe_secret(SecretId=ref.name)
    _same_name(ref, answer["Name"])
    return secret_of(ref, answer)


def versions(ref: Ref) -> list[Version]:
    """Every version that AWS still has, the newest first; one call a hundred."""
    found: list[dict[str, Any]] = []
    more: dict[str, Any] = {"NextToken": ""}
    with aws.calling(ref.environment) as client:
        while "NextToken" in more:
            page = {"NextToken": more["NextToken"]} if more["NextToken"] else {}
            more = dict(
                client.list_secret_version_ids(SecretId=ref.name, IncludeDeprecated=True, MaxResults=100, **page)
            )
            found += more["Versions"]
    listed = (Version(v["VersionId"], tuple(v.get("VersionStages", ())), v.get("CreatedDate")) for v in found)
    return sorted(listed, key=_age, reverse=True)


def _age(version: Version) -> tuple[datetime, bool]:
    # AWS tells dates to the second or worse; of two that are alike the labelled one is the newer.
    return version.created or datetime.min.replace(tzinfo=UTC), CURRENT in version.labels


def reveal(
    ref: Ref, verb: str, *, actor: Actor, fields: tuple[str, ...] = (), version: str = "", reason: str = ""
) -> Value:
    """Disclose a value: the current one, or that of a version. One call, recorded before it is made.

    Raises NoValue where there is no text, NotFound, NotRecorded, and any StoreError.
    """
    with recording(ref, verb, actor=actor, fields=fields, reason=reason) as act:
        return fetch(ref, act, version=version)


def fetch(ref: Ref, act: Act, *, version: str = "") -> Value:
    """Read a value inside a recorded act. Nothing but `reveal` and the writes calls this."""
    wanted: dict[str, str] = {"VersionId": version} if version else {"VersionStage": CURRENT}
    with aws.calling(ref.environment) as client:
        answer = client.get_secret_value(SecretId=ref.name, **wanted)
    act.request_id = aws.request_id(answer)
    act.version = answer["VersionId"]
    _same_name(ref, answer["Name"])
    if "SecretString" not in answer:
        raise NoValue("binary")
    return Value(answer["SecretString"], answer["VersionId"])


def _same_name(ref: Ref, name: str) -> None:
    # AWS also finds a secret by a part of its ARN; that would be another secret than the one that was asked for.
    if name != ref.name:
        raise NotFound("OtherName")
