"""What only connections have pages for: choosing a type, and copying."""

from collections import Counter
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from connections import choosing
from connections.choosing import Choice
from connections.connection import NotRepresentable
from connections.connection_type import TYPE
from connections.copying import TITLES, Stored, copy_as
from connections.reading import normal_type
from connections.shape import SHAPE, types
from secretsadmin.access import actor_of, environment_of, secret_of
from secretsadmin.environments import Ref
from secretsadmin.forms import FormClass
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Field, Kind
from secretsadmin.store import listing, reads
from secretsadmin.store.reads import Secret
from secretsadmin.views import changes, problems, shown
from secretsadmin.views.problems import Problem
from secretsadmin.views.secrets import detail_context, judge_of

REFUSED = Problem(
    422, "It can't be copied like this", "", changed="", next="The stored text can be copied all the same."
)


def create(request: Request, environment: str, kind: Kind, form_class: FormClass) -> HttpResponse:
    """The form of a type, or the types to choose from for whoever has named none, or nothing that could be one."""
    if request.method in ("GET", "HEAD") and not TYPE.fullmatch(request.GET.get("conn_type", "")):
        return choose(request, environment, kind)
    return changes.create(request, environment, kind, form_class)


@require_safe
def choose(request: Request, environment: str, kind: Kind) -> HttpResponse:
    here = environment_of(request, environment, "create", kind)
    here.backend.name_prefix(kind.name)
    known = listing.listing(here, kind).read()
    context = {
        "kind": kind,
        "index_url": request.lists.list_url(here, kind),
        "create_url": reverse(f"{kind.name}:create", args=[here.name]),
        "is_first": known.as_of is not None and not known.secrets,
        "entry": request.GET.get("entry", ""),
        **_found(request.GET.get("q", "").strip(), known.secrets),
    }
    return respond(request, "connections/choose.html", context, partial="types")


def _found(query: str, secrets: tuple[Secret, ...]) -> dict[str, Any]:
    used = Counter(normal_type(secret.type) for secret in secrets if secret.type and not secret.deleted)
    known = types()
    sections = choosing.sections(query, used, known)
    return {
        "query": query,
        "sections": [
            (section.title, format_html_join("", "{}", ((_drawn(choice),) for choice in section.choices)))
            for section in sections
        ],
        "matched": sum(len(section.choices) for section in sections),
        "own_type": choosing.own_type(query, used, known),
    }


@lru_cache(maxsize=2048)
def _drawn(choice: Choice) -> SafeString:
    """Drawn once: the template engine would take longer for 150 of them than for the whole page around."""
    return render_to_string("connections/choose.html#choice", {"choice": choice})


@require_POST
def copy(request: Request, environment: str, kind: Kind, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "copy", kind, key)
    wanted = request.POST.get("format", "")
    if wanted not in TITLES:
        raise Http404
    try:
        take, judge = partial(_spelled, ref, wanted), judge_of(ref, SHAPE)
        field = reads.disclose(ref, "copy", take, actor=actor_of(request), asked_for=wanted, judge=judge)
    except NotRepresentable as error:
        return _refuse(request, listing.find(ref), replace(REFUSED, sentence=str(error)))
    context = {} if request.htmx else detail_context(request, listing.find(ref), SHAPE)
    context |= {"field": shown.revealed(field, ""), "copied": True}
    return respond(request, "detail.html", context, partial="revealed")


def _spelled(ref: Ref, wanted: str, text: str) -> Field:
    """All of a connection in one of the spellings. Raises NotRepresentable."""
    return Field(wanted, TITLES[wanted], copy_as(wanted, _stored(listing.find(ref), text)))


def _stored(secret: Secret, text: str) -> Stored:
    ref, backend = secret.ref, secret.ref.environment.backend
    region = str(backend.aws.get("region_name", ""))
    return Stored(text, ref.id, ref.name, secret.description, region, ref.team, backend.extra_conn_words)


def _refuse(request: Request, secret: Secret, problem: Problem) -> HttpResponse:
    if request.htmx:
        return problems.page(request, problem)
    context = detail_context(request, secret, SHAPE) | {"problem": problem}
    return respond(request, "detail.html", context, status=problem.status)
