"""The staging labels of a secret's versions: AWS's own three explained, and custom ones moved.

No value is read.
"""

from django.http import HttpResponse

from secretsadmin.access.requests import Request, actor_of, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import Actor, NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.label import LabelForm, known_versions, label_page
from secretsadmin.pages.problems import problem_of
from secretsadmin.pages.secret import urls_of
from secretsadmin.pages.version import short
from secretsadmin.store import aws, labels, listing, reads
from secretsadmin.store.errors import Conflict, StoreError, TooManyLabels
from secretsadmin.templatetags.secretsadmin import visible
from secretsadmin.views.answers import done, form_methods


@form_methods
def label(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "label", kind, key)
    if request.method != "POST":
        return _show(request, ref, adapter)
    form = LabelForm(request.POST)
    if not form.is_valid():
        return _show(request, ref, adapter, status=422)
    try:
        _carry_out(ref, form.cleaned_data, actor_of(request))
    except Conflict:
        return _show(request, ref, adapter, is_overtaken=True, status=409)
    except TooManyLabels as error:
        refusal = f"{error.sentence} {error.next}"
        return _show(request, ref, adapter, refusal=refusal, status=error.status)
    except (StoreError, NotRecorded) as error:
        return _show_problem(request, ref, adapter, error)
    return done(request, ref, _success(form.cleaned_data), to=urls_of(ref).label)


@aws.deadline()
def _carry_out(ref: Ref, sent: dict[str, str], actor: Actor) -> None:
    if not sent["version"]:
        labels.check_room(ref, sent["label"])
    labels.label(ref, actor=actor, **sent)


def _success(sent: dict[str, str]) -> str:
    name = f"“{visible(sent['label'])}”"
    if sent["to"]:
        return f"{name} stands on {short(sent['to'])} now."
    return f"{name} is off {short(sent['version'])}."


def _show(
    request: Request,
    ref: Ref,
    adapter: KindAdapter,
    *,
    is_overtaken: bool = False,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    secret, versions = listing.find(ref), reads.versions(ref)
    page = label_page(
        request, secret, adapter, versions, is_overtaken=is_overtaken, refusal=refusal
    )
    return respond(request, "label.html", {"page": page}, status=status)


def _show_problem(
    request: Request, ref: Ref, adapter: KindAdapter, error: StoreError | NotRecorded
) -> HttpResponse:
    """AWS doesn't answer, so the page shows what is known without another call."""
    secret, problem = listing.find(ref), problem_of(error)
    page = label_page(request, secret, adapter, known_versions(secret), problem=problem)
    return respond(request, "label.html", {"page": page}, status=problem.status)
