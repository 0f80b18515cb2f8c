"""Pages of the site as a whole."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from secretsadmin.access.requests import Request, environment_of
from secretsadmin.audit import health, stream
from secretsadmin.htmx import respond
from secretsadmin.pages.navigation import visible_environments
from secretsadmin.pages.overview import overview_page
from secretsadmin.pages.own_rights import own_rights_page
from secretsadmin.views import polling


@require_safe
def home(request: Request) -> HttpResponse:
    visible = visible_environments(request.user)
    if not visible:
        raise PermissionDenied
    return redirect("overview", visible[0].name)


@require_safe
def overview(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    return polling.answer(request, "overview.html", overview_page(request, here))


@require_safe
def rights(request: Request) -> HttpResponse:
    """A person's own rights; somebody without any learns whom to ask."""
    return respond(request, "rights.html", {"page": own_rights_page(request)})


@login_not_required
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """503 where nothing could be recorded; a stream that fails keeps nobody from working."""
    try:
        if not health.is_writable():
            return _told("The audit log can't be written to, so nothing is done.", status=503)
        problem = stream.problem()
    except DatabaseError:
        return _told("The database doesn't answer.", status=503)
    if problem:
        return _told(f"ready, but degraded: AUDIT_STREAM takes no lines ({problem})")
    return _told("ready")


def _told(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
