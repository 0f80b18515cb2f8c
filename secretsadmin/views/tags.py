"""A secret's own tags: shown with fields, set and taken off. No value is read."""

from django.http import HttpResponse

from secretsadmin.access.requests import Request, actor_of, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.problems import problem_of
from secretsadmin.pages.tags import ReasonForm, TagInput, TagsPage, tag_input, tags_page
from secretsadmin.store import listing, reads, tags
from secretsadmin.store.errors import Conflict, StoreError
from secretsadmin.views.answers import done, form_methods


@form_methods
def tag(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "tag", kind, key)
    if request.method != "POST":
        page = tags_page(request, reads.describe(ref), adapter, ReasonForm(label_suffix=""))
        return _show(request, page)
    form, sent = ReasonForm(request.POST, label_suffix=""), tag_input(request.POST)
    if not sent.has_errors and not sent.change:
        form.add_error(None, "Nothing was changed: set a tag, change one, or remove one.")
    if not form.is_valid() or sent.has_errors:
        page = tags_page(request, listing.find(ref), adapter, form, sent=sent)
        return _show(request, page, status=422)
    return _changed(request, ref, adapter, form, sent)


def _changed(
    request: Request, ref: Ref, adapter: KindAdapter, form: ReasonForm, sent: TagInput
) -> HttpResponse:
    actor, reason = actor_of(request), form.cleaned_data["reason"]
    try:
        tags.tag(ref, change=sent.change, before=sent.before, actor=actor, reason=reason)
    except Conflict:
        secret = reads.describe(ref)
        page = tags_page(request, secret, adapter, form, sent=sent, is_overtaken=True)
        return _show(request, page, status=409)
    except (StoreError, NotRecorded) as error:
        problem = problem_of(error)
        page = tags_page(request, listing.find(ref), adapter, form, sent=sent, problem=problem)
        return _show(request, page, status=problem.status)
    return done(request, ref, "The tags are changed. Its value is as it was.")


def _show(request: Request, page: TagsPage, *, status: int = 200) -> HttpResponse:
    return respond(request, "tag.html", {"page": page}, status=status)
