"""The form of a variable and of a config option: a key and a text."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from secretsadmin.forms.base import SecretForm
from secretsadmin.forms.subject import Beginning, Subject
from secretsadmin.forms.told import EMPTY, NO_TEXT, NO_VALUE, REVEALED
from secretsadmin.kinds import CONFIG, Usage
from variables.inspection import notes
from variables.usage import calls
from variables.variable import Variable


class VariableForm(SecretForm):
    id_field = "key"
    revealed = "value"

    key = forms.CharField(
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": "daily_report_recipients"}
        ),
    )
    value = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"class": "needed", "rows": 10})
    )
    confirm = forms.BooleanField(required=False, label="Store it although it is no JSON")

    field_order = ("key", "team", "value", "confirm", "description", "reason")

    @classmethod
    def begin(cls, subject: Subject, text: str | None, version: str, how: str) -> Beginning:
        if text:
            return Beginning(how, version, text)
        trouble = NO_TEXT if text is None else None
        if not subject.existing.current:
            trouble = NO_VALUE
        return Beginning(EMPTY, version, text, trouble)

    def initial_values(self, suggested: Mapping[str, str]) -> dict[str, Any]:  # noqa: ARG002 - no link suggests a variable.
        if self.beginning.how != REVEALED:
            return {}
        return {"value": self.beginning.text}

    def fit_fields(self) -> None:
        super().fit_fields()
        if self.subject.stored:
            self.fields["value"].help_text = "Unchanged unless you type."
            self.fields["value"].widget.attrs["class"] = ""
        else:
            self._name_the_key()
        if not self._has_broken_json():
            del self.fields["confirm"]

    def _name_the_key(self) -> None:
        key = self.fields["key"]
        key.label = self.subject.kind.id_label
        key.help_text = "Tasks ask for it by this name."
        if self.subject.kind == CONFIG:
            key.help_text = "The name that airflow.cfg gives in an option that ends in _secret."
            key.widget.attrs["placeholder"] = "sql_alchemy_conn"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        variable = Variable(line_ends(cleaned.get("value") or ""))
        if not variable.text and self.subject.stored:
            return cleaned
        if problem := variable.limit_problem:
            code = "" if variable.text else "required"
            self.add_error("value", ValidationError(problem, code))
        elif self._has_broken_json() and not cleaned.get("confirm"):
            message = f"{variable.json_problem} Mend it, or tick below that it is meant so."
            self.add_error("value", ValidationError(message, "confirm"))
        return cleaned

    @property
    def typed(self) -> Variable:
        """The text in the box, unless it is too long to be looked at."""
        if self.too_long:
            return Variable("")
        return Variable(line_ends(str(self["value"].value() or "")))

    @property
    def can_format(self) -> bool:
        return self.typed.pretty is not None

    @property
    def calls(self) -> tuple[Usage, ...]:
        """How a task reads it, once its key is known. Airflow reads an option by itself."""
        if self.subject.kind == CONFIG or "key" in self.errors:
            return ()
        if self.subject.stored:
            key = self.subject.stored.ref.id
        else:
            key = str(self["key"].value() or "").strip()
        return calls(key, as_json=self.typed.is_json) if key else ()

    def _has_broken_json(self) -> bool:
        return self.is_bound and self.typed.json_problem is not None

    def hints_of(self, name: str) -> tuple[str, ...]:
        if name != "value":
            return super().hints_of(name)
        if not self.is_bound:
            return ()
        if self.errors.get("value") and not self.intent.is_preview:
            return ()
        return tuple(note.text for note in notes(self.typed))


def line_ends(text: str, like: str = "") -> str:
    """The text with the line ends of `like`. Browsers send every line end as CR LF."""
    plain = text.replace("\r\n", "\n")
    is_all_crlf = "\r\n" in like and "\n" not in like.replace("\r\n", "")
    if not is_all_crlf:
        return plain
    return plain.replace("\n", "\r\n")
