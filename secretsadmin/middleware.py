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

from secretsadmin import seen
from secretsadmin.addresses import is_among
from secretsadmin.audit.models import NotRecorded
from secretsadmin.backend import InvalidId, KindDisabled
from secretsadmin.encoding import is_utf_8
from secretsadmin.remembered import Remembered
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


class Headers:
    """No answer is kept by anybody on its way, and no page may use what it has no need of."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Files come with how long they may be kept; nothing else below /static/ does.
        if "Cache-Control" not in response.headers or not request.path.startswith(settings.STATIC_URL):
            response.headers["Cache-Control"] = "no-store"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class Forwarded:
    """A proxy that is trusted says how the browser reached it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme = request.META.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip()
        if scheme == "https" and is_among(request.META.get("REMOTE_ADDR", ""), settings.FORWARDED_ALLOW_IPS):
            request.META["wsgi.url_scheme"] = scheme
        return self.get_response(request)


class CompressedFiles(GZipMiddleware):
    """Files are compressed on their way. Pages aren't: how short one gets would tell what is in it."""

    max_random_bytes = 0

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        is_whole_file = response.streaming and response.status_code == HTTPStatus.OK and request.method == "GET"
        if not is_whole_file or not request.path.startswith(settings.STATIC_URL):
            return response
        return super().process_response(request, response)


class Fetched:
    """A browser says who makes it ask. Another site may open a page here, and have nothing else of it or done by it.

    Whatever says nothing is met by what there was before: a token in every form, and cookies that stay here.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_ours(request) or opens_a_page(request):
            return self.get_response(request)
        return problems.page(request, problems.FROM_ELSEWHERE)


def is_ours(request: HttpRequest) -> bool:
    """Asked for by one of our pages, or by the person alone."""
    return request.headers.get("Sec-Fetch-Site", "none") in ("same-origin", "none")


def opens_a_page(request: HttpRequest) -> bool:
    headers = request.headers
    is_read = request.method in ("GET", "HEAD")
    return is_read and headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"


class Encoded:
    """Pages here send UTF-8, and nothing else is read."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_utf_8(request):
            return self.get_response(request)
        return problems.page(request, problems.OTHER_ENCODING)


class Health:
    """A load balancer asks by the machine's address, which is no host of the site, and needs no session."""

    views = {"/health/live": site.live, "/health/ready": site.ready}

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.views.get(request.path_info, self.get_response)
        return answer(request)


class Lists:
    """Lists are read for somebody who may have seen newer ones, at another worker process."""

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
    """A session ends some time after its last request, and some longer time after it began, however much it is used.

    When it was used last is noted at most sixty times in that time, and never at the cost of what was asked for.
    """

    BEGAN = "began"
    USED = "used"

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
    """A page leads whoever isn't signed in to the sign-in; nothing that was typed is lost on the way there."""

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        if refusal and (request.method == "POST" or getattr(request, "htmx", False)):
            return signed_out(request)
        return refusal


class Errors:
    """AWS has ten seconds for a request; what goes wrong meanwhile becomes a page in our words."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Told from the header, before anybody reads the body.
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return problems.page(request, problems.TOO_LARGE)
        with aws.one_action():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, StoreError):
            return problems.page(request, problems.of_store(error))
        if isinstance(error, InvalidId | KindDisabled):
            return problems.not_found(request, error)
        if isinstance(error, NotRecorded):
            return problems.page_without_database(request, problems.UNRECORDED)
        if isinstance(error, DatabaseError):
            return problems.page_without_database(request, problems.no_database(request))
        return None
