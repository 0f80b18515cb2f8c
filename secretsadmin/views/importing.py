"""Imports a file's connections and variables: a plan that one reads, then a run."""

from django.http import HttpResponse
from django.shortcuts import redirect

from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.actions import IMPORT
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.environments import Environment
from secretsadmin.htmx import respond
from secretsadmin.pages.importing import ImportForm, ImportPage
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
        plan = _import_of(request, here, form).plan(form.cleaned_data["read"].entries)
    except (StoreError, NotRecorded) as error:
        return _show_problem(request, ImportPage(here, form, problem=problem_of(error)))
    if "run" in request.POST:
        return _run(request, here, form, plan)
    return _show(request, ImportPage(here, form, form.shown_plan(plan)))


def _import_of(request: Request, environment: Environment, form: ImportForm) -> Import:
    return Import(
        environment,
        form.rules,
        actor_of(request),
        request.user,
        form.cleaned_data["reason"],
        form.cleaned_data["versions"] if "run" in request.POST else None,
    )


def _run(request: Request, environment: Environment, form: ImportForm, plan: Plan) -> HttpResponse:
    steps = plan.steps(form.not_taken(plan))
    page = ImportPage(environment, form, form.shown_plan(plan))
    if not steps:
        form.add_error(None, "There is nothing to do: no row of the plan is chosen.")
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
        return _show_problem(request, ImportPage(environment, form, page.plan, TOO_MANY_RUNS))
    except NotRecorded as error:
        problem = problem_of(error)
        return _show_problem(request, ImportPage(environment, form, page.plan, problem))
    return redirect("run", environment.name, run)


def _show(request: Request, page: ImportPage, *, status: int = 200) -> HttpResponse:
    return respond(request, "import.html", {"page": page}, status=status)


def _show_problem(request: Request, page: ImportPage) -> HttpResponse:
    problem: Problem = page.problem or TOO_MANY_RUNS
    return _show(request, page, status=problem.status)
