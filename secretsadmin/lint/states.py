"""What state a secret is in, and whether Airflow has read it."""

from datetime import timedelta

from secretsadmin.lint.context import Context, day
from secretsadmin.store.marks import GRACE, is_unread
from secretsadmin.store.reads import Secret

LONG = timedelta(days=90)


def without_value(secret: Secret, _: Context) -> str:
    if secret.current:
        return ""
    if secret.versions:
        return "No version has the label AWSCURRENT."
    return "No version has a label, or there is no version at all."


def scheduled(secret: Secret, _: Context) -> str:
    if secret.deleted is None:
        return ""
    return "Its deletion is scheduled. The recycle bin says until when it can be restored."


def without_type(secret: Secret, _: Context) -> str:
    if not secret.ref.kind.has_types or secret.type:
        return ""
    return "No tag says what type of connection it is."


def with_other_key(secret: Secret, _: Context) -> str:
    own_key = secret.ref.environment.kms_key
    if not own_key or _is_perhaps(secret.kms_key, own_key):
        return ""
    if not secret.kms_key:
        return "AWS’s own key encrypts it, and not the environment’s kms_key."
    return "A key encrypts it that isn’t the environment’s kms_key."


def _is_perhaps(key: str, own_key: str) -> bool:
    """AWS tells a key as somebody named it. Nothing tells for which key an alias stands."""
    return key == own_key or own_key.endswith(f"/{key}") or "alias/" in key


def unread(secret: Secret, context: Context) -> str:
    if not secret.current or secret.changed is None or context.now - secret.changed < GRACE:
        return ""
    if not is_unread(secret, context.standing.read(secret.ref.key), context.today):
        return ""
    if secret.accessed is None:
        return f"It was changed on {day(secret.changed)}, and AWS knows of no reading at all."
    return (
        f"It was changed on {day(secret.changed)} and read on {day(secret.accessed)} for the last "
        "time. Nobody but this dashboard is known to have read it since it changed."
    )


def long_unread(secret: Secret, context: Context) -> str:
    accessed = secret.accessed
    if not secret.current or accessed is None or context.now - accessed < LONG:
        return ""
    if unread(secret, context):
        return ""
    return f"Its value was read on {day(accessed)} for the last time."
