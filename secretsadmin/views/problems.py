"""What went wrong, told to people: what, whether anything was changed, what to do next."""

import sys
from dataclasses import asdict, dataclass

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from secretsadmin.htmx import respond_with_message
from secretsadmin.store.errors import StoreError

UNCHANGED = "Nothing was changed."


@dataclass(frozen=True)
class Problem:
    status: int
    title: str
    sentence: str
    changed: str = UNCHANGED
    next: str = ""


UNRECORDED = Problem(
    503,
    "The audit log can't be written",
    "Nothing is shown or changed here without a record of it, and the record can't be written right now.",
    next="Your browser's back button brings your input back. Ask whoever runs the dashboard to look at its database.",
)


def of_store(error: StoreError) -> Problem:
    return Problem(error.status, error.title, error.sentence, error.changed, error.next)


def page(request: HttpRequest, problem: Problem) -> HttpResponse:
    return respond_with_message(request, "error.html", asdict(problem), status=problem.status)


def page_without_database(problem: Problem) -> HttpResponse:
    """A page that asks for no session and no user, which the database may not give."""
    return HttpResponse(render_to_string("error.html", asdict(problem)), status=problem.status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    advice = "A form takes 1 MiB, and a value 65,536 bytes."
    return page(
        request,
        Problem(400, "That request can't be read", "The browser sent something unexpected.", next=advice),
    )


@login_not_required
def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    advice = "Ask an admin of this environment: they may do it, or give you the role that may."
    return page(request, Problem(403, "Your role doesn't allow this", "You may not do this here.", next=advice))


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    advice = "Look for it in the list."
    return page(request, Problem(404, "There is no such page", "Nothing is stored under this address.", next=advice))


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    del reason
    advice = "Go back, reload the page and send the form again."
    return page(request, Problem(403, "The form has expired", "It was opened in another session.", next=advice))


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    del request
    if isinstance(sys.exc_info()[1], DatabaseError):
        return page_without_database(UNRECORDED)
    advice = "The audit log tells what was done. Whoever runs the dashboard finds the error in its log."
    sentence = "The dashboard met an error of its own."
    return page_without_database(
        Problem(500, "Something went wrong here", sentence, "It may or may not have been saved.", advice)
    )
