"""What only connections have pages for: choosing a type, and copying."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from connections.adapter import ADAPTER
from connections.choosing import choose_page, names_a_type
from secretsadmin.access.requests import Request, actor_of, environment_of, secret_of
from secretsadmin.adapter import CannotExport
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages import shown
from secretsadmin.pages.detail import detail_page
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.secret import judge_of, urls_of
from secretsadmin.store import listing, reads
from secretsadmin.views import edit, problems

REFUSED = Problem(
    422,
    "It can't be copied like this",
    "",
    changed="",
    next="The stored text can be copied all the same.",
)


def create(request: Request, environment: str, kind: Kind) -> HttpResponse:
    """The form of the type that is named, or the types to choose from where none is."""
    if request.method in ("GET", "HEAD") and not names_a_type(request.GET):
        return choose(request, environment, kind)
    return edit.create(request, environment, kind, ADAPTER)


@require_safe
def choose(request: Request, environment: str, kind: Kind) -> HttpResponse:
    here = environment_of(request, environment, "create", kind)
    page = choose_page(request, here, kind)
    return respond(request, "connections/choose.html", {"page": page}, partial="types")


@require_POST
def copy(request: Request, environment: str, kind: Kind, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "copy", kind, key)
    format_ = request.POST.get("format", "")
    if format_ not in {copy.key for copy in ADAPTER.exports}:
        raise Http404
    try:
        field = reads.disclose(
            ref,
            "copy",
            lambda text: ADAPTER.export(listing.find(ref), text, format_),
            actor=actor_of(request),
            part_name=format_,
            find_format=judge_of(ref, ADAPTER),
        )
    except CannotExport as error:
        return _refuse_copy(request, ref, replace(REFUSED, sentence=str(error)))
    copied = shown.revealed(field, "", hide_url=urls_of(ref).detail)
    if request.htmx:
        return respond(request, "detail.html", {"field": copied}, partial="revealed")
    page = replace(detail_page(request, listing.find(ref), ADAPTER), copied=copied)
    return respond(request, "detail.html", {"page": page})


def _refuse_copy(request: Request, ref: Ref, problem: Problem) -> HttpResponse:
    if request.htmx:
        return problems.page(request, problem)
    page = replace(detail_page(request, listing.find(ref), ADAPTER), problem=problem)
    return respond(request, "detail.html", {"page": page}, status=problem.status)
