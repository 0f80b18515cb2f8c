"""What becomes of a connection's form: a preview, the form filled anew, or the text to store."""

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict

from connections import inspection
from connections.catalog import search
from connections.catalog.fields import name_in_a_page
from connections.catalog.guard import (
    changed_unseen,
    elsewhere,
    has_room,
    kept_unseen,
    refusal,
    too_much,
)
from connections.catalog.layout import lay_out, masked_names
from connections.form import prefill
from connections.form.base import IS_TYPE
from connections.form.beginning import is_sound, mend_of, readable, seems_sound
from connections.form.form import ConnectionForm
from connections.form.preview import input_notes, preview_of
from connections.inspection import types
from connections.pasting import Pasted
from connections.providers.types import TYPE
from connections.value.connection import Connection, Encoded, NotRepresentable, changed_fields
from connections.value.merge import merge
from connections.value.reading import EXTRA, format_of
from secretsadmin.config.backend import BackendConfig
from secretsadmin.diff.fields import WHOLE, Fields
from secretsadmin.forms.submission import Submission
from secretsadmin.forms.told import MENDED, Preview
from secretsadmin.kinds import Note
from secretsadmin.store.writes import Draft
from secretsadmin.texts import lines

# What a save is said to change where every field stays as it was.
STORED_FORMAT = "how it is stored"

IsTyped = Callable[[str], bool]


class ConnectionSubmission(Submission):
    """The input of a connection's form, laid over the connection that is stored."""

    form_class = ConnectionForm
    form: ConnectionForm

    # --- saving ---

    def draft(self, stored: str | None = None) -> Draft:
        if stored and WHOLE in self.resolution.theirs:
            return self._unchanged(stored)
        if stored is not None and self.form.keeps_value:
            return self._unchanged(stored)
        before = self._stored_connection(stored)
        after = self._connection_over(stored)
        if before:
            after = merge(after, before, self.resolution.theirs)
        fields = self._changed(before, after)
        if before and not self.subject.may_learn:
            self._require_unseen(before, fields)
            self._require_room(before, after, fields, self.says_anew)
        if stored and not fields and self.resolution.theirs:
            # Theirs was chosen throughout, and no version is made only to spell it differently.
            return Draft(stored, tag_of(after))
        encoded = self._encoded(after)
        if stored and not fields and self._settles_something(stored, encoded):
            fields = (STORED_FORMAT,)
        holds = changed_fields(None, after)
        return Draft(encoded.text, tag_of(after), fields, format=encoded.format, holds=holds)

    def _unchanged(self, stored: str) -> Draft:
        return Draft(stored, self.subject.existing.type)

    @property
    def type_after(self) -> str | None:
        if self.form.keeps_value or self.resolution.theirs:
            return None
        return tag_of(self._connection(Connection()))

    def laid_over(self, stored: str) -> str:
        if self.form.keeps_value:
            return stored
        before = self._stored_connection(stored)
        after = self._connection_over(stored)
        if before and not self.subject.may_learn:
            changed = changed_unseen(before, after, types(), self.retypes)
            self._require_room(before, after, changed, self.retypes)
        return self._encoded(after).text

    def _stored_connection(self, stored: str | None) -> Connection | None:
        """The connection that the input goes on from; a mend, if the form began with one.

        A mend counts only for people who may see all of the text.
        """
        if not stored:
            return None
        mend = None
        if self.subject.may_learn and self.form.beginning.how == MENDED:
            mend = mend_of(self.subject, stored)
        if mend:
            return mend.connection
        return readable(stored, self._backend)

    def _connection_over(self, stored: str | None) -> Connection:
        before = self._stored_connection(stored)
        if stored and before is None:
            self._require_password()
        return self._connection(before or Connection())

    def _connection(self, before: Connection) -> Connection:
        """What the input makes of a connection."""
        if self.form.pasted:
            return self.form.pasted.connection
        gone = self.form.names_taken_out
        kept = [key for key in before.extra if name_in_a_page(EXTRA + key) not in gone]
        extra = self.form.extra_on({key: before.extra[key] for key in kept})
        return replace(before, **self.form.standard_values(), extra=extra)

    def _encoded(self, connection: Connection) -> Encoded:
        """Raises ValidationError with the field that no text can carry."""
        try:
            return connection.encode(
                self.form.cleaned_data["format"] or "auto",
                extra_conn_words=self._backend.extra_conn_words,
                release=self._backend.airflow,
            )
        except NotRepresentable as error:
            field = error.field
            if self.form.pasted:
                field = "secret"
            if field in self.form.fields:
                raise ValidationError({field: str(error)}) from None
            raise ValidationError(str(error)) from None

    def _changed(self, before: Connection | None, after: Connection) -> tuple[str, ...]:
        """What a save changes. For people who may not see all of it, nothing masked decides."""
        if before is None or self.subject.may_learn:
            return changed_fields(before, after)
        return changed_unseen(before, after, types(), self.says_anew)

    def _settles_something(self, stored: str, encoded: Encoded) -> bool:
        """Whether saving the same fields changes their format, or what one of the readers reads."""
        if encoded.text == stored:
            return False
        asks_for_format = self.form.cleaned_data["format"] in ("uri", "json")
        if asks_for_format and encoded.format != format_of(stored):
            return True
        if self.subject.may_learn:
            return not is_sound(stored, self._backend)
        return not seems_sound(stored, self._backend)

    @property
    def _backend(self) -> BackendConfig:
        return self.subject.environment.backend

    # --- what may not be saved ---

    def _require_password(self) -> None:
        """Raises ValidationError where the stored password can't be read, and so not be kept."""
        form = self.form
        if form.pasted or "password" not in form.fields or "password" in form.cleared:
            return
        if not form.cleaned_data.get("password"):
            message = (
                "What is stored can't be read, so its password can't be kept: "
                "type it again, or clear it."
            )
            raise ValidationError({"password": message})

    def _require_unseen(self, before: Connection, changed: Collection[str]) -> None:
        """Raises ValidationError where a task would send an unseen secret elsewhere."""
        connection_type = search.get(before.conn_type, types())
        masked = masked_names(lay_out(before, connection_type), connection_type)
        named = {name for name in masked if self.says_anew(name)}
        kept = kept_unseen(before, connection_type, changed, named)
        if not kept:
            return
        message = refusal(kept, elsewhere(before, connection_type, changed) or changed)
        fields = []
        for name in kept:
            has_field = name in self.form.fields
            fields.append(name if has_field else "extra")
        raise ValidationError(dict.fromkeys(fields, message))

    def _require_room(
        self, before: Connection, after: Connection, changed: Collection[str], is_typed: IsTyped
    ) -> None:
        """Raises ValidationError if the typed text may not fit beside what is kept unseen."""
        connection_type = search.get(before.conn_type, types())
        masked = masked_names(lay_out(before, connection_type), connection_type)
        kept = [name for name in masked if not is_typed(name)]
        if not changed or not kept or has_room(after, kept):
            return
        typed = [name for name in self.form.fields if name in self.form.typed_names]
        longest = max(typed, key=self._length_of, default=NON_FIELD_ERRORS)
        raise ValidationError({longest: too_much(kept)})

    def _length_of(self, name: str) -> int:
        return len(self.form.data.get(name, ""))

    # --- comparing ---

    def diff(self, before: str, after: str) -> tuple[Fields, Fields]:
        return inspection.diff(before, after, self._backend, may_learn=self.subject.may_learn)

    def merge_parts(self, texts: tuple[str, ...]) -> tuple[Fields, ...]:
        return tuple(map(self.as_shown, inspection.merge_parts(texts, self._backend)))

    def retypes(self, part: str) -> bool:
        if part == WHOLE or self.form.pasted:
            # Of a text that can't be taken apart, the input keeps nothing.
            return True
        return part in self.form.typed_names or name_in_a_page(part) in self.form.names_taken_out

    def leaves_alone(self, part: str) -> bool:
        if part not in self.form.fields:
            return False
        before = self.form.first_value(part)
        return before is not None and lines(before) == lines(self.form.data.get(part, ""))

    # --- looking ahead ---

    def preview(self) -> Preview:
        form = self.form
        form.is_valid()
        if form.wrong or "conn_type" not in form.cleaned_data:
            return Preview(notes=input_notes(form))
        try:
            connection = self._connection(Connection())
            return preview_of(form, connection, self._encoded(connection))
        except ValidationError as error:
            form.adopt(error)
            return Preview(notes=input_notes(form))

    def filled(self) -> "ConnectionSubmission":
        """The fields filled from a paste, or laid out for another type."""
        self.form.is_valid()
        if self.form.too_long:
            return self
        if self.form.pasted:
            return self._filled_from(self.form.pasted)
        if self.new_type:
            return self._of_another_type()
        return self

    @property
    def new_type(self) -> str:
        return str(self.form.data.get("new_type", "")).strip()

    def _filled_from(self, pasted: Pasted) -> "ConnectionSubmission":
        if unfit := prefill.unfit(pasted.connection):
            message = (
                f"No field takes a line break or NUL, as in the {unfit}. "
                "Save what you pasted as it is."
            )
            return self._refused("secret", message)
        connection_type = search.get(pasted.connection.conn_type, types())
        data = prefill.pasted_into(self.form.data, pasted, connection_type)
        return self._again(data, tuple(map(Note, pasted.notes)))

    def _of_another_type(self) -> "ConnectionSubmission":
        try:
            IS_TYPE(self.new_type)
        except ValidationError as error:
            return self._refused("conn_type", error.messages)
        if any(name.startswith("extra") for name in self.form.errors):
            message = "Mend what is marked first; then its type can change."
            return self._refused("conn_type", message)
        before = self.form.connection_type
        after = search.get(self.new_type, types())
        extra = self.form.extra_on({})
        data, left_out = prefill.for_type(self.form.data, extra, before, after)
        if not left_out:
            return self._again(data)
        secrets = ", ".join(left_out)
        note = f"{after.name} has no field for these secrets, so they were left out: {secrets}."
        return self._again(data, (Note(note),))

    def _again(self, data: QueryDict, notes: tuple[Note, ...] = ()) -> "ConnectionSubmission":
        return ConnectionSubmission(self.subject, data, notes)

    def _refused(self, field: str, message: Any) -> "ConnectionSubmission":
        self.form.adopt(ValidationError({field: message}))
        return self


def tag_of(connection: Connection) -> str:
    """The type for the secret's tag, as far as a tag can hold it."""
    if not TYPE.fullmatch(connection.conn_type):
        return ""
    return connection.conn_type
