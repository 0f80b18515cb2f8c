"""What can be done to a secret. Each write is recorded before AWS is called, and its outcome after it.

Lost answers are resolved by asking AWS what became of the act: its UUID is the version's id.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from secretsadmin.audit.deletions import window
from secretsadmin.audit.models import Act, Actor, recording
from secretsadmin.environments import Ref
from secretsadmin.store import aws, errors, listing, reads, stages
from secretsadmin.store.lost_answers import asked, resolving
from secretsadmin.store.reads import CURRENT, PREVIOUS, TYPE_TAG, Secret

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.type_defs import TagTypeDef

CANDIDATE = "SECRETSADMIN"
# How labels begin that nobody may attach or move by hand: AWS's own, and ours. Below CANDIDATE's name there is room for
# the labels of versions that wait for somebody's approval.
RESERVED_LABELS = ("AWS", CANDIDATE)
MAX_BYTES = 65_536
MAX_DESCRIPTION = 2_048
RECOVERY_DAYS = range(7, 31)


@dataclass(frozen=True)
class Draft:
    """What is to be stored: the text, the type for the list's tag, and the names of the fields that it changes.

    `form` names the spelling, and says that all readers were seen to read it back; `holds` are the filled fields.
    """

    text: str = field(repr=False)
    type: str = ""
    fields: tuple[str, ...] = ()
    form: str = ""
    holds: tuple[str, ...] = ()


@aws.one_action()
def create(ref: Ref, draft: Draft, *, actor: Actor, description: str = "", reason: str = "") -> str:
    """Store a new secret; one call. Returns its version's id.

    Raises InvalidId, NameTaken, ScheduledForDeletion, NotRecorded, and any StoreError.
    """
    name = ref.new_name
    with recording(ref, "create", actor=actor, reason=reason, fields=draft.fields) as act, _making(ref, act, draft):
        answer = aws.call(
            aws.client(ref.environment).create_secret,
            Name=name,
            ClientRequestToken=act.token,
            SecretString=draft.text,
            Description=description,
            Tags=_tags(draft),
        )
        act.request_id = aws.request_id(answer)
    listing.listing(ref.environment, ref.kind).learn(_made(ref, draft, description, act.version))
    return act.version


def _made(ref: Ref, draft: Draft, description: str, version: str) -> Secret:
    now = datetime.now(UTC)
    tags = {tag["Key"]: tag["Value"] for tag in _tags(draft)}
    return Secret(ref, description, tags, {version: (CURRENT,)}, now, now)


@aws.one_action()
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
    Raises InvalidId, Conflict where AWSCURRENT is elsewhere, NotRecorded, and any StoreError.
    """
    _ = ref.name
    with recording(ref, "update", actor=actor, reason=reason, previous=version) as act:
        draft = _edited(edit, _text_of(ref, act, version))
        act.fields = draft.fields
        if draft.fields:
            _replace(ref, act, draft, version)
        act.fields += _describe(ref, before, draft, description, saved=bool(draft.fields))
    tags = {**before.tags, TYPE_TAG: draft.type} if draft.type else before.tags
    after = replace(_moved(before, act.version), description=description, tags=tags)
    listing.learn(ref, lambda _: after)
    return act.fields


@aws.one_action()
def roll_back(ref: Ref, *, to: str, version: str, actor: Actor, reason: str = "") -> None:
    """Move AWSCURRENT from `version` to another one, without reading either; one call.

    Raises InvalidId, Conflict where AWSCURRENT is elsewhere, NotFound, NotRecorded, and any StoreError.
    """
    _ = ref.name
    with recording(ref, "roll-back", actor=actor, reason=reason, previous=version, version=to) as act:
        try:
            _move(ref, act, to, version)
        except errors.Conflict:
            # AWS has one code for a label that is elsewhere and for a version that isn't there.
            if asked(lambda: reads.describe(ref).current == version):
                raise errors.NotFound("NoSuchVersion") from None
            raise
    listing.learn(ref, lambda known: _moved(known, to))


@aws.one_action()
def schedule_deletion(ref: Ref, *, days: int, actor: Actor, reason: str = "") -> None:
    """Let AWS delete the secret in 7 to 30 days; one call.

    Raises InvalidId, NotFound, ScheduledForDeletion, NotRecorded, and any StoreError.
    """
    name = ref.name
    now = datetime.now(UTC)
    with (
        recording(ref, "delete", actor=actor, reason=reason, fields=(window(days),)) as act,
        resolving(lambda: _is_deleted(ref, now, days)),
    ):
        client = aws.client(ref.environment)
        answer = aws.call(client.delete_secret, SecretId=name, RecoveryWindowInDays=days)
        act.request_id = aws.request_id(answer)
    listing.learn(ref, lambda known: replace(known, deleted=now + timedelta(days=days)))


@aws.one_action()
def restore(ref: Ref, *, actor: Actor, reason: str = "") -> None:
    """Take a scheduled deletion back; one call. Raises InvalidId, NotFound, NotRecorded, and any StoreError."""
    name = ref.name
    with (
        recording(ref, "restore", actor=actor, reason=reason) as act,
        resolving(lambda: reads.describe(ref).deleted is None),
    ):
        answer = aws.call(aws.client(ref.environment).restore_secret, SecretId=name)
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


def _has_version(ref: Ref, act: Act) -> bool:
    return act.token in reads.describe(ref).versions


def _is_deleted(ref: Ref, since: datetime, days: int) -> bool:
    # AWS tells when the deletion was asked for, emulators when it will be carried out. Clocks may differ a little.
    deleted = reads.describe(ref).deleted
    moments = (since, since + timedelta(days=days))
    return deleted is not None and any(abs(deleted - moment) < timedelta(minutes=2) for moment in moments)


def _text_of(ref: Ref, act: Act, version: str) -> str:
    """The current text, which must stand in `version`; nothing where it is binary, or where there is none."""
    try:
        text, act.version = reads.fetch(ref, act)
    except errors.NoValue:
        text, act.version = None, ""
    if act.version != version:
        raise errors.Conflict
    return text or ""


def _edited(edit: Callable[[str], Draft], text: str) -> Draft:
    try:
        return edit(text)
    except Exception as refusal:
        # Nothing was sent, so the record needn't call it unknown what became of it.
        vars(refusal).setdefault("outcome", "failed")
        raise


def _replace(ref: Ref, act: Act, draft: Draft, version: str) -> None:
    """Add a candidate, then swap: AWSCURRENT moves only if it is still on the version that was read."""
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
def _making(ref: Ref, act: Act, draft: Draft) -> Iterator[None]:
    """Let the record name the act's version, unless AWS surely made none of that id."""
    before = act.version
    act.version, act.form, act.holds = act.token, draft.form, draft.holds
    try:
        with resolving(lambda: _has_version(ref, act)):
            yield
    except errors.Unknown:
        raise
    except errors.StoreError:
        act.version, act.form, act.holds = before, "", ()
        raise


def _put_candidate(ref: Ref, act: Act, draft: Draft) -> None:
    with _making(ref, act, draft):
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
    stages.move(ref, act, CURRENT, to=to, version=version, has_moved=lambda: _has_moved(ref, act, to, version))


def _has_moved(ref: Ref, act: Act, to: str, version: str) -> bool:
    known = reads.describe(ref)
    labels = known.versions.get(to, ())
    # The act's own version can have become the previous one only by having been the current one. Another can have been
    # the previous one before; but if AWSCURRENT is on a third one, it came there from this one.
    is_overtaken = to == act.token or (version not in ("", known.current))
    return CURRENT in labels or (PREVIOUS in labels and is_overtaken)


def _withdraw(ref: Ref, act: Act) -> None:
    """Take the candidate's label off the loser; a newer candidate may have taken it already."""
    # A left-over label harms nobody: AWS moves it to the next candidate.
    with suppress(errors.StoreError):
        aws.call(
            aws.client(ref.environment).update_secret_version_stage,
            SecretId=ref.name,
            VersionStage=CANDIDATE,
            RemoveFromVersionId=act.token,
        )


def _describe(ref: Ref, before: Secret, draft: Draft, description: str, *, saved: bool) -> tuple[str, ...]:
    """Bring the description and the type's tag up to date, where they changed. Returns their names."""
    changed = ("description",) if description != before.description else ()
    try:
        with resolving(lambda: _is_described(ref, draft, description)):
            _send_description(ref, before, draft, description)
    except errors.StoreError as error:
        if saved:
            raise errors.PartlySaved(error.code) from None
        raise
    return changed


def _is_described(ref: Ref, draft: Draft, description: str) -> bool:
    known = reads.describe(ref)
    return (known.description, known.type) == (description, draft.type)


def _send_description(ref: Ref, before: Secret, draft: Draft, description: str) -> None:
    client = aws.client(ref.environment)
    if description != before.description:
        aws.call(client.update_secret, SecretId=ref.name, Description=description)
    if draft.type and draft.type != before.type:
        aws.call(client.tag_resource, SecretId=ref.name, Tags=_tags(draft))
    elif before.type and not draft.type:
        aws.call(client.untag_resource, SecretId=ref.name, TagKeys=[TYPE_TAG])


def _tags(draft: Draft) -> "list[TagTypeDef]":
    return [{"Key": TYPE_TAG, "Value": draft.type}] if draft.type else []
