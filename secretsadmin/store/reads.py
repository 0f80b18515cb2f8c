"""What can be seen: metadata, and values by a recorded disclosure alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from sys import intern
from typing import Any, TypeVar

from secretsadmin.audit.recording import Act, Actor, recording
from secretsadmin.config.ref import Ref
from secretsadmin.kinds import BINARY, Field
from secretsadmin.store import aws
from secretsadmin.store.errors import Conflict, NotFound, NoValue
from secretsadmin.texts import is_unicode

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
TYPE_TAG = "airflow:conn-type"
# How the ids of Terraform's versions begin.
TERRAFORM = "terraform-"
# botocore sends nothing else as the id of a version.
VERSION_ID = r"\A[A-Za-z0-9-]{32,64}\Z"

T = TypeVar("T")


@dataclass(frozen=True)
class Secret:
    """A secret's metadata. Times are UTC; `versions` maps version ids to their staging labels.

    `accessed` is the midnight before its value was read last, by whomever. `owner` is the service
    that manages it for somebody. `primary` is the region or the ARN of what this is a replica of.
    `kms_key` is empty where AWS's own key encrypts it. `replicas` are the regions of its replicas
    with their states; AWS tells them where one secret is described, and not in a list.
    """

    ref: Ref
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    created: datetime | None = None
    changed: datetime | None = None
    deleted: datetime | None = None
    accessed: datetime | None = None
    owner: str = ""
    primary: str = ""
    kms_key: str = ""
    is_rotated: bool = False
    next_rotation: datetime | None = None
    replicas: tuple[tuple[str, str], ...] = ()

    @property
    def is_replica(self) -> bool:
        """Whether it is a copy of another region's or account's secret, kept the same by AWS."""
        return bool(self.primary)

    @cached_property
    def type(self) -> str:
        return self.tags.get(TYPE_TAG, "")

    @cached_property
    def current(self) -> str:
        """The id of the version that Airflow asks for; empty where there is none."""
        for version, labels in self.versions.items():
            if CURRENT in labels:
                return version
        return ""

    @cached_property
    def mark(self) -> int:
        """A number. A list says the same of two secrets that have the same one.

        What AWS tells of a described secret alone is no part of it: a list would never agree.
        """
        tags = sorted(self.tags.items())
        listed = (self.ref.key, self.current, tags, self.description, self.deleted is not None)
        digest = blake2b(repr(listed).encode("utf-8", "replace"), digest_size=8).digest()
        return int.from_bytes(digest)

    @cached_property
    def searched(self) -> str:
        """What a search of all lists looks through, without regard to case: its id, then the rest.

        It begins with the id on a line of its own, and no id has a line break.
        """
        tags = [f"{name}={text}" for name, text in self.tags.items()]
        return "\n".join((self.ref.key, self.type, self.description, *tags)).casefold()


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


def secret_from(ref: Ref, entry: Mapping[str, Any]) -> Secret:
    """A secret from an entry of ListSecrets, or from an answer of DescribeSecret.

    The two only give the versions another name.
    """
    stages = entry.get("VersionIdsToStages") or entry.get("SecretVersionsToStages") or {}
    return Secret(
        ref=ref,
        description=entry.get("Description") or "",
        tags={tag["Key"]: tag.get("Value", "") for tag in entry.get("Tags") or ()},
        versions={version: tuple(labels) for version, labels in stages.items()},
        created=entry.get("CreatedDate"),
        changed=entry.get("LastChangedDate") or entry.get("CreatedDate"),
        deleted=entry.get("DeletedDate"),
        accessed=entry.get("LastAccessedDate"),
        # Thousands of secrets have the same few texts, which are kept once.
        owner=intern(entry.get("OwningService") or ""),
        primary=intern(_primary_of(entry)),
        kms_key=intern(entry.get("KmsKeyId") or ""),
        is_rotated=bool(entry.get("RotationEnabled")),
        next_rotation=entry.get("NextRotationDate"),
        replicas=_replicas_of(entry),
    )


def _primary_of(entry: Mapping[str, Any]) -> str:
    """The primary's region, or its ARN where it is in another account; empty for a primary."""
    elsewhere: str = (entry.get("CrossAccountPrimary") or {}).get("PrimarySecretARN") or ""
    region: str = entry.get("PrimaryRegion") or ""
    own_region = (entry.get("ARN") or "").split(":")[3:4]
    if region and [region] != own_region:
        return region
    return elsewhere


def _replicas_of(entry: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Each replica's region or ARN, with its state."""
    regional = [
        (replica.get("Region") or "", replica.get("Status") or "")
        for replica in entry.get("ReplicationStatus") or ()
    ]
    elsewhere = [
        (replica.get("ReplicaSecretARN") or "", replica.get("ReplicationStatus") or "")
        for replica in entry.get("CrossAccountReplicas") or ()
    ]
    return (*regional, *elsewhere)


def describe(ref: Ref) -> Secret:
    """One call: DescribeSecret. Raises NotFound, and any StoreError."""
    name = ref.name
    answer = aws.call(aws.client(ref.environment).describe_secret, SecretId=name)
    _check_name(name, answer)
    return secret_from(ref, answer)


@aws.deadline()
def versions(ref: Ref) -> list[Version]:
    """Every version that AWS still has, the newest first; one call for each hundred.

    Raises InvalidId, NotFound, and any StoreError.
    """
    name = ref.name
    found_versions: list[Version] = []
    next_page: dict[str, Any] = {}
    while True:
        page = aws.call(
            aws.client(ref.environment).list_secret_version_ids,
            SecretId=name,
            IncludeDeprecated=True,
            MaxResults=100,
            **next_page,
        )
        _check_name(name, page)
        found_versions += [_version_from(entry) for entry in page["Versions"]]
        if "NextToken" not in page:
            return sorted(found_versions, key=_age, reverse=True)
        next_page = {"NextToken": page["NextToken"]}


def labelled(versions: Iterable[Version], label: str) -> str:
    """The id of the version that carries the label; empty where none does."""
    for version in versions:
        if label in version.labels:
            return version.id
    return ""


def _version_from(entry: Mapping[str, Any]) -> Version:
    labels = tuple(entry.get("VersionStages", ()))
    return Version(entry["VersionId"], labels, entry.get("CreatedDate"))


def _age(version: Version) -> tuple[datetime, bool]:
    # AWS rounds dates to the second or more. Of two versions with the same date, the current one
    # counts as the newer.
    created = version.created or datetime.min.replace(tzinfo=UTC)
    return created, CURRENT in version.labels


@aws.deadline()
def reveal(  # noqa: PLR0913 - all but two have names.
    ref: Ref,
    verb: str,
    *,
    actor: Actor,
    fields: tuple[str, ...] = (),
    version: str = "",
    reason: str = "",
    find_format: Callable[[str], str] | None = None,
    seen: str = "",
) -> Value:
    """Disclose a value: the current one, or that of a version.

    One call, recorded before it is made. `find_format` names the text's format, or what keeps
    Airflow from reading it, for the record. Raises InvalidId, NoValue where there is no text,
    Conflict where it is of another version than the one that was `seen`, NotFound, NotRecorded, and
    any StoreError.
    """
    ref.check_name()
    asked = Act(fields=fields, version=version)
    with recording(ref, verb, actor=actor, reason=reason, act=asked) as act:
        text = _fetch_text(ref, act, version, find_format)
        if seen not in ("", act.version):
            raise Conflict
        return Value(text, act.version)


@aws.deadline()
def disclose(
    ref: Ref,
    verb: str,
    find_part: Callable[[str], Field],
    *,
    actor: Actor,
    part_name: str,
    version: str = "",
    find_format: Callable[[str], str] | None = None,
) -> Field:
    """Disclose one part of a value; one call, recorded before it is made.

    `find_part` finds the part in the text, and may refuse by raising. The record begins with
    `part_name`, and ends with the name of the part that was handed out. Raises as `reveal` does.
    """
    ref.check_name()
    asked = Act(fields=(part_name,), version=version)
    with recording(ref, verb, actor=actor, act=asked) as act:
        act.fields = ()
        text = _fetch_text(ref, act, version, find_format)
        with nothing_sent():
            part = find_part(text)
        act.fields = (part.name,)
        return part


@aws.deadline()
def hand_on(
    ref: Ref,
    verb: str,
    make: Callable[[str], T],
    *,
    actor: Actor,
    version: str,
    reason: str = "",
    find_format: Callable[[str], str] | None = None,
) -> T:
    """What `make` makes of a version's text, for another secret; nobody is shown the text.

    One call, recorded before it is made. `make` may refuse by raising. Raises as `reveal` does.
    """
    ref.check_name()
    asked = Act(version=version)
    with recording(ref, verb, actor=actor, reason=reason, act=asked) as act:
        text = _fetch_text(ref, act, version, find_format)
        with nothing_sent():
            return make(text)


@contextmanager
def nothing_sent() -> Iterator[None]:
    """An error inside comes from a function that was given a text, and nothing left this process.

    So the record says that the act failed, and not that nobody knows what became of it.
    """
    try:
        yield
    except Exception as error:
        vars(error).setdefault("outcome", "failed")
        raise


def _fetch_text(ref: Ref, act: Act, version: str, find_format: Callable[[str], str] | None) -> str:
    """A version's text; the record gets its id and format. Raises NoValue where it is binary."""
    text, act.version = fetch(ref, act, version=version)
    if text is None:
        raise NoValue(BINARY)
    act.format = find_format(text) if find_format else ""
    return text


def fetch(ref: Ref, act: Act, *, version: str = "") -> tuple[str | None, str]:
    """A version's text, None where it is binary, and its id; for recorded acts alone."""
    which: dict[str, str] = {"VersionId": version} if version else {"VersionStage": CURRENT}
    answer = aws.call(aws.client(ref.environment).get_secret_value, SecretId=ref.name, **which)
    act.request_id = aws.request_id(answer)
    _check_name(ref.name, answer)
    text: str | None = answer.get("SecretString")
    # A value with half of a surrogate pair is no text, so it counts as binary.
    if text is not None and not is_unicode(text):
        text = None
    return text, answer["VersionId"]


def _check_name(name: str, answer: Mapping[str, Any]) -> None:
    # AWS also finds a secret by a part of its ARN, which would be another one than was asked for.
    if answer["Name"] != name:
        raise NotFound("OtherName")
