"""Sessions whose keys only browsers have, so that nobody can use one from a copy of the database.

The table holds a keyed hash of each key, as Django's ticket 21076 proposes.
"""

from contextlib import suppress
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

# The column of Django's table has room for 40 hexadecimal digits, which are 160 bits.
LENGTH = 40
# A sign-in removes no more sessions than these, so that it never waits for years of them.
MOST_REMOVED = 500


def at_rest(session_key: str) -> str:
    """A session's key as the table has it."""
    digest = salted_hmac("secretsadmin.sessions", session_key, algorithm="sha256").hexdigest()
    return digest[:LENGTH]


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        key = at_rest(self.session_key or "")
        session = self.model.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
        if session is None:
            self._session_key = None
        return session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session = super().create_model_instance(data)
        session.session_key = at_rest(session.session_key)
        return session

    def exists(self, session_key: str) -> bool:
        return super().exists(at_rest(session_key))

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            super().delete(at_rest(key))


def remove_expired() -> None:
    """Remove sessions that have ended. Where the database fails, the next sign-in does it."""
    expired = Session.objects.filter(expire_date__lte=timezone.now())
    with suppress(DatabaseError), transaction.atomic():
        Session.objects.filter(pk__in=expired.values("pk")[:MOST_REMOVED]).delete()
