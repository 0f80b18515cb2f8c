"""How a view that changes something answers: with the page again, or by leading on."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from secretsadmin.access.requests import Request
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.secret import url_of_verb

form_methods = require_http_methods(["GET", "HEAD", "POST"])


def done(request: Request, ref: Ref, text: str, *, to: str = "", tag: str = "") -> HttpResponse:
    """Tells of a success, and leads to the address `to`, or else to the secret's page."""
    messages.success(request, text, extra_tags=tag)
    return redirect(to or url_of_verb(ref, "detail"))


def answer(
    request: Request, template: str, context: dict[str, Any], *, status: int, partial: str = ""
) -> HttpResponse:
    """The page of a form. If it tells of a problem, the problem gives the status."""
    problem: Problem | None = context.get("problem")
    if problem:
        status = problem.status
    return respond(request, template, context, partial=partial, status=status)
