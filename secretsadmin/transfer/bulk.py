"""What one action would do to many secrets of a kind, and the steps that do it.

Nothing is read for a plan but the list. So it tells nobody more than the list does.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from django.contrib.auth.models import User

from secretsadmin.access import policy
from secretsadmin.actions import (
    CREATE,
    DELETE,
    DUPLICATE,
    LABEL,
    RESTORE,
    REVEAL,
    TAG,
    UPDATE,
)
from secretsadmin.adapter import KindAdapter
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.config.ref import Ref
from secretsadmin.store.labels import room
from secretsadmin.store.reads import Secret
from secretsadmin.store.tags import MOST_TAGS, TagChange
from secretsadmin.store.traces import holder
from secretsadmin.store.writes import Draft
from secretsadmin.transfer.duplicating import refusal_of_copy
from secretsadmin.transfer.plan import Fate, Plan, Row, plan_of
from secretsadmin.transfer.running import Step
from secretsadmin.transfer.steps import (
    deleting,
    labelling,
    renaming,
    restoring,
    tagging,
    updating,
)

SCHEDULED = "It waits for its deletion. Restore it first."


@dataclass(frozen=True)
class Rename:
    """How ids are made anew: `find` is replaced, and then something is put in front."""

    put_before: str = ""
    find: str = ""
    replacement: str = ""

    def of(self, id_: str) -> str:
        if self.find:
            id_ = id_.replace(self.find, self.replacement)
        return f"{self.put_before}{id_}"


@dataclass(frozen=True)
class Job:
    """What is to be done to which secrets, as somebody said it.

    `listed` are the secrets that the person sees, by key. `said` holds the cleaned fields of the
    action's form. `versions` are those that the person saw in a plan, by the keys of its rows, and
    None as long as nobody has seen one.
    """

    user: User
    adapter: KindAdapter
    refs: tuple[Ref, ...]
    listed: Mapping[str, Secret]
    said: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] | None = None

    @property
    def reason(self) -> str:
        return str(self.said.get("reason", ""))

    @property
    def days(self) -> int:
        return int(self.said.get("days") or 0)

    @property
    def renames(self) -> Rename:
        said = self.said
        return Rename(said["put_before"], said["find"], said["replacement"])

    def may(self, verb: str, ref: Ref) -> bool:
        return policy.may(self.user, verb, ref.environment, ref.kind, ref)

    def seen(self, secret: Secret) -> str:
        """The version that the person saw, or sees now."""
        if self.versions is None:
            return secret.current
        return self.versions.get(_key(secret.ref), "")

    def target(self, ref: Ref) -> Ref:
        return Ref(ref.environment, ref.kind, self.renames.of(ref.id), ref.team)

    @cached_property
    def targets(self) -> Counter[str]:
        """How many of the secrets would get each new id."""
        return Counter(self.target(ref).key for ref in self.refs)


RowOf = Callable[[Job, Secret], Row]


@dataclass(frozen=True)
class BulkAction:
    """One action on many secrets. `needs` are the rights that it takes, the first for its page."""

    key: str
    title: str
    needs: tuple[str, ...]
    row: RowOf
    about: str = ""
    is_for_scheduled: bool = False
    is_for_types: bool = False

    def plan(self, job: Job) -> Plan:
        return plan_of(self._row(job, ref) for ref in job.refs)

    def _row(self, job: Job, ref: Ref) -> Row:
        secret = job.listed.get(ref.key)
        if secret is None:
            return Row(ref, "refused", f"There is no such {ref.kind.singular}, or none any more.")
        if not self._may(job, ref):
            return _row(secret, "refused", "You may not do this to it.")
        if secret.deleted and not self.is_for_scheduled:
            return _row(secret, "refused", SCHEDULED)
        return self.row(job, secret)

    def _may(self, job: Job, ref: Ref) -> bool:
        # Whether a new id may be created is asked of that one.
        needs = [verb for verb in self.needs if verb != CREATE.verb]
        return all(job.may(verb, ref) for verb in needs)


def _key(ref: Ref) -> str:
    return f"{ref.kind.name}:{ref.key}"


def _row(
    secret: Secret,
    fate: Fate,
    reason: str = "",
    changes: Iterable[str] = (),
    notes: tuple[str, ...] = (),
    step: Step | None = None,
) -> Row:
    return Row(secret.ref, fate, reason, tuple(changes), notes, version=secret.current, step=step)


def _deletion(job: Job, secret: Secret) -> Row:
    if secret.deleted:
        return _row(secret, "same", "Its deletion is scheduled already.")
    step = deleting(secret.ref, version=job.seen(secret), days=job.days, reason=job.reason)
    return _row(secret, "change", "Its deletion will be scheduled.", step=step)


def _restoration(job: Job, secret: Secret) -> Row:
    if not secret.deleted:
        return _row(secret, "same", "It isn't scheduled for deletion.")
    return _row(secret, "change", step=restoring(secret.ref, reason=job.reason))


def _labelling(job: Job, secret: Secret) -> Row:
    label, version = job.said["label"], job.seen(secret)
    if not secret.current:
        return _row(secret, "refused", "It has no current version.")
    place = holder(secret.versions, label)
    if place == version:
        return _row(secret, "same", "The label stands on the current version already.")
    names = [name for labels in secret.versions.values() for name in labels]
    if not place and room(names) <= 0:
        return _row(secret, "refused", "It has no room for another label.")
    reason = "The label is moved from another version." if place else ""
    step = labelling(secret, label, to=version, reason=job.reason)
    return _row(secret, "change", reason, step=step)


def _description(job: Job, secret: Secret) -> Row:
    text = job.said["text"]
    if job.said["within"]:
        text = secret.description.replace(job.said["within"], text)
    if text == secret.description:
        return _row(secret, "same", "It has this description already.")
    step = updating(
        secret,
        lambda stored: Draft(stored, secret.type),
        version=job.seen(secret),
        description=text,
        reason=job.reason,
    )
    return _row(secret, "change", changes=("description",), step=step)


def _tagging(job: Job, secret: Secret) -> Row:
    asked = TagChange(job.said["put"], job.said["removed"])
    change = asked.narrowed_to(secret.tags)
    if not change:
        return _row(secret, "same", "It has these tags already.")
    if len(change.over(secret.tags)) > MOST_TAGS:
        return _row(secret, "refused", f"It would have more than {MOST_TAGS} tags.")
    step = tagging(secret, change, reason=job.reason)
    return _row(secret, "change", changes=change.names, step=step)


def _retyping(job: Job, secret: Secret) -> Row:
    conn_type, backend = job.said["type"], secret.ref.environment.backend
    if secret.type == conn_type:
        return _row(secret, "same", "It has this type already.")
    if not secret.current:
        return _row(secret, "refused", "It has no current version.")
    step = updating(
        secret,
        lambda stored: job.adapter.retyped(stored, conn_type, backend),
        version=job.seen(secret),
        reason=job.reason,
        needs=(REVEAL.verb,),
    )
    return _row(secret, "change", changes=("conn_type",), step=step)


def _renaming(job: Job, secret: Secret) -> Row:
    ref, to = secret.ref, job.target(secret.ref)
    if to.id == ref.id:
        return _row(secret, "same", "The rule leaves its id as it is.")
    refusal = _refusal_of_target(job, to) or refusal_of_copy(job.user, ref, to)
    if not secret.current:
        refusal = "It has no current version."
    if refusal:
        return _row(secret, "refused", refusal, changes=(to.key,))
    backend = ref.environment.backend
    judge = partial(job.adapter.judge, backend=backend)
    step = renaming(secret, to, judge, version=job.seen(secret), days=job.days, reason=job.reason)
    doubt = backend.doubt_of(ref.kind.name, to.id)
    notes = (doubt,) if doubt else ()
    return _row(secret, "change", "is its new id.", (to.key,), notes, step)


def _refusal_of_target(job: Job, to: Ref) -> str:
    """Why the new id can't be made; empty where it can."""
    if to.key in job.listed:
        return "This id is there already."
    if job.targets[to.key] > 1:
        return "Several would get this id."
    try:
        _ = to.new_name
    except (InvalidId, KindDisabled) as error:
        return str(error)
    if not job.may(CREATE.verb, to):
        return "You may not create this id."
    return ""


BULK_ACTIONS = (
    BulkAction(
        "delete",
        "Delete",
        (DELETE.verb,),
        _deletion,
        "Airflow doesn't find them from then on. Until the recovery window is over, they can be "
        "restored.",
        is_for_scheduled=True,
    ),
    BulkAction(
        "restore",
        "Restore",
        (RESTORE.verb,),
        _restoration,
        "Airflow finds them again.",
        is_for_scheduled=True,
    ),
    BulkAction("label", "Label the current version", (LABEL.verb,), _labelling),
    BulkAction(
        "describe",
        "Describe",
        (UPDATE.verb,),
        _description,
        "Descriptions are for people. Values stay as they are.",
    ),
    BulkAction("tag", "Change tags", (TAG.verb,), _tagging, "Values stay as they are."),
    BulkAction(
        "retype",
        "Move to another type",
        (UPDATE.verb, REVEAL.verb),
        _retyping,
        "Each gets a new version, in which the connection type alone is another one.",
        is_for_types=True,
    ),
    BulkAction(
        "rename",
        "Rename",
        (DUPLICATE.verb, CREATE.verb, DELETE.verb),
        _renaming,
        "Secrets Manager can't rename a secret. So a new one gets the same value, description and "
        "tags, and then the deletion of the old one is scheduled. The new one has no older "
        "versions. DAGs that ask for the old id don't find it any more.",
    ),
)
BULK_BY_KEY = {action.key: action for action in BULK_ACTIONS}
