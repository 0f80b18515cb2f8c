"""The ordinary acts of the store as steps of a run.

Secrets Manager limits calls together: those that create, those that put a value or move a label,
and so on. A step says how many calls of which limit it makes.

Source: "Secrets Manager quotas" in the AWS Secrets Manager User Guide.
"""

from collections.abc import Callable, Collection

from secretsadmin.actions import CREATE, DELETE, DUPLICATE, LABEL, RESTORE, TAG, UPDATE
from secretsadmin.audit.recording import Actor
from secretsadmin.config.ref import Ref
from secretsadmin.store import labels, tags, writes
from secretsadmin.store.reads import Secret
from secretsadmin.store.tags import TagChange
from secretsadmin.store.traces import holder
from secretsadmin.store.writes import Draft
from secretsadmin.transfer.duplicating import duplicate
from secretsadmin.transfer.running import Step

Needs = Collection[str]


def creating(
    ref: Ref, draft: Draft, *, description: str = "", reason: str = "", needs: Needs = ()
) -> Step:
    """`needs` are rights that the person must have beside that to create it."""

    def carry_out(actor: Actor) -> None:
        writes.create(ref, draft, actor=actor, description=description, reason=reason)

    return Step((ref,), (CREATE.verb, *needs), carry_out, "create")


def updating(
    before: Secret,
    edit: Callable[[str], Draft],
    *,
    version: str,
    description: str | None = None,
    reason: str = "",
    needs: Needs = (),
) -> Step:
    """A new value on top of `version`. Without a `description` the one before stays."""
    ref = before.ref
    said = before.description if description is None else description

    def carry_out(actor: Actor) -> None:
        writes.update(
            ref, edit, version=version, actor=actor, before=before, description=said, reason=reason
        )

    return Step((ref,), (UPDATE.verb, *needs), carry_out, "put", calls=2)


def deleting(ref: Ref, *, version: str, days: int, reason: str = "") -> Step:
    """The deletion of what has `version`, which may be none."""

    def carry_out(actor: Actor) -> None:
        writes.schedule_deletion(ref, days=days, actor=actor, reason=reason, seen=version)

    return Step((ref,), (DELETE.verb,), carry_out, "delete")


def restoring(ref: Ref, *, reason: str = "", needs: Needs = ()) -> Step:
    def carry_out(actor: Actor) -> None:
        writes.restore(ref, actor=actor, reason=reason)

    return Step((ref,), (RESTORE.verb, *needs), carry_out, "restore")


def labelling(secret: Secret, label: str, *, to: str, reason: str = "") -> Step:
    """The label on the version `to`, from wherever the list had it."""
    ref, version = secret.ref, holder(secret.versions, label)

    def carry_out(actor: Actor) -> None:
        labels.label(ref, label=label, to=to, version=version, actor=actor, reason=reason)

    return Step((ref,), (LABEL.verb,), carry_out, "put", calls=2)


def tagging(secret: Secret, change: TagChange, *, reason: str = "") -> Step:
    ref, before = secret.ref, secret.tags

    def carry_out(actor: Actor) -> None:
        tags.tag(ref, change=change, before=before, actor=actor, reason=reason)

    return Step((ref,), (TAG.verb,), carry_out, "tag", calls=2)


def renaming(
    secret: Secret,
    to: Ref,
    judge: Callable[[str], str],
    *,
    version: str,
    days: int,
    reason: str = "",
) -> Step:
    """A secret of the new id with the value of `version`, and then the deletion of the old one."""
    ref = secret.ref
    copies: list[Ref] = []

    def carry_out(actor: Actor) -> None:
        # A run carries out once more what AWS throttled, which may be the deletion alone.
        if not copies:
            duplicate(secret, to, judge, actor=actor, reason=reason, seen=version)
            copies.append(to)
        writes.schedule_deletion(ref, days=days, actor=actor, reason=reason, seen=version)

    further = ((DUPLICATE.verb, ref), (CREATE.verb, to), (DELETE.verb, ref))
    return Step((ref, to), (), carry_out, "create", also=further)
