"""Where a message waits for the page that shows it: in a signed cookie, so that nothing is written for it.

A session that can't be saved, because the database is busy, would turn a change that was made into an error page.
"""

from django.conf import settings
from django.contrib.messages.storage import cookie, fallback, session


class CookieStorage(cookie.CookieStorage):
    cookie_name = "__Host-messages" if settings.SESSION_COOKIE_SECURE else "messages"


class Storage(fallback.FallbackStorage):
    """A message that names more fields than a cookie holds goes into the session all the same."""

    storage_classes = (CookieStorage, session.SessionStorage)
