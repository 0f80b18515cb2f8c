"""The set-up page of an environment, and the pages below it."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from secretsadmin.access.requests import Request, environment_of
from secretsadmin.htmx import respond
from secretsadmin.pages.setup import policies_page, setup_page


@require_safe
def setup(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    return respond(request, "setup.html", {"page": setup_page(request, here)})


@require_safe
def policies(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    return respond(request, "setup_policies.html", {"page": policies_page(request, here)})
