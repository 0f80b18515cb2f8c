"""Short words for what the tests of the store do, and for what they expect of the record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from secretsadmin.audit.models import Event, Outcome
from secretsadmin.audit.recording import Actor
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import find_environment
from secretsadmin.kinds import VARIABLES, Kind
from secretsadmin.store import labels, reads, tags, writes
from secretsadmin.store.reads import CURRENT, Secret
from secretsadmin.store.tags import TagChange
from secretsadmin.store.writes import Draft
from tests.secretsadmin.demo.emulated import labels as stages

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient as Client

ANNA = Actor("anna", "192.0.2.7")
CANARY = f"canary-{uuid4().hex}"
LABEL = "tested"


def default() -> Environment:
    environment = find_environment("default")
    assert environment
    return environment


def ref_to(key: str, kind: Kind = VARIABLES) -> Ref:
    return Ref.from_key(default(), kind, key)


def create(ref: Ref, text: str = CANARY, **more: Any) -> str:
    return writes.create(ref, Draft(text, fields=("value",)), actor=ANNA, **more)


def save(ref: Ref, version: str, text: str = CANARY, **more: Any) -> tuple[str, ...]:
    """Replace the value, on top of `version`."""
    before = more.pop("before", Secret(ref, versions={version: (CURRENT,)} if version else {}))
    fields = more.pop("fields", ("value",))
    draft = Draft(text, more.pop("type", ""), fields)
    return writes.update(ref, lambda _: draft, version=version, actor=ANNA, before=before, **more)


def ended(ref: Ref, verb: str, outcome: str) -> Event:
    """The last line of the only act on the secret; the act ended so, and holds no value."""
    rows = list(Event.objects.on(ref).order_by("id"))
    assert [(row.action, row.outcome) for row in rows] == [
        (f"{ref.kind}.{verb}", Outcome.STARTED),
        (f"{ref.kind}.{verb}", outcome),
    ]
    start, end = rows
    assert start.act == end.act
    assert (end.user, end.address) == (ANNA.user, ANNA.address)
    assert CANARY not in str(list(Event.objects.on(ref).values()))
    return end


@dataclass(frozen=True)
class Step:
    """One call that an act makes: the act, the operation, and whether it is seen in AWS."""

    verb: str
    operation: str
    act: Callable[[Ref, str], object]
    is_done: Callable[["Client", Ref, str], bool] = lambda *_: False


def _current(aws: "Client", ref: Ref) -> str:
    return aws.get_secret_value(SecretId=ref.name, VersionStage=CURRENT)["VersionId"]


def _exists(aws: "Client", ref: Ref, _: str) -> bool:
    page = aws.list_secrets(
        Filters=[{"Key": "name", "Values": [ref.name]}], IncludePlannedDeletion=True
    )
    return bool(page["SecretList"])


def _is_scheduled(aws: "Client", ref: Ref, _: str) -> bool:
    return "DeletedDate" in aws.describe_secret(SecretId=ref.name)


def _roll_back(ref: Ref, version: str) -> None:
    older = next(v.id for v in reads.versions(ref) if v.id != version)
    writes.roll_back(ref, to=older, version=version, actor=ANNA)


def _has_moved(aws: "Client", ref: Ref, version: str) -> bool:
    return _current(aws, ref) != version


def _labelled(aws: "Client", ref: Ref) -> list[str]:
    """The versions on which the label stands; AWS has it on one at most."""
    return [version for version, names in stages(aws, ref.name).items() if LABEL in names]


def _attach(ref: Ref, version: str) -> None:
    labels.label(ref, label=LABEL, to=version, version="", actor=ANNA)


def _move_label(ref: Ref, version: str) -> None:
    older = next(v.id for v in reads.versions(ref) if v.id != version)
    labels.label(ref, label=LABEL, to=version, version=older, actor=ANNA)


def _remove(ref: Ref, version: str) -> None:
    labels.label(ref, label=LABEL, to="", version=version, actor=ANNA)


def _tags(aws: "Client", ref: Ref) -> dict[str, str]:
    tags = aws.describe_secret(SecretId=ref.name).get("Tags", [])
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tag(ref: Ref, _: str) -> None:
    tags.tag(ref, change=TagChange({"owner": "dwh"}), before={}, actor=ANNA)


def _untag(ref: Ref, _: str) -> None:
    before = reads.describe(ref).tags
    tags.tag(ref, change=TagChange({}, ("owner",)), before=before, actor=ANNA)


def _stands(aws: "Client", ref: Ref, version: str) -> bool:
    return _labelled(aws, ref) == [version]


CREATE = Step("create", "CreateSecret", lambda ref, _: create(ref), _exists)
READ = Step("update", "GetSecretValue", save, _has_moved)
PUT = Step("update", "PutSecretValue", save, _has_moved)
MOVE = Step("update", "UpdateSecretVersionStage", save, _has_moved)
ROLL_BACK = Step("roll-back", "UpdateSecretVersionStage", _roll_back, _has_moved)
ATTACH = Step("label", "UpdateSecretVersionStage", _attach, _stands)
MOVE_LABEL = Step("label", "UpdateSecretVersionStage", _move_label, _stands)
REMOVE = Step(
    "label", "UpdateSecretVersionStage", _remove, lambda aws, ref, _: not _labelled(aws, ref)
)
LABELS = {ATTACH: "attach", MOVE_LABEL: "move", REMOVE: "remove"}
TAG = Step("tag", "TagResource", _tag, lambda aws, ref, _: _tags(aws, ref) == {"owner": "dwh"})
UNTAG = Step("tag", "UntagResource", _untag, lambda aws, ref, _: not _tags(aws, ref))
DELETE = Step(
    "delete",
    "DeleteSecret",
    lambda ref, _: writes.schedule_deletion(ref, days=7, actor=ANNA),
    _is_scheduled,
)
RESTORE = Step(
    "restore",
    "RestoreSecret",
    lambda ref, _: writes.restore(ref, actor=ANNA),
    lambda aws, ref, version: not _is_scheduled(aws, ref, version),
)
REVEAL = Step("reveal", "GetSecretValue", lambda ref, _: reads.reveal(ref, "reveal", actor=ANNA))
WRITES = (CREATE, PUT, MOVE, ROLL_BACK, *LABELS, TAG, UNTAG, DELETE, RESTORE)
STEPS = (*WRITES, READ, REVEAL)


def step_name(step: Step) -> str:
    return f"{LABELS.get(step, step.verb)}-{step.operation}"


def prepared(aws: "Client", ref: Ref, step: Step) -> str:
    """The secret as the step needs it, made by somebody else; returns its current version."""
    if step is CREATE:
        return ""
    version = aws.create_secret(Name=ref.name, SecretString="first")["VersionId"]
    if step is ROLL_BACK:
        version = aws.put_secret_value(SecretId=ref.name, SecretString="second")["VersionId"]
    if step is MOVE_LABEL:
        aws.put_secret_value(SecretId=ref.name, SecretString="labelled", VersionStages=[LABEL])
    if step is REMOVE:
        aws.update_secret_version_stage(
            SecretId=ref.name, VersionStage=LABEL, MoveToVersionId=version
        )
    if step is UNTAG:
        aws.tag_resource(SecretId=ref.name, Tags=[{"Key": "owner", "Value": "dwh"}])
    if step is RESTORE:
        aws.delete_secret(SecretId=ref.name)
    return version
