"""The pages on which a secret is created and edited."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.forms.boundfield import BoundField
from django.urls import reverse

from secretsadmin.access import policy
from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.config.ref import Ref
from secretsadmin.diff.fields import WHOLE
from secretsadmin.forms.base import SecretForm
from secretsadmin.forms.submission import Submission
from secretsadmin.forms.told import Preview
from secretsadmin.kinds import CONFIG, Field, Kind, Note
from secretsadmin.pages import shown
from secretsadmin.pages.comparison import ShownComparison
from secretsadmin.pages.overtaking import Overtaking
from secretsadmin.pages.phrases import counted
from secretsadmin.store.errors import NameTaken, ScheduledForDeletion


@dataclass(frozen=True)
class ShownPreview:
    """What would become of a form's input, masked; for an update also what it changes."""

    readings: tuple[shown.ShownReading, ...]
    text_masked: str
    format: str
    size: int
    reason: str
    notes: tuple[Note, ...]
    changes: tuple[shown.ShownPart, ...]

    @property
    def size_text(self) -> str:
        return f"{self.format}, {counted(self.size, 'byte')}"

    @property
    def changes_text(self) -> str:
        return counted(len(self.changes), "change")


@dataclass(frozen=True)
class Editing:
    """A form on its page, with what is shown beside it.

    `beside` are the fields of the page whose errors and hints change with the answer to a preview.
    A conflict gives `overtaking`, and a review gives `reviewed`.
    """

    kind: Kind
    form: SecretForm
    preview: ShownPreview | None
    beside: tuple[BoundField, ...] = ()
    overtaking: Overtaking | None = None
    reviewed: ShownComparison | None = None

    @property
    def title(self) -> str:
        """The title of the page that creates a secret."""
        if self.form.type_name:
            return f"New {self.form.type_name} connection"
        return f"New {self.kind.singular}"

    @property
    def about_template(self) -> str:
        """The template that explains the kind to a newcomer."""
        return f"{self.kind.name}/about.html"

    @property
    def reader(self) -> str:
        if self.kind == CONFIG:
            return "Airflow"
        return "a task"

    @property
    def reveals(self) -> "Revealing":
        """How the page offers to begin with a masked value."""
        if self.kind.has_fields:
            return Revealing("Edit the other extras", "Show them in the form", "revealed them")
        return Revealing("Begin with the stored value", "Show the value in the form", "revealed it")

    @property
    def shows_paste(self) -> bool:
        """Whether the person enters a connection by pasting it."""
        return self.form.data.get("entry", "") == "paste"

    @property
    def is_rebased(self) -> bool:
        """Whether the form was sent on top of a version of somebody else's."""
        return self.form.resolution.rebased_on is not None

    @property
    def what_the_preview_waits_for(self) -> str:
        """Why there is no preview yet. Empty where the page needs no reason."""
        if self.form.wrong and not (self.preview and self.preview.readings):
            return "It shows once what is marked in the form is mended."
        if self.preview is None and (self.overtaking or self.is_rebased):
            return (
                "It depends on what you choose between their version and yours. "
                "“Review changes” shows it before you save."
            )
        return ""

    @property
    def mends_text(self) -> str:
        count = len(self.form.wrong)
        if not count:
            return ""
        return f"{count} to mend"

    @property
    def needs_choices_kept(self) -> bool:
        return self.is_rebased and self.overtaking is None

    @property
    def saved_on_top(self) -> str:
        """What the page says above the buttons while earlier choices still hold."""
        if self.form.resolution.sides:
            return "This is saved on top of their version, with what you chose."
        return "This is saved on top of their version."

    @property
    def rebased_on(self) -> str:
        """What the form sends again to say that its person has seen this version."""
        return self.form.resolution.rebased_on or "none"


@dataclass(frozen=True)
class Revealing:
    """The words of the button that begins an edit with a masked value."""

    title: str
    button: str
    deed: str


@dataclass(frozen=True)
class Taken:
    """A stored secret that has the name somebody chose for a new one."""

    is_scheduled: bool
    detail_url: str
    restore_url: str
    recycle_bin_url: str
    kind: Kind

    @property
    def title(self) -> str:
        if self.is_scheduled:
            return f"The {self.kind.singular} of this name is scheduled for deletion."
        return f"There is a {self.kind.singular} of this name already."


def editing(
    form: SecretForm,
    submission: Submission | None = None,
    *,
    sent: Collection[str] | None = None,
    overtaking: Overtaking | None = None,
    reviewed: ShownComparison | None = None,
) -> Editing:
    """The form on its page. After a preview, `sent` are the names of the page's fields."""
    preview = None
    if overtaking is None:
        preview = _preview(form, submission)
    beside: tuple[BoundField, ...] = ()
    if sent is not None:
        beside = _written(form, sent)
    return Editing(
        form.subject.kind,
        form,
        preview,
        beside,
        overtaking=overtaking,
        reviewed=reviewed,
    )


def _written(form: SecretForm, names: Collection[str]) -> tuple[BoundField, ...]:
    """The fields of these names in which people write.

    A preview of another type comes before that type's fields are on the page, and a preview of
    broken JSON before the box that confirms it.
    """
    fields = []
    for field in form.visible_fields():
        if field.name in names and field.widget_type != "checkbox":
            fields.append(field)
    return tuple(fields)


def _preview(form: SecretForm, submission: Submission | None) -> ShownPreview | None:
    """What the form becomes, or else the proposal that it begins with."""
    if submission is None:
        if form.beginning.proposal is None:
            return None
        return _shown(form.beginning.proposal)
    if form.errors and not submission.intent.is_preview:
        # The page shows the errors beside the fields.
        return None
    if submission.resolution.rebased_on is not None:
        # Without a read, nobody can tell what the form makes of somebody else's version.
        return None
    return _shown(submission.preview())


def _shown(preview: Preview) -> ShownPreview:
    return ShownPreview(
        readings=shown.readings(preview.readings),
        text_masked=preview.masked_text,
        format=preview.format,
        size=preview.size,
        reason=preview.reason,
        notes=preview.notes,
        changes=tuple(shown.part(change, change.label) for change in preview.changes),
    )


def stored_text(
    request: Request, form: SecretForm, adapter: KindAdapter, reveal_url: str
) -> shown.ShownField | None:
    """The stored text that the form couldn't begin with. A recorded act of its own shows it."""
    trouble = form.beginning.trouble
    if trouble is None or not trouble.has_text or not adapter.exports:
        return None
    ref = form.subject.existing.ref
    if not policy.may(request.user, "copy", ref.environment, ref.kind, ref):
        return None
    return replace(shown.masked(Field(WHOLE, "Stored text", None), reveal_url), hint="")


def taken(ref: Ref, error: NameTaken | ScheduledForDeletion) -> Taken:
    environment = ref.environment.name
    args = [environment, ref.key]
    return Taken(
        is_scheduled=isinstance(error, ScheduledForDeletion),
        detail_url=reverse(f"{ref.kind}:detail", args=args),
        restore_url=reverse(f"{ref.kind}:restore", args=args),
        recycle_bin_url=reverse("recycle-bin", args=[environment]),
        kind=ref.kind,
    )
