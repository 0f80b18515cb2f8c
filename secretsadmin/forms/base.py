"""What the forms of every kind of secret share: their fields, how these are cleaned and drawn."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict

from secretsadmin.config.backend import InvalidId
from secretsadmin.config.ref import Ref
from secretsadmin.forms.rendering import DescribedField, Text
from secretsadmin.forms.resolution import Resolution
from secretsadmin.forms.subject import Beginning, Intent, Subject
from secretsadmin.forms.told import REVEALED, TOLD_AGAIN, Section, Wrong
from secretsadmin.kinds import CONFIG, MAX_BYTES, MAX_CHARACTERS, Note, Usage
from secretsadmin.store.writes import MAX_DESCRIPTION
from secretsadmin.texts import hidden, hides, lines

# In all fields together, in characters.
MOST_IN_A_FORM = 262_144
MAX_REASON = 1_000
# The codes of errors that don't count yet while somebody is typing.
UNFINISHED = ("required", "confirm")
# Where a new form begins unless a view says otherwise.
AT_NOTHING = Beginning()


class ClearableField(DescribedField):
    """A field of a form. Something masked that is stored in it can be cleared unseen."""

    form: "SecretForm"

    @property
    def told_errors(self) -> list[str]:
        """The errors below the field. A preview leaves out the errors of what isn't typed yet."""
        return self.form.messages_of(self.name)

    @property
    def hints(self) -> tuple[str, ...]:
        return self.form.hints_of(self.name)

    @property
    def clearable(self) -> tuple[tuple[str, str, bool], ...]:
        """What can be cleared: its name in the form, its label, and whether it is ticked."""
        choices = []
        for name, label in self.form.masked_in(self.name).items():
            choices.append((name, label, name in self.form.cleared))
        return tuple(choices)


class SecretForm(forms.Form):
    """The fields that every kind has.

    `revealed` names the masked field that an edit can begin with, for people who may reveal it.
    """

    id_field: ClassVar[str]
    revealed: ClassVar[str]
    required_css_class = "required"
    bound_field_class = ClearableField
    data: QueryDict

    team = forms.ChoiceField(required=False, help_text="Without one, all tasks read it.")
    description = Text(
        required=False,
        max_length=MAX_DESCRIPTION,
        help_text="For people. Airflow doesn't read it.",
        widget=forms.TextInput(attrs={"class": "w4"}),
    )
    reason = Text(
        required=False,
        max_length=MAX_REASON,
        help_text="Kept in the audit log.",
        label="Reason for the change",
        widget=forms.TextInput(attrs={"class": "w2"}),
    )
    version = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    begins = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        subject: Subject,
        data: QueryDict | None = None,
        *,
        beginning: Beginning = AT_NOTHING,
        suggested: Mapping[str, str] | None = None,
        notes: tuple[Note, ...] = (),
        takes_focus: bool = False,
    ) -> None:
        """`suggested` are first values from a link to an empty form, by the names of the fields.

        `notes` say how the input was filled, where it wasn't typed. An edit that `takes_focus` puts
        the focus where it begins.
        """
        self.subject = subject
        self.notes = notes
        self.intent = Intent()
        self.resolution = Resolution()
        self.beginning = beginning
        if data is not None:
            begins = str(data.get("begins", ""))
            self.intent = self.intent_of(data)
            self.resolution = Resolution.of(data)
            self.beginning = Beginning(begins, trouble=TOLD_AGAIN.get(begins))
        initial = self.stored_metadata() | self.initial_values(suggested or {})
        super().__init__(data, initial=initial, label_suffix="")
        self.fit_fields()
        if takes_focus:
            self.begins_at.field.widget.attrs["autofocus"] = True

    @classmethod
    def intent_of(cls, data: QueryDict) -> Intent:
        return Intent.of(data)

    @classmethod
    def begin(cls, subject: Subject, text: str | None, version: str, how: str) -> Beginning:
        """What the form of an edit begins with, once the stored text is known; None for no text."""
        raise NotImplementedError

    def stored_metadata(self) -> dict[str, Any]:
        stored = self.subject.stored
        if stored is None:
            return {}
        return {
            "description": stored.description,
            "version": self.beginning.version or stored.current,
            "begins": self.beginning.how,
        }

    def initial_values(self, suggested: Mapping[str, str]) -> dict[str, Any]:
        """The first values of the fields: what is stored, or what is suggested."""
        raise NotImplementedError

    def fit_fields(self) -> None:
        """Leave out what doesn't apply, such as the id of a stored secret."""
        stored = self.subject.stored
        teams = self.subject.environment.backend.teams
        if stored:
            del self.fields[self.id_field]
            self.fields["description"].show_hidden_initial = True
        else:
            del self.fields["version"], self.fields["begins"]
            # Otherwise the focus begins in the menu, which comes before the form.
            self.fields[self.id_field].widget.attrs["autofocus"] = True
        if stored or not teams or self.subject.kind == CONFIG:
            del self.fields["team"]
        else:
            choices = [("", "All teams")]
            for team in teams:
                choices.append((team, team))
            self.fields["team"].choices = choices  # type: ignore[attr-defined] # It is a ChoiceField.

    # --- what was sent ---

    @property
    def cleared(self) -> frozenset[str]:
        """The masked fields that the person wants cleared."""
        if not self.is_bound:
            return frozenset()
        return frozenset(self.data.getlist("clear"))

    @property
    def opened_on(self) -> str:
        """The version that was current when the form was opened. It is as sent, so any text."""
        return str(self.data.get("version", ""))

    def was_sent(self, name: str) -> bool:
        """Whether the input names this field at all. What it doesn't name stays as it is stored."""
        return self.add_prefix(name) in self.data

    def first_value(self, name: str) -> str | None:
        """The value that the page showed in this field at first. The page sends it along."""
        return self.data.get(self.add_initial_prefix(name))

    # --- cleaning ---

    def full_clean(self) -> None:
        """Cleans the fields, unless a text is too long: then nothing else is an error."""
        if self.too_long:
            self._errors, self.cleaned_data = ErrorDict(), {}
            for name, message in self.too_long.items():
                self.add_error(name or None, message)
            return
        super().full_clean()
        if self.intent.fills:
            # Nobody has left out a field yet while the form is still being filled.
            for name in self._missing_fields():
                del self.errors[name]

    @cached_property
    def too_long(self) -> Mapping[str, str]:
        """The errors for texts that are too long to be parsed, by field.

        An error of the form as a whole has an empty name.
        """
        if not self.is_bound:
            return {}
        errors = {}
        whole = 0
        for name, values in self.data.lists():
            length = sum(map(len, values))
            whole += length
            if length <= MAX_CHARACTERS:
                continue
            if name in self.fields:
                errors[name] = _too_long(length)
            else:
                errors[""] = _too_long(length)
        if not errors and whole > MOST_IN_A_FORM:
            errors[""] = _too_long(whole)
        return errors

    def _missing_fields(self) -> list[str]:
        """The required fields that are empty, by name."""
        names = []
        for name, errors in self.errors.as_data().items():
            if all(error.code == "required" for error in errors):
                names.append(name)
        return names

    def clean_version(self) -> str:
        """The version to save on top of: theirs after a conflict, or else the opened one."""
        if self.resolution.rebased_on is None:
            return str(self.cleaned_data["version"])
        return self.resolution.rebased_on

    def clean_description(self) -> str:
        if self._keeps_description():
            return self.subject.existing.description
        return str(self.cleaned_data["description"])

    def _keeps_description(self) -> bool:
        """A description that the person didn't touch stays as it is stored now."""
        if self.subject.stored is None:
            return False
        if self.resolution.keeps_their_description:
            return True
        sent = self.data.get("description")
        return sent is None or sent == self.first_value("description")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get(self.id_field):
            try:
                _ = self.ref().new_name
            except InvalidId as error:
                self.add_error(self.id_field, str(error))
        return cleaned

    def adopt(self, error: ValidationError) -> None:
        """Show an error that came up only with the store, or with the stored value."""
        self.add_error(None, error)

    def ref(self) -> Ref:
        """The secret that the form creates."""
        return Ref(
            self.subject.environment,
            self.subject.kind,
            self.cleaned_data[self.id_field],
            self.cleaned_data.get("team") or None,
        )

    def metadata(self) -> dict[str, str]:
        """What goes along with the value, as the store's writes take it."""
        names = ["description", "reason"]
        if self.subject.stored:
            names.append("version")
        return {name: self.cleaned_data.get(name) or "" for name in names}

    # --- drawing ---

    @property
    def type_name(self) -> str:
        """What people call the form's type, if it has one."""
        return ""

    @property
    def type_icon(self) -> str:
        return ""

    @property
    def can_format(self) -> bool:
        """Whether the page can lay out for people what they typed."""
        return False

    @property
    def calls(self) -> tuple[Usage, ...]:
        """How a task will read the secret, as far as the input says by now."""
        return ()

    @property
    def sections(self) -> tuple[Section, ...]:
        return (Section(tuple(self.visible_fields())),)

    @property
    def begins_at(self) -> BoundField:
        """The field that has the focus on the page of an edit."""
        if self.beginning.how == REVEALED:
            return self[self.revealed]
        return self.sections[0].fields[0]

    @property
    def can_begin_with_revealed(self) -> bool:
        """Whether something is stored in the masked field, so that an edit can begin with it."""
        return True

    def masked_in(self, name: str) -> Mapping[str, str]:  # noqa: ARG002 - an app may know better.
        """The labels of what is stored behind this field and masked, by name."""
        return {}

    def hints_of(self, name: str) -> tuple[str, ...]:
        """What the text in this field hides from people, such as a space at its end."""
        field = self.fields[name]
        if not self.is_bound or self.too_long or not isinstance(field, forms.CharField):
            return ()
        text = lines(self.data.get(self.add_prefix(name), ""))
        if isinstance(field.widget, forms.Textarea):
            unseen = hidden(text)
        else:
            unseen = hides(text)
        if not unseen:
            return ()
        if field.strip and text != text.strip():
            return (f"It {unseen}. White space around it is left out.",)
        return (f"It {unseen}. This is kept as it is.",)

    def messages_of(self, name: str) -> list[str]:
        """The errors of a field or, for an empty name, of the form as a whole."""
        messages: list[str] = []
        for error in self.errors.as_data().get(name, ()):
            if not self.intent.is_preview or error.code not in UNFINISHED:
                messages.extend(error.messages)
        return messages

    @property
    def missing(self) -> tuple[Note, ...]:
        """While somebody types, a sentence that names the required fields that are empty."""
        if not self.intent.is_preview:
            return ()
        labels = [str(self[name].label) for name in self._missing_fields()]
        if not labels:
            return ()
        return (Note(f"Still missing: {', '.join(labels)}.", "info"),)

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """All errors, those of the form as a whole first and then in the order of the fields."""
        in_order = [name for name in self.errors if name not in self.fields]
        in_order += [name for name in self.fields if name in self.errors]
        wrong = []
        for name in in_order:
            label = field_id = ""
            if name in self.fields:
                label, field_id = str(self[name].label), self[name].id_for_label
            for message in self.messages_of(name):
                wrong.append(Wrong(message, label, field_id))
        return tuple(wrong)


def _too_long(length: int) -> str:
    return (
        f"This is {length:,} characters long, "
        f"and Secrets Manager keeps at most {MAX_BYTES:,} bytes."
    )
