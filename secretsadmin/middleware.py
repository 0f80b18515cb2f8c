"""Headers on every answer, and the one place that turns an error into a page."""

import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from secretsadmin import correlation, seen
from secretsadmin.access.authentication import BEGAN, USED
from secretsadmin.access.remembered import Remembered
from secretsadmin.audit.budgets import OverBudget
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.addresses import is_among
from secretsadmin.config.backend import InvalidId, KindDisabled
from secretsadmin.pages.problems import (
    FROM_ELSEWHERE,
    OTHER_ENCODING,
    TOO_LARGE,
    UNRECORDED,
    no_database,
    of_store,
)
from secretsadmin.server.bodies import most_bytes
from secretsadmin.server.encoding import is_utf_8
from secretsadmin.store import aws
from secretsadmin.store.errors import StoreError
from secretsadmin.views import problems, site
from secretsadmin.views.signed_out import signed_out

Next = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponseBase]

# Django's own middleware sets some of these, too, but not on what is answered before its turn.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


class Correlated:
    """Gives the request an id, which its answer, its log lines and its part of the record have."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with correlation.request() as request_id:
            response = self.get_response(request)
        response.headers["X-Request-ID"] = request_id
        return response


class Headers:
    """No proxy or cache may keep an answer, and no page may use what it doesn't need."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A static file says how long it may be kept; an error below /static/ doesn't.
        is_static = request.path.startswith(settings.STATIC_URL)
        if not is_static or "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", strict_transport())
        return response


def strict_transport() -> str:
    """What Django's own middleware says, which doesn't get to see the answers about health."""
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
        parts.append("includeSubDomains")
    if settings.SECURE_HSTS_PRELOAD:
        parts.append("preload")
    return "; ".join(parts)


class Forwarded:
    """A proxy that is trusted says how the browser reached it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme = request.META.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
        peer = request.META.get("REMOTE_ADDR", "")
        if scheme == "https" and is_among(peer, settings.TRUSTED_PROXIES):
            request.META["wsgi.url_scheme"] = scheme
        return self.get_response(request)


class CompressedFiles(GZipMiddleware):
    """Files are compressed on their way.

    Pages aren't: the length of a compressed page tells something of what is in it.
    """

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if not request.path.startswith(settings.STATIC_URL) or request.method != "GET":
            return response
        if not response.streaming or response.status_code != HTTPStatus.OK:
            return response
        return super().process_response(request, response)


class Fetched:
    """Refuses what another site makes a browser ask for, except to open a page.

    Browsers say which site makes them ask. Where one doesn't, the tokens in the forms and the
    cookies, which stay on this site, protect the person.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_ours(request) or opens_a_page(request):
            return self.get_response(request)
        return problems.page(request, FROM_ELSEWHERE)


def is_ours(request: HttpRequest) -> bool:
    """Whether one of our pages asks for it, or the person does without any page."""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def opens_a_page(request: HttpRequest) -> bool:
    if request.method not in ("GET", "HEAD"):
        return False
    fetch = (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest"))
    return fetch == ("navigate", "document")


class Encoded:
    """Refuses a request in another encoding than UTF-8, which pages here send."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_utf_8(request):
            return self.get_response(request)
        return problems.page(request, OTHER_ENCODING)


class Health:
    """Answers load balancers, which ask by the machine's address: that is no host of the site."""

    views = {"/health/live": site.live, "/health/ready": site.ready}

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.views.get(request.path_info, self.get_response)
        return answer(request)


class Lists:
    """Tells lists what the person has seen, which may be newer lists of another worker process."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        remembered = Remembered(request)
        vars(request)["lists"] = remembered
        with seen.by(remembered):
            response = self.get_response(request)
        remembered.keep(response)
        return response


class SessionAge:
    """Ends a session when it wasn't used for a while, and at last some hours after it began.

    The time of the last request is noted at most sixty times an idle age. A request never fails
    because it can't be noted.
    """

    BEGAN = BEGAN
    USED = USED

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = int(time.time())
        if self._is_over(request.session, now):
            request.session.flush()
        response = self.get_response(request)
        if SESSION_KEY in request.session:
            self._note(request.session, now, response)
        return response

    def _is_over(self, session: SessionBase, now: int) -> bool:
        age: int = now - session.get(self.BEGAN, now)
        idle: int = now - session.get(self.USED, now)
        return age >= settings.SESSION_COOKIE_AGE or idle >= settings.SESSION_IDLE_AGE

    def _note(self, session: SessionBase, now: int, response: HttpResponse) -> None:
        is_saved_anyway = session.modified
        session.setdefault(self.BEGAN, now)
        if now - session.get(self.USED, 0) < settings.SESSION_IDLE_AGE / 60:
            return
        session[self.USED] = now
        if is_saved_anyway or response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return
        with suppress(DatabaseError, UpdateError):
            session.save()
        session.modified = False


class SignedIn(LoginRequiredMiddleware):
    """Leads to the sign-in whoever isn't signed in, without losing what was typed."""

    def get_login_url(self, view_func: View) -> str:
        """The one sign-in; Django's admin would have one of its own."""
        del view_func
        return str(settings.LOGIN_URL)

    def process_view(
        self,
        request: HttpRequest,
        view_func: View,
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        to_sign_in = super().process_view(request, view_func, view_args, view_kwargs)
        if to_sign_in is None:
            return None
        if request.method == "POST" or getattr(request, "htmx", False):
            return signed_out(request)
        return to_sign_in


class Errors:
    """Gives each request its deadline for AWS, and turns expected errors into pages."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The header gives the length away before anybody reads the body.
        if int(request.META.get("CONTENT_LENGTH") or 0) > most_bytes(request.path_info):
            return problems.page(request, TOO_LARGE)
        with aws.deadline():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, StoreError):
            return problems.page(request, of_store(error))
        if isinstance(error, InvalidId | KindDisabled):
            return problems.not_found(request, error)
        if isinstance(error, OverBudget):
            return problems.over_budget(request, error)
        if isinstance(error, NotRecorded):
            return problems.page_without_database(request, UNRECORDED)
        if isinstance(error, DatabaseError):
            return problems.page_without_database(request, no_database(request))
        return None
