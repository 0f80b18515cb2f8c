"""Imports a file's connections and variables: a plan that one reads, then a run."""

from collections.abc import Mapping
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect

from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.actions import IMPORT
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.environments import Environment
from secretsadmin.htmx import respond
from secretsadmin.pages.importing import ImportForm, ImportPage
from secretsadmin.pages.plan import NOT_ANY_MORE, NOTHING, ShownPlan
from secretsadmin.pages.problems import TOO_MANY_RUNS, Problem, problem_of
from secretsadmin.store.errors import StoreError
from secretsadmin.transfer import running
from secretsadmin.transfer.importing import Import
from secretsadmin.transfer.plan import Plan
from secretsadmin.transfer.running import Order, TooManyRuns
from secretsadmin.views.answers import form_methods


@form_methods
def import_file(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, IMPORT.verb)
    if request.method != "POST":
        return _show(request, ImportPage(here, ImportForm(here)))
    form = ImportForm(here, request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, ImportPage(here, form), status=422)
    try:
        if "run" in request.POST:
            return _run(request, here, form)
        return _show(request, ImportPage(here, form, _shown_plan(request, here, form)))
    except (StoreError, NotRecorded) as error:
        return _show_problem(request, ImportPage(here, form), problem_of(error))


def _shown_plan(request: Request, environment: Environment, form: ImportForm) -> ShownPlan:
    """What would happen now, with the person's ticks. Raises NotRecorded, and any StoreError."""
    return form.shown_plan(_plan(request, environment, form, versions=None))


def _plan(
    request: Request,
    environment: Environment,
    form: ImportForm,
    *,
    versions: Mapping[str, str] | None,
) -> Plan:
    cleaned = form.cleaned_data
    planned = Import(
        environment, form.rules, actor_of(request), request.user, cleaned["reason"], versions
    )
    return planned.plan(cleaned["read"].entries)


def _run(request: Request, environment: Environment, form: ImportForm) -> HttpResponse:
    plan = _plan(request, environment, form, versions=form.cleaned_data["versions"])
    steps = plan.steps(form.not_taken(plan))
    if form.has_lost_some(plan) or not steps:
        form.add_error(None, NOT_ANY_MORE if form.has_lost_some(plan) else NOTHING)
        page = ImportPage(environment, form, _shown_plan(request, environment, form))
        return _show(request, page, status=422)
    order = Order(
        environment,
        IMPORT.verb,
        steps,
        actor_of(request),
        request.user,
        reason=form.cleaned_data["reason"],
        details={"format": form.cleaned_data["read"].format.key},
    )
    try:
        run = running.start(order)
    except TooManyRuns:
        page = ImportPage(environment, form, _shown_plan(request, environment, form))
        return _show_problem(request, page, TOO_MANY_RUNS)
    return redirect("run", environment.name, run)


def _show(request: Request, page: ImportPage, *, status: int = 200) -> HttpResponse:
    return respond(request, "import.html", {"page": page}, status=status)


def _show_problem(request: Request, page: ImportPage, problem: Problem) -> HttpResponse:
    return _show(request, replace(page, problem=problem), status=problem.status)
