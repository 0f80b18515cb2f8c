"""What can be done to a secret.

Each write is recorded before AWS is called, and its outcome after it. After a lost answer AWS is
asked what became of the act, whose UUID is the version's id.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from secretsadmin.action import Action
from secretsadmin.actions import CREATE
from secretsadmin.audit.deletions import window
from secretsadmin.audit.models import DESCRIPTION
from secretsadmin.audit.recording import Act, Actor, recording
from secretsadmin.config.ref import Ref
from secretsadmin.store import aws, errors, listing, reads, stages, traces
from secretsadmin.store.intents import intents
from secretsadmin.store.lost_answers import ask_aws, resolve_lost_answer
from secretsadmin.store.reads import CURRENT, PREVIOUS, TYPE_TAG, Secret, nothing_sent

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

CANDIDATE = "SECRETSADMIN"
# Labels that nobody may put on or move by hand begin so: AWS's own, and ours. Names that begin with
# CANDIDATE are kept for the labels of versions that wait for somebody's approval.
RESERVED_LABELS = ("AWS", CANDIDATE)
# What the line of a save says whose candidate has lost the label again.
WITHDRAWN = {"candidate": "withdrawn"}
# A save that changes the type's tag names it so among its fields.
TYPE_FIELD = "type tag"
MAX_DESCRIPTION = 2_048
RECOVERY_DAYS = range(7, 31)


@dataclass(frozen=True)
class Draft:
    """What is to be stored.

    `type` is for the tag that lists show, and `fields` names the fields that change. A `format`
    says that every reader was seen to read the text back. `holds` names the filled fields. `tags`
    are those of people's own that a new secret begins with.
    """

    text: str = field(repr=False)
    type: str = ""
    fields: tuple[str, ...] = ()
    format: str = ""
    holds: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@aws.deadline()
def create(
    ref: Ref,
    draft: Draft,
    action: Action = CREATE,
    /,
    *,
    actor: Actor,
    description: str = "",
    reason: str = "",
) -> str:
    """Store a new secret; one call. Returns its version's id.

    `action` is the one that is recorded, where it isn't CREATE but creates as well.

    Raises InvalidId, NameTaken, ScheduledForDeletion, NotRecorded, and any StoreError.
    """
    name, meant = ref.new_name, Act(fields=draft.fields)
    with (
        recording(ref, action.verb, actor=actor, reason=reason, act=meant) as act,
        _naming_version(ref, act, draft),
    ):
        answer = aws.call(
            aws.client(ref.environment).create_secret,
            Name=name,
            ClientRequestToken=act.token,
            SecretString=draft.text,
            Description=description,
            Tags=_all_tags(draft),
        )
        act.request_id = aws.request_id(answer)
    now = datetime.now(UTC)
    tags = {tag["Key"]: tag["Value"] for tag in _all_tags(draft)}
    secret = Secret(ref, description, tags, {act.version: (CURRENT,)}, now, now)
    listing.listing(ref.environment, ref.kind).learn(secret)
    return act.version


@aws.deadline()
def update(  # noqa: PLR0913 - all but two have names.
    ref: Ref,
    edit: Callable[[str], Draft],
    *,
    version: str,
    actor: Actor,
    before: Secret,
    description: str = "",
    type_after: str | None = None,
    reason: str = "",
) -> tuple[str, ...]:
    """Put a new version on top of `version`, the one that the form was opened on; three calls.

    `edit` makes the new text from the current one, and may refuse by raising. `before` is the
    metadata that description and type are compared with, and `type_after` is the draft's type,
    where that is known beforehand. Returns the names of the changed fields; none where nothing
    changed. Raises InvalidId, Conflict where AWSCURRENT is elsewhere, NotRecorded, and any
    StoreError.
    """
    ref.check_name()
    meant = Act(previous=version, details=intents(before, description, type_after))
    with recording(ref, "update", actor=actor, reason=reason, act=meant) as act:
        # Its outcome says what was done.
        act.details = None
        text = _current_text(ref, act, version)
        with nothing_sent():
            draft = edit(text)
        act.fields = draft.fields
        if draft.fields:
            _replace(ref, act, draft, version)
        act.fields += _describe(ref, before, draft, description, saved=bool(draft.fields))
    tags = {**before.tags, TYPE_TAG: draft.type} if draft.type else before.tags
    after = replace(_moved(before, act.version), description=description, tags=tags)
    listing.learn(ref, lambda _: after)
    return act.fields


@aws.deadline()
def roll_back(ref: Ref, *, to: str, version: str, actor: Actor, reason: str = "") -> None:
    """Move AWSCURRENT from `version` to the version `to`, without reading either; one call.

    Raises InvalidId, Conflict where AWSCURRENT is elsewhere, NotFound, NotRecorded, and any
    StoreError.
    """
    ref.check_name()
    move = Act(previous=version, version=to)
    with recording(ref, "roll-back", actor=actor, reason=reason, act=move) as act:
        try:
            _move(ref, act, to, version)
        except errors.Conflict:
            # AWS has one code for a label that is elsewhere and for a version that isn't there.
            if ask_aws(lambda: reads.describe(ref).current == version):
                raise errors.NotFound("NoSuchVersion") from None
            raise
    listing.learn(ref, lambda secret: _moved(secret, to))


@aws.deadline()
def schedule_deletion(
    ref: Ref, *, days: int, actor: Actor, reason: str = "", seen: str | None = None
) -> None:
    """Let AWS delete the secret in 7 to 30 days; one call, or two with the version that was `seen`.

    That one is empty where there was none.

    AWS takes no condition. So a save in the moment between the two calls is deleted as well, and
    comes back with a restore. Raises InvalidId, NotFound, ScheduledForDeletion, Conflict where
    AWSCURRENT is elsewhere than it was seen, NotRecorded, and any StoreError.
    """
    name = ref.name
    begun = datetime.now(UTC)
    deletion = Act(fields=(window(days),))
    with recording(ref, "delete", actor=actor, reason=reason, act=deletion) as act:
        if seen is not None and reads.describe(ref).current != seen:
            raise errors.Conflict
        with resolve_lost_answer(lambda: _is_deleted(ref, begun, days)):
            client = aws.client(ref.environment)
            answer = aws.call(client.delete_secret, SecretId=name, RecoveryWindowInDays=days)
            act.request_id = aws.request_id(answer)
    listing.learn(ref, lambda secret: replace(secret, deleted=begun + timedelta(days=days)))


@aws.deadline()
def restore(ref: Ref, *, actor: Actor, reason: str = "") -> None:
    """Take a scheduled deletion back; one call.

    Raises InvalidId, NotFound, NotRecorded, and any StoreError.
    """
    name = ref.name
    with (
        recording(ref, "restore", actor=actor, reason=reason) as act,
        resolve_lost_answer(lambda: reads.describe(ref).deleted is None),
    ):
        answer = aws.call(aws.client(ref.environment).restore_secret, SecretId=name)
        act.request_id = aws.request_id(answer)
    listing.learn(ref, lambda secret: replace(secret, deleted=None))


def _moved(secret: Secret, to: str) -> Secret:
    """The metadata after AWSCURRENT has moved, and AWSPREVIOUS has taken its old place."""
    if to == secret.current:
        return secret
    versions = {}
    for version, labels in secret.versions.items():
        versions[version] = tuple(name for name in labels if name not in (CURRENT, PREVIOUS))
    versions[to] = (*versions.get(to, ()), CURRENT)
    if secret.current:
        versions[secret.current] = (*versions[secret.current], PREVIOUS)
    labelled = {version: labels for version, labels in versions.items() if labels}
    return replace(secret, versions=labelled, changed=datetime.now(UTC))


def _is_deleted(ref: Ref, begun: datetime, days: int) -> bool:
    """Whether this deletion was scheduled, and not another one."""
    return traces.is_deleted(reads.describe(ref), begun, days)


def _current_text(ref: Ref, act: Act, version: str) -> str:
    """The current text; empty where it is binary, or where there is none.

    Raises Conflict where AWSCURRENT is on another version than this one.
    """
    try:
        text, act.version = reads.fetch(ref, act)
    except errors.NoValue:
        text, act.version = None, ""
    if act.version != version:
        raise errors.Conflict
    return text or ""


def _replace(ref: Ref, act: Act, draft: Draft, version: str) -> None:
    """Add a candidate, and move AWSCURRENT to it if that is still on the version that was read."""
    try:
        _put_candidate(ref, act, draft)
    except errors.Unknown as error:
        # A candidate alone changes nothing that Airflow reads.
        raise errors.Unavailable(error.code) from None
    try:
        _move(ref, act, act.token, version)
    except errors.Conflict:
        _withdraw(ref, act)
        raise


@contextmanager
def _naming_version(ref: Ref, act: Act, draft: Draft) -> Iterator[None]:
    """Let the record name the act's version, unless AWS surely made no version with that id."""
    before = act.version
    act.version, act.format, act.holds = act.token, draft.format, draft.holds
    try:
        with resolve_lost_answer(lambda: act.token in reads.describe(ref).versions):
            yield
    except errors.Unknown:
        raise
    except errors.StoreError:
        act.version, act.format, act.holds = before, "", ()
        raise


def _put_candidate(ref: Ref, act: Act, draft: Draft) -> None:
    with _naming_version(ref, act, draft):
        answer = aws.call(
            aws.client(ref.environment).put_secret_value,
            SecretId=ref.name,
            ClientRequestToken=act.token,
            SecretString=draft.text,
            VersionStages=[CANDIDATE],
        )
        act.request_id = aws.request_id(answer)


def _move(ref: Ref, act: Act, to: str, version: str) -> None:
    """Move AWSCURRENT if it is on `version`, or nowhere where that is empty. Raises Conflict."""
    stages.move(
        ref,
        act,
        CURRENT,
        to=to,
        version=version,
        has_moved=lambda: _has_moved(ref, act, to, version),
    )


def _has_moved(ref: Ref, act: Act, to: str, version: str) -> bool:
    secret = reads.describe(ref)
    return traces.current_has_moved(secret, to=to, version=version, is_own=to == act.token)


def _withdraw(ref: Ref, act: Act) -> None:
    """Take the candidate's label off again; a newer candidate may have taken it already."""
    # A label that stays harms nobody: AWS moves it to the next candidate, or it is taken off later.
    with suppress(errors.StoreError):
        aws.call(
            aws.client(ref.environment).update_secret_version_stage,
            SecretId=ref.name,
            VersionStage=CANDIDATE,
            RemoveFromVersionId=act.token,
        )
        act.details = WITHDRAWN


def _describe(
    ref: Ref, before: Secret, draft: Draft, description: str, *, saved: bool
) -> tuple[str, ...]:
    """Bring the description and the type's tag up to date; a call for each that changed.

    Returns the names of the fields that this changed. Raises PartlySaved if the value was `saved`.
    """
    try:
        with resolve_lost_answer(lambda: _is_described(ref, draft, description)):
            _send_description(ref, before, draft, description)
    except errors.StoreError as error:
        if saved:
            raise errors.PartlySaved(error.code) from None
        raise
    changed = []
    if description != before.description:
        changed.append(DESCRIPTION)
    # Where the value changes, its own fields say so.
    if draft.type != before.type and not saved:
        changed.append(TYPE_FIELD)
    return tuple(changed)


def _is_described(ref: Ref, draft: Draft, description: str) -> bool:
    secret = reads.describe(ref)
    return (secret.description, secret.type) == (description, draft.type)


def _send_description(ref: Ref, before: Secret, draft: Draft, description: str) -> None:
    client = aws.client(ref.environment)
    if description != before.description:
        aws.call(client.update_secret, SecretId=ref.name, Description=description)
    if draft.type and draft.type != before.type:
        aws.call(client.tag_resource, SecretId=ref.name, Tags=_tags(draft))
    elif before.type and not draft.type:
        aws.call(client.untag_resource, SecretId=ref.name, TagKeys=[TYPE_TAG])


def _tags(draft: Draft) -> "list[TagTypeDef]":
    if not draft.type:
        return []
    return [{"Key": TYPE_TAG, "Value": draft.type}]


def _all_tags(draft: Draft) -> "list[TagTypeDef]":
    own: list[TagTypeDef] = [{"Key": key, "Value": value} for key, value in draft.tags.items()]
    return [*_tags(draft), *own]
