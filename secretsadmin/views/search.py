"""Finds secrets, acts and pages: for the palette by each keystroke, and as a page of its own."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from secretsadmin.access.requests import Request, actor_of
from secretsadmin.audit.looks import note_list
from secretsadmin.htmx import respond
from secretsadmin.pages.navigation import visible_environments
from secretsadmin.pages.search import search_page


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: Request) -> HttpResponse:
    """What people type into the palette is posted, since it may be a password by mistake."""
    if not visible_environments(request.user):
        raise PermissionDenied
    is_posted = request.method == "POST"
    sent = request.POST if is_posted else request.GET
    query, here = sent.get("q", ""), sent.get("here", "")
    page = search_page(request, query, here, in_address=not is_posted)
    for environment, kind in page.looked_at:
        note_list(environment, kind, actor_of(request))
    status = 422 if page.problem else 200
    return respond(request, "search.html", {"page": page}, partial="options", status=status)
