"""What becomes of a variable's form: a preview, its JSON laid out, or the text to store."""

from django.core.exceptions import ValidationError

from secretsadmin.diff.fields import WHOLE, Fields
from secretsadmin.forms.submission import Submission
from secretsadmin.forms.told import Preview
from secretsadmin.kinds import MAX_BYTES, Field, Note, Reading
from secretsadmin.store.writes import Draft
from variables import inspection
from variables.form import VariableForm, line_ends
from variables.merge import merge
from variables.variable import Variable

# A value that fills more than this share of the limit gets a note.
NEARLY_FULL = 0.8


class VariableSubmission(Submission):
    """The input of a variable's form, in place of the text that is stored."""

    form_class = VariableForm
    form: VariableForm

    def draft(self, stored: str | None = None) -> Draft:
        text = self.laid_over(stored or "")
        if stored is not None:
            text = self._merged(text, stored)
            if self._changes_nothing(stored, text):
                return Draft(stored)
        variable = Variable(text)
        if problem := variable.limit_problem:
            raise ValidationError({"value": problem})
        return draft_of(variable)

    def laid_over(self, stored: str) -> str:
        # Otherwise people who may not see the stored text would learn of its line ends.
        like = stored if self.subject.may_learn else ""
        return line_ends(self.form.cleaned_data["value"], like=like) or stored

    def _changes_nothing(self, stored: str, text: str) -> bool:
        """For people who may not see the value, whatever they type is a change."""
        if self.subject.may_learn:
            return text == stored
        return not self.says_anew(WHOLE)

    def _merged(self, mine: str, stored: str) -> str:
        """Raises ValidationError where the sides were chosen by key, and that can't be done."""
        theirs = self.resolution.theirs
        if not theirs:
            return mine
        if WHOLE in theirs:
            return stored
        if not self.subject.may_learn:
            message = "You may not see what is stored here, so it is yours or theirs as a whole."
            raise ValidationError({"value": message})
        try:
            return merge(mine, stored, theirs)
        except (ValueError, RecursionError):
            message = (
                "These aren't two JSON objects that can be mixed, so choose one of them as a whole."
            )
            raise ValidationError({"value": message}) from None

    def diff(self, before: str, after: str) -> tuple[Fields, Fields]:
        return inspection.diff(before, after, may_learn=self.subject.may_learn)

    def merge_parts(self, texts: tuple[str, ...]) -> tuple[Fields, ...]:
        """People who may not see the value can't take a part of it: the rest says where it goes."""
        if self.subject.may_learn:
            return inspection.merge_parts(texts)
        return tuple(self.as_shown(inspection.whole(text)) for text in texts)

    def retypes(self, part: str) -> bool:  # noqa: ARG002 - a value is typed as one.
        return bool(self.form.cleaned_data["value"])

    def preview(self) -> Preview:
        form = self.form
        form.is_valid()
        variable = form.typed
        if form.too_long or (variable.text and variable.limit_problem):
            return Preview()
        if not variable.text:
            stays = Note("The stored value stays as it is.", "info")
            return Preview(notes=(stays,) if self.subject.stored else ())
        return Preview(
            readings=(Reading(fields=(Field("value", "value", variable.text),)),),
            format="JSON" if variable.is_json else "text",
            size=variable.size,
            reason="Stored exactly as typed:",
            notes=(*_notes(variable), *self._doubts()),
        )

    def filled(self) -> "VariableSubmission":
        """The same input with its JSON on lines of their own."""
        pretty = self.form.typed.pretty
        if pretty is None:
            return self
        data = self.form.data.copy()
        data["value"], data["preview"] = pretty, "1"
        return VariableSubmission(self.subject, data)

    def _doubts(self) -> tuple[Note, ...]:
        key = self.form.cleaned_data.get("key")
        if not key:
            return ()
        doubt = self.subject.environment.backend.doubt_of(self.subject.kind.name, key)
        return (Note(doubt),) if doubt else ()


def draft_of(variable: Variable) -> Draft:
    """A text that Secrets Manager keeps, as it is stored."""
    written = "json" if variable.is_json else "text"
    return Draft(variable.text, fields=("value",), format=written, holds=("value",))


def _notes(variable: Variable) -> list[Note]:
    notes = []
    if variable.is_json:
        notes.append(Note("This is valid JSON.", "ok"))
    if variable.size > MAX_BYTES * NEARLY_FULL:
        share = variable.size * 100 // MAX_BYTES
        limit = f"the {MAX_BYTES:,} bytes that Secrets Manager keeps in one value"
        notes.append(Note(f"{share} % of {limit}.", "info"))
    return notes
