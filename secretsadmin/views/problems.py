"""What went wrong, told to people: what, whether anything was changed, what to do next."""

import sys
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from secretsadmin.access import Denied
from secretsadmin.htmx import Request, respond_with_message
from secretsadmin.store.errors import StoreError
from secretsadmin.views.missing_rights import refusal, whom_to_ask

UNCHANGED = "Nothing was changed."
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - it is the name of one.
# The forms that are a button, with names and ids at most.
PRESSED = ("open", "reveal", "copy", "compare", "edit", "restore")


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


TOO_LARGE = Problem(
    413,
    "That is too large",
    "A form takes 1 MiB, and a value 65,536 bytes.",
    next="Keep large files elsewhere, and store where they are.",
)


OTHER_ENCODING = Problem(
    415,
    "This isn't written in UTF-8",
    "Whatever is sent here has to be text in UTF-8, as browsers send it from these pages.",
    next="If a script of yours sent it, let it name no other charset.",
)


FROM_ELSEWHERE = Problem(
    403,
    "Another site asked for this",
    "Another site may lead here by a link, and do nothing in your name.",
    next="If you wanted it, open the dashboard and do it there.",
)


def no_database(request: HttpRequest) -> Problem:
    """The database went away; for all that is known here, after AWS did what it was asked for."""
    is_read = request.method in ("GET", "HEAD")
    return Problem(
        503,
        "The database doesn't answer",
        "The dashboard keeps its record and everybody's sessions there, and does nothing without them.",
        UNCHANGED if is_read else "Whether anything was changed isn't known.",
        "Try again in a moment." if is_read else "Look at what is stored now before you repeat it.",
    )


def of_store(error: StoreError) -> Problem:
    return Problem(error.status, error.title, error.sentence, error.changed, error.next)


@dataclass(frozen=True)
class Retry:
    """What asks once more for what failed. `sent` goes with it where that was a form."""

    url: str
    is_form: bool = False
    sent: tuple[tuple[str, str], ...] = ()


def page(request: HttpRequest, problem: Problem) -> HttpResponse:
    context = asdict(problem) | {"retry": _retry(request, problem)}
    return respond_with_message(request, "error.html", context, status=problem.status)


def page_without_database(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A page that asks for no session and no user, which the database may not give; bare where templates fail."""
    retry = None if request.method == "POST" else _retry(request, problem)
    try:
        context = asdict(problem) | {"retry": retry}
        return HttpResponse(render_to_string("error.html", context), status=problem.status)
    except Exception:  # noqa: BLE001 - what fails here would reach the server's own log, text and all.
        text = f"{problem.sentence} {problem.changed} {problem.next}\n"
        return HttpResponse(text, status=problem.status, content_type="text/plain; charset=utf-8")


def _retry(request: HttpRequest, problem: Problem) -> Retry | None:
    """Where it may go better next time. A form that was filled in comes back with its own button."""
    if problem.status != HTTPStatus.SERVICE_UNAVAILABLE:
        return None
    url = request.get_full_path()
    if request.method in ("GET", "HEAD"):
        return Retry(url)
    is_a_press = request.resolver_match is not None and request.resolver_match.url_name in PRESSED
    return Retry(url, is_form=True, sent=tuple(sent_fields(request))) if is_a_press else None


def sent_fields(request: HttpRequest) -> list[tuple[str, Any]]:
    """What was sent, to send it again: all but the token."""
    fields = [(name, values) for name, values in request.POST.lists() if name != TOKEN]
    return [(name, value) for name, values in fields for value in values]


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, SessionInterrupted):
        # The session could not be saved after the view was done, whatever it did.
        sentence = "It ended while this was under way: you signed out elsewhere, or the database took nothing."
        ended = replace(no_database(request), status=400, title="Your session has ended", sentence=sentence)
        return page_without_database(request, ended)
    advice = "A form takes 1 MiB, and a value 65,536 bytes."
    return page(
        request,
        Problem(400, "That request can't be read", "The browser sent something unexpected.", next=advice),
    )


@login_not_required
def denied(request: Request, exception: Exception) -> HttpResponse:
    title = "Your role doesn't allow this"
    if isinstance(exception, Denied):
        return page(request, Problem(403, title, refusal(request, exception), next=whom_to_ask(exception)))
    advice = "Ask whoever looks after the groups of this dashboard to add you to one."
    return page(request, Problem(403, title, "None of your groups has a role here.", next=advice))


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    advice = "Look for it in the list."
    return page(request, Problem(404, "There is no such page", "Nothing is stored under this address.", next=advice))


def csrf_failure(request: HttpRequest) -> HttpResponse:
    advice = "Go back, reload the page and send the form again."
    return page(request, Problem(403, "The form has expired", "It was opened in another session.", next=advice))


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exc_info()[1], DatabaseError):
        return page_without_database(request, no_database(request))
    advice = "The audit log tells what was done. Whoever runs the dashboard finds the error in its log."
    sentence = "The dashboard met an error of its own."
    return page_without_database(
        request, Problem(500, "Something went wrong here", sentence, "It may or may not have been saved.", advice)
    )
