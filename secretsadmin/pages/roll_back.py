"""The page that rolls a secret back: what is known of the version, without reading any value."""

from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsadmin.access.requests import Request
from secretsadmin.adapter import KindAdapter
from secretsadmin.audit.models import maker_of
from secretsadmin.audit.standing import findings
from secretsadmin.forms.rendering import Text
from secretsadmin.pages.comparison import Pair
from secretsadmin.pages.overtaking import ShownConflict
from secretsadmin.pages.phrases import person
from secretsadmin.pages.problems import Problem
from secretsadmin.pages.secret import SecretPage, head_of
from secretsadmin.pages.version import ShownVersion, known_version, shown_version
from secretsadmin.store.reads import VERSION_ID, Secret, Version
from secretsadmin.templatetags.secretsadmin import visible, when


class RollBackForm(forms.Form):
    """A roll back to the version `to` by somebody who saw `version` as the current one."""

    to = forms.RegexField(VERSION_ID, widget=forms.HiddenInput)
    version = forms.RegexField(VERSION_ID, required=False, widget=forms.HiddenInput)
    reason = Text(max_length=1000, required=False, help_text="Kept in the audit log.")


class Fact(NamedTuple):
    """Something that is known of a version, with a label. The text is prose, or else an id."""

    label: str
    text: str
    is_prose: bool = True


@dataclass(frozen=True)
class RollBackPage(SecretPage):
    """`compares` are the current version and the one to roll back to, where they can be compared.

    A visit of the page reads neither value: both are read when somebody asks what changes.
    """

    form: RollBackForm
    version: ShownVersion
    compares: Pair | None
    conflict: ShownConflict | None = None
    problem: Problem | None = None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is known of the version, one fact a line."""
        version = self.version
        fields: tuple[str, ...] = ()
        if self.kind.has_fields:
            fields = version.holds
        facts = (
            Fact("Of", self.secret.id, is_prose=False),
            Fact("Version", version.id, is_prose=False),
            Fact("Made", self._made),
            Fact("Checked", checked(version)),
            Fact("How", self._how),
            Fact("Form", format_name(version)),
            Fact("Fields", visible(", ".join(fields))),
        )
        return tuple(fact for fact in facts if fact.text)

    @property
    def _made(self) -> SafeString | str:
        created = when(self.version.created)
        if not created or not self.version.by:
            return created
        return format_html("{} by {}", created, person(self.version.by))

    @property
    def _how(self) -> str:
        if self.version.outside:
            return "Outside the dashboard: what it changed isn’t known."
        return self.version.origin

    @property
    def look_label(self) -> str:
        if self.version.outside:
            return "Check what Airflow would read"
        return "Look at it"

    @property
    def button(self) -> str:
        if self.conflict:
            return "Roll back all the same, to this version"
        return "Roll back to this version"

    @property
    def conflict_title(self) -> SafeString | str:
        """Who made another version current meanwhile."""
        if self.conflict is None:
            return ""
        return format_html(
            "{} made another version current {}, while you were here",
            person(self.conflict.by or "Somebody"),
            when(self.conflict.when),
        )

    @property
    def conflict_text(self) -> str:
        if self.conflict is None or not self.conflict.fields:
            return "Nothing was rolled back."
        changed = visible(", ".join(self.conflict.fields))
        return f"Nothing was rolled back. What changed: {changed}."


def checked(version: ShownVersion) -> SafeString | str:
    """Whether Airflow can read it, and when that was seen."""
    if version.found_trouble:
        return version.found_trouble
    if version.finding:
        return format_html(
            "Yes: when somebody was shown it {}, Airflow could read it.", when(version.finding.at)
        )
    if version.outside:
        return "No. Whether Airflow can read it isn’t known."
    if version.was_refused:
        return "It is what was left of a save that didn’t go through."
    if version.format:
        return "Yes: when it was saved, all of Airflow’s readers read it back as it was meant."
    return "Not noted when it was saved."


def format_name(version: ShownVersion) -> str:
    """The format in which it was saved here, as people call it."""
    if version.format == "text":
        return "Plain text"
    return version.format.upper()


def roll_back_page(
    request: Request,
    secret: Secret,
    adapter: KindAdapter,
    form: RollBackForm,
    *,
    version: Version | None = None,
    conflict: ShownConflict | None = None,
    problem: Problem | None = None,
) -> RollBackPage:
    """The page of a form; `version` is what AWS has just told of the version to roll back to."""
    to = str(form["to"].value() or "")
    maker = maker_of(secret.ref, to)
    if version is None:
        version = known_version(to, secret.versions.get(to, ()), maker)
    head = head_of(request, secret, adapter)
    finding = findings(secret.ref, [to]).get(to)
    compares = None
    if head.may.compare and not head.is_deleted:
        compares = _compares(form)
    return RollBackPage(
        head,
        form,
        version=shown_version(version, maker, head, finding),
        compares=compares,
        conflict=conflict,
        problem=problem,
    )


def _compares(form: RollBackForm) -> Pair | None:
    if "version" in form.errors or "to" in form.errors:
        return None
    current = str(form["version"].value() or "")
    to = str(form["to"].value() or "")
    if not current or current == to:
        return None
    return Pair(current, to)
