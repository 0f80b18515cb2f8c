"""Changing what is there. Each view asks the store for one thing, and keeps the person's input whatever happens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from secretsadmin import policy
from secretsadmin.access import actor_of, environment_of, secret_of
from secretsadmin.audit.models import Event, NotRecorded, makers
from secretsadmin.environments import Ref
from secretsadmin.forms import FormClass, SecretForm
from secretsadmin.htmx import Request, respond
from secretsadmin.kinds import Kind, Note, Shape
from secretsadmin.store import listing, reads, writes
from secretsadmin.store.errors import Conflict, NameTaken, NoValue, ScheduledForDeletion, StoreError
from secretsadmin.store.reads import Secret
from secretsadmin.views import shown
from secretsadmin.views.problems import UNRECORDED, Problem, of_store
from secretsadmin.views.secrets import CREATED, rights, secret_context, shown_version, urls

form_methods = require_http_methods(["GET", "HEAD", "POST"])


@form_methods
def create(request: Request, environment: str, kind: Kind, form_class: FormClass) -> HttpResponse:
    here = environment_of(request, environment, "create", kind)
    here.backend.name_prefix(kind.name)
    data = request.POST if request.method == "POST" else None
    form = form_class(data, environment=here, kind=kind, asked=request.GET.dict())
    if not form.is_bound:
        return _create_page(request, form)
    if form.only_looks:
        looked = form.filled() if form.wants_filling else form
        return _create_page(request, looked, status=_status_of(looked))
    if not form.is_valid():
        return _create_page(request, form, status=422)
    try:
        writes.create(form.ref(), form.draft(), actor=actor_of(request), **form.metadata())
    except ValidationError as error:
        return _create_page(request, form.adopt(error), status=422)
    except (NameTaken, ScheduledForDeletion) as error:
        return _taken_page(request, form, error)
    except (StoreError, NotRecorded) as error:
        return _create_page(request, form, problem=_problem(error))
    return _done(request, form.ref(), f"Created. Airflow finds it as {form.ref().id}.", tag=CREATED)


@form_methods
def update(
    request: Request, environment: str, kind: Kind, key: str, form_class: FormClass, shape: Shape
) -> HttpResponse:
    ref = secret_of(request, environment, "update", kind, key)
    secret = listing.find(ref)
    if request.method != "POST":
        return _update_page(request, form_class(environment=ref.environment, kind=kind, stored=secret), shape)
    form = form_class(request.POST, environment=ref.environment, kind=kind, stored=secret)
    form.may_reveal = policy.may(request.user, "reveal", ref.environment, kind)
    if form.only_looks:
        looked = form.filled() if form.wants_filling else form
        return _update_page(request, looked, shape, status=_status_of(looked))
    if not form.is_valid():
        return _update_page(request, form, shape, status=422)
    try:
        changed = writes.update(ref, form.draft, actor=actor_of(request), before=secret, **form.metadata())
    except ValidationError as error:
        return _update_page(request, form.adopt(error), shape, status=422)
    except Conflict:
        return _update_page(request, form, shape, conflict=_conflict(ref, form.metadata()["version"]), status=409)
    except (StoreError, NotRecorded) as error:
        return _update_page(request, form, shape, problem=_problem(error))
    return _done(
        request,
        ref,
        f"Saved: {', '.join(changed)}." if changed else "Nothing was different, so nothing was saved.",
    )


@require_POST
def edit(request: Request, environment: str, kind: Kind, key: str, form_class: FormClass, shape: Shape) -> HttpResponse:
    """The update page with the stored fields in it, or a masked value for whoever may reveal: each a disclosure."""
    verb = "reveal" if "reveal" in request.POST else "open"
    ref = secret_of(request, environment, verb, kind, key)
    secret_of(request, environment, "update", kind, key)
    fields = (form_class.revealed,) if verb == "reveal" else ()
    try:
        value = reads.reveal(ref, verb, actor=actor_of(request), fields=fields)
    except NoValue:
        value = None
    form = form_class(
        environment=ref.environment, kind=kind, stored=listing.find(ref), value=value, reveal=verb == "reveal"
    )
    return _update_page(request, form, shape, is_open=True)


# What else can't be the id of a version; botocore wouldn't even send it.
VERSION_ID = r"\A[A-Za-z0-9-]{32,64}\Z"


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
        conflict = _conflict(ref, form.cleaned_data["version"])
        return _roll_back_page(request, ref, form, shape, conflict=conflict, status=409)
    except (StoreError, NotRecorded) as error:
        return _roll_back_page(request, ref, form, shape, problem=_problem(error))
    return _done(request, ref, "Rolled back. Airflow reads this version from now on.", to="history_url")


class DeleteForm(forms.Form):
    days = forms.IntegerField(
        label="Recovery window in days",
        min_value=writes.RECOVERY_DAYS[0],
        max_value=writes.RECOVERY_DAYS[-1],
        initial=writes.RECOVERY_DAYS[-1],
        help_text="From 7 to 30. Until they are over it can be restored.",
    )
    reason = forms.CharField(max_length=1000, required=False, help_text="Kept in the audit log.")


@form_methods
def delete(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "delete", kind, key)
    form = DeleteForm(request.POST if request.method == "POST" else None, label_suffix="")
    if not form.is_valid():
        return _delete_page(request, ref, form, shape, status=422 if form.is_bound else 200)
    try:
        writes.schedule_deletion(ref, actor=actor_of(request), **form.cleaned_data)
    except (StoreError, NotRecorded) as error:
        return _delete_page(request, ref, form, shape, problem=_problem(error))
    days = form.cleaned_data["days"]
    return _done(request, ref, f"Scheduled for deletion in {days} days. Airflow doesn't find it any more.")


@require_POST
def restore(request: Request, environment: str, kind: Kind, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "restore", kind, key)
    writes.restore(ref, actor=actor_of(request), reason=request.POST.get("reason", ""))
    return _done(request, ref, "Restored. Airflow finds it again.")


def _status_of(looked: SecretForm) -> int:
    """A preview tells errors on the way; a form that couldn't be filled is refused."""
    return 422 if looked.errors and looked.wants_filling else 200


def _done(request: Request, ref: Ref, text: str, *, to: str = "", tag: str = "") -> HttpResponse:
    messages.success(request, text, extra_tags=tag)
    return redirect(urls(ref)[to] if to else reverse(f"{ref.kind.name}:detail", args=[ref.environment.name, ref.key]))


def _problem(error: StoreError | NotRecorded) -> Problem:
    return of_store(error) if isinstance(error, StoreError) else UNRECORDED


def _respond(
    request: Request, template: str, context: dict[str, Any], *, status: int, partial: str = ""
) -> HttpResponse:
    problem: Problem | None = context.get("problem")
    return respond(request, template, context, partial=partial, status=problem.status if problem else status)


def _taken_page(request: Request, form: SecretForm, error: NameTaken | ScheduledForDeletion) -> HttpResponse:
    existing = form.ref()
    taken = {
        "is_scheduled": isinstance(error, ScheduledForDeletion),
        "detail_url": reverse(f"{form.kind.name}:detail", args=[existing.environment.name, existing.key]),
        "restore_url": urls(existing)["restore_url"],
    }
    refused = form.adopt(ValidationError({form.id_field: f"{error.sentence} {error.next}"}))
    return _create_page(request, refused, taken=taken, status=error.status)


def _create_page(request: Request, form: SecretForm, *, status: int = 200, **extra: Any) -> HttpResponse:
    args = [form.environment.name]
    context = {
        "kind": form.kind,
        "prefix": form.environment.backend.name_prefix(form.kind.name),
        "index_url": reverse(f"{form.kind.name}:index", args=args),
        "create_url": reverse(f"{form.kind.name}:create", args=args),
        "preview_url": reverse(f"{form.kind.name}:create", args=args),
        **_form_context(form),
        **rights(request, form.environment, form.kind),
    }
    return _respond(request, "create.html", context | extra, status=status, partial=_partial(request))


def _update_page(request: Request, form: SecretForm, shape: Shape, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The first HTML holds no value: the fields come when they are opened, or with the person's own input."""
    context = secret_context(request, form.existing(), shape)
    context |= {
        "is_open": form.is_bound,
        "preview_url": context["update_url"],
        **_form_context(form),
    }
    return _respond(request, "update.html", context | extra, status=status, partial=_partial(request) or "fields")


def _partial(request: Request) -> str:
    return "preview" if "preview" in request.POST else ""


@dataclass(frozen=True)
class ShownPreview:
    """What would become of a form's input, masked; for an update also what that changes."""

    readings: tuple[shown.ShownReading, ...]
    text_masked: str
    form: str
    size: int
    reason: str
    errors: tuple[str, ...]
    notes: tuple[Note, ...]
    changes: tuple[shown.ShownPart, ...]


def _form_context(form: SecretForm) -> dict[str, Any]:
    return {"form": form, "entry": form.data.get("entry", ""), "preview": _shown_preview(form)}


def _shown_preview(form: SecretForm) -> ShownPreview | None:
    """Errors of a form that was to be saved stand beside its fields, and aren't told a second time."""
    if not form.is_bound or (form.errors and not form.only_looks):
        return None
    preview = form.preview()
    return ShownPreview(
        readings=shown.readings(preview.readings),
        text_masked=preview.masked_text,
        form=preview.form,
        size=preview.size,
        reason=preview.reason,
        errors=preview.errors,
        notes=preview.notes,
        changes=tuple(shown.part(change, change.label) for change in preview.changes),
    )


def _roll_back_page(
    request: Request, ref: Ref, form: RollBackForm, shape: Shape, *, status: int = 200, **extra: Any
) -> HttpResponse:
    secret = listing.find(ref)
    to = str(form["to"].value() or "")
    maker = makers([to]).get(to)
    version = reads.Version(to, tuple(secret.versions.get(to, ())), maker.at if maker else None)
    context = secret_context(request, secret, shape)
    context |= {"form": form, "version": shown_version(version, maker, context)}
    return _respond(request, "roll_back.html", context | extra, status=status)


def _delete_page(
    request: Request, ref: Ref, form: DeleteForm, shape: Shape, *, status: int = 200, **extra: Any
) -> HttpResponse:
    context = secret_context(request, listing.find(ref), shape) | {"form": form}
    return _respond(request, "delete.html", context | extra, status=status)


@dataclass(frozen=True)
class ShownConflict:
    """What happened while the person was typing; `version` is the one to save on top of, with open eyes."""

    version: str
    by: str
    when: datetime | None
    fields: tuple[str, ...]


def _conflict(ref: Ref, version: str) -> ShownConflict:
    secret: Secret = reads.describe(ref)
    opened_on = makers([version]).get(version)
    since = Event.objects.on(ref).that_may_have_written().filter(id__gt=opened_on.id if opened_on else 0)
    theirs = list(since.order_by("id"))
    known = [event for event in theirs if event.version == secret.current]
    fields = dict.fromkeys(name for event in theirs for name in event.fields)
    return ShownConflict(
        version=secret.current,
        by=known[-1].user if known else "",
        when=known[-1].at if known else secret.changed,
        fields=tuple(fields),
    )
