"""The set-up page of an environment, and the pages below it."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from secretsadmin.access.requests import Request, environment_of
from secretsadmin.htmx import respond
from secretsadmin.pages.setup import filled_in_policies_page, policies_page, setup_page
from secretsadmin.views.answers import form_methods


@require_safe
def setup(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    return respond(request, "setup.html", {"page": setup_page(request, here)})


@form_methods
def policies(request: Request, environment: str) -> HttpResponse:
    fills_in = request.method == "POST"
    here = environment_of(request, environment, "administer" if fills_in else "view")
    page = filled_in_policies_page(request, here) if fills_in else policies_page(request, here)
    return respond(request, "setup_policies.html", {"page": page})
