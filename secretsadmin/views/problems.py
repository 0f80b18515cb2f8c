"""The pages of what went wrong, for whichever view it went wrong in."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from secretsadmin.access.requests import Denied, Request
from secretsadmin.audit.budgets import OverBudget
from secretsadmin.htmx import respond_with_message
from secretsadmin.pages.problems import (
    BAD_REQUEST,
    EXPIRED_FORM,
    NO_ROLE,
    NO_SUCH_PAGE,
    OWN_ERROR,
    ErrorPage,
    Problem,
    ended_session,
    no_database,
    not_allowed,
    of_budget,
    retry_of,
)


def page(request: HttpRequest, problem: Problem) -> HttpResponse:
    context = {"page": ErrorPage(problem, retry_of(request, problem))}
    return respond_with_message(request, "error.html", context, status=problem.status)


def over_budget(request: HttpRequest, error: OverBudget) -> HttpResponse:
    response = page(request, of_budget(error))
    response.headers["Retry-After"] = str(error.seconds)
    return response


def page_without_database(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A page without session and user, for which no query is made. Plain text if it fails."""
    retry = None
    if request.method != "POST":
        retry = retry_of(request, problem)
    try:
        html = render_to_string("error.html", {"page": ErrorPage(problem, retry)})
        return HttpResponse(html, status=problem.status)
    except Exception:  # noqa: BLE001 - what fails here would reach the server's own log, text and all.
        text = f"{problem.sentence} {problem.changed} {problem.next}\n"
        return HttpResponse(text, status=problem.status, content_type="text/plain; charset=utf-8")


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, SessionInterrupted):
        return page_without_database(request, ended_session(request))
    return page(request, BAD_REQUEST)


@login_not_required
def denied(request: Request, exception: Exception) -> HttpResponse:
    if isinstance(exception, Denied):
        return page(request, not_allowed(request, exception))
    return page(request, NO_ROLE)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    del exception
    return page(request, NO_SUCH_PAGE)


def csrf_failure(request: HttpRequest) -> HttpResponse:
    return page(request, EXPIRED_FORM)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exc_info()[1], DatabaseError):
        return page_without_database(request, no_database(request))
    return page_without_database(request, OWN_ERROR)
