"""A secret's own tags: set, changed and taken off. AWS's and ours are nobody's to change.

No value is read for it.

Source: "Tagging AWS Secrets Manager secrets" in the AWS Secrets Manager User Guide.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from secretsadmin.audit.recording import Act, Actor, recording
from secretsadmin.config.ref import Ref
from secretsadmin.store import aws, errors, listing, reads
from secretsadmin.store.intents import intents_of_tags
from secretsadmin.store.lost_answers import ask_aws, resolve_lost_answer

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import EmptyResponseMetadataTypeDef, TagTypeDef

MOST_TAGS = 50
MAX_KEY, MAX_VALUE = 128, 256
# Keys that begin so are AWS's own, or say what the secret is to this dashboard.
RESERVED_TAGS = ("aws:", "airflow:", "secretsadmin:")
_ALLOWED = re.compile(r"[\w .:/=+@-]*")


class InvalidTag(ValueError):
    """Raised for a tag that AWS wouldn't take, or that is protected. The message says why."""


@dataclass(frozen=True)
class TagChange:
    """What becomes of a secret's tags: those that are `put`, and the keys of those that go."""

    put: Mapping[str, str] = field(default_factory=dict)
    removed: Collection[str] = ()

    def __bool__(self) -> bool:
        return bool(self.put or self.removed)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({*self.put, *self.removed}))

    def over(self, tags: Mapping[str, str]) -> dict[str, str]:
        """The tags after the change."""
        kept = {key: value for key, value in tags.items() if key not in self.removed}
        return kept | dict(self.put)

    def narrowed_to(self, tags: Mapping[str, str]) -> "TagChange":
        """What of the change these tags don't have yet."""
        put = {key: value for key, value in self.put.items() if tags.get(key) != value}
        return TagChange(put, tuple(key for key in self.removed if key in tags))


def is_reserved(key: str) -> bool:
    return key.lower().startswith(RESERVED_TAGS)


def own(tags: Mapping[str, str]) -> dict[str, str]:
    """Those of the tags that people set, by their keys in order."""
    return {key: tags[key] for key in sorted(tags) if not is_reserved(key)}


def reserved(tags: Mapping[str, str]) -> dict[str, str]:
    """Those of the tags that nobody changes here."""
    return {key: tags[key] for key in sorted(tags) if is_reserved(key)}


def check_key(key: str) -> None:
    """Raises InvalidTag."""
    if not key.strip():
        raise InvalidTag("A tag needs a key.")
    if len(key) > MAX_KEY:
        raise InvalidTag(
            f"A tag's key has at most {MAX_KEY} characters, and one here has {len(key):,}."
        )
    if is_reserved(key):
        begins = ", ".join(RESERVED_TAGS)
        raise InvalidTag(f"Tags that begin with {begins} are kept for AWS and for this dashboard.")
    if not _ALLOWED.fullmatch(key):
        raise InvalidTag("A tag's key takes letters, digits, spaces and _ . : / = + - @ alone.")


def check_value(value: str) -> None:
    """Raises InvalidTag."""
    if len(value) > MAX_VALUE:
        raise InvalidTag(
            f"A tag's value has at most {MAX_VALUE} characters, and one here has {len(value):,}."
        )
    if not _ALLOWED.fullmatch(value):
        raise InvalidTag("A tag's value takes letters, digits, spaces and _ . : / = + - @ alone.")


def check(change: TagChange) -> None:
    """Raises InvalidTag for a change that AWS wouldn't take of any secret."""
    for key in change.names:
        check_key(key)
    for value in change.put.values():
        check_value(value)


@aws.deadline()
def tag(
    ref: Ref, *, change: TagChange, before: Mapping[str, str], actor: Actor, reason: str = ""
) -> None:
    """Set some tags and take others off; two calls, or three where it does both.

    `before` are the tags that the person saw. Raises InvalidId, InvalidTag, Conflict where a tag
    that is to change is another one by now, TooManyTags, PartlyTagged, NotRecorded, and any
    StoreError.
    """
    ref.check_name()
    check(change)
    after = change.over(before)
    meant = Act(fields=change.names, details=intents_of_tags(before, after, change.names))
    with recording(ref, "tag", actor=actor, reason=reason, act=meant) as act:
        # Its outcome says what was done.
        act.details = None
        now = _tags_now(ref, change, before)
        _put(ref, act, change)
        _remove(ref, act, change)
    listing.learn(ref, lambda secret: replace(secret, tags=change.over(now)))


def _tags_now(ref: Ref, change: TagChange, before: Mapping[str, str]) -> Mapping[str, str]:
    """What AWS has now; one call. Raises Conflict and TooManyTags."""
    now = reads.describe(ref).tags
    if any(now.get(name) != before.get(name) for name in change.names):
        raise errors.Conflict
    if len(change.over(now)) > MOST_TAGS:
        raise errors.TooManyTags
    return now


def _put(ref: Ref, act: Act, change: TagChange) -> None:
    if not change.put:
        return

    def is_put() -> bool:
        return change.put.items() <= reads.describe(ref).tags.items()

    tags: list[TagTypeDef] = [{"Key": key, "Value": change.put[key]} for key in sorted(change.put)]
    with resolve_lost_answer(is_put):
        answer = aws.call(aws.client(ref.environment).tag_resource, SecretId=ref.name, Tags=tags)
        _check_answer(act, answer, is_put)


def _remove(ref: Ref, act: Act, change: TagChange) -> None:
    if not change.removed:
        return

    def is_removed() -> bool:
        return reads.describe(ref).tags.keys().isdisjoint(change.removed)

    client, names = aws.client(ref.environment), sorted(change.removed)
    try:
        with resolve_lost_answer(is_removed):
            answer = aws.call(client.untag_resource, SecretId=ref.name, TagKeys=names)
            _check_answer(act, answer, is_removed)
    except errors.StoreError as error:
        if change.put:
            raise errors.PartlyTagged(error.code) from None
        raise


def _check_answer(
    act: Act, answer: "EmptyResponseMetadataTypeDef", has_happened: Callable[[], bool]
) -> None:
    """Raises Unavailable where it wasn't AWS that answered, and AWS hasn't done it.

    AWS answers these calls with nothing but a status, as a proxy's own page has one.
    """
    act.request_id = aws.request_id(answer)
    if not act.request_id and ask_aws(has_happened) is False:
        raise errors.Unavailable("NoAnswer")
