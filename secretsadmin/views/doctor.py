from django.http import HttpResponse

from secretsadmin.access.requests import Request, environment_of
from secretsadmin.htmx import respond
from secretsadmin.pages.doctor import examined_page, planned_page
from secretsadmin.views.answers import form_methods


@form_methods
def doctor(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "diagnose")
    page = examined_page(request, here) if request.method == "POST" else planned_page(here)
    return respond(request, "setup/doctor.html", {"page": page})
