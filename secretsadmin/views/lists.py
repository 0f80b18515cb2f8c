"""The list of one kind of secret, and asking AWS for it anew."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.looks import note_list
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.filters import Filter
from secretsadmin.pages.listing import index_page
from secretsadmin.store.listing import listing
from secretsadmin.views import polling


@require_safe
def index(request: Request, environment: str, kind: Kind, adapter: KindAdapter) -> HttpResponse:
    here = environment_of(request, environment, "view", kind)
    if not here.backend.is_enabled(kind.name):
        return respond(request, "disabled.html", {"kind": kind})
    note_list(here, kind, actor_of(request))
    page = index_page(request, here, kind, adapter)
    request.lists.note_filter(here, kind, page.filter.at(""))
    return polling.answer(request, "index.html", page)


@require_POST
def refresh(request: Request, environment: str, kind: Kind) -> HttpResponse:
    here = environment_of(request, environment, "view", kind)
    if here.backend.is_enabled(kind.name):
        listing(here, kind).sweep_and_wait()
    index_url = reverse(f"{kind.name}:index", args=[here.name])
    return redirect(Filter.from_query(request.GET).at(index_url))
