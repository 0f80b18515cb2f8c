"""One action on many secrets of a list: a plan that one reads, then a run."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.actions import UPDATE, VIEW
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.environments import Environment
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.bulk import (
    CHANGED,
    NO_ACTION,
    NOTHING,
    BulkPage,
    is_from_list,
    job_of,
    rule_of,
)
from secretsadmin.pages.bulk_rules import PlanForm
from secretsadmin.pages.in_sight import InSight, in_sight
from secretsadmin.pages.listing import listed_in
from secretsadmin.pages.plan import NOT_ANY_MORE, ShownPlan
from secretsadmin.pages.plan import NOTHING as UNTICKED
from secretsadmin.pages.problems import TOO_MANY_RUNS, Problem, problem_of
from secretsadmin.pages.promoting import way_into
from secretsadmin.pages.selection import (
    EXPORTED,
    WAYS_BY_KEY,
    Selection,
    Way,
    filter_of,
    selection_of,
)
from secretsadmin.pages.side_by_side import targets_of
from secretsadmin.store.listing import listing
from secretsadmin.transfer import running
from secretsadmin.transfer.bulk import BULK_BY_KEY, BulkAction
from secretsadmin.transfer.plan import Plan
from secretsadmin.transfer.running import Order, TooManyRuns
from secretsadmin.views import problems


@require_POST
def bulk(request: Request, environment: str, kind: Kind, adapter: KindAdapter) -> HttpResponse:
    verb = request.POST.get("action", "")
    if verb in WAYS_BY_KEY:
        return _led_on(request, environment, kind, WAYS_BY_KEY[verb])
    action = BULK_BY_KEY.get(verb)
    here = _environment_of(request, environment, kind, action)
    # Whether the kind is there at all.
    here.backend.name_prefix(kind.name)
    if action is None or (action.is_for_types and not kind.has_types):
        return problems.page(request, NO_ACTION)
    seen = _seen(request, here, kind)
    listed = listed_in(seen, filter_of(request.POST), adapter)
    selection = selection_of(request.POST, here, kind, listed)
    if selection.has_changed:
        return problems.page(request, CHANGED)
    if not selection.refs:
        return problems.page(request, NOTHING)
    return _planned(request, adapter, _page(request, here, kind, action, selection), seen)


def _led_on(request: Request, name: str, kind: Kind, way: Way) -> HttpResponse:
    """Leads to the page of an export or of a promotion, which asks for its rights itself.

    The browser sends the form again to it, since ticked ids are too many for an address.
    """
    here = environment_of(request, name, VIEW.verb, kind)
    is_all = "all" in request.POST
    if not is_all and "id" not in request.POST:
        return problems.page(request, NOTHING)
    if way is EXPORTED:
        url = filter_of(request.POST).at(reverse(f"{kind.name}:export", args=[here.name]))
        return HttpResponseRedirect(url, preserve_request=not is_all)
    url = way_into(kind, here, targets_of(request, here, kind))
    return HttpResponseRedirect(url, preserve_request=True)


def _environment_of(
    request: Request, name: str, kind: Kind, action: BulkAction | None
) -> Environment:
    """The environment, if the person may do this to some of its secrets, or change any."""
    first, *others = action.needs if action else (UPDATE.verb,)
    here = environment_of(request, name, first, kind)
    for verb in others:
        environment_of(request, name, verb, kind)
    return here


def _seen(request: Request, environment: Environment, kind: Kind) -> InSight:
    """The list as the person sees it. One that isn't known yet is waited for."""
    seen = in_sight(request.user, environment, kind)
    if seen.snapshot.as_of is None:
        listing(environment, kind).sweep_and_wait()
        seen = in_sight(request.user, environment, kind)
    return seen


def _page(
    request: Request,
    environment: Environment,
    kind: Kind,
    action: BulkAction,
    selection: Selection,
) -> BulkPage:
    has_plan = "run" in request.POST or "tick" in request.POST
    form = PlanForm(action, request.POST if has_plan else None)
    return BulkPage(environment, kind, action, selection, rule_of(action, request.POST), form)


def _planned(request: Request, adapter: KindAdapter, page: BulkPage, seen: InSight) -> HttpResponse:
    if page.rule and is_from_list(request.POST):
        return _show(request, page)
    if page.rule and not page.rule.is_valid():
        return _show(request, page, status=422)
    is_wrong = page.form.is_bound and not page.form.is_valid()
    plan = page.action.plan(job_of(page, request.user, adapter, seen))
    if not page.form.is_bound:
        return _show(request, page.with_plan(ShownPlan(plan)))
    page = page.with_plan(page.form.shown_plan(plan))
    if is_wrong:
        return _show(request, page, status=422)
    if "tick" in request.POST:
        return _show(request, page)
    return _run(request, page, plan)


def _run(request: Request, page: BulkPage, plan: Plan) -> HttpResponse:
    steps = plan.steps(page.form.not_taken(plan))
    if page.form.has_lost_some(plan) or not steps:
        page.form.add_error(None, NOT_ANY_MORE if page.form.has_lost_some(plan) else UNTICKED)
        return _show(request, page, status=422)
    order = Order(
        page.environment,
        page.action.key,
        steps,
        actor_of(request),
        request.user,
        page.kind,
        page.form.cleaned_data["reason"],
    )
    try:
        run = running.start(order)
    except TooManyRuns:
        return _show_problem(request, page, TOO_MANY_RUNS)
    except NotRecorded as error:
        return _show_problem(request, page, problem_of(error))
    return redirect("run", page.environment.name, run)


def _show(request: Request, page: BulkPage, *, status: int = 200) -> HttpResponse:
    return respond(request, "bulk.html", {"page": page}, status=status)


def _show_problem(request: Request, page: BulkPage, problem: Problem) -> HttpResponse:
    return _show(request, page.with_problem(problem), status=problem.status)
