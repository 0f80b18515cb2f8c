"""A person's sessions: where each began, and the way to end it.

They are found in the table of sessions itself, whose keys are hashed, so nothing here is of use as
a key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from secretsadmin.access.authentication import BEGAN, USED
from secretsadmin.accounts.adapters import ADDRESS
from secretsadmin.accounts.sessions import at_rest


@dataclass(frozen=True)
class OwnSession:
    """A session. `id` is the hash of its key."""

    id: str
    began: datetime | None
    used: datetime | None
    address: str
    is_this: bool


def own_sessions(request: HttpRequest) -> list[OwnSession]:
    """Those that go on, the one of this request first, then the one that was used last."""
    this = at_rest(request.session.session_key or "")
    sessions = [_shown(row, data, this) for row, data in _rows(request)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return sorted(sessions, key=lambda session: (session.is_this, session.used or oldest))[::-1]


def end(request: HttpRequest, session_id: str = "") -> int:
    """End one of the person's other sessions, or all of them; how many ended."""
    this = at_rest(request.session.session_key or "")
    ended = 0
    for row, _ in _rows(request):
        if row.session_key != this and session_id in ("", row.session_key):
            row.delete()
            ended += 1
    return ended


def end_all(user: User) -> None:
    """End every session of somebody, such as those that began with a factor that is gone."""
    for row, _ in _rows_of(user):
        row.delete()


def _rows(request: HttpRequest) -> Iterator[tuple[Session, dict[str, Any]]]:
    return _rows_of(request.user)


def _rows_of(user: AbstractBaseUser | AnonymousUser) -> Iterator[tuple[Session, dict[str, Any]]]:
    user_id = str(user.pk)
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = row.get_decoded()
        if data.get(SESSION_KEY) == user_id:
            yield row, data


def _shown(row: Session, data: dict[str, Any], this: str) -> OwnSession:
    return OwnSession(
        id=row.session_key,
        began=_time(data.get(BEGAN)),
        used=_time(data.get(USED)),
        address=str(data.get(ADDRESS) or ""),
        is_this=row.session_key == this,
    )


def _time(seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC)
