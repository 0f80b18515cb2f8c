"""What is unusual about secrets, by AWS's metadata and by the record of their versions."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from secretsadmin.audit.models import CLOCKS
from secretsadmin.audit.standing import OVERLAP, Standing
from secretsadmin.kinds import BINARY
from secretsadmin.store.reads import TERRAFORM, Secret

# A secret that was changed may wait for its DAG's next run.
GRACE = timedelta(days=7)


class Change(Protocol):
    """An act here that put a value in place."""

    @property
    def version(self) -> str: ...

    @property
    def user(self) -> str: ...

    @property
    def acted_at(self) -> datetime: ...


class Marks:
    """The secrets with each mark. One that waits for its deletion has no other mark."""

    def __init__(self, keys: Mapping[str, frozenset[str]] = MappingProxyType({})) -> None:
        self._keys = keys

    def of(self, mark: str) -> frozenset[str]:
        """The keys of the secrets that have this mark."""
        return self._keys.get(mark, frozenset())

    def among(self, keys: set[str]) -> "Marks":
        """The marks of these secrets alone."""
        return Marks({mark: marked & keys for mark, marked in self._keys.items()})


def marks_of(secrets: Mapping[str, Secret], standing: Standing) -> Marks:
    """The marks of these secrets, which are given by their keys."""
    in_use = {key: secret for key, secret in secrets.items() if not secret.deleted}
    unreadable, textless, outside = set(), set(), set()
    for (key, version), finding in standing.findings():
        if key not in in_use or in_use[key].current != version:
            continue
        if finding.trouble == BINARY:
            textless.add(key)
        else:
            unreadable.add(key)
    for key, change in standing.changes():
        if key in in_use and changed_outside(in_use[key], change):
            outside.add(key)
    return Marks(
        {
            "deleted": frozenset(secrets.keys() - in_use.keys()),
            "empty": frozenset(key for key, secret in in_use.items() if not secret.current),
            "unreadable": frozenset(unreadable),
            "textless": frozenset(textless),
            "outside": frozenset(outside),
            "terraform": _made_by_terraform(in_use),
            "unread": _unread(in_use, standing),
        }
    )


def _made_by_terraform(secrets: Mapping[str, Secret]) -> frozenset[str]:
    """The secrets with a label on a version whose id says that Terraform made it."""
    made = set()
    for key, secret in secrets.items():
        if any(version.startswith(TERRAFORM) for version in secret.versions):
            made.add(key)
    return frozenset(made)


def _unread(secrets: Mapping[str, Secret], standing: Standing) -> frozenset[str]:
    """The secrets that nobody but this dashboard is known to have read since they changed."""
    today = datetime.now(UTC).date()
    unread = set()
    for key, secret in secrets.items():
        if secret.current and is_unread(secret, standing.read(key), today):
            unread.add(key)
    return frozenset(unread)


def is_unread(secret: Secret, read_here: datetime | None, today: date) -> bool:
    """Whether nobody else is known to have read it since it changed.

    AWS tells the last day of a reading and no more. So nothing is known of today, nor of the day of
    the change where somebody else read it then. A reading here hides which others there were up to
    its day, and Airflow is given time to read again after it.
    """
    if secret.changed is None:
        return False
    changed = _day(secret.changed)
    if changed >= today:
        return False
    if secret.accessed is None:
        return True
    accessed = _day(secret.accessed)
    if accessed < changed:
        return True
    if read_here is None or accessed not in _days_of(read_here):
        return False
    return today - accessed >= GRACE


def was_read_elsewhere(secret: Secret, read_here: datetime | None) -> bool:
    """Whether somebody other than this dashboard is known to have read it.

    That is so where AWS tells of a day after the last reading here. On a day on which it was read
    here, nothing is known of others.
    """
    if secret.accessed is None:
        return False
    return read_here is None or _day(secret.accessed) > max(_days_of(read_here))


def _days_of(moment: datetime) -> tuple[date, date]:
    """The days on which AWS may have seen what was recorded then, as clocks differ a little."""
    return _day(moment - OVERLAP), _day(moment + OVERLAP)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def changed_outside(secret: Secret, change: Change | None) -> bool:
    """Whether somebody replaced one of our values, outside this dashboard."""
    if change is None or not secret.current:
        return False
    return not put_in_place(secret, change)


def put_in_place(secret: Secret, change: Change | None) -> bool:
    """Whether this act put the current version in place, in the secret that is there now."""
    if change is None or change.version != secret.current:
        return False
    return secret.created is None or change.acted_at > secret.created - CLOCKS
