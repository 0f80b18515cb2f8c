from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.views.decorators.http import require_POST, require_safe

from secretsadmin.access.requests import Request, actor_of
from secretsadmin.config.environments import Environment
from secretsadmin.htmx import respond
from secretsadmin.pages.activity import DAY, AuditPage, audit_page
from secretsadmin.pages.activity_event import event_page
from secretsadmin.pages.activity_person import person_page
from secretsadmin.pages.exporting import FORMATS, Format, export
from secretsadmin.pages.navigation import visible_environments
from secretsadmin.pages.readable import scope_of


@require_safe
def index(request: Request) -> HttpResponse:
    page = audit_page(request, _visible(request))
    request.environment = page.environment
    partial = "events"
    if DAY in request.GET:
        partial = "more"
    if _leads_elsewhere(request, page):
        partial = ""
    context = {"page": page}
    return respond(request, "audit/index.html", context, partial=partial, status=page.status)


@require_safe
def event(request: Request, id: UUID) -> HttpResponse:  # noqa: A002 - the address calls it so.
    page = event_page(request, _visible(request), id)
    if page is None:
        raise Http404
    return respond(request, "audit/event.html", {"page": page})


@require_safe
def person(request: Request, name: str) -> HttpResponse:
    page = person_page(request, _visible(request), name)
    if page is None:
        raise Http404
    return respond(request, "audit/person.html", {"page": page})


@require_POST
def export_log(request: Request) -> HttpResponseBase:
    environments = _visible(request)
    page = audit_page(request, environments, request.POST)
    file_format = FORMATS.get(request.POST.get("format", ""))
    if page.form.errors or file_format is None:
        return respond(request, "audit/index.html", {"page": page}, status=422)
    scope = scope_of(request, environments)
    pieces = export(page.form.asked, scope, file_format, actor_of(request))
    response = StreamingHttpResponse(pieces, content_type=file_format.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{_name_of(file_format)}"'
    return response


def _name_of(file_format: Format) -> str:
    return f"audit-log-{datetime.now(UTC):%Y-%m-%d}.{file_format.ending}"


def _visible(request: Request) -> list[Environment]:
    """The environments that the person may view. Raises PermissionDenied if there are none."""
    visible = visible_environments(request.user)
    if not visible:
        raise PermissionDenied
    return visible


def _leads_elsewhere(request: Request, page: AuditPage) -> bool:
    """Whether the asking page shows another environment, so that the list alone isn't enough."""
    # The header can hold anything, and an address parser raises errors on some of it.
    query = (request.htmx.current_url or "").partition("?")[2].partition("#")[0]
    shown_by_asker = QueryDict(query).get("environment", "")
    return shown_by_asker != page.form.environment_name
