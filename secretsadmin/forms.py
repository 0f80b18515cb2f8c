"""What the forms of every kind of secret share. Forms end in a Draft and never save."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.http import QueryDict

from secretsadmin.backend import InvalidId
from secretsadmin.comparing import Fields, key_in_a_form
from secretsadmin.environments import Environment, Ref
from secretsadmin.form_parts import EMPTY, NO_TEXT, NO_VALUE, REVEALED, TOLD_AGAIN, Preview, Section, Trouble, Wrong
from secretsadmin.kinds import Kind, Note, withheld
from secretsadmin.rendering import DescribedField, Text
from secretsadmin.store.reads import VERSION_ID, Secret, Value
from secretsadmin.store.writes import MAX_BYTES, MAX_DESCRIPTION, Draft
from secretsadmin.unseen import hidden, hides, lines

# After a conflict: what the page calls the sides, the input that holds a choice for a part, and a secret that has no
# version of theirs to save on top of.
MINE, THEIRS = "mine", "theirs"
CHOICE = "choice."
NOWHERE = "none"
DESCRIPTION = "secret.description"
# How many characters are looked at, in one field and in all of them. A value has 65,536 bytes; a text that was laid out
# for people, or has something around it, is longer than what is stored of it.
MOST_IN_A_FIELD = 131_072
MOST_IN_A_FORM = 262_144
# The codes of errors that are none yet, while somebody is typing.
UNFINISHED = ("required", "confirm")


class ClearableField(DescribedField):
    """A field of a form; where something masked is stored in it, that can be cleared without being seen."""

    form: "SecretForm"

    @property
    def told_errors(self) -> list[str]:
        """What stands below the field; as long as somebody types, nothing is held against what they may still do."""
        errors = self.errors.as_data()
        told = [error for error in errors if not self.form.only_looks or error.code not in UNFINISHED]
        return [message for error in told for message in error.messages]

    @property
    def hints(self) -> tuple[str, ...]:
        return self.form.hints_of(self.name)

    @property
    def clearable(self) -> tuple[tuple[str, str, bool], ...]:
        """What can be cleared: its name in the form, what it is called, and whether that was asked for."""
        names = self.form.masked_in(self.name)
        return tuple((name, label, name in self.form.cleared) for name, label in names.items())


class SecretForm(forms.Form):
    """The fields that every kind has, and how its input ends in a Draft.

    `revealed` names the masked field that an edit can begin with, for whoever may reveal it.
    """

    id_field: ClassVar[str]
    revealed: ClassVar[str]
    required_css_class = "required"
    bound_field_class = ClearableField
    data: QueryDict
    # Whether what becomes of the input may depend on what is stored and masked. The view says so.
    may_learn = False

    team = forms.ChoiceField(required=False, help_text="Without one, all tasks read it.")
    description = Text(
        required=False,
        max_length=MAX_DESCRIPTION,
        help_text="For people. Airflow doesn't read it.",
        widget=forms.TextInput(attrs={"class": "w4"}),
    )
    reason = Text(
        required=False,
        max_length=1000,
        help_text="Kept in the audit log.",
        label="Reason for the change",
        widget=forms.TextInput(attrs={"class": "w2"}),
    )
    version = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    begins = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        environment: Environment,
        kind: Kind,
        stored: Secret | None = None,
        value: Value | None = None,
        begin: str = "",
        asked: Mapping[str, str] | None = None,
    ) -> None:
        """`asked` is what a link to the empty form asks for, such as a type.

        An edit can `begin` with the masked field, if that is REVEALED, or with a reading of the text that is MENDED.
        """
        self.asked = asked or {}
        self.environment = environment
        self.kind = kind
        self.stored = stored
        self.reveal = begin == REVEALED
        self.is_sent = data is not None
        self.beginning = str(data.get("begins", "")) if self.is_sent else begin
        self.stored_text = value.text if value else None
        if stored and not self.is_sent and not self.stored_text:
            self.beginning = EMPTY
        initial = self._metadata(stored, value) | self.initial_values() | {"begins": self.beginning}
        super().__init__(data, initial=initial, label_suffix="")
        self.shape()

    def shape(self) -> None:
        """Take out what doesn't apply: the id of a secret that exists, the team where there are none."""
        teams = self.environment.backend.teams if self.kind.name != "config" else ()
        if self.stored:
            del self.fields[self.id_field]
            self.fields["description"].show_hidden_initial = True
        else:
            # A new secret begins with its name: the menu and the head of the page come before it otherwise.
            self.fields[self.id_field].widget.attrs["autofocus"] = True
        if self.stored or not teams:
            del self.fields["team"]
        else:
            self.fields["team"].choices = [("", "All teams"), *((team, team) for team in teams)]  # type: ignore[attr-defined]
        if not self.stored:
            del self.fields["version"], self.fields["begins"]

    @property
    def trouble(self) -> Trouble | None:
        """Why an edit doesn't simply begin with what is stored, if so."""
        if self.stored is None or (self.is_bound and self.beginning not in TOLD_AGAIN):
            return None
        if self.is_bound:
            return TOLD_AGAIN[self.beginning]
        if not self.stored.current:
            return NO_VALUE
        return NO_TEXT if self.stored_text is None else None

    def proposal(self) -> Preview | None:
        """What a save of the form as it was opened would make, where that is no more than a proposal."""
        return None

    def initial_values(self) -> dict[str, Any]:
        """The plain fields of the stored text, for an edit by somebody who may open it."""
        raise NotImplementedError

    def draft(self, stored: str | None = None) -> Draft:
        """What to store, on top of `stored`. Raises ValidationError with the field that forbids it."""
        raise NotImplementedError

    def preview(self) -> Preview:
        """What the input would become, without AWS. Never raises."""
        raise NotImplementedError

    def laid_over(self, stored: str) -> str:
        """The text that all of the input makes of `stored`, whatever was chosen. Raises ValidationError."""
        raise NotImplementedError

    def parts(self, before: str, after: str) -> tuple[Fields, Fields]:
        """Both texts taken apart for comparing, as finely as the person may. Never raises."""
        raise NotImplementedError

    def ways(self, texts: tuple[str, ...]) -> tuple[Fields, ...]:
        """All texts taken apart in the same way, into the parts that can be chosen one by one. Never raises."""
        raise NotImplementedError

    def as_told(self, fields: Fields) -> Fields:
        """These parts as the person may know them."""
        return fields if self.may_learn else withheld(fields)

    def retypes(self, part: str) -> bool:
        """Whether the input says anew, or clears, what is stored in this part and masked."""
        raise NotImplementedError

    def says_anew(self, part: str) -> bool:
        """The same of what will be stored: a part that stays as theirs isn't said anew, whatever the input holds."""
        return self.retypes(part) and key_in_a_form(part) not in self.theirs

    def leaves_alone(self, _part: str) -> bool:
        """Whether the page showed what is stored in this part, and the input has just that."""
        return False

    @property
    def can_begin_with_revealed(self) -> bool:
        """Whether there is anything in the masked field that an edit could begin with."""
        return True

    @property
    def sections(self) -> tuple[Section, ...]:
        return (Section(tuple(self.visible_fields())),)

    @property
    def begins_at(self) -> BoundField:
        """Where the page of an edit puts the focus: at what was revealed for it, or else at the first field."""
        return self[self.revealed] if self.reveal else self.sections[0].fields[0]

    @property
    def cleared(self) -> frozenset[str]:
        """The masked fields that the person wants cleared."""
        return frozenset(self.data.getlist("clear")) if self.is_bound else frozenset()

    def masked_in(self, _name: str) -> Mapping[str, str]:
        """What is stored behind this field and masked, by name, with what it is called."""
        return {}

    def hints_of(self, name: str) -> tuple[str, ...]:
        """What somebody would want to know of what they typed into this field, and can't see."""
        field = self.fields[name]
        if not self.is_bound or self.too_long or not isinstance(field, forms.CharField):
            return ()
        text = lines(self.data.get(self.add_prefix(name), ""))
        what = hidden(text) if isinstance(field.widget, forms.Textarea) else hides(text)
        is_cut = field.strip and text != text.strip()
        then = "White space around it is left out." if is_cut else "This is kept as it is."
        return (f"It {what}. {then}",) if what else ()

    @property
    def wants_filling(self) -> bool:
        """Whether the form is to come back with its fields filled or laid out anew, and nothing is to be saved."""
        return "fill" in self.data

    @property
    def only_looks(self) -> bool:
        """Whether the form was sent to see what would become of it, and not to save it."""
        return "preview" in self.data or self.wants_filling

    @property
    def wants_review(self) -> bool:
        """Whether what a save would change is to be shown first."""
        return "review" in self.data

    @cached_property
    def too_long(self) -> Mapping[str, str]:
        """What is too long to be taken apart, as errors by field; those of the form as a whole have no name."""
        lengths = {name: sum(map(len, values)) for name, values in self.data.lists()} if self.is_bound else {}
        errors = {name: _too_long(length) for name, length in lengths.items() if length > MOST_IN_A_FIELD}
        if errors:
            return {name if name in self.fields else "": message for name, message in errors.items()}
        whole = sum(lengths.values())
        return {"": _too_long(whole)} if whole > MOST_IN_A_FORM else {}

    def full_clean(self) -> None:
        """Nobody has left out yet what they haven't come to, and what is too long is told and not looked at."""
        if self.too_long:
            self._errors, self.cleaned_data = ErrorDict(), {}
            for name, message in self.too_long.items():
                self.add_error(name or None, message)
            return
        super().full_clean()
        if self.wants_filling:
            for name, errors in list(self.errors.as_data().items()):
                if all(error.code == "required" for error in errors):
                    del self.errors[name]

    @property
    def missing(self) -> tuple[Note, ...]:
        """The fields that are needed and still empty, told in one sentence as long as somebody types."""
        if not self.only_looks:
            return ()
        labels = [
            str(self[name].label)
            for name, errors in self.errors.as_data().items()
            if all(error.code == "required" for error in errors)
        ]
        return (Note(f"Still missing: {', '.join(labels)}.", "info"),) if labels else ()

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """What is wrong with the input, as it stands apart from the fields."""
        places = {name: place for place, name in enumerate(self.fields)}
        in_order = sorted(self.errors.as_data().items(), key=lambda item: places.get(item[0], -1))
        return tuple(
            self._wrong(name, message)
            for name, errors in in_order
            for error in errors
            if not self.only_looks or error.code not in UNFINISHED
            for message in error.messages
        )

    def _wrong(self, name: str, message: str) -> Wrong:
        if name not in self.fields:
            return Wrong(message)
        return Wrong(message, str(self[name].label), self[name].id_for_label)

    def filled(self) -> "SecretForm":
        """The same input, with what was pasted spread over the fields."""
        return self

    def metadata(self) -> dict[str, str]:
        """What goes along with the value, as the store's writes take it."""
        names = ("description", "reason", *(("version",) if self.stored else ()))
        return {name: self.cleaned_data.get(name) or "" for name in names}

    def existing(self) -> Secret:
        """The secret that this form updates."""
        if self.stored is None:
            raise ValueError("this form creates")
        return self.stored

    @property
    def opened_on(self) -> str:
        """The version that was current when the form was opened, if there was one; the input can say anything."""
        return str(self.data.get("version", ""))

    @cached_property
    def on_top_of(self) -> str | None:
        """The version of theirs that the person has seen, after a conflict; empty where there was none then."""
        version = self.data.get("on_top_of", "")
        if version == NOWHERE:
            return ""
        return version if re.match(VERSION_ID, version) else None

    @cached_property
    def chosen(self) -> Mapping[str, str]:
        """The side that was chosen for each part, by the part's key in the form."""
        if self.on_top_of is None:
            return {}
        names = (name for name in self.data if name.startswith(CHOICE))
        found = {name.removeprefix(CHOICE): self.data[name] for name in names}
        return {key: side for key, side in found.items() if side in (MINE, THEIRS)}

    @property
    def takes_all_of_mine(self) -> bool:
        return self.data.get("take") == MINE

    @cached_property
    def theirs(self) -> frozenset[str]:
        """The keys of the value's parts that stay as they are there. All others are as in the input."""
        if self.takes_all_of_mine:
            return frozenset()
        return frozenset(key for key, side in self.chosen.items() if side == THEIRS and key != DESCRIPTION)

    @property
    def asked_for(self) -> list[str]:
        """The keys of the parts that the page had a choice for."""
        return self.data.getlist("asked")

    @property
    def unchosen(self) -> frozenset[str]:
        """The keys of the parts that the page asked about, and that nothing was chosen for."""
        if self.on_top_of is None or self.takes_all_of_mine:
            return frozenset()
        return frozenset(self.asked_for) - self.chosen.keys()

    def clean_version(self) -> str:
        """The version to save on top of: the one that the form was opened on, or theirs after a conflict."""
        return self.cleaned_data["version"] if self.on_top_of is None else self.on_top_of

    def clean_description(self) -> str:
        return self.existing().description if self._keeps_description() else self.cleaned_data["description"]

    def _keeps_description(self) -> bool:
        if self.stored is None:
            return False
        before = self.data.get(self.add_initial_prefix("description"))
        sent = self.data.get("description")
        is_theirs = self.chosen.get(DESCRIPTION) == THEIRS and not self.takes_all_of_mine
        return sent is None or sent == before or is_theirs

    def was_sent(self, name: str) -> bool:
        """Whether the input speaks of this field at all; what it doesn't name stays as it is."""
        return self.add_prefix(name) in self.data

    def ref(self) -> Ref:
        return Ref(
            self.environment,
            self.kind,
            self.cleaned_data[self.id_field],
            self.cleaned_data.get("team") or None,
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get(self.id_field):
            try:
                _ = self.ref().new_name
            except InvalidId as error:
                self.add_error(self.id_field, str(error))
        return cleaned

    def adopt(self, error: ValidationError) -> "SecretForm":
        """Take over an error that only the store, or the stored value, brought up."""
        self.add_error(None, error)
        return self

    @staticmethod
    def _metadata(secret: Secret | None, value: Value | None) -> dict[str, Any]:
        if secret is None:
            return {}
        return {"description": secret.description, "version": value.version if value else secret.current}


def _too_long(length: int) -> str:
    return f"This is {length:,} characters long, and Secrets Manager keeps at most {MAX_BYTES:,} bytes."


FormClass = type[SecretForm]
