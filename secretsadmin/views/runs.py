"""Runs over many secrets: how far they are, how they went, and stopping them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.audit import batches
from secretsadmin.audit.batches import Batch
from secretsadmin.htmx import respond
from secretsadmin.pages.run import may_see, may_stop, run_lines, run_page
from secretsadmin.transfer import running


@require_safe
def index(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    lines = run_lines(request, here)
    return respond(request, "runs.html", {"lines": lines})


@require_safe
def run(request: Request, environment: str, id: UUID) -> HttpResponse:  # noqa: A002 - the URL's name.
    here = environment_of(request, environment, "view")
    page = run_page(request, here, _batch(request, here.name, id))
    return respond(request, "run.html", {"page": page}, partial="run")


@require_POST
def stop(request: Request, environment: str, id: UUID) -> HttpResponse:  # noqa: A002 - the same.
    here = environment_of(request, environment, "view")
    batch = _batch(request, here.name, id)
    if not may_stop(request, here, batch):
        raise Http404
    if batch.is_going_on:
        batches.ask_to_stop(batch, actor_of(request))
        running.stop_here([batch.id])
        messages.success(request, "It ends after the acts that are under way.")
    return redirect("run", here.name, batch.id)


def _batch(request: Request, environment: str, id: UUID) -> Batch:  # noqa: A002 - the same.
    """The run, if there is one here that the person may see. Raises Http404."""
    batch = batches.batch(id)
    if batch is None or batch.begun.environment != environment or not may_see(request, batch):
        raise Http404
    return batch
