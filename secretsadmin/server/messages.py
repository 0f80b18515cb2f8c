"""Messages wait in a signed cookie for the page that shows them.

In a session they would have to be written to the database. If that is busy, a change that was made
would end in an error page.
"""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage import cookie, fallback, session
from django.core import signing
from django.utils.functional import SimpleLazyObject


class CookieStorage(cookie.CookieStorage):
    """Signed for the person, so that the next one at the same browser isn't told what they did."""

    cookie_name = "__Host-messages" if settings.SESSION_COOKIE_SECURE else "messages"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who the person is gets looked up only once there is a message.
        self.signer = SimpleLazyObject(self._signer)

    def _signer(self) -> signing.Signer:
        return signing.get_cookie_signer(salt=f"{self.key_salt}.{self.request.user.pk}")


class Storage(fallback.FallbackStorage):
    """A message that is too long for a cookie goes into the session."""

    storage_classes = (CookieStorage, session.SessionStorage)
