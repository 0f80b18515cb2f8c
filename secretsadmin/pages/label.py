"""The page of a secret's labels: where each stands, and the form that attaches or moves one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.forms.rendering import Text
from secretsadmin.kinds import Tone
from secretsadmin.pages.phrases import person
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.secret import SecretHead, SecretPage, head_of
from secretsadmin.pages.version import ShownVersion, known_version, label_badge, short, shown_by_id
from secretsadmin.store import labels
from secretsadmin.store.reads import CURRENT, PENDING, PREVIOUS, VERSION_ID, Secret, Version
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.templatetags.secretsadmin import ago, visible, when

MEANINGS = {
    CURRENT: "What Airflow is given. A save or a roll back moves it.",
    PREVIOUS: "What was current before. It follows AWSCURRENT by itself.",
    PENDING: "What a rotation is preparing. The rotation moves it.",
}


class LabelForm(forms.Form):
    """Where a label is to stand.

    `version` is where the person saw it. With no `to`, or with `remove`, it is taken off. A page
    draws the form with the `versions` to choose from. A label that `is_moved` has a name already,
    so the page has no field for it. `refusal` is why AWS took no label of this name.
    """

    required_css_class = "required"
    data: QueryDict
    version = forms.RegexField(VERSION_ID, required=False, widget=forms.HiddenInput)
    label = forms.CharField(
        required=False,
        strip=False,
        help_text=(
            "A word of your own, such as “tested” or “before-migration”. Airflow doesn't read it."
        ),
        widget=forms.TextInput(
            attrs={"class": "needed", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    to = forms.RegexField(VERSION_ID, required=False, label="Version", widget=forms.Select)
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, Any] | None = None,
        versions: Iterable[ShownVersion] = (),
        is_moved: bool = False,
        refusal: str = "",
    ) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        self._refusal = refusal
        choices = [(version.id, _option(version)) for version in versions]
        self.fields["to"].widget = forms.Select(choices=choices)
        if is_moved:
            self.fields["label"].widget = forms.HiddenInput()

    @property
    def name(self) -> str:
        return str(self["label"].value() or "")

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"]
        try:
            if self.cleaned_data.get("version"):
                # The label stands on a version, so it keeps its name, whoever chose that.
                labels.check(label)
            else:
                labels.check_new(label)
        except labels.InvalidLabel as error:
            raise ValidationError(str(error)) from None
        if self._refusal:
            raise ValidationError(self._refusal)
        return label

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "remove" in self.data:
            cleaned["to"] = ""
        if "to" not in cleaned or cleaned["to"] != cleaned.get("version"):
            return cleaned
        if cleaned["to"]:
            self.add_error("to", "The label stands on this version already.")
        else:
            self.add_error("to", "Choose a version.")
        return cleaned


def _option(version: ShownVersion) -> str:
    """One line of a menu: what tells a version from the others."""
    by = version.by
    if version.outside:
        by = "made outside"
    parts = (version.short, ago(version.created), by, *version.labels)
    return " · ".join(visible(part) for part in parts if part)


@dataclass(frozen=True)
class ShownLabel:
    """A label with the version that it stands on, if any.

    Without a label that `is_last`, AWS may remove that version. The label of AWS's own that a roll
    back moves has a `roll_back_url`.
    """

    name: str
    version: ShownVersion | None
    is_last: bool = False
    is_reserved: bool = False
    meaning: str = ""
    roll_back_url: str = ""

    @property
    def shown_name(self) -> str:
        return visible(self.name)

    @property
    def tone(self) -> Tone:
        return label_badge(self.name).tone

    @property
    def place(self) -> SafeString | str:
        """The version that it stands on, with when it was made and by whom."""
        if self.version is None:
            return "on no version"
        version = format_html(
            '<span class="mono" title="{}">{}</span>', self.version.id, self.version.short
        )
        created = when(self.version.created)
        if not created:
            return version
        if self.version.outside:
            return format_html("{} · made outside {}", version, created)
        return format_html("{} · made {} by {}", version, created, person(self.version.by))

    @property
    def note(self) -> str:
        """What people should know before they move it."""
        if self.is_reserved:
            return "A name that is kept for AWS or for this dashboard."
        if self.is_last:
            return "The only label of this version. Without it AWS may remove the version."
        return ""


@dataclass(frozen=True)
class LabelPage(SecretPage):
    """AWS's `own` labels and the `custom` ones. `room` is for how many more there is room.

    `seen_on` is the version on which the page shows the form's label, empty for none. `moved` is
    the label that the form moves, and None where it attaches a new one. A page that `is_overtaken`
    says that the label stands elsewhere by now.
    """

    form: LabelForm
    seen_on: str
    moved: ShownLabel | None
    own: tuple[ShownLabel, ...]
    custom: tuple[ShownLabel, ...]
    room: int
    is_overtaken: bool = False
    problem: Problem | None = None

    @property
    def room_left(self) -> str:
        if self.room <= 0:
            return "no room for another one"
        return f"room for {self.room} more"

    @property
    def overtaken_title(self) -> SafeString:
        """Where the label of the form stands now."""
        name = person(self.form.name)
        if not self.seen_on:
            return format_html("“{}” stands on no version now", name)
        return format_html("“{}” stands on {} now", name, short(self.seen_on))

    @property
    def overtaken_text(self) -> str:
        happened = "That isn’t where this page showed it, so nothing was changed."
        if self.head.is_deleted:
            return f"{happened} Below is what is true now."
        return f"{happened} Below is what is true now, with your input in the form."

    @property
    def form_title(self) -> str:
        if self.moved:
            return f"Move “{self.moved.shown_name}”"
        return "Attach a label"

    @property
    def lead(self) -> SafeString | str:
        """What people should know before they fill in the form."""
        if self.moved and self.moved.version:
            warning = ""
            if self.moved.is_last:
                warning = ", as its only label: AWS may remove that version afterwards"
            version = self.moved.version.short
            return format_html('It stands on <span class="mono">{}</span>{}.', version, warning)
        if self.room <= 0:
            return (
                "There is no room for another label. Remove one first, or move one that is there."
            )
        return ""

    @property
    def button(self) -> str:
        if self.moved:
            return "Move label"
        return "Attach label"

    @property
    def leave_url(self) -> str:
        if self.moved:
            return self.urls.label
        return self.urls.history


def label_page(
    request: Request,
    secret: Secret,
    adapter: KindAdapter,
    versions: Iterable[Version],
    *,
    refusal: str = "",
    is_overtaken: bool = False,
    problem: Problem | None = None,
) -> LabelPage:
    """The page that a request opens or sends; `versions` are all of the secret's.

    For the next try, the form notes where its label stands by now. After a `problem` that isn't
    known, so the form keeps the version that was sent.
    """
    head = head_of(request, secret, adapter)
    listed = list(versions)
    shown_versions = shown_by_id(head, listed)
    labels_by_name = _labels_by_name(listed, shown_versions)
    data = request.GET
    if request.method == "POST":
        data = request.POST
    moved = _moved(labels_by_name, data, is_certain=problem is None)
    seen_on = ""
    if problem:
        seen_on = data.get("version", "")
    elif moved and moved.version:
        seen_on = moved.version.id
    return LabelPage(
        head,
        form=_form(request, shown_versions.values(), moved, refusal),
        seen_on=seen_on,
        moved=moved,
        own=_own_labels(head, labels_by_name),
        custom=_custom_labels(labels_by_name),
        room=labels.room(labels_by_name),
        is_overtaken=is_overtaken,
        problem=problem,
    )


def _form(
    request: Request, versions: Iterable[ShownVersion], moved: ShownLabel | None, refusal: str
) -> LabelForm:
    """The form as it was sent, or as a link opens it; a label isn't moved to where it stands."""
    if moved:
        versions = [version for version in versions if version != moved.version]
    is_moved = moved is not None
    if request.method == "POST":
        return LabelForm(request.POST, versions=versions, is_moved=is_moved, refusal=refusal)
    opened_with = {"label": request.GET.get("label", ""), "to": request.GET.get("version", "")}
    return LabelForm(initial=opened_with, versions=versions, is_moved=is_moved)


def known_versions(secret: Secret) -> list[Version]:
    """The versions that have a label, without asking AWS."""
    return [known_version(version, names, None) for version, names in secret.versions.items()]


def _labels_by_name(
    versions: Iterable[Version], shown_versions: Mapping[str, ShownVersion]
) -> dict[str, ShownLabel]:
    by_name = {}
    for version in versions:
        # The mark of a candidate leaves with the next save, so it holds no version back.
        lasting = [name for name in version.labels if name != CANDIDATE]
        for name in version.labels:
            by_name[name] = ShownLabel(
                name,
                shown_versions[version.id],
                is_last=lasting == [name],
                is_reserved=labels.is_reserved(name),
            )
    return by_name


def _moved(
    labels_by_name: Mapping[str, ShownLabel], data: QueryDict, *, is_certain: bool
) -> ShownLabel | None:
    """The label that the form names, if it stands on a version and people may move it."""
    label = labels_by_name.get(data.get("label", ""))
    if label is None or label.is_reserved:
        return None
    if is_certain or data.get("version"):
        return label
    return None


def _own_labels(
    head: SecretHead, labels_by_name: Mapping[str, ShownLabel]
) -> tuple[ShownLabel, ...]:
    """AWS's own labels, those included that stand on no version."""
    own = []
    for name in labels.OF_AWS:
        label = labels_by_name.get(name) or ShownLabel(name, None)
        url = ""
        if name == CURRENT and head.may.roll_back and not head.is_deleted:
            url = head.urls.history
        own.append(replace(label, meaning=MEANINGS[name], roll_back_url=url))
    return tuple(own)


def _custom_labels(labels_by_name: Mapping[str, ShownLabel]) -> tuple[ShownLabel, ...]:
    names = labels_by_name.keys() - {*labels.OF_AWS, CANDIDATE}
    return tuple(labels_by_name[name] for name in sorted(names))
