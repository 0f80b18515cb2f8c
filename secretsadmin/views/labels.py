"""The staging labels of a secret's versions: AWS's own three explained, and custom ones moved. No value is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict

from secretsadmin.access import actor_of, secret_of
from secretsadmin.audit.models import Actor, NotRecorded
from secretsadmin.environments import Ref
from secretsadmin.htmx import Request
from secretsadmin.kinds import Kind, Shape
from secretsadmin.rendering import Text
from secretsadmin.store import aws, labels, listing, reads
from secretsadmin.store.errors import Conflict, StoreError, TooManyLabels
from secretsadmin.store.reads import CURRENT, PENDING, PREVIOUS, VERSION_ID, Secret, Version
from secretsadmin.store.writes import CANDIDATE
from secretsadmin.templatetags.secretsadmin import ago, visible
from secretsadmin.views.answers import answer, done, form_methods, problem_of
from secretsadmin.views.secrets import secret_context
from secretsadmin.views.shown_versions import ShownVersion, makers_of, shown_version

MEANINGS = {
    CURRENT: "What Airflow is given. A save or a roll back moves it.",
    PREVIOUS: "What was current before. It follows AWSCURRENT by itself.",
    PENDING: "What a rotation is preparing. The rotation moves it.",
}


@dataclass(frozen=True)
class ShownLabel:
    """A label with the version that it stands on, if any. One that `is_last` holds that version back from removal."""

    name: str
    version: ShownVersion | None
    meaning: str = ""
    is_last: bool = False
    is_reserved: bool = False


class LabelForm(forms.Form):
    """Where a label is to stand. `version` is where the person saw it; with no `to`, or `remove`, it is taken off."""

    required_css_class = "required"
    data: QueryDict
    version = forms.RegexField(VERSION_ID, required=False, widget=forms.HiddenInput)
    label = forms.CharField(
        required=False,
        strip=False,
        help_text="A word of your own, such as “tested” or “before-migration”. Airflow doesn't read it.",
        widget=forms.TextInput(attrs={"class": "needed", "autocapitalize": "off", "spellcheck": "false"}),
    )
    to = forms.RegexField(VERSION_ID, required=False, label="Version", widget=forms.Select)
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")

    def clean_label(self) -> str:
        label: str = self.cleaned_data["label"]
        try:
            # One that stands somewhere has its name, whoever chose it.
            (labels.check if self.cleaned_data.get("version") else labels.check_new)(label)
        except labels.InvalidLabel as error:
            raise ValidationError(str(error)) from None
        return label

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "remove" in self.data:
            cleaned["to"] = ""
        if "to" in cleaned and cleaned["to"] == cleaned.get("version"):
            taken = "The label stands on this version already." if cleaned["to"] else "Choose a version."
            self.add_error("to", taken)
        return cleaned

    @property
    def name(self) -> str:
        return str(self["label"].value() or "")

    def see(self, version: str) -> None:
        """Take over where the label stands now, for the next try."""
        self.initial["version"] = version
        if self.is_bound:
            self.data = self.data.copy()
            self.data["version"] = version

    def offer(self, versions: Iterable[ShownVersion], moved: ShownLabel | None) -> None:
        """The versions to choose from; a label that is moved has its name, and stands on one of them."""
        menu = cast("forms.Select", self.fields["to"].widget)
        menu.choices = [(each.id, _described(each)) for each in versions if not moved or each != moved.version]
        if moved:
            self.fields["label"].widget = forms.HiddenInput()


@form_methods
def label(request: Request, environment: str, kind: Kind, key: str, shape: Shape) -> HttpResponse:
    ref = secret_of(request, environment, "label", kind, key)
    if request.method != "POST":
        asked = {"label": request.GET.get("label", ""), "to": request.GET.get("version", "")}
        return _page(request, ref, LabelForm(initial=asked, label_suffix=""), shape)
    form = LabelForm(request.POST, label_suffix="")
    if not form.is_valid():
        return _page(request, ref, form, shape, status=422)
    try:
        _carry_out(ref, form.cleaned_data, actor_of(request))
    except Conflict:
        return _page(request, ref, form, shape, is_overtaken=True, status=409)
    except TooManyLabels as error:
        form.add_error("label", f"{error.sentence} {error.next}")
        return _page(request, ref, form, shape, status=error.status)
    except (StoreError, NotRecorded) as error:
        return _page(request, ref, form, shape, problem=problem_of(error))
    return done(request, ref, _told(form.cleaned_data), to="label_url")


@aws.one_action()
def _carry_out(ref: Ref, sent: dict[str, str], actor: Actor) -> None:
    if not sent["version"]:
        labels.check_room(ref, sent["label"])
    labels.label(ref, actor=actor, **sent)


def _told(sent: dict[str, str]) -> str:
    name = f"“{visible(sent['label'])}”"
    return f"{name} stands on {sent['to'][:8]} now." if sent["to"] else f"{name} is off {sent['version'][:8]}."


def _page(
    request: Request, ref: Ref, form: LabelForm, shape: Shape, *, status: int = 200, **extra: Any
) -> HttpResponse:
    secret = listing.find(ref)
    # AWS isn't asked a second time by a page that tells that it doesn't answer.
    found = _known(secret) if "problem" in extra else reads.versions(ref)
    context = secret_context(request, secret, shape)
    made = makers_of(ref, found)
    shown = {version.id: shown_version(version, made.get(version.id), context) for version in found}
    standing = {name: _shown(name, version, shown) for version in found for name in version.labels}
    stands = None if labels.is_reserved(form.name) else standing.get(form.name)
    if "problem" not in extra:
        form.see(stands.version.id if stands and stands.version else "")
    moved = stands if form["version"].value() else None
    form.offer(shown.values(), moved)
    context |= {"form": form, "stands": stands, "moved": moved, **_sorted(standing)}
    return answer(request, "label.html", context | extra, status=status)


def _sorted(standing: dict[str, ShownLabel]) -> dict[str, Any]:
    custom = standing.keys() - {*labels.OF_AWS, CANDIDATE}
    return {
        "own": [standing.get(name) or ShownLabel(name, None, MEANINGS[name]) for name in labels.OF_AWS],
        "custom": [standing[name] for name in sorted(custom)],
        "room": labels.room(standing),
    }


def _known(secret: Secret) -> list[Version]:
    return [Version(version, tuple(names), None) for version, names in secret.versions.items()]


def _shown(name: str, version: Version, shown: dict[str, ShownVersion]) -> ShownLabel:
    return ShownLabel(
        name,
        shown[version.id],
        meaning=MEANINGS.get(name, ""),
        # The mark of a candidate leaves with the next save, and then it holds nothing back.
        is_last={name} == {*version.labels} - {CANDIDATE},
        is_reserved=labels.is_reserved(name),
    )


def _described(version: ShownVersion) -> str:
    """One line of a menu: what tells a version from the others."""
    by = "made outside" if version.outside else version.by
    parts = (version.short, ago(version.created), by, *version.labels)
    return " · ".join(visible(part) for part in parts if part)
