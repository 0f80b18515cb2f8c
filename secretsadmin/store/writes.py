"""What can be done to a secret. Each write is recorded before AWS is called, and its outcome after it.

Lost answers are resolved by asking AWS what became of the act: its UUID is the version's id.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from secretsadmin.audit.models import Act, Actor, recording
from secretsadmin.environments import Ref
from secretsadmin.store import aws, errors, listing, reads
from secretsadmin.store.reads import CURRENT, TYPE_TAG, Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

CANDIDATE = "SECRETSADMIN"
PREVIOUS = "AWSPREVIOUS"
MAX_BYTES = 65_536
MAX_DESCRIPTION = 2_048
RECOVERY_DAYS = range(7, 31)


@dataclass(frozen=True)
class Draft:
    """What is to be stored: the text, the type for the list's tag, and the names of the fields that it changes."""

    text: str = field(repr=False)
    type: str = ""
    fields: tuple[str, ...] = ()


def create(ref: Ref, draft: Draft, *, actor: Actor, description: str = "", reason: str = "") -> str:
    """Store a new secret; one call. Returns its version's id.

    Raises InvalidId, NameTaken, ScheduledForDeletion, NotRecorded, and any StoreError.
    """
    name = ref.new_name
    with recording(ref, "create", actor=actor, reason=reason, fields=draft.fields) as act:
        act.version = act.token
        with _resolving(lambda: _has_version(ref, act)), aws.calling(ref.environment) as client:
            answer = client.create_secret(
                Name=name,
                ClientRequestToken=act.token,
                SecretString=draft.text,
                Description=description,
                Tags=_tags(draft),
            )
            act.request_id = aws.request_id(answer)
    now = datetime.now(UTC)
    made = Secret(
        ref,
        description,
        {tag["Key"]: tag["Value"] for tag in _tags(draft)},
        {act.version: (CURRENT,)},
        now,
        now,
    )
    listing.listing(ref.environment, ref.kind).learn(ref, made)
    return act.version


def update(
    ref: Ref,
    edit: Callable[[str], Draft],
    *,
    version: str,
    actor: Actor,
    before: Secret,
    description: str = "",
    reason: str = "",
) -> tuple[str, ...]:
    """Put a new version on top of `version`, the one that the form was opened on; three calls.

    `edit` makes the new text from the current one, and may refuse by raising. `before` is the metadata that
    description and type are compared with. Returns the names of the changed fields, none where nothing changed.
    Raises Conflict where AWSCURRENT is elsewhere, NotRecorded, and any StoreError.
    """
    with recording(ref, "update", actor=actor, reason=reason, previous=version) as act:
        value = _current(ref, act, version)
        draft = edit(value.text if value else "")
        act.version = version
        act.fields = draft.fields
        if draft.fields:
            act.version = act.token
            _replace(ref, act, draft, version) if version else _put(ref, act, draft, CURRENT)
        act.fields += _describe(ref, before, draft, description, saved=bool(draft.fields))
    tags = {**before.tags, TYPE_TAG: draft.type} if draft.type else before.tags
    after = replace(_moved(before, act.version), description=description, tags=tags)
    listing.learn(ref, lambda _: after)
    return act.fields


def roll_back(ref: Ref, *, to: str, version: str, actor: Actor, reason: str = "") -> None:
    """Move AWSCURRENT from `version` to another one, without reading either; one call.

    Raises Conflict where AWSCURRENT is elsewhere, NotFound, NotRecorded, and any StoreError.
    """
    with recording(ref, "roll-back", actor=actor, reason=reason, previous=version, version=to) as act:
        _move(ref, act, to, version)
    listing.learn(ref, lambda known: _moved(known, to))


def schedule_deletion(ref: Ref, *, days: int, actor: Actor, reason: str = "") -> None:
    """Let AWS delete the secret in 7 to 30 days; one call. Raises ScheduledForDeletion, NotRecorded, any StoreError."""
    started = datetime.now(UTC) - timedelta(minutes=1)
    with (
        recording(ref, "delete", actor=actor, reason=reason) as act,
        _resolving(lambda: _is_deleted_since(ref, started, days)),
        aws.calling(ref.environment) as client,
    ):
        answer = client.delete_secret(SecretId=ref.name, RecoveryWindowInDays=days)
        act.request_id = aws.request_id(answer)
    listing.learn(ref, lambda known: replace(known, deleted=datetime.now(UTC) + timedelta(days=days)))


def restore(ref: Ref, *, actor: Actor, reason: str = "") -> None:
    """Take a scheduled deletion back; one call. Raises NotFound, NotRecorded, and any StoreError."""
    with (
        recording(ref, "restore", actor=actor, reason=reason) as act,
        _resolving(lambda: reads.describe(ref).deleted is None),
        aws.calling(ref.environment) as client,
    ):
        answer = client.restore_secret(SecretId=ref.name)
        act.request_id = aws.request_id(answer)
    listing.learn(ref, lambda known: replace(known, deleted=None))


def _moved(secret: Secret, to: str) -> Secret:
    """The metadata after AWSCURRENT has moved: AWSPREVIOUS follows to where it was."""
    if to == secret.current:
        return secret
    kept = {
        version: tuple(label for label in labels if label not in (CURRENT, PREVIOUS))
        for version, labels in secret.versions.items()
    }
    kept[to] = (*kept.get(to, ()), CURRENT)
    if secret.current:
        kept[secret.current] = (*kept[secret.current], PREVIOUS)
    return replace(secret, versions={v: labels for v, labels in kept.items() if labels}, changed=datetime.now(UTC))


# After these AWS would answer no question either.
_CERTAIN = (errors.NotAllowed, errors.BadCredentials, errors.Misconfigured)


@contextmanager
def _resolving(has_happened: Callable[[], bool]) -> Iterator[None]:
    """Whatever the last attempt met, an earlier one may have been carried out: ask AWS before telling of an error."""
    try:
        yield
    except errors.StoreError as error:
        if isinstance(error, _CERTAIN):
            raise
        happened = _asked(has_happened)
        if happened is None and isinstance(error, errors.Unavailable):
            raise errors.Unknown(error.code) from None
        if not happened:
            raise


def _asked(question: Callable[[], bool]) -> bool | None:
    try:
        with aws.asking():
            return question()
    except errors.NotFound:
        return False
    except errors.StoreError:
        return None


def _has_version(ref: Ref, act: Act) -> bool:
    return act.token in reads.describe(ref).versions


def _is_deleted_since(ref: Ref, started: datetime, days: int) -> bool:
    # AWS tells when the deletion was asked for, emulators when it will be carried out.
    deleted = reads.describe(ref).deleted
    return deleted is not None and any(
        abs(deleted - moment) < timedelta(minutes=2) for moment in (started, started + timedelta(days=days))
    )


def _current(ref: Ref, act: Act, version: str) -> reads.Value | None:
    try:
        value = reads.fetch(ref, act)
    except errors.NoValue:
        if version:
            raise errors.Conflict from None
        return None
    if value.version != version:
        raise errors.Conflict
    return value


def _replace(ref: Ref, act: Act, draft: Draft, version: str) -> None:
    """Add a candidate, then swap: AWSCURRENT moves only if it is still on the version that was read."""
    try:
        _put(ref, act, draft, CANDIDATE)
    except errors.Unknown as error:
        # A candidate alone changes nothing that Airflow reads.
        raise errors.Unavailable(error.code) from None
    try:
        _move(ref, act, act.token, version)
    except errors.Conflict:
        _withdraw(ref, act)
        raise


def _put(ref: Ref, act: Act, draft: Draft, stage: str) -> None:
    with _resolving(lambda: _has_version(ref, act)), aws.calling(ref.environment) as client:
        answer = client.put_secret_value(
            SecretId=ref.name, ClientRequestToken=act.token, SecretString=draft.text, VersionStages=[stage]
        )
        act.request_id = aws.request_id(answer)


def _move(ref: Ref, act: Act, to: str, version: str) -> None:
    try:
        with (
            _resolving(lambda: CURRENT in reads.describe(ref).versions.get(to, ())),
            aws.calling(ref.environment) as client,
        ):
            answer = client.update_secret_version_stage(
                SecretId=ref.name, VersionStage=CURRENT, MoveToVersionId=to, RemoveFromVersionId=version
            )
            act.request_id = aws.request_id(answer)
    except errors.Refused as error:
        if error.code not in ("InvalidParameterException", "InvalidRequestException"):
            raise
        raise errors.Conflict from None


def _withdraw(ref: Ref, act: Act) -> None:
    """Take the candidate's label off the loser; a newer candidate may have taken it already."""
    try:
        with aws.calling(ref.environment) as client:
            client.update_secret_version_stage(SecretId=ref.name, VersionStage=CANDIDATE, RemoveFromVersionId=act.token)
    except errors.StoreError:
        # A left-over label harms nobody: AWS moves it to the next candidate.
        return


def _describe(ref: Ref, before: Secret, draft: Draft, description: str, *, saved: bool) -> tuple[str, ...]:
    """Bring the description and the type's tag up to date, where they changed. Returns their names."""
    changed: list[str] = []
    try:
        with aws.calling(ref.environment) as client:
            if description != before.description:
                client.update_secret(SecretId=ref.name, Description=description)
                changed.append("description")
            if draft.type != before.type:
                _tag(client, ref, draft)
    except errors.StoreError as error:
        if saved:
            raise errors.PartlySaved(error.code) from None
        raise
    return tuple(changed)


def _tag(client: "SecretsManagerClient", ref: Ref, draft: Draft) -> None:
    if draft.type:
        client.tag_resource(SecretId=ref.name, Tags=_tags(draft))
    else:
        client.untag_resource(SecretId=ref.name, TagKeys=[TYPE_TAG])


def _tags(draft: Draft) -> "list[TagTypeDef]":
    return [{"Key": TYPE_TAG, "Value": draft.type}] if draft.type else []
