"""Versions, labels, rotations and replicas: who else writes a secret."""

from collections.abc import Sequence
from datetime import timedelta

from secretsadmin.lint.context import Context, day
from secretsadmin.store.reads import PENDING, TERRAFORM, Secret, Version

# AWS begins a rotation within a window of up to a day, and it takes minutes.
A_DAY = timedelta(days=1)
# AWS allows 20 labels and about 100 versions.
MANY_LABELS = 18
MANY_VERSIONS = 90


def made_by_terraform(secret: Secret, _: Context) -> str:
    if not secret.current.startswith(TERRAFORM):
        return ""
    return "The current version’s id is one of Terraform’s."


def overtaking_terraform(secret: Secret, _: Context) -> str:
    if not secret.current or secret.current.startswith(TERRAFORM):
        return ""
    for version, labels in secret.versions.items():
        if version.startswith(TERRAFORM):
            return f"Terraform made the version with the label {', '.join(labels)}."
    return ""


def rotated(secret: Secret, _: Context) -> str:
    # What another service manages, it rotates, too.
    if not secret.is_rotated or secret.owner:
        return ""
    if secret.next_rotation:
        return f"AWS replaces its value, next by {day(secret.next_rotation)}."
    return "AWS replaces its value by itself."


def rotation_stuck(secret: Secret, context: Context) -> str:
    if secret.changed is None or context.now - secret.changed < A_DAY:
        return ""
    if PENDING not in _labels_beside_current(secret):
        return ""
    return (
        "AWSPENDING is on another version than AWSCURRENT, and nothing has changed since "
        f"{day(secret.changed)}."
    )


def _labels_beside_current(secret: Secret) -> set[str]:
    labels: set[str] = set()
    for version, its_labels in secret.versions.items():
        if version != secret.current:
            labels.update(its_labels)
    return labels


def rotation_overdue(secret: Secret, context: Context) -> str:
    due = secret.next_rotation
    if not secret.is_rotated or due is None or context.now - due < A_DAY:
        return ""
    return f"AWS was to rotate it by {day(due)}."


def managed(secret: Secret, _: Context) -> str:
    if not secret.owner:
        return ""
    return f"The service {secret.owner} owns it."


def replica(secret: Secret, _: Context) -> str:
    if not secret.primary:
        return ""
    return f"Its primary is {secret.primary}."


def out_of_sync(secret: Secret, _: Context) -> str:
    late = [f"{place} is {state}" for place, state in secret.replicas if state != "InSync"]
    if not late:
        return ""
    return f"The replica in {', the one in '.join(late)}."


def many_labels(secret: Secret, _: Context) -> str:
    count = sum(len(labels) for labels in secret.versions.values())
    if count < MANY_LABELS:
        return ""
    return f"Its versions have {count} labels."


def many_versions(versions: Sequence[Version], context: Context) -> str:
    """What is wrong with all versions of a secret, which AWS lists for one secret at a time.

    AWS makes room by dropping versions without labels that are older than a day.
    """
    staying = [version for version in versions if _stays(version, context)]
    if len(staying) < MANY_VERSIONS:
        return ""
    return f"{len(staying)} versions have a label or are of the last 24 hours."


def _stays(version: Version, context: Context) -> bool:
    if version.labels or version.created is None:
        return True
    return context.now - version.created < A_DAY
