"""The form of a connection, cleaned: what was typed or pasted, and whether it makes sense."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from connections.catalog.fields import json_object, lay_typed_over, name_in_a_page
from connections.catalog.layout import standard_fields
from connections.form.base import TypedForm
from connections.inspection import types
from connections.pasting import Pasted, UnreadablePaste, paste
from connections.value.connection import changed_fields
from connections.value.reading import EXTRA, normal_type
from secretsadmin.forms.subject import Intent
from secretsadmin.forms.told import BLANK, EMPTY
from secretsadmin.texts import lines

# The fields of the form that say nothing of the value.
BESIDE_THE_VALUE = ("description", "reason", "version", "begins", "secret", "crlf")


class ConnectionForm(TypedForm):
    """What was typed or pasted, once it was checked."""

    @classmethod
    def intent_of(cls, data: QueryDict) -> Intent:
        """People who name another type want its fields, whichever button they press."""
        intent = super().intent_of(data)
        if data.get("new_type", "").strip():
            return replace(intent, fills=True)
        return intent

    def clean_conn_type(self) -> str:
        return normal_type(self.cleaned_data["conn_type"])

    def clean_extra(self) -> dict[str, Any]:
        text = self.cleaned_data["extra"]
        if not text.strip():
            return {}
        try:
            extra: dict[str, Any] = json_object(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        return extra

    def clean_secret(self) -> Pasted | None:
        """The pasted connection. None while the page shows the fields in place of the box."""
        text = self.cleaned_data["secret"]
        shows_fields = self.data.get("entry") == "fields" and self.data.get("fill") != "paste"
        if shows_fields or not text.strip():
            return None
        try:
            words = self.subject.environment.backend.extra_conn_words
            return paste(text, words, types())
        except UnreadablePaste as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.pasted:
            self._refuse_unread_notes(self.pasted)
        elif "secret" not in self.errors:
            if not self.keeps_value:
                self._require_type()
                self._require_fields()
            self._refuse_strays()
            self._refuse_doubles()
        self._refuse_contradictions()
        return cleaned

    @property
    def pasted(self) -> Pasted | None:
        pasted: Pasted | None = self.cleaned_data.get("secret")
        return pasted

    @property
    def keeps_value(self) -> bool:
        """Whether a form that began empty says nothing of the value, so that the value stays."""
        began_empty = self.beginning.how in (BLANK, EMPTY)
        if not began_empty or self.cleared or self.pasted:
            return False
        names = [name for name in self.fields if name not in BESIDE_THE_VALUE]
        return all(self._is_as_begun(name) for name in names)

    def _is_as_begun(self, name: str) -> bool:
        begun = self.first_value(name) or self.fields[name].initial or ""
        return lines(self.data.get(name) or begun) == lines(begun)

    # --- what the input says ---

    @cached_property
    def typed_names(self) -> frozenset[str]:
        """The fields with something in them, by their exact names: a page may show two keys alike.

        It is cached, because each of an extra's thousands of keys may be looked up in it. Read it
        only after the fields are cleaned.
        """
        names = {name for name, value in self.cleaned_data.items() if value}
        extra = self.cleaned_data.get("extra") or {}
        return frozenset(names | {EXTRA + key for key in extra})

    @cached_property
    def names_taken_out(self) -> frozenset[str]:
        """What a save removes unless it is typed anew: cleared fields, and keys that were shown."""
        names = [*self.cleared]
        names += [EXTRA + key for key in self.data.getlist("shown_extras")]
        return frozenset(name_in_a_page(name) for name in names)

    def standard_values(self) -> dict[str, Any]:
        """The standard fields that the input names. An empty masked field names nothing."""
        values: dict[str, Any] = {}
        if self.was_sent("conn_type"):
            values["conn_type"] = self.cleaned_data["conn_type"]
        for field in standard_fields(self.connection_type):
            name = field.name
            value = self.cleaned_data.get(name)
            was_sent = name in self.fields and self.was_sent(name)
            is_empty_secret = value in (None, "") and name in self.secrets
            if was_sent and not is_empty_secret:
                values[name] = value
            elif name in self.cleared:
                values[name] = None
        return values

    def extra_on(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The stored extra with what was typed laid over it."""
        fields = self.connection_type.extra_fields
        return lay_typed_over(stored, fields, self.typed_extras(), self.cleaned_data["extra"])

    def typed_extras(self) -> dict[str, str]:
        """The texts of the extra's own fields that say something, by key.

        A text from a file gets the line ends back that it had there.
        """
        typed = {}
        with_crlf = self.data.getlist("crlf")
        for name, value in self.cleaned_data.items():
            if not name.startswith(EXTRA) or not self.was_sent(name):
                continue
            is_empty_secret = not value and name in self.secrets
            if is_empty_secret:
                continue
            text = lines(value)
            if name in with_crlf:
                text = text.replace("\n", "\r\n")
            typed[name.removeprefix(EXTRA)] = text
        return typed

    # --- refusals ---

    def _refuse_unread_notes(self, pasted: Pasted) -> None:
        """A paste that had to be interpreted is looked over before it is saved."""
        if pasted.notes and not self.intent.is_preview:
            notes = " ".join(pasted.notes)
            self.add_error("secret", f"Fill the fields from it, and look them over. {notes}")

    def _require_type(self) -> None:
        if self.cleaned_data.get("conn_type") or "conn_type" in self.errors:
            return
        if self.subject.stored is None or self.was_sent("conn_type"):
            message = "Say what it connects to, such as postgres."
            self.add_error("conn_type", ValidationError(message, "required"))

    def _require_fields(self) -> None:
        message = f"{self.connection_type.name} needs this."
        for extra in self.connection_type.extra_fields:
            name = EXTRA + extra.name
            if not extra.required or name in self.errors:
                continue
            if self._has_to_fill(name) and not self._has_value(name):
                self.add_error(name, ValidationError(message, "required"))

    def _has_value(self, name: str) -> bool:
        """Whether a key of the extra has a value after a save."""
        if self.cleaned_data.get(name):
            return True
        if name in self.masked and name not in self.cleared:
            return True
        others = self.cleaned_data.get("extra") or {}
        return name.removeprefix(EXTRA) in others

    def _has_to_fill(self, name: str) -> bool:
        """Whether a required field has to be filled in this form.

        A stored connection that does without it may go on without it.
        """
        if self.subject.stored is None:
            return True
        return self.was_sent(name) and self.first_value(name) != ""

    def _refuse_strays(self) -> None:
        """Refuse input for another type's fields, because it would be lost silently."""
        strays = []
        for name in self.data:
            is_stray = name.startswith(EXTRA) and name not in self.fields
            if is_stray and self.data[name]:
                strays.append(name)
        if strays:
            count = f"{len(strays)} of those that were sent"
            self.add_error("conn_type", f"{self.connection_type.name} has no field for {count}.")

    def _refuse_doubles(self) -> None:
        """A key is typed into its own field or among the other extras, but not into both."""
        typed = self.typed_extras()
        others = self.cleaned_data.get("extra") or {}
        twice = []
        for key, value in others.items():
            if value and typed.get(key):
                twice.append(key)
        if twice:
            self.add_error("extra", f"Leave out what has a field of its own: {', '.join(twice)}.")

    def _refuse_contradictions(self) -> None:
        """Refuse a value for a field that is also to be cleared: only one can be meant."""
        given = self.typed_names
        if self.pasted:
            given = frozenset(changed_fields(None, self.pasted.connection))
        both = self.cleared.intersection(name_in_a_page(name) for name in given)
        for name in sorted(both):
            field = "extra"
            if name in self.fields:
                field = name
            ticked = self.masked_in(field).get(name, "Clear it")
            message = (
                f"There is a value for {name.removeprefix(EXTRA)}, and “{ticked}” is ticked. "
                "Do one of the two."
            )
            if self.pasted:
                field = "secret"
            self.add_error(field, message)
