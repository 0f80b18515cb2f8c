"""What an act leaves behind in a secret's metadata."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from secretsadmin.store.reads import CURRENT, PREVIOUS, Secret

Labelled = Mapping[str, tuple[str, ...]]
# Clocks may differ a little.
TOLERANCE = timedelta(minutes=2)


def holder(versions: Labelled, label: str) -> str:
    """The version that the label stands on; empty where it stands on none."""
    for version, labels in versions.items():
        if label in labels:
            return version
    return ""


def current_has_moved(secret: Secret, *, to: str, version: str, is_own: bool) -> bool:
    """Whether AWSCURRENT moved from `version` to `to`, which `is_own` if the act made it."""
    labels = secret.versions.get(to, ())
    if CURRENT in labels:
        return True
    # If AWSPREVIOUS is on the act's own version, that has been the current one. Another version may
    # have had AWSPREVIOUS before the act. But if AWSCURRENT is on a third version by now, it went
    # there from `to`.
    is_current_elsewhere = version not in ("", secret.current)
    return PREVIOUS in labels and (is_own or is_current_elsewhere)


def current_never_moved(secret: Secret, *, version: str) -> bool:
    """Whether AWSCURRENT is still on `version`, or went from there to another one than the act's.

    Only where `current_has_moved` says no.
    """
    return version in (secret.current, holder(secret.versions, PREVIOUS))


def label_has_moved(versions: Labelled, label: str, *, to: str, version: str) -> bool | None:
    """Whether a label moved; None on a third version, as nobody can tell then."""
    holder_now = holder(versions, label)
    if holder_now == version:
        return False
    if holder_now == to:
        return True
    return None


def is_deleted(secret: Secret, begun: datetime, days: int) -> bool:
    """Whether the deletion that was asked for then is scheduled, and not another one."""
    if secret.deleted is None:
        return False
    # AWS tells when the deletion was requested, emulators when it will be carried out.
    moments = (begun, begun + timedelta(days=days))
    return any(abs(secret.deleted - moment) < TOLERANCE for moment in moments)
