"""Exports many secrets of a list as a file."""

from dataclasses import replace
from datetime import UTC, datetime

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.actions import EXPORT, VIEW
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.looks import note_list
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.export import ExportPage, export_page
from secretsadmin.pages.problems import problem_of
from secretsadmin.store.errors import StoreError
from secretsadmin.transfer.exporting import Export
from secretsadmin.transfer.written.formats import FORMATS_BY_KEY
from secretsadmin.views.answers import form_methods


@form_methods
def export(
    request: Request, environment: str, kind: Kind, adapter: KindAdapter
) -> HttpResponseBase:
    here = environment_of(request, environment, _right(request), kind)
    if not here.backend.is_enabled(kind.name):
        return respond(request, "disabled.html", {"kind": kind})
    note_list(here, kind, actor_of(request))
    # A form without a format is the list's, which sends the ids that were ticked.
    data = request.POST if "format" in request.POST else None
    page = export_page(request, here, kind, adapter, data)
    if data is None:
        return _show(request, page)
    if not page.form.is_valid():
        return _show(request, page, status=422)
    return _file(request, page)


def _right(request: Request) -> str:
    """Names take the right to view them, and values that to export them."""
    known = FORMATS_BY_KEY.get(request.POST.get("format", ""))
    if known and known.has_values:
        return EXPORT.verb
    return VIEW.verb


def _file(request: Request, page: ExportPage) -> HttpResponseBase:
    file_format = page.form.file_format
    narrowed = page.choice.filter.at("").removeprefix("?")
    export = Export(
        page.environment,
        page.kind,
        page.choice.secrets(file_format),
        file_format,
        actor_of(request),
        page.form.cleaned_data["reason"],
        {"filter": narrowed} if narrowed else {},
    )
    try:
        pieces = export.begin()
    except (StoreError, NotRecorded) as error:
        problem = problem_of(error)
        return _show(request, replace(page, problem=problem), status=problem.status)
    response = StreamingHttpResponse(pieces, content_type=file_format.media_type)
    name = f"{page.environment.name}-{page.kind.name}-{datetime.now(UTC):%Y-%m-%d}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{file_format.ending}"'
    return response


def _show(request: Request, page: ExportPage, *, status: int = 200) -> HttpResponse:
    return respond(request, "export.html", {"page": page}, status=status)
