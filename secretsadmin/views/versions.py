"""The versions of a secret: who made them, which was current when, and going back to one by moving a label.

No value is read for any of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from secretsadmin import timeline
from secretsadmin.access import actor_of, secret_of
from secretsadmin.audit import queries
from secretsadmin.audit.models import Event, NotRecorded, maker_of
from secretsadmin.audit.standing import findings
from secretsadmin.environments import Ref
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Kind, Shape
from secretsadmin.rendering import Text
from secretsadmin.store import listing, reads, writes
from secretsadmin.store.errors import Conflict, NotFound, StoreError
from secretsadmin.store.reads import CURRENT, PENDING, PREVIOUS, VERSION_ID, Secret, Version
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.timeline import Move, Period
from secretsadmin.views.answers import answer, done, form_methods, problem_of
from secretsadmin.views.conflicts import conflict_of
from secretsadmin.views.missing_rights import missing_rights
from secretsadmin.views.secrets import secret_context, urls
from secretsadmin.views.shown_versions import makers_of, shown_version, version_asked

VERSIONS_PAGE = 25
# How long a roll back is offered to be taken back in one step; after that it is a roll back like any other.
UNDO = timedelta(days=1)


@require_safe
def history(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "history", kind, key)
    found = reads.versions(ref)
    secret = listing.find(ref)
    context = secret_context(request, secret, shape)
    made = makers_of(ref, found)
    periods = _periods(secret, found, made)
    page = Paginator(found, VERSIONS_PAGE).get_page(request.GET.get("page"))
    known = findings(ref, [each.id for each in page.object_list])
    versions = [
        shown_version(each, made.get(each.id), context, periods.get(each.id, ()), known.get(each.id))
        for each in page.object_list
    ]
    # What AWS has just told is newer than the list.
    has_current = bool(reads.labelled(found, CURRENT))
    context |= {"versions": versions, "page": page, "undo": _undo(secret, found), "has_current": has_current}
    offered = () if secret.deleted else ("roll-back", "label")
    context["missing_rights"] = missing_rights(request, ref.environment, kind, offered)
    return respond(request, "history.html", context)


def _periods(secret: Secret, found: list[Version], made: Mapping[str, Event]) -> Mapping[str, list[Period]]:
    current, is_deleted = reads.labelled(found, CURRENT), secret.deleted is not None
    outside = [_taken(each, each.created) for each in found if each.created and _may_have_taken_over(each, made)]
    ours = queries.moves(secret.ref, current, is_deleted=is_deleted, since=secret.created)
    return timeline.periods([*ours, *outside], "" if is_deleted else current)


def _may_have_taken_over(version: Version, made: Mapping[str, Event]) -> bool:
    """Whether it was made outside, and became the current one by that, as far as its labels tell.

    A plain PutSecretValue moves AWSCURRENT at once; a rotation's and a candidate's doesn't. A label of somebody's own
    tells nothing: it may have been attached at any time since.
    """
    if version.id in made:
        return False
    return not {PENDING, CANDIDATE} & {*version.labels} or bool({CURRENT, PREVIOUS} & {*version.labels})


def _taken(version: Version, created: datetime) -> Move:
    # AWSPREVIOUS shows that it was current, but not since when if it waited for a rotation before.
    is_guess = PREVIOUS not in version.labels or PENDING in version.labels
    return Move(created, version.id, is_guess=is_guess)


@dataclass(frozen=True)
class Undo:
    """The roll back that put the current version in place, and that can be taken back in the same way."""

    by: str
    when: datetime
    to: str
    version: str

    @property
    def short(self) -> str:
        return self.to[:8]


def _undo(secret: Secret, found: list[Version]) -> Undo | None:
    last = queries.last_roll_back(secret.ref)
    labels = {version.id: version.labels for version in found}
    if not last or secret.deleted or last.at < timezone.now() - UNDO:
        return None
    if last.previous not in labels or CURRENT not in labels.get(last.version, ()):
        return None
    return Undo(last.user, last.at, last.previous, last.version)


class RollBackForm(forms.Form):
    to = forms.RegexField(VERSION_ID, widget=forms.HiddenInput)
    version = forms.RegexField(VERSION_ID, required=False, widget=forms.HiddenInput)
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")


@form_methods
def roll_back(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "roll-back", kind, key)
    if request.method != "POST":
        return _offer_page(request, ref, shape)
    form = RollBackForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _roll_back_page(request, ref, form, shape, status=422)
    try:
        writes.roll_back(ref, actor=actor_of(request), **form.cleaned_data)
    except Conflict:
        conflict = conflict_of(ref, form.cleaned_data["version"])
        again = RollBackForm(initial=form.cleaned_data | {"version": conflict.version}, label_suffix="")
        return _roll_back_page(request, ref, again, shape, conflict=conflict, status=409)
    except (StoreError, NotRecorded) as error:
        return _roll_back_page(request, ref, form, shape, problem=problem_of(error))
    return done(request, ref, "Rolled back. This version is the current one from now on.", to="history_url")


def _offer_page(request: Request, ref: Ref, shape: Shape) -> HttpResponse:
    """One call: what AWS knows of the version. Raises NotFound where it has no such version any more."""
    to = version_asked(request.GET, "to")
    if not to:
        return redirect(urls(ref)["history_url"])
    found = reads.versions(ref)
    version = next((each for each in found if each.id == to), None)
    if version is None:
        raise NotFound("Version")
    form = RollBackForm(initial={"to": to, "version": reads.labelled(found, CURRENT)}, label_suffix="")
    return _roll_back_page(request, ref, form, shape, version=version)


def _roll_back_page(
    request: Request,
    ref: Ref,
    form: RollBackForm,
    shape: Shape,
    *,
    version: Version | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    secret = listing.find(ref)
    to = str(form["to"].value() or "")
    maker = maker_of(ref, to)
    known = version or Version(to, tuple(secret.versions.get(to, ())), maker.at if maker else None)
    context = secret_context(request, secret, shape)
    finding = findings(ref, [to]).get(to)
    context |= {"form": form, "version": shown_version(known, maker, context, finding=finding)}
    context["compares"] = _compares(form, context)
    return answer(request, "roll_back.html", context | extra, status=status)


def _compares(form: RollBackForm, context: Mapping[str, Any]) -> dict[str, str]:
    """The two versions whose difference is what a roll back changes; nothing where none can take place.

    Both values are read only when somebody asks for that, because visiting the page is no reason to.
    """
    one, other = (str(form[name].value() or "") for name in ("version", "to"))
    is_offered = context["may_compare"] and not context["secret"].deleted
    if not is_offered or form.errors.keys() & {"version", "to"} or not one or one == other:
        return {}
    return {"one": one, "other": other}
