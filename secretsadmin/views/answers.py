"""How a view that changes something answers: with the page again, or by leading on."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsadmin.audit.models import NotRecorded
from secretsadmin.environments import Ref
from secretsadmin.htmx import Request, respond
from secretsadmin.store.errors import StoreError
from secretsadmin.views.problems import UNRECORDED, Problem, of_store
from secretsadmin.views.secrets import urls

form_methods = require_http_methods(["GET", "HEAD", "POST"])


def done(request: Request, ref: Ref, text: str, *, to: str = "", tag: str = "") -> HttpResponse:
    messages.success(request, text, extra_tags=tag)
    return redirect(urls(ref)[to] if to else reverse(f"{ref.kind.name}:detail", args=[ref.environment.name, ref.key]))


def problem_of(error: StoreError | NotRecorded) -> Problem:
    return of_store(error) if isinstance(error, StoreError) else UNRECORDED


def answer(request: Request, template: str, context: dict[str, Any], *, status: int, partial: str = "") -> HttpResponse:
    problem: Problem | None = context.get("problem")
    return respond(request, template, context, partial=partial, status=problem.status if problem else status)
