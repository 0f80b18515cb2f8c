"""Mends what can be mended for certain: a plan that one reads, then a run of ordinary changes."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.actions import SCAN, UPDATE
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.environments import Environment
from secretsadmin.htmx import respond
from secretsadmin.kinds import CONNECTIONS
from secretsadmin.pages.mends import MendsPage, mendable
from secretsadmin.pages.plan import NOT_ANY_MORE, NOTHING, PlanForm
from secretsadmin.pages.problems import TOO_MANY_RUNS, problem_of
from secretsadmin.store.errors import StoreError
from secretsadmin.transfer import running
from secretsadmin.transfer.mending import VERB, Mending
from secretsadmin.transfer.running import Order, TooManyRuns


@require_POST
def mends(request: Request, environment: str) -> HttpResponse:
    """The plan, or with `run` the run of it. The first reads values, so it is a POST, too."""
    here = environment_of(request, environment, SCAN.verb, CONNECTIONS)
    environment_of(request, environment, UPDATE.verb, CONNECTIONS)
    form = PlanForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, MendsPage(here, form), status=422)
    try:
        if "run" in request.POST:
            return _run(request, here, form)
        plan = _mending(request, form).plan(mendable(request.user, here))
    except (StoreError, NotRecorded) as error:
        problem = problem_of(error)
        return _show(request, MendsPage(here, form, problem=problem), status=problem.status)
    except TooManyRuns:
        page = MendsPage(here, form, problem=TOO_MANY_RUNS)
        return _show(request, page, status=TOO_MANY_RUNS.status)
    return _show(request, MendsPage(here, form, form.shown_plan(plan)))


def _run(request: Request, environment: Environment, form: PlanForm) -> HttpResponse:
    secrets = mendable(request.user, environment)
    plan = _mending(request, form).again(secrets)
    steps = plan.steps(form.not_taken(plan))
    if form.has_lost_some(plan) or not steps:
        form.add_error(None, NOT_ANY_MORE if form.has_lost_some(plan) else NOTHING)
        return _show(request, MendsPage(environment, form, form.shown_plan(plan)), status=422)
    order = Order(
        environment,
        VERB,
        steps,
        actor_of(request),
        request.user,
        reason=form.cleaned_data["reason"],
    )
    return redirect("run", environment.name, running.start(order))


def _mending(request: Request, form: PlanForm) -> Mending:
    return Mending(
        actor_of(request),
        request.user,
        form.cleaned_data["reason"],
        form.cleaned_data["versions"],
    )


def _show(request: Request, page: MendsPage, *, status: int = 200) -> HttpResponse:
    return respond(request, "mends.html", {"page": page}, status=status)
