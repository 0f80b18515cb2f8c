"""Sessions whose keys only browsers have: whoever reads the database, or a copy of it, can't go on in one.

The table holds a keyed hash of each, as Django's ticket 21076 proposes.
"""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone
from django.utils.crypto import salted_hmac

# What Django's table has room for; 160 bits.
LENGTH = 40


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
