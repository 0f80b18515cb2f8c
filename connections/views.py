"""What only connections have pages for."""

from collections import Counter
from functools import lru_cache
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from connections import choosing
from connections.choosing import Choice
from connections.reading import normal_type
from connections.shape import types
from secretsadmin.access import environment_of
from secretsadmin.forms import FormClass
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Kind
from secretsadmin.store import listing
from secretsadmin.store.reads import Secret
from secretsadmin.views import changes


def create(request: Request, environment: str, kind: Kind, form_class: FormClass) -> HttpResponse:
    """The form of a type, or the types to choose from for whoever has named none."""
    if request.method in ("GET", "HEAD") and not request.GET.get("conn_type"):
        return choose(request, environment, kind)
    return changes.create(request, environment, kind, form_class)


@require_safe
def choose(request: Request, environment: str, kind: Kind) -> HttpResponse:
    here = environment_of(request, environment, "create", kind)
    here.backend.name_prefix(kind.name)
    known = listing.listing(here, kind).read()
    context = {
        "kind": kind,
        "index_url": reverse(f"{kind.name}:index", args=[here.name]),
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
    """Drawn once: the template engine would take longer for 140 of them than for the whole page around."""
    return render_to_string("connections/choose.html#choice", {"choice": choice})
