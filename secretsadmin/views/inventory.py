"""The health of an environment's inventory, by metadata and by scans of values."""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from secretsadmin.access import policy
from secretsadmin.access.requests import Denied, Request, actor_of, environment_of
from secretsadmin.actions import ADMINISTER, SCAN, VIEW
from secretsadmin.audit.looks import note_list
from secretsadmin.config.environments import Environment
from secretsadmin.config.ref import Ref
from secretsadmin.config.site import configured_site
from secretsadmin.htmx import respond
from secretsadmin.lint.around import look_around
from secretsadmin.lint.scanning import Scan
from secretsadmin.pages.health import (
    EXPORTS,
    exported,
    health_page,
    may_look_around,
    viewed_kinds,
)
from secretsadmin.pages.in_sight import whole_sight
from secretsadmin.pages.near_misses import near_misses_page
from secretsadmin.pages.scanned import scan_under_way, scanned_kinds, secrets_to_scan
from secretsadmin.store.reads import Secret
from secretsadmin.transfer import running
from secretsadmin.transfer.scan import order_of
from secretsadmin.views import polling

NOT_WHOLE = (
    "Nothing was scanned: Secrets Manager is still being asked what there is. Scan again in a "
    "moment."
)
NO_SUCH_KIND = "Nothing was scanned: choose one of the kinds of secret."
NOTHING = "Nothing was scanned: there is no secret here whose value you may scan."
TOO_MANY = "Nothing was scanned: several other runs are under way. Scan again when one has ended."


@require_safe
def health(request: Request, environment: str) -> HttpResponse:
    here = environment_of(request, environment, VIEW.verb)
    _note(request, here)
    form = request.GET.get("export", "")
    if form in EXPORTS:
        return _file(request, here, form)
    return polling.answer(request, "health.html", health_page(request, here))


@require_POST
def near_misses(request: Request, environment: str) -> HttpResponse:
    """A look at all names of the account. It is a POST because it asks AWS for a lot."""
    here = environment_of(request, environment, ADMINISTER.verb)
    if not may_look_around(request.user, here):
        raise Denied(ADMINISTER.verb, here, None)
    everywhere = tuple(configured_site().environments.values())
    names = look_around(here, everywhere, actor=actor_of(request))
    return respond(request, "near_misses.html", {"page": near_misses_page(request, here, names)})


@require_POST
def scan(request: Request, environment: str) -> HttpResponse:
    """Begin to scan the values of one kind, or of all kinds that the person may scan."""
    here = environment_of(request, environment, VIEW.verb)
    viewed = viewed_kinds(request.user, here)
    name = request.POST.get("kind", "")
    named = [kind for kind in viewed if kind.name == name]
    # Where there is none that the person may scan, the refusal is recorded for one that they view.
    kinds = named or list(scanned_kinds(request.user, here, viewed)) or viewed[:1]
    for kind in kinds:
        environment_of(request, environment, SCAN.verb, kind)
    if name and not named:
        return _refused(request, here)
    if under_way := scan_under_way(request.user, here):
        return redirect("run", here.name, under_way.id)
    sights = {kind: whole_sight(request.user, here, kind) for kind in kinds}
    if not all(sight.snapshot.as_of for sight in sights.values()):
        messages.info(request, NOT_WHOLE)
        return redirect("inventory-health", here.name)
    secrets = secrets_to_scan(request.user, here, sights)
    if not secrets:
        messages.info(request, NOTHING)
        return redirect("inventory-health", here.name)
    return _begin(request, here, secrets)


def _refused(request: Request, environment: Environment) -> HttpResponse:
    messages.error(request, NO_SUCH_KIND)
    response = polling.answer(request, "health.html", health_page(request, environment))
    response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def _begin(request: Request, environment: Environment, secrets: list[Secret]) -> HttpResponse:
    may_compare = partial(_may_compare, request.user)
    order = order_of(
        Scan(secrets, may_compare=may_compare),
        environment,
        actor=actor_of(request),
        user=request.user,
    )
    try:
        id_ = running.start(order)
    except running.TooManyRuns:
        messages.info(request, TOO_MANY)
        return redirect("inventory-health", environment.name)
    return redirect("run", environment.name, id_)


def _may_compare(user: User, ref: Ref) -> bool:
    """Whoever may not reveal a secret learns of no other that it has the same password."""
    return policy.may_learn(user, ref.environment, ref.kind, ref)


def _note(request: Request, environment: Environment) -> None:
    for kind in viewed_kinds(request.user, environment):
        note_list(environment, kind, actor_of(request))


def _file(request: Request, environment: Environment, form: str) -> HttpResponse:
    media_type, text = exported(request, environment, form)
    response = HttpResponse(text, content_type=media_type)
    name = f"health-{environment.name}.{form}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
