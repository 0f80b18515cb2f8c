"""Creating and editing.

Each view asks the store for one thing, and keeps the person's input whatever happens.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from secretsadmin.access import policy
from secretsadmin.access.requests import Request, actor_of, environment_of, refuses, secret_of
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.recording import NotRecorded
from secretsadmin.config.ref import Ref
from secretsadmin.forms.subject import Subject
from secretsadmin.forms.submission import Submission
from secretsadmin.forms.told import MENDED, REVEALED
from secretsadmin.htmx import with_the_whole
from secretsadmin.kinds import Kind
from secretsadmin.pages.conflict import overtaking
from secretsadmin.pages.editing import Editing, editing, stored_text, taken
from secretsadmin.pages.problems import problem_of
from secretsadmin.pages.review import Overtaken, review
from secretsadmin.pages.rights import not_this_id
from secretsadmin.pages.secret import judge_of, rights, secret_context
from secretsadmin.store import listing, reads, writes
from secretsadmin.store.aws import deadline
from secretsadmin.store.errors import Conflict, NameTaken, NoValue, ScheduledForDeletion, StoreError
from secretsadmin.store.reads import Value
from secretsadmin.views.answers import answer, done, form_methods
from secretsadmin.views.browse import CREATED


@form_methods
def create(request: Request, environment: str, kind: Kind, adapter: KindAdapter) -> HttpResponse:
    here = environment_of(request, environment, "create", kind)
    here.backend.name_prefix(kind.name)
    subject = Subject(here, kind)
    if request.method != "POST":
        form = adapter.form_class(subject, suggested=request.GET.dict())
        return _create_page(request, editing(form))
    submission = adapter.submission_class(subject, request.POST)
    if submission.intent.is_preview:
        filled = _filled(submission)
        return _create_page(request, _looked_at(submission, filled), status=_status_of(filled))
    if not submission.form.is_valid():
        return _refused_creation(request, submission)
    return _created(request, submission)


def _created(request: Request, submission: Submission) -> HttpResponse:
    """Creates the secret of a valid form, and answers."""
    form = submission.form
    if refuses(request, "create", form.ref()):
        form.adopt(ValidationError({form.id_field: not_this_id(request, form.subject)}))
        return _create_page(request, editing(form, submission), status=403)
    try:
        draft = submission.draft()
        writes.create(form.ref(), draft, actor=actor_of(request), **form.metadata())
    except ValidationError as error:
        form.adopt(error)
        return _refused_creation(request, submission)
    except (NameTaken, ScheduledForDeletion) as error:
        existing = taken(form.ref(), error)
        form.adopt(ValidationError({form.id_field: f"{error.sentence} {error.next}"}))
        page = editing(form, submission)
        return _create_page(request, page, status=error.status, taken=existing)
    except (StoreError, NotRecorded) as error:
        return _create_page(request, editing(form, submission), problem=problem_of(error))
    return done(request, form.ref(), _created_text(form.ref()), tag=CREATED)


def _refused_creation(request: Request, submission: Submission) -> HttpResponse:
    return _create_page(request, editing(submission.form, submission), status=422)


def _created_text(ref: Ref) -> str:
    if ref.team:
        return f"Created. Tasks of the team {ref.team} find it as {ref.id}."
    return f"Created. Airflow finds it as {ref.id}."


@form_methods
@deadline()
def update(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    ref = secret_of(request, environment, "update", kind, key)
    subject = _subject_of(request, ref)
    if request.method != "POST":
        page = editing(adapter.form_class(subject))
        return _update_page(request, page, adapter)
    submission = adapter.submission_class(subject, request.POST)
    if submission.intent.is_preview:
        filled = _filled(submission)
        page = _looked_at(submission, filled)
        return _update_page(request, page, adapter, status=_status_of(filled))
    if not submission.form.is_valid():
        return _refused(request, submission, adapter)
    if submission.resolution.unresolved:
        return _overtaken(request, submission, adapter, status=422)
    if submission.intent.reviews:
        return _reviewed(request, submission, adapter)
    return _saved(request, submission, adapter)


def _saved(request: Request, submission: Submission, adapter: KindAdapter) -> HttpResponse:
    """Saves a valid form, and answers."""
    form, secret = submission.form, submission.subject.existing
    actor = actor_of(request)
    try:
        changed = writes.update(
            secret.ref,
            submission.draft,
            actor=actor,
            before=secret,
            type_after=submission.type_after,
            **form.metadata(),
        )
    except ValidationError as error:
        return _refused_by_stored_value(request, submission, adapter, error)
    except Conflict:
        return _overtaken(request, submission, adapter)
    except (StoreError, NotRecorded) as error:
        page = editing(form, submission)
        return _update_page(request, page, adapter, problem=problem_of(error))
    if not changed:
        return done(request, secret.ref, "Nothing was different, so nothing was saved.")
    return done(request, secret.ref, f"Saved: {', '.join(changed)}.")


def _reviewed(request: Request, submission: Submission, adapter: KindAdapter) -> HttpResponse:
    """What a save would change, beside the form."""
    form = submission.form
    try:
        reviewed = review(submission, actor=actor_of(request))
    except ValidationError as error:
        return _refused_by_stored_value(request, submission, adapter, error)
    except Overtaken as error:
        return _overtaken(request, submission, adapter, theirs=error.theirs)
    except (StoreError, NotRecorded) as error:
        page = editing(form, submission)
        return _update_page(request, page, adapter, problem=problem_of(error))
    page = editing(form, submission, reviewed=reviewed)
    return _update_page(request, page, adapter, partial="review")


def _refused(request: Request, submission: Submission, adapter: KindAdapter) -> HttpResponse:
    return _update_page(request, editing(submission.form, submission), adapter, status=422)


def _refused_by_stored_value(
    request: Request, submission: Submission, adapter: KindAdapter, error: ValidationError
) -> HttpResponse:
    """After a choice, the page offers the choices again, because another may be allowed."""
    conflict = None
    if submission.resolution.sides:
        # The conflict needs the cleaned data, and an error removes its field from that.
        conflict = overtaking(submission, actor_of(request))
    submission.form.adopt(error)
    page = editing(submission.form, submission, overtaking=conflict)
    return _update_page(request, page, adapter, status=422)


def _overtaken(
    request: Request,
    submission: Submission,
    adapter: KindAdapter,
    *,
    theirs: Value | None = None,
    status: int = 409,
) -> HttpResponse:
    conflict = overtaking(submission, actor_of(request), theirs)
    page = editing(submission.form, submission, overtaking=conflict)
    return _update_page(request, page, adapter, status=status)


@require_POST
def edit(
    request: Request, environment: str, kind: Kind, key: str, adapter: KindAdapter
) -> HttpResponse:
    """The update page with the stored fields in it, or a masked value for people who may reveal it.

    Each is a disclosure.
    """
    verb, how, fields = _beginning(request, adapter)
    ref = secret_of(request, environment, verb, kind, key)
    secret_of(request, environment, "update", kind, key)
    text: str | None = None
    version = ""
    try:
        judge = judge_of(ref, adapter)
        value = reads.reveal(ref, verb, actor=actor_of(request), fields=fields, find_format=judge)
        text, version = value.text, value.version
    except NoValue:
        pass  # The form says that it begins without a text.
    subject = _subject_of(request, ref)
    beginning = adapter.form_class.begin(subject, text, version, how)
    # A fragment comes later than its page, and takes the focus from nobody.
    form = adapter.form_class(subject, beginning=beginning, takes_focus=not request.htmx)
    return _update_page(request, editing(form), adapter, is_open=True)


def _beginning(request: Request, adapter: KindAdapter) -> tuple[str, str, tuple[str, ...]]:
    """What an edit begins with: the verb that discloses it, its name, and the record's fields."""
    if MENDED in request.POST and adapter.exports:
        # A proposal shows the whole text, and any part of that may be masked elsewhere.
        return "copy", MENDED, (adapter.whole,)
    if "reveal" in request.POST:
        return "reveal", REVEALED, (adapter.form_class.revealed,)
    return "open", "", ()


def _subject_of(request: Request, ref: Ref) -> Subject:
    may_learn = policy.may_learn(request.user, ref.environment, ref.kind, ref)
    return Subject(ref.environment, ref.kind, listing.find(ref), may_learn)


def _filled(submission: Submission) -> Submission:
    if submission.intent.fills:
        return submission.filled()
    return submission


def _looked_at(submission: Submission, filled: Submission) -> Editing:
    return editing(filled.form, filled, sent=submission.form.fields)


def _status_of(filled: Submission) -> int:
    """A preview may have errors; a form that couldn't be filled is refused."""
    if filled.form.errors and filled.intent.fills:
        return 422
    return 200


def _create_page(
    request: Request, page: Editing, *, status: int = 200, **extra: Any
) -> HttpResponse:
    environment, kind = page.form.subject.environment, page.kind
    create_url = reverse(f"{kind.name}:create", args=[environment.name])
    context = {
        "kind": kind,
        "page": page,
        "form": page.form,
        "prefix": environment.backend.name_prefix(kind.name),
        "index_url": request.lists.list_url(environment, kind),
        "create_url": create_url,
        "preview_url": create_url,
        **rights(request, environment, kind),
    }
    return answer(request, "create.html", context | extra, status=status, partial=_partial(request))


def _update_page(
    request: Request,
    page: Editing,
    adapter: KindAdapter,
    *,
    status: int = 200,
    partial: str = "fields",
    is_open: bool = False,
    **extra: Any,
) -> HttpResponse:
    """The first HTML holds no value: the fields come when they are opened, or with the input."""
    form = page.form
    context = secret_context(request, form.subject.existing, adapter)
    context |= {
        "page": page,
        "form": form,
        "is_open": is_open or form.is_bound,
        "stored_text": stored_text(request, form, adapter, context["reveal_url"]),
        "preview_url": context["update_url"],
    }
    partial = _partial(request) or partial
    response = answer(request, "update.html", context | extra, status=status, partial=partial)
    if form.intent.reviews and partial != "review":
        # The review's place is in the form, which the answer replaces.
        return with_the_whole(response, "#fields")
    return response


def _partial(request: Request) -> str:
    if "preview" in request.POST:
        return "looked"
    return ""
