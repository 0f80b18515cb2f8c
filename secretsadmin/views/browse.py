"""Shows a secret and its value, which the app's adapter takes apart."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from secretsadmin.access import policy
from secretsadmin.access.requests import Request, actor_of, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.acts import looks_among
from secretsadmin.audit.models import Event
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind, Opened, Reading
from secretsadmin.pages import shown
from secretsadmin.pages.detail import compared_part, detail_page, masked_field, opened_page
from secretsadmin.pages.health_of_one import findings_in_value
from secretsadmin.pages.secret import judge_of, urls_of, verb_of_showing
from secretsadmin.pages.version import requested_version
from secretsadmin.store import listing, reads
from secretsadmin.store.errors import NoValue
from secretsadmin.store.reads import Secret

# The tag of the message that the page of a new secret begins with.
CREATED = "created"
NO_VALUE = "Airflow finds nothing here: the secret has no current version, or one that isn't text."
NO_TEXT = "Airflow would find nothing here: this version isn't text."


@require_safe
def detail(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "view", kind, key)
    version = requested_version(request.GET)
    page = detail_page(request, _look_up(ref, version), adapter, version)
    page = replace(page, is_new=_was_just_created(request))
    if "looks" not in request.GET:
        return respond(request, "detail.html", {"page": page})
    page = replace(page, looks=looks_among(Event.objects.begun().on(ref)))
    return respond(request, "detail.html", {"page": page}, partial="looks")


def _look_up(ref: Ref, version: str) -> Secret:
    """The secret. For the page of a version AWS is asked, because the list may be behind."""
    if not version:
        return listing.find(ref)
    secret = reads.describe(ref)
    listing.learn(ref, lambda _: secret)
    return secret


def _was_just_created(request: Request) -> bool:
    return CREATED in [message.extra_tags for message in messages.get_messages(request)]


@require_POST
def open(  # noqa: A001 - the verb.
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "open", kind, key)
    version = requested_version(request.POST)
    # The recorded act comes first, so the record shows who tried to open what isn't there.
    text = _read(request, ref, adapter, version)
    secret = listing.find(ref)
    opened, size = _take_apart(request, ref, adapter, version, text)
    page = opened_page(request, secret, adapter, version, opened, size)
    page = replace(page, is_new="created" in request.POST)
    if text is not None and page.old is None:
        page = replace(page, faults=findings_in_value(request.user, secret, text))
    return respond(request, "detail.html", {"page": page}, partial="opened")


def _read(request: Request, ref: Ref, adapter: KindAdapter, version: str) -> str | None:
    """The text; None where there is no value, or one that isn't text."""
    actor, judge = actor_of(request), judge_of(ref, adapter)
    try:
        return reads.reveal(ref, "open", actor=actor, version=version, find_format=judge).text
    except NoValue:
        return None


def _take_apart(
    request: Request, ref: Ref, adapter: KindAdapter, version: str, text: str | None
) -> tuple[Opened, int | None]:
    """The value and its size in bytes, as far as the person may know of them."""
    if text is None:
        error = NO_TEXT if version else NO_VALUE
        return Opened((), (Reading(error=error),)), 0
    opened = adapter.inspect(text, ref.environment.backend)
    if not policy.may_learn(request.user, ref.environment, ref.kind, ref):
        return opened.outline, None
    return opened, len(text.encode())


@require_POST
def reveal(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    part = request.POST.get("part", "")
    name = part or request.POST.get("field") or adapter.secret_field
    verb = verb_of_showing(name, adapter)
    ref = secret_of(request, environment, verb, kind, key)
    version = requested_version(request.POST)
    find = masked_field
    if part:
        find = compared_part
    field = reads.disclose(
        ref,
        verb,
        lambda text: find(ref, adapter, name, text),
        actor=actor_of(request),
        part_name=name,
        version=version,
        find_format=judge_of(ref, adapter),
    )
    urls = urls_of(ref)
    revealed = shown.revealed(
        replace(field, name=name), urls.reveal, hide_url=urls.detail, version=version
    )
    if part:
        # A comparison shows it in a table, and not in a list of fields.
        revealed = replace(revealed, asked_by="part", is_alone=bool(request.htmx))
    if request.htmx:
        return respond(request, "detail.html", {"field": revealed}, partial="revealed")
    page = replace(detail_page(request, listing.find(ref), adapter, version), revealed=revealed)
    return respond(request, "detail.html", {"page": page})
