"""The pages with which a sign-in goes wrong."""

from django.http import HttpRequest, HttpResponse

from secretsadmin.htmx import respond_with_message
from secretsadmin.pages.problems import ErrorPage, Problem


def show_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return respond_with_message(
        request, "error.html", {"page": ErrorPage(problem)}, status=problem.status
    )
