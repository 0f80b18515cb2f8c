"""The versions of a secret: who made them, and going back to one by moving a label. No value is read for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from secretsadmin.access import actor_of, secret_of
from secretsadmin.audit.models import Event, NotRecorded, makers
from secretsadmin.environments import Ref
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Kind, Shape
from secretsadmin.store import listing, reads, writes
from secretsadmin.store.errors import Conflict, StoreError
from secretsadmin.store.reads import CURRENT, Version
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.views.answers import answer, done, form_methods, problem_of
from secretsadmin.views.conflicts import conflict_of
from secretsadmin.views.secrets import secret_context

VERSIONS_PAGE = 25
# What else can't be the id of a version; botocore wouldn't even send it.
VERSION_ID = r"\A[A-Za-z0-9-]{32,64}\Z"


@dataclass(frozen=True)
class ShownVersion:
    """One version on the timeline, with the act that made it."""

    id: str
    labels: tuple[str, ...]
    created: datetime | None
    sentence: str
    by: str
    outside: bool
    current: bool
    roll_back_url: str = ""
    compare_url: str = ""

    @property
    def short(self) -> str:
        return self.id[:8]

    @property
    def deprecated(self) -> bool:
        return not self.labels


@require_safe
def history(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "history", kind, key)
    page = Paginator(reads.versions(ref), VERSIONS_PAGE).get_page(request.GET.get("page"))
    context = secret_context(request, listing.find(ref), shape)
    made = makers(version.id for version in page.object_list)
    versions = [shown_version(version, made.get(version.id), context) for version in page.object_list]
    return respond(request, "history.html", context | {"versions": versions, "page": page})


def shown_version(version: Version, maker: Event | None, context: Mapping[str, Any]) -> ShownVersion:
    """A version with what can be done with it, as the context of its secret's page allows."""
    current = CURRENT in version.labels
    is_offered = not current and not context["secret"].deleted
    return ShownVersion(
        id=version.id,
        labels=tuple(label for label in version.labels if label != CANDIDATE),
        created=version.created,
        sentence=_made(maker) if maker else "",
        by=maker.user if maker else "",
        outside=maker is None,
        current=current,
        roll_back_url=_with(context["roll_back_url"], to=version.id) if is_offered and context["may_roll_back"] else "",
        compare_url=_with(context["compare_url"], one=version.id) if is_offered and context["may_compare"] else "",
    )


def _with(url: str, **parameters: str) -> str:
    return f"{url}?{urlencode(parameters)}"


def _made(maker: Event) -> str:
    verb = "created it with" if maker.action.endswith(".create") else "changed"
    return f"{maker.user} {verb} {', '.join(maker.fields) or 'nothing'}"


class RollBackForm(forms.Form):
    to = forms.RegexField(VERSION_ID, widget=forms.HiddenInput)
    version = forms.RegexField(VERSION_ID, required=False, widget=forms.HiddenInput)
    reason = forms.CharField(max_length=1000, required=False, help_text="Kept in the audit log.")


@form_methods
def roll_back(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "roll-back", kind, key)
    if request.method != "POST":
        secret = listing.find(ref)
        form = RollBackForm(initial={"to": request.GET.get("to", ""), "version": secret.current}, label_suffix="")
        return _roll_back_page(request, ref, form, shape)
    form = RollBackForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _roll_back_page(request, ref, form, shape, status=422)
    try:
        writes.roll_back(ref, actor=actor_of(request), **form.cleaned_data)
    except Conflict:
        conflict = conflict_of(ref, form.cleaned_data["version"])
        return _roll_back_page(request, ref, form, shape, conflict=conflict, status=409)
    except (StoreError, NotRecorded) as error:
        return _roll_back_page(request, ref, form, shape, problem=problem_of(error))
    return done(request, ref, "Rolled back. Airflow reads this version from now on.", to="history_url")


def _roll_back_page(
    request: Request, ref: Ref, form: RollBackForm, shape: Shape, *, status: int = 200, **extra: Any
) -> HttpResponse:
    secret = listing.find(ref)
    to = str(form["to"].value() or "")
    maker = makers([to]).get(to)
    version = reads.Version(to, tuple(secret.versions.get(to, ())), maker.at if maker else None)
    context = secret_context(request, secret, shape)
    context |= {"form": form, "version": shown_version(version, maker, context)}
    return answer(request, "roll_back.html", context | extra, status=status)
