"""Changing what is there. Each view asks the store for one thing, and keeps the person's input whatever happens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from secretsadmin import policy
from secretsadmin.access import actor_of, environment_of, secret_of
from secretsadmin.audit.models import NotRecorded
from secretsadmin.comparing import WHOLE
from secretsadmin.environments import Ref
from secretsadmin.form_parts import MENDED, REVEALED
from secretsadmin.forms import FormClass, SecretForm
from secretsadmin.htmx import Request, with_the_whole
from secretsadmin.kinds import Field, Kind, Note, Shape
from secretsadmin.rendering import Text
from secretsadmin.store import listing, reads, writes
from secretsadmin.store.aws import one_action
from secretsadmin.store.errors import Conflict, NameTaken, NoValue, ScheduledForDeletion, StoreError
from secretsadmin.store.reads import Value
from secretsadmin.views import problems, shown
from secretsadmin.views.answers import answer, done, form_methods, problem_of
from secretsadmin.views.conflicts import conflict_context
from secretsadmin.views.problems import Problem
from secretsadmin.views.reviews import Overtaken, review
from secretsadmin.views.secrets import CREATED, judge_of, rights, secret_context, urls


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
        return _create_page(request, looked, status=_status_of(looked), beside=_beside(looked, form))
    if not form.is_valid():
        return _create_page(request, form, status=422)
    try:
        writes.create(form.ref(), form.draft(), actor=actor_of(request), **form.metadata())
    except ValidationError as error:
        return _create_page(request, form.adopt(error), status=422)
    except (NameTaken, ScheduledForDeletion) as error:
        return _taken_page(request, form, error)
    except (StoreError, NotRecorded) as error:
        return _create_page(request, form, problem=problem_of(error))
    return done(request, form.ref(), _created(form.ref()), tag=CREATED)


def _created(ref: Ref) -> str:
    return f"Created. {f'Tasks of the team {ref.team} find' if ref.team else 'Airflow finds'} it as {ref.id}."


@form_methods
@one_action()
def update(
    request: Request, environment: str, kind: Kind, key: str, form_class: FormClass, shape: Shape
) -> HttpResponse:
    ref = secret_of(request, environment, "update", kind, key)
    secret = listing.find(ref)
    if request.method != "POST":
        return _update_page(request, form_class(environment=ref.environment, kind=kind, stored=secret), shape)
    form = form_class(request.POST, environment=ref.environment, kind=kind, stored=secret)
    form.may_learn = policy.may_learn(request.user, ref.environment, kind)
    if form.only_looks:
        looked = form.filled() if form.wants_filling else form
        return _update_page(request, looked, shape, status=_status_of(looked), beside=_beside(looked, form))
    if not form.is_valid():
        return _update_page(request, form, shape, status=422)
    return _saved(request, ref, form, shape)


def _saved(request: Request, ref: Ref, form: SecretForm, shape: Shape) -> HttpResponse:
    """What becomes of a form that is as it should be: it is saved, or shown beside what is there."""
    if form.unchosen:
        return _conflict_page(request, form, shape, status=422)
    try:
        if form.wants_review:
            found = review(ref, form, actor=actor_of(request))
            return _update_page(request, form, shape, reviewed=found, partial="review")
        changed = writes.update(ref, form.draft, actor=actor_of(request), before=form.existing(), **form.metadata())
    except ValidationError as error:
        return _refused_page(request, form, shape, error)
    except Overtaken as error:
        return _conflict_page(request, form, shape, theirs=error.theirs)
    except Conflict:
        return _conflict_page(request, form, shape)
    except (StoreError, NotRecorded) as error:
        return _update_page(request, form, shape, problem=problem_of(error))
    return done(
        request,
        ref,
        f"Saved: {', '.join(changed)}." if changed else "Nothing was different, so nothing was saved.",
    )


def _conflict_page(
    request: Request, form: SecretForm, shape: Shape, *, theirs: Value | None = None, status: int = 409
) -> HttpResponse:
    found = conflict_context(form.existing().ref, form, actor_of(request), theirs=theirs)
    return _update_page(request, form, shape, status=status, is_overtaken=True, preview=None, **found)


def _refused_page(request: Request, form: SecretForm, shape: Shape, error: ValidationError) -> HttpResponse:
    """What the stored value forbids; with the choices, where some were made, because another one may be allowed."""
    if not form.chosen:
        return _update_page(request, form.adopt(error), shape, status=422)
    found = conflict_context(form.existing().ref, form, actor_of(request))
    return _update_page(request, form.adopt(error), shape, status=422, is_overtaken=True, preview=None, **found)


@require_POST
def edit(request: Request, environment: str, kind: Kind, key: str, form_class: FormClass, shape: Shape) -> HttpResponse:
    """The update page with the stored fields in it, or a masked value for whoever may reveal: each a disclosure."""
    verb, begin, fields = _beginning(request, form_class, shape)
    ref = secret_of(request, environment, verb, kind, key)
    secret_of(request, environment, "update", kind, key)
    try:
        value = reads.reveal(ref, verb, actor=actor_of(request), fields=fields, judge=judge_of(ref, shape))
    except NoValue:
        value = None
    form = form_class(environment=ref.environment, kind=kind, stored=listing.find(ref), value=value, begin=begin)
    form.may_learn = policy.may_learn(request.user, ref.environment, kind)
    if not request.htmx:
        # A fragment comes later than its page, and takes the focus from nobody.
        form.begins_at.field.widget.attrs["autofocus"] = True
    return _update_page(request, form, shape, is_open=True)


def _beginning(request: Request, form_class: FormClass, shape: Shape) -> tuple[str, str, tuple[str, ...]]:
    """What an edit is to begin with: the verb by which that is disclosed, its name, and the fields of the record."""
    if MENDED in request.POST and shape.copies:
        # Whatever the text is taken for, any part of it may be what is masked elsewhere.
        return "copy", MENDED, (shape.whole,)
    if "reveal" in request.POST:
        return "reveal", REVEALED, (form_class.revealed,)
    return "open", "", ()


class DeleteForm(forms.Form):
    days = forms.IntegerField(
        label="Recovery window in days",
        min_value=writes.RECOVERY_DAYS[0],
        max_value=writes.RECOVERY_DAYS[-1],
        initial=writes.RECOVERY_DAYS[-1],
        help_text="From 7 to 30. Until they are over it can be restored.",
    )
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")


@form_methods
def delete(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "delete", kind, key)
    form = DeleteForm(request.POST if request.method == "POST" else None, label_suffix="")
    if not form.is_valid():
        return _delete_page(request, ref, form, shape, status=422 if form.is_bound else 200)
    try:
        writes.schedule_deletion(ref, actor=actor_of(request), **form.cleaned_data)
    except (StoreError, NotRecorded) as error:
        return _delete_page(request, ref, form, shape, problem=problem_of(error))
    days = form.cleaned_data["days"]
    return done(request, ref, f"Scheduled for deletion in {days} days. Airflow doesn't find it any more.")


class RestoreForm(forms.Form):
    reason = Text(max_length=1000, required=False)


@require_POST
def restore(request: Request, environment: str, kind: Kind, key: str) -> HttpResponse:
    ref = secret_of(request, environment, "restore", kind, key)
    form = RestoreForm(request.POST)
    if not form.is_valid():
        return problems.page(request, _refused_reason(form))
    writes.restore(ref, actor=actor_of(request), **form.cleaned_data)
    if request.POST.get("next") != "recycle-bin":
        return done(request, ref, "Restored. Airflow finds it again.")
    url = reverse(f"{kind.name}:detail", args=[ref.environment.name, ref.key])
    text = format_html('Restored <a class="mono" href="{}">{}</a>. Airflow finds it again.', url, ref.key)
    return done(request, ref, text, to="recycle_bin_url")


def _refused_reason(form: RestoreForm) -> Problem:
    """The pages that restore have no field for a reason, so this is told to whoever sends one by a script."""
    sentence = f"Reason: {' '.join(map(str, form.errors['reason']))}"
    return Problem(422, "This can't be restored so", sentence, next="Send a shorter reason.")


def _status_of(looked: SecretForm) -> int:
    """A preview tells errors on the way; a form that couldn't be filled is refused."""
    return 422 if looked.errors and looked.wants_filling else 200


def _beside(looked: SecretForm, sent: SecretForm) -> list[BoundField]:
    """The fields that the page has, in which people write.

    A preview of another type comes before that type's fields, and one of broken JSON before the box that confirms it.
    """
    written = (field for field in looked.visible_fields() if field.widget_type != "checkbox")
    return [field for field in written if field.name in sent.fields]


def _taken_page(request: Request, form: SecretForm, error: NameTaken | ScheduledForDeletion) -> HttpResponse:
    existing = form.ref()
    taken = {
        "is_scheduled": isinstance(error, ScheduledForDeletion),
        "detail_url": reverse(f"{form.kind.name}:detail", args=[existing.environment.name, existing.key]),
        "restore_url": urls(existing)["restore_url"],
        "recycle_bin_url": urls(existing)["recycle_bin_url"],
    }
    refused = form.adopt(ValidationError({form.id_field: f"{error.sentence} {error.next}"}))
    return _create_page(request, refused, taken=taken, status=error.status)


def _create_page(request: Request, form: SecretForm, *, status: int = 200, **extra: Any) -> HttpResponse:
    args = [form.environment.name]
    context = {
        "kind": form.kind,
        "prefix": form.environment.backend.name_prefix(form.kind.name),
        "index_url": request.lists.list_url(form.environment, form.kind),
        "create_url": reverse(f"{form.kind.name}:create", args=args),
        "preview_url": reverse(f"{form.kind.name}:create", args=args),
        **_form_context(form),
        **rights(request, form.environment, form.kind),
    }
    return answer(request, "create.html", context | extra, status=status, partial=_partial(request))


def _update_page(
    request: Request, form: SecretForm, shape: Shape, *, status: int = 200, partial: str = "fields", **extra: Any
) -> HttpResponse:
    """The first HTML holds no value: the fields come when they are opened, or with the person's own input."""
    context = secret_context(request, form.existing(), shape)
    context |= {
        "is_open": form.is_bound,
        "stored_text": _stored_text(form, shape, context),
        "preview_url": context["update_url"],
        **_form_context(form),
    }
    page = answer(request, "update.html", context | extra, status=status, partial=_partial(request) or partial)
    return page if partial == "review" or not form.wants_review else with_the_whole(page, "#fields")


def _stored_text(form: SecretForm, shape: Shape, context: Mapping[str, Any]) -> shown.ShownField | None:
    """The text that a form couldn't begin with, to be shown by an act of its own."""
    trouble = form.trouble
    if trouble is None or not trouble.has_text or not shape.copies or not context["may_copy"]:
        return None
    field = Field(WHOLE, "Stored text", None)
    return replace(shown.masked(field, context["reveal_url"]), hint="")


def _partial(request: Request) -> str:
    return "looked" if "preview" in request.POST else ""


@dataclass(frozen=True)
class ShownPreview:
    """What would become of a form's input, masked; for an update also what that changes."""

    readings: tuple[shown.ShownReading, ...]
    text_masked: str
    form: str
    size: int
    reason: str
    notes: tuple[Note, ...]
    changes: tuple[shown.ShownPart, ...]


def _form_context(form: SecretForm) -> dict[str, Any]:
    return {"form": form, "entry": form.data.get("entry", ""), "preview": _shown_preview(form)}


def _shown_preview(form: SecretForm) -> ShownPreview | None:
    """Errors of a form that was to be saved stand beside its fields, and aren't told a second time.

    Of a form that goes on top of somebody's version nobody knows what that would give, without reading it.
    """
    is_refused = bool(form.errors) and not form.only_looks
    if form.is_bound and (is_refused or form.on_top_of is not None):
        return None
    preview = form.preview() if form.is_bound else form.proposal()
    if preview is None:
        return None
    return ShownPreview(
        readings=shown.readings(preview.readings),
        text_masked=preview.masked_text,
        form=preview.form,
        size=preview.size,
        reason=preview.reason,
        notes=preview.notes,
        changes=tuple(shown.part(change, change.label) for change in preview.changes),
    )


def _delete_page(
    request: Request, ref: Ref, form: DeleteForm, shape: Shape, *, status: int = 200, **extra: Any
) -> HttpResponse:
    context = secret_context(request, listing.find(ref), shape) | {"form": form}
    return answer(request, "delete.html", context | extra, status=status)
