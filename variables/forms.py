"""The form of a variable and of a config option: a key and a text, stored as it is."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from secretsadmin.comparing import WHOLE, Fields
from secretsadmin.form_parts import Preview
from secretsadmin.forms import SecretForm
from secretsadmin.kinds import CONFIG, Field, Note, Reading, Usage
from secretsadmin.store.writes import Draft
from variables.mixing import mixed
from variables.shape import notes, outline, parts, ways, whole
from variables.usage import calls
from variables.variable import MAX_BYTES, Variable

# A value that is fuller than this share of the limit gets a word of warning.
NEARLY_FULL = 0.8


class VariableForm(SecretForm):
    id_field = "key"
    revealed = "value"

    key = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "daily_report_recipients"}),
    )
    value = forms.CharField(required=False, strip=False, widget=forms.Textarea(attrs={"class": "needed", "rows": 10}))
    confirm = forms.BooleanField(required=False, label="Store it although it is no JSON")

    field_order = ("key", "team", "value", "confirm", "description", "reason")

    def shape(self) -> None:
        super().shape()
        if self.stored:
            self.fields["value"].help_text = "Unchanged unless you type."
            self.fields["value"].widget.attrs["class"] = ""
        else:
            self._name_the_key()
        if not self._has_broken_json():
            del self.fields["confirm"]

    def _name_the_key(self) -> None:
        key = self.fields["key"]
        key.label = self.kind.id_label
        key.help_text = "Tasks ask for it by this name."
        if self.kind == CONFIG:
            key.help_text = "The name that airflow.cfg gives in an option that ends in _secret."
            key.widget.attrs["placeholder"] = "sql_alchemy_conn"

    def initial_values(self) -> dict[str, Any]:
        return {"value": self.stored_text} if self.reveal and self.stored_text else {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        text = _line_ends(cleaned.get("value") or "")
        variable = Variable(text)
        if not text and self.stored:
            return cleaned
        if problem := variable.limit_problem:
            self.add_error("value", ValidationError(problem, "" if text else "required"))
        elif self._has_broken_json() and not cleaned.get("confirm"):
            message = f"{variable.json_problem} Mend it, or tick below that it is meant so."
            self.add_error("value", ValidationError(message, "confirm"))
        return cleaned

    def filled(self) -> SecretForm:
        """The same input with its JSON on lines of their own."""
        pretty = self._typed().pretty
        if pretty is None:
            return self
        data = self.data.copy()
        data["value"], data["preview"] = pretty, "1"
        return type(self)(data, environment=self.environment, kind=self.kind, stored=self.stored)

    @property
    def can_format(self) -> bool:
        return self._typed().pretty is not None

    @property
    def calls(self) -> tuple[Usage, ...]:
        """How a task reads it, once it is known by which key; an option is read by Airflow itself."""
        key = self.stored.ref.id if self.stored else str(self["key"].value() or "").strip()
        if self.kind == CONFIG or not key or "key" in self.errors:
            return ()
        return calls(key, as_json=self._typed().is_json)

    def _typed(self) -> Variable:
        """What is in the box, as far as it is looked at."""
        if self.too_long:
            return Variable("")
        return Variable(_line_ends(str(self["value"].value() or "")))

    def draft(self, stored: str | None = None) -> Draft:
        mine = self.laid_over(stored or "")
        text = mine if stored is None else self._mixed(mine, stored)
        if stored is not None and self._keeps(stored, text):
            return Draft(stored)
        if problem := Variable(text).limit_problem:
            raise ValidationError({"value": problem})
        form = "json" if Variable(text).is_json else "text"
        return Draft(text, fields=("value",), form=form, holds=("value",))

    def _keeps(self, stored: str, text: str) -> bool:
        """Whether a save would change nothing; what somebody types who may not see the value always does."""
        if self.may_learn:
            return text == stored
        return not self.says_anew(WHOLE)

    def laid_over(self, stored: str) -> str:
        # Who may not see what is stored isn't told of its line ends by what fits beside it.
        like = stored if self.may_learn else ""
        return _line_ends(self.cleaned_data["value"], like=like) or stored

    def _mixed(self, mine: str, stored: str) -> str:
        """Raises ValidationError for a choice by key where there are none, or where the person may see none."""
        if not self.theirs or WHOLE in self.theirs:
            return stored if self.theirs else mine
        if not self.may_learn:
            message = "You may not see what is stored here, so it is yours or theirs as a whole."
            raise ValidationError({"value": message})
        try:
            return mixed(mine, stored, self.theirs)
        except (ValueError, RecursionError):
            message = "These aren't two JSON objects that can be mixed, so choose one of them as a whole."
            raise ValidationError({"value": message}) from None

    def parts(self, before: str, after: str) -> tuple[Fields, Fields]:
        take_apart = parts if self.may_learn else outline
        return take_apart(before, after, self.environment.backend)

    def ways(self, texts: tuple[str, ...]) -> tuple[Fields, ...]:
        """Whoever may not see the value can't take a part of it over either: it would go wherever the rest says."""
        return ways(texts) if self.may_learn else tuple(self.as_told(whole(text)) for text in texts)

    def retypes(self, _part: str) -> bool:
        return bool(self.cleaned_data["value"])

    def preview(self) -> Preview:
        self.is_valid()
        variable = self._typed()
        text = variable.text
        if self.too_long:
            return Preview()
        if not text:
            stays = (Note("The stored value stays as it is.", "info"),) if self.stored else ()
            return Preview(notes=stays)
        if variable.limit_problem:
            return Preview()
        return Preview(
            readings=(Reading(fields=(Field("value", "value", text),)),),
            form="JSON" if variable.is_json else "text",
            size=variable.size,
            reason="Stored exactly as typed:",
            notes=(*self._noticed(variable), *self._notes()),
        )

    def hints_of(self, name: str) -> tuple[str, ...]:
        if name != "value":
            return super().hints_of(name)
        if not self.is_bound:
            return ()
        told = self.errors.get("value", ())
        return tuple(note.text for note in notes(self._typed()) if self.only_looks or not told)

    def _noticed(self, variable: Variable) -> list[Note]:
        found = []
        if variable.is_json:
            found.append(Note("This is valid JSON.", "ok"))
        if variable.size > MAX_BYTES * NEARLY_FULL:
            share = variable.size * 100 // MAX_BYTES
            found.append(Note(f"{share} % of the {MAX_BYTES:,} bytes that Secrets Manager keeps in one value.", "info"))
        return found

    def _has_broken_json(self) -> bool:
        return self.is_bound and self._typed().json_problem is not None

    def _notes(self) -> tuple[Note, ...]:
        key = self.cleaned_data.get("key")
        doubt = self.environment.backend.doubt_of(self.kind.name, key) if key else ""
        return (Note(doubt),) if doubt else ()


def _line_ends(text: str, like: str = "") -> str:
    """Browsers send every line's end as CR LF; a stored value's own line ends are kept."""
    plain = text.replace("\r\n", "\n")
    only_crlf = "\r\n" in like and "\n" not in like.replace("\r\n", "")
    return plain.replace("\n", "\r\n") if only_crlf else plain
