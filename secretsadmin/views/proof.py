"""Proves that Airflow reads: makes probes and removes them, and hands out the script."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from secretsadmin.access.requests import Request, actor_of, environment_of, refuses, secret_of
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.environments import Environment
from secretsadmin.doctor import probes
from secretsadmin.doctor.probes import PROBED
from secretsadmin.doctor.proof import FILE_NAME, script_for
from secretsadmin.htmx import respond
from secretsadmin.kinds import BY_NAME, VARIABLES, Kind
from secretsadmin.pages.problems import Problem, problem_of
from secretsadmin.pages.proof import ProbeForm, may_see_account, proof_page
from secretsadmin.store.errors import NameTaken, ScheduledForDeletion, StoreError
from secretsadmin.views import polling

MADE = "The probe is there. Run the script where Airflow runs."
REMOVED = "The probe is scheduled for deletion. Until then it is in the recycle bin."
NOT_YOURS = "Your groups may not make a probe of this id."


@require_safe
def proof(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, "view")
    return polling.answer(request, "proof.html", proof_page(request, here))


@require_POST
def probe(request: Request, environment: str) -> HttpResponse:
    kind = BY_NAME.get(request.POST.get("kind", ""), VARIABLES)
    here = environment_of(request, environment, "probe", kind)
    form = ProbeForm(request, here, request.POST)
    if not form.is_valid():
        return _page(request, here, form, status=422)
    if refuses(request, "probe", form.ref):
        form.add_error("id", NOT_YOURS)
        return _page(request, here, form, status=403)
    try:
        probes.make(form.ref, actor=actor_of(request))
    except (NameTaken, ScheduledForDeletion) as error:
        form.add_error("id", ValidationError(f"{error.sentence} {error.next}"))
        return _page(request, here, form, status=error.status)
    except (StoreError, NotRecorded) as error:
        problem = problem_of(error)
        return _page(request, here, form, status=problem.status, problem=problem)
    messages.success(request, MADE)
    return redirect("setup-proof", here.name)


@require_safe
def script(request: Request, environment: str, kind: str, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "view", _probed(kind), key)
    text = script_for(ref, names_account=may_see_account(request.user, ref.environment))
    response = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


@require_POST
def remove(request: Request, environment: str, kind: str, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "probe", _probed(kind), key)
    probes.remove(ref, actor=actor_of(request))
    messages.success(request, REMOVED)
    return redirect("setup-proof", ref.environment.name)


def _probed(name: str) -> Kind:
    kind = BY_NAME.get(name)
    if kind not in PROBED:
        raise Http404
    return kind


def _page(
    request: Request,
    environment: Environment,
    form: ProbeForm,
    *,
    status: int,
    problem: Problem | None = None,
) -> HttpResponse:
    page = proof_page(request, environment, form, problem)
    return respond(request, "proof.html", {"page": page}, status=status)
