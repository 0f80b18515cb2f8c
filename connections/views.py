"""What only a connection's pages do."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from connections.connection import NotRepresentable
from connections.copying import TITLES, Stored, copy_as
from connections.shape import SHAPE
from secretsadmin.access import actor_of, secret_of
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Field, Kind
from secretsadmin.store import listing, reads
from secretsadmin.store.reads import Secret
from secretsadmin.views import problems, shown
from secretsadmin.views.problems import Problem
from secretsadmin.views.secrets import detail_context

REFUSED = Problem(
    422, "It can't be copied like this", "", changed="", next="The stored text can be copied all the same."
)


@require_POST
def copy(request: Request, environment: str, kind: Kind, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "copy", kind, key)
    wanted = request.POST.get("format", "")
    if wanted not in TITLES:
        raise Http404
    value = reads.reveal(ref, "copy", actor=actor_of(request), fields=(wanted,))
    secret = listing.find(ref)
    try:
        text = copy_as(wanted, _stored(secret, value.text))
    except NotRepresentable as error:
        return _refuse(request, secret, replace(REFUSED, sentence=str(error)))
    context = {} if request.htmx else detail_context(request, secret, SHAPE)
    context |= {"field": shown.revealed(Field(wanted, TITLES[wanted], text), ""), "copied": True}
    return respond(request, "detail.html", context, partial="revealed")


def _stored(secret: Secret, text: str) -> Stored:
    ref, backend = secret.ref, secret.ref.environment.backend
    region = str(backend.aws.get("region_name", ""))
    return Stored(text, ref.id, ref.name, secret.description, region, ref.team, backend.extra_conn_words)


def _refuse(request: Request, secret: Secret, problem: Problem) -> HttpResponse:
    if request.htmx:
        return problems.page(request, problem)
    context = detail_context(request, secret, SHAPE) | {"problem": problem}
    return respond(request, "detail.html", context, status=problem.status)
