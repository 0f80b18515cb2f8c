"""The form of a variable and of a config option: a key and a text, stored as it is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from secretsadmin.forms import Preview, SecretForm
from secretsadmin.kinds import Field, Note, Reading
from secretsadmin.store.writes import Draft
from variables.shape import is_json, notes
from variables.variable import Variable


class VariableForm(SecretForm):
    id_field = "key"
    revealed = "value"

    key = forms.CharField(
        max_length=250,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "daily_report_recipients"}
        ),
    )
    value = forms.CharField(
        required=False, strip=False, widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"})
    )
    confirm = forms.BooleanField(required=False, label="Store it although it is no JSON")

    field_order = ("key", "team", "value", "confirm", "description")

    def shape(self) -> None:
        super().shape()
        if self.stored:
            self.fields["value"].help_text = "Unchanged unless you type."
        else:
            self.fields["key"].label = self.kind.id_label
        if not self._has_broken_json():
            del self.fields["confirm"]

    def initial_values(self) -> dict[str, Any]:
        return {"value": self.stored_text} if self.reveal and self.stored_text else {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        text = _line_ends(cleaned.get("value") or "")
        variable = Variable(text)
        if not text and self.stored:
            return cleaned
        if problem := variable.limit_problem:
            self.add_error("value", problem)
        elif self._has_broken_json() and not cleaned.get("confirm"):
            self.add_error("value", f"{variable.json_problem} Mend it, or tick below that it is meant so.")
        return cleaned

    def draft(self, stored: str | None = None) -> Draft:
        typed = self.cleaned_data["value"]
        if not typed and stored is not None:
            return Draft(stored)
        text = _line_ends(typed, like=stored or "")
        if problem := Variable(text).limit_problem:
            raise ValidationError({"value": problem})
        return Draft(text, fields=() if text == stored else ("value",))

    def preview(self) -> Preview:
        self.is_valid()
        if "value" in self.errors and not self._has_broken_json():
            return Preview(errors=tuple(str(error) for error in self.errors["value"]))
        text = _line_ends(self.cleaned_data.get("value") or str(self.data.get("value", "")))
        variable = Variable(text)
        value = Field("value", "value", text)
        return Preview(
            readings=(Reading("Airflow 2 and 3", (value,)),) if text else (),
            form="JSON" if is_json(text) else "Text",
            size=variable.size,
            reason="Stored exactly as typed.",
            notes=(*notes(variable), *self._notes()),
        )

    def _has_broken_json(self) -> bool:
        return self.is_bound and Variable(_line_ends(str(self.data.get("value", "")))).json_problem is not None

    def _notes(self) -> tuple[Note, ...]:
        key = self.cleaned_data.get("key")
        if key and not self.environment.backend.is_looked_up(self.kind.name, key):
            return (Note("This environment's lookup pattern excludes the key, so Airflow would never ask for it."),)
        return ()


def _line_ends(text: str, like: str = "") -> str:
    """Browsers send every line's end as CR LF; a stored value's own line ends are kept."""
    plain = text.replace("\r\n", "\n")
    only_crlf = "\r\n" in like and "\n" not in like.replace("\r\n", "")
    return plain.replace("\n", "\r\n") if only_crlf else plain
