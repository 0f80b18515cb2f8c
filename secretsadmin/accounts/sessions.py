"""Sessions whose keys only browsers have: whoever reads the database, or a copy of it, can't go on in one.

The table holds a keyed hash of each, as Django's ticket 21076 proposes.
"""

from contextlib import suppress
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

# What Django's table has room for; 160 bits.
LENGTH = 40
# How many are removed at once, so that a sign-in doesn't wait for years of them.
MOST_REMOVED = 500


def at_rest(session_key: str) -> str:
    return salted_hmac("secretsadmin.sessions", session_key, algorithm="sha256").hexdigest()[:LENGTH]


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        stored = self.model.objects.filter(session_key=at_rest(self.session_key or ""), expire_date__gt=timezone.now())
        session = stored.first()
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
    """Remove what has ended. What the database doesn't remove now is left to the next time."""
    expired = Session.objects.filter(expire_date__lte=timezone.now())
    with suppress(DatabaseError), transaction.atomic():
        Session.objects.filter(pk__in=expired.values("pk")[:MOST_REMOVED]).delete()
