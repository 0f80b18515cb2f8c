"""The history of a secret, and the rollback to one of its versions, which moves a label.

No value is read for any of it.
"""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from secretsadmin.access.requests import Request, actor_of, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.htmx import respond
from secretsadmin.kinds import Kind
from secretsadmin.pages.conflict import conflict_of
from secretsadmin.pages.history import history_page
from secretsadmin.pages.problems import problem_of
from secretsadmin.pages.roll_back import RollBackForm, RollBackPage, roll_back_page
from secretsadmin.pages.secret import urls_of
from secretsadmin.pages.version import requested_version
from secretsadmin.store import listing, reads, writes
from secretsadmin.store.errors import Conflict, NotFound, StoreError
from secretsadmin.store.reads import CURRENT
from secretsadmin.views.answers import done, form_methods


@require_safe
def history(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "history", kind, key)
    versions = reads.versions(ref)
    page = history_page(request, listing.find(ref), adapter, versions)
    return respond(request, "history.html", {"page": page})


@form_methods
def roll_back(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "roll-back", kind, key)
    if request.method != "POST":
        return _offer(request, ref, adapter)
    form = RollBackForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _show(request, roll_back_page(request, listing.find(ref), adapter, form), status=422)
    try:
        writes.roll_back(ref, actor=actor_of(request), **form.cleaned_data)
    except Conflict:
        return _show_conflict(request, ref, adapter, form.cleaned_data)
    except (StoreError, NotRecorded) as error:
        problem = problem_of(error)
        page = roll_back_page(request, listing.find(ref), adapter, form, problem=problem)
        return _show(request, page, status=problem.status)
    text = "Rolled back. This version is the current one from now on."
    return done(request, ref, text, to=urls_of(ref).history)


def _offer(request: Request, ref: Ref, adapter: KindAdapter) -> HttpResponse:
    """Shows what AWS knows of the version, by one call.

    Raises NotFound where it has no such version any more.
    """
    to = requested_version(request.GET, "to")
    if not to:
        return redirect(urls_of(ref).history)
    versions = {version.id: version for version in reads.versions(ref)}
    if to not in versions:
        raise NotFound("Version")
    current = reads.labelled(versions.values(), CURRENT)
    form = RollBackForm(initial={"to": to, "version": current}, label_suffix="")
    page = roll_back_page(request, listing.find(ref), adapter, form, version=versions[to])
    return _show(request, page)


def _show_conflict(
    request: Request, ref: Ref, adapter: KindAdapter, sent: dict[str, str]
) -> HttpResponse:
    """Offers the same roll back on top of the version that is current now."""
    conflict = conflict_of(ref, sent["version"])
    form = RollBackForm(initial=sent | {"version": conflict.version}, label_suffix="")
    page = roll_back_page(request, listing.find(ref), adapter, form, conflict=conflict)
    return _show(request, page, status=409)


def _show(request: Request, page: RollBackPage, *, status: int = 200) -> HttpResponse:
    return respond(request, "roll_back.html", {"page": page}, status=status)
