"""Duplicates a secret under a new id. Nobody is shown the value."""

from django.http import HttpResponse

from secretsadmin.access.requests import Request, actor_of, environment_of, refuses, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.duplicate import DuplicateForm, duplicate_page
from secretsadmin.pages.problems import Problem, problem_of
from secretsadmin.pages.secret import judge_of
from secretsadmin.store import listing
from secretsadmin.store.errors import NameTaken, ScheduledForDeletion, StoreError
from secretsadmin.transfer import duplicating
from secretsadmin.views.answers import done, form_methods


@form_methods
def duplicate(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "duplicate", kind, key)
    if request.method != "POST":
        return _show(request, ref, adapter, DuplicateForm(label_suffix=""))
    form = DuplicateForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, ref, adapter, form, status=422)
    environment_of(request, environment, "create", kind)
    to = Ref(ref.environment, kind, form.cleaned_data["id"], ref.team)
    refusal = _refusal(ref, to)
    if refusal:
        form.add_error("id", refusal)
        return _show(request, ref, adapter, form, status=422)
    if refuses(request, "create", to):
        form.add_error("id", "You may not create this id.")
        return _show(request, ref, adapter, form, status=403)
    too_much = duplicating.refusal_of_copy(request.user, ref, to)
    if too_much:
        form.add_error("id", too_much)
        return _show(request, ref, adapter, form, status=403)
    return _duplicated(request, ref, to, adapter, form)


def _refusal(ref: Ref, to: Ref) -> str:
    """Why no secret can have the new id; empty where one can."""
    if to.id == ref.id:
        return "This is its id already."
    try:
        _ = to.new_name
    except InvalidId as error:
        return str(error)
    return ""


def _duplicated(
    request: Request, ref: Ref, to: Ref, adapter: KindAdapter, form: DuplicateForm
) -> HttpResponse:
    secret, reason = listing.find(ref), form.cleaned_data["reason"]
    judge = judge_of(ref, adapter)
    try:
        duplicating.duplicate(secret, to, judge, actor=actor_of(request), reason=reason)
    except (NameTaken, ScheduledForDeletion) as error:
        form.add_error("id", f"{error.sentence} {error.next}")
        return _show(request, ref, adapter, form, status=error.status)
    except (StoreError, NotRecorded) as error:
        return _show(request, ref, adapter, form, problem=problem_of(error))
    return done(request, to, f"Duplicated. Airflow finds the same value as {to.id}, too.")


def _show(
    request: Request,
    ref: Ref,
    adapter: KindAdapter,
    form: DuplicateForm,
    *,
    problem: Problem | None = None,
    status: int = 200,
) -> HttpResponse:
    page = duplicate_page(request, listing.find(ref), adapter, form, problem=problem)
    if problem:
        status = problem.status
    return respond(request, "duplicate.html", {"page": page}, status=status)
