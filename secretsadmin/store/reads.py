"""What can be seen: metadata for whoever may view, and values by an audited disclosure alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from typing import Any

from secretsadmin.audit.models import Act, Actor, recording
from secretsadmin.environments import Ref
from secretsadmin.kinds import BINARY, Field
from secretsadmin.store import aws
from secretsadmin.store.errors import NotFound, NoValue
from secretsadmin.unseen import is_unicode

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
TYPE_TAG = "airflow:conn-type"
# What else can't be the id of a version; botocore wouldn't even send it.
VERSION_ID = r"\A[A-Za-z0-9-]{32,64}\Z"


@dataclass(frozen=True)
class Secret:
    """A secret's metadata. Times are UTC; `versions` maps version ids to their staging labels."""

    ref: Ref
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    created: datetime | None = None
    changed: datetime | None = None
    deleted: datetime | None = None

    @cached_property
    def type(self) -> str:
        return self.tags.get(TYPE_TAG, "")

    @cached_property
    def current(self) -> str:
        """The id of the version that Airflow asks for, or nothing where there is none."""
        return next((version for version, labels in self.versions.items() if CURRENT in labels), "")

    @cached_property
    def mark(self) -> int:
        """A number that two secrets share of which a list says the same, whoever learnt of them and when."""
        told = (self.ref.key, self.current, self.type, self.description, self.deleted is not None)
        return int.from_bytes(blake2b(repr(told).encode("utf-8", "replace"), digest_size=8).digest())


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
    name = ref.name
    answer = aws.call(aws.client(ref.environment).describe_secret, SecretId=name)
    _check_name(name, answer)
    return secret_of(ref, answer)


@aws.one_action()
def versions(ref: Ref) -> list[Version]:
    """Every version that AWS still has, the newest first; one call a hundred. Raises NotFound, and any StoreError."""
    found: list[Version] = []
    more: dict[str, Any] = {"SecretId": ref.name, "IncludeDeprecated": True, "MaxResults": 100}
    while more:
        page = aws.call(aws.client(ref.environment).list_secret_version_ids, **more)
        _check_name(more["SecretId"], page)
        found += map(_version_of, page["Versions"])
        more = {**more, "NextToken": page["NextToken"]} if "NextToken" in page else {}
    return sorted(found, key=_age, reverse=True)


def labelled(found: Iterable[Version], label: str) -> str:
    """The id of the version that carries the label, or nothing."""
    return next((version.id for version in found if label in version.labels), "")


def _version_of(entry: Mapping[str, Any]) -> Version:
    return Version(entry["VersionId"], tuple(entry.get("VersionStages", ())), entry.get("CreatedDate"))


def _age(version: Version) -> tuple[datetime, bool]:
    # AWS tells dates to the second or worse; of two that are alike the labelled one is the newer.
    return version.created or datetime.min.replace(tzinfo=UTC), CURRENT in version.labels


@aws.one_action()
def reveal(
    ref: Ref,
    verb: str,
    *,
    actor: Actor,
    fields: tuple[str, ...] = (),
    version: str = "",
    reason: str = "",
    judge: Callable[[str], str] | None = None,
) -> Value:
    """Disclose a value: the current one, or that of a version. One call, recorded before it is made.

    `judge` names the form of the text, or what keeps Airflow from reading it; that is noted in the record.
    Raises InvalidId, NoValue where there is no text, NotFound, NotRecorded, and any StoreError.
    """
    _ = ref.name
    with recording(ref, verb, actor=actor, fields=fields, reason=reason, version=version) as act:
        text, act.version = fetch(ref, act, version=version)
        if text is None:
            raise NoValue(BINARY)
        act.form = judge(text) if judge else ""
        return Value(text, act.version)


@aws.one_action()
def disclose(
    ref: Ref,
    verb: str,
    take: Callable[[str], Field],
    *,
    actor: Actor,
    asked_for: str,
    version: str = "",
    judge: Callable[[str], str] | None = None,
) -> Field:
    """Disclose one part of a value; one call, recorded before it is made.

    `take` finds the part in the text, and may refuse by raising. The record begins with what was asked for, and ends
    with the name of what was handed out. Raises as `reveal` does.
    """
    _ = ref.name
    with recording(ref, verb, actor=actor, fields=(asked_for,), version=version) as act:
        act.fields = ()
        text, act.version = fetch(ref, act, version=version)
        if text is None:
            raise NoValue(BINARY)
        act.form = judge(text) if judge else ""
        part = _taken(take, text)
        act.fields = (part.name,)
        return part


def _taken(take: Callable[[str], Field], text: str) -> Field:
    try:
        return take(text)
    except Exception as refusal:
        # Nothing is handed out, so the record needn't call it unknown what became of it.
        vars(refusal).setdefault("outcome", "failed")
        raise


def fetch(ref: Ref, act: Act, *, version: str = "") -> tuple[str | None, str]:
    """A version's text, None where it is binary, and its id; for recorded acts alone."""
    wanted: dict[str, str] = {"VersionId": version} if version else {"VersionStage": CURRENT}
    answer = aws.call(aws.client(ref.environment).get_secret_value, SecretId=ref.name, **wanted)
    act.request_id = aws.request_id(answer)
    _check_name(ref.name, answer)
    text = answer.get("SecretString")
    # Half of a surrogate pair is no text, and what is no text is treated as binary.
    is_text = text is not None and is_unicode(text)
    return text if is_text else None, answer["VersionId"]


def _check_name(name: str, answer: Mapping[str, Any]) -> None:
    # AWS also finds a secret by a part of its ARN; that would be another secret than the one that was asked for.
    if answer["Name"] != name:
        raise NotFound("OtherName")
