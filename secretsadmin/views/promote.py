"""Promotes secrets of one environment to another: choose, plan, run."""

from collections.abc import Sequence
from dataclasses import replace

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect

from secretsadmin.access.authentication import require_fresh
from secretsadmin.access.requests import Request, actor_of, environment_of
from secretsadmin.actions import PROMOTE, RESTORE, REVEAL
from secretsadmin.adapters import adapter_of
from secretsadmin.config.environments import Environment
from secretsadmin.htmx import respond
from secretsadmin.kinds import BY_NAME, KINDS, Kind
from secretsadmin.pages.bulk import CHANGED
from secretsadmin.pages.in_sight import in_sight, whole_sight
from secretsadmin.pages.listing import listed_in
from secretsadmin.pages.matrix import notices_of
from secretsadmin.pages.plan import MOST_ROWS, NOT_ANY_MORE
from secretsadmin.pages.promoting import (
    PromotePage,
    has_errors,
    has_lost_some,
    rules_of,
    start_page,
    target_page,
    url_of,
    with_plan,
)
from secretsadmin.pages.selection import Selection, filter_of, selection_of
from secretsadmin.pages.side_by_side import columns_of, environments_with, read_both, targets_of
from secretsadmin.transfer import running
from secretsadmin.transfer.matrix import Matrix, rows_of
from secretsadmin.transfer.promoting import Pair, Route
from secretsadmin.transfer.running import Order, TooManyRuns
from secretsadmin.views import problems
from secretsadmin.views.answers import form_methods

MISSING = "Choose two environments: one to take from, and one to give to."
NOTHING = "Tick at least one."
TOO_MANY = f"One promotion takes {MOST_ROWS} ids at most. Tick fewer."
BUSY = "As many runs are under way as may be. Try again when one of them is done."
UNDECIDED = "Something has to be decided yet. What is secret has to be typed again."


@form_methods
def promote(request: Request) -> HttpResponse:
    kinds = tuple(kind for kind in KINDS if environments_with(request, kind, PROMOTE.verb))
    if not kinds:
        raise PermissionDenied
    kind = BY_NAME.get(_sent(request, "kind"), kinds[0])
    source, target = _sent(request, "from"), _sent(request, "to")
    if source and not target and ("id" in request.POST or "all" in request.POST):
        return _ask_target(request, kind, environment_of(request, source, PROMOTE.verb, kind))
    if not source or not target or source == target:
        return _start(request, kind, kinds)
    here = environment_of(request, source, PROMOTE.verb, kind)
    # The page belongs to the target, which is what it changes.
    there = environment_of(request, target, PROMOTE.verb, kind)
    if not (here.backend.is_enabled(kind.name) and there.backend.is_enabled(kind.name)):
        raise Http404
    return _between(request, kind, here, there)


def _sent(request: Request, name: str) -> str:
    """What the form says, or else the address."""
    return request.POST.get(name) or request.GET.get(name, "")


def _start(request: Request, kind: Kind, kinds: tuple[Kind, ...]) -> HttpResponse:
    problem, status = "", 200
    if request.method == "POST" or "from" in request.GET:
        problem, status = MISSING, 422
    able = environments_with(request, kind, PROMOTE.verb)
    page = start_page(kind, kinds, able, problem)
    return respond(request, "promote_start.html", {"page": page}, status=status)


def _ask_target(request: Request, kind: Kind, source: Environment) -> HttpResponse:
    selection = _selection(request, kind, source)
    if selection.has_changed:
        return problems.page(request, CHANGED)
    page = target_page(kind, source, targets_of(request, source, kind), selection)
    return respond(request, "promote_start.html", {"page": page})


def _selection(request: Request, kind: Kind, source: Environment) -> Selection:
    """What was ticked, or all that match the filter of the source's list."""
    sight = whole_sight if "all" in request.POST else in_sight
    seen = sight(request.user, source, kind)
    listed = listed_in(seen, filter_of(request.POST), adapter_of(kind))
    return selection_of(request.POST, source, kind, listed)


def _between(
    request: Request, kind: Kind, source: Environment, target: Environment
) -> HttpResponse:
    adapter = adapter_of(kind)
    rules = rules_of((request.POST, request.GET), adapter.parts, target)
    url = url_of(kind, source, target, rules)
    if request.method == "POST" and request.get_full_path() != url:
        # The address keeps the rules. The browser sends the form again to it.
        return HttpResponseRedirect(url, preserve_request=True)
    # This may wait for the source's list, which is a column afterwards.
    selection = _selection(request, kind, source)
    columns = columns_of(request, kind, (source, target))
    matrix = Matrix(columns, rows_of(columns))
    pairs = tuple(Pair(row.key, *row.secrets) for row in matrix.rows if row.secrets[0])
    route = Route(request.user, kind, adapter, source, target, rules)
    page = PromotePage(kind, source, target, route, pairs, notices_of(columns))
    if request.method != "POST":
        return respond(request, "promote.html", {"page": page})
    if selection.has_changed:
        return problems.page(request, CHANGED)
    return _sent_ids(request, page, matrix, [ref.key for ref in selection.refs])


def _sent_ids(
    request: Request, page: PromotePage, matrix: Matrix, ids: Sequence[str]
) -> HttpResponse:
    if not ids or len(ids) > MOST_ROWS:
        return _refused(request, page, TOO_MANY if ids else NOTHING)
    by_key = {pair.key: pair for pair in page.pairs}
    pairs = tuple(by_key.get(id_, Pair(id_, None, None)) for id_ in ids)
    page = replace(page, pairs=pairs)
    chosen = Matrix(matrix.columns, tuple(row for row in matrix.rows if row.key in ids))
    # A look at what is typed is no run, whatever else the form says.
    if "run" in request.POST and "preview" not in request.POST:
        return _run(request, page, chosen)
    page = with_plan(_with_values(request, page, chosen), request.POST, is_run=False)
    return respond(request, "promote.html", {"page": page})


def _with_values(request: Request, page: PromotePage, matrix: Matrix) -> PromotePage:
    """The page with what the person may know of the values, so that it tells what is the same."""
    scan = read_both(request, matrix, page.kind)
    return replace(page, route=replace(page.route, scan=scan))


def _run(request: Request, page: PromotePage, matrix: Matrix) -> HttpResponse:
    require_fresh(request, REVEAL.verb, page.source)
    require_fresh(request, RESTORE.verb, page.target)
    reason = request.POST.get("reason", "")[:1000]
    page = replace(page, route=replace(page.route, reason=reason))
    page = with_plan(page, request.POST, is_run=True)
    if has_errors(page):
        page = with_plan(_with_values(request, page, matrix), request.POST, is_run=True)
        return _refused(request, page, UNDECIDED)
    if has_lost_some(page, request.POST):
        return _refused(request, page, NOT_ANY_MORE)
    steps = page.plan.plan.steps(page.plan.left_out) if page.plan else ()
    if not steps:
        return _refused(request, page, NOTHING)
    order = Order(
        page.target,
        PROMOTE.verb,
        steps,
        actor_of(request),
        request.user,
        page.kind,
        reason,
    )
    try:
        id_ = running.start(order)
    except TooManyRuns:
        return _refused(request, page, BUSY, status=503)
    return redirect("run", page.target.name, id_)


def _refused(
    request: Request, page: PromotePage, problem: str, *, status: int = 422
) -> HttpResponse:
    return respond(request, "promote.html", {"page": replace(page, problem=problem)}, status=status)
