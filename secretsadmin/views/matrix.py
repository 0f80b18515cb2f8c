"""Environments side by side: what is where, what differs, and the fields of one id."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse

from secretsadmin.access import policy
from secretsadmin.access.authentication import may_enter, require_fresh
from secretsadmin.access.requests import Denied, Request, actor_of, secret_of
from secretsadmin.actions import COMPARE, SCAN
from secretsadmin.adapters import adapter_of
from secretsadmin.audit.recording import Place, record_denied
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import BY_NAME
from secretsadmin.pages import between
from secretsadmin.pages.comparison import ShownComparison, no_comparison
from secretsadmin.pages.matrix import MatrixPage
from secretsadmin.pages.secret import judge_of
from secretsadmin.pages.side_by_side import (
    Question,
    TooMany,
    columns_of,
    may_scan_some,
    question_of,
    with_what_is_read,
)
from secretsadmin.store import listing, reads
from secretsadmin.store.errors import NoValue
from secretsadmin.store.reads import Value
from secretsadmin.transfer.matrix import Matrix, rows_of
from secretsadmin.views.answers import form_methods


@form_methods
def compare_environments(request: Request) -> HttpResponse:
    is_sent = request.method == "POST"
    question = question_of(request, request.POST if is_sent else request.GET)
    if question is None:
        raise PermissionDenied
    if is_sent:
        _require_scan(request, question)
    columns = columns_of(request, question.kind, question.chosen)
    matrix = Matrix(columns, rows_of(columns, question.query))
    if not is_sent:
        return respond(request, "matrix.html", {"page": MatrixPage(question, matrix, request)})
    try:
        matrix = with_what_is_read(request, question.kind, matrix)
    except TooMany as error:
        page = MatrixPage(question, matrix, request, problem=error.sentence)
        return respond(request, "matrix.html", {"page": page}, status=422)
    page = MatrixPage(question, matrix, request, is_compared=True)
    return respond(request, "matrix.html", {"page": page})


def _require_scan(request: Request, question: Question) -> None:
    """Raises Denied where the person may compare nothing, and MustConfirm for an old sign-in."""
    kind = question.kind
    for environment in question.chosen:
        may_scan = policy.may(request.user, SCAN.verb, environment, kind)
        if may_scan and may_enter(request, environment):
            require_fresh(request, SCAN.verb, environment)
        if not may_scan and not may_scan_some(request, kind, question.chosen):
            record_denied(Place(environment.name, kind.name), SCAN.verb, actor=actor_of(request))
            raise Denied(SCAN.verb, environment, kind)


@form_methods
def compare_between(request: Request, kind: str, one: str, other: str, key: str) -> HttpResponse:
    if kind not in BY_NAME or one == other:
        raise Http404
    refs = (
        secret_of(request, one, COMPARE.verb, BY_NAME[kind], key),
        secret_of(request, other, COMPARE.verb, BY_NAME[kind], key),
    )
    # The page belongs to neither of the two.
    request.environment = None
    two = (listing.find(refs[0]), listing.find(refs[1]))
    context: dict[str, object] = {"page": between.between_page(two)}
    if request.method == "POST":
        context["compared"] = _compared(request, refs)
    return respond(request, "between.html", context, partial="rows")


def _compared(request: Request, refs: tuple[Ref, Ref]) -> ShownComparison:
    """Two calls, each recorded in its own environment."""
    one, other = _read(request, refs[0]), _read(request, refs[1])
    if one and other:
        return between.compare_between(request, refs, (one, other))
    problems = []
    for ref, value in zip(refs, (one, other), strict=True):
        if value is None:
            problems.append(f"{ref.environment.title} holds no text that could be compared.")
    return no_comparison(refs[1], problems)


def _read(request: Request, ref: Ref) -> Value | None:
    judge = judge_of(ref, adapter_of(ref.kind))
    try:
        return reads.reveal(ref, COMPARE.verb, actor=actor_of(request), find_format=judge)
    except NoValue:
        return None
