"""Headers on every answer, and the one place that turns an error into a page."""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from secretsadmin.audit.models import NotRecorded
from secretsadmin.backend import InvalidId, KindDisabled
from secretsadmin.store import aws
from secretsadmin.store.errors import StoreError
from secretsadmin.views import problems

Next = Callable[[HttpRequest], HttpResponse]


class Headers:
    """No answer is kept by anybody on its way, and no page may use what it has no need of."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class Errors:
    """AWS has ten seconds for a request; what goes wrong meanwhile becomes a page in our words."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with aws.one_action():
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, StoreError):
            return problems.page(request, problems.of_store(error))
        if isinstance(error, InvalidId | KindDisabled):
            return problems.not_found(request, error)
        if isinstance(error, NotRecorded | DatabaseError):
            return problems.page_without_database(problems.UNRECORDED)
        return None
