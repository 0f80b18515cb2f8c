"""Where a message waits for the page that shows it: in a signed cookie, so that nothing is written for it.

A session that can't be saved, because the database is busy, would turn a change that was made into an error page.
"""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage import cookie, fallback, session
from django.core import signing
from django.utils.functional import SimpleLazyObject


class CookieStorage(cookie.CookieStorage):
    """Signed for the person: whoever signs in next at the same browser isn't told what somebody did before."""

    cookie_name = "__Host-messages" if settings.SESSION_COOKIE_SECURE else "messages"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody asks who that is before there is a message.
        self.signer = SimpleLazyObject(self._signer)

    def _signer(self) -> signing.Signer:
        return signing.get_cookie_signer(salt=f"{self.key_salt}.{self.request.user.pk}")


class Storage(fallback.FallbackStorage):
    """A message that names more fields than a cookie holds goes into the session all the same."""

    storage_classes = (CookieStorage, session.SessionStorage)
